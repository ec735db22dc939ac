"""Time elapsed: the customer benefits evenly (ASC 606-10-55-184, 25-33)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from ..dates import days, months
from ..errors import Refusal
from ..events import Change
from ..money import Number
from ..terms import Recognition
from ..wording import Day, _
from .base import Measure, number
from .registry import Method, Plain


@dataclass(frozen=True, slots=True)
class StraightLine(Recognition):
    """Recognised evenly between two dates, both included, by days or by months."""

    start: date
    end: date
    monthly: bool
    method: ClassVar[str] = "straight_line"


class TimeMeasure(Measure):
    """Time elapsed of the term."""

    __slots__ = ("end", "monthly", "start")
    timed = True
    series = True
    changes = frozenset({"start", "end"})
    paragraph = "606-10-25-33"

    def __init__(self, terms: StraightLine) -> None:
        super().__init__()
        self.start, self.end, self.monthly = terms.start, terms.end, terms.monthly

    def change(self, change: Change) -> None:
        """See :class:`Measure`: time ends after it begins."""
        super().change(change)
        if self.end < self.start:
            raise Refusal(f"{change.place}.end", _("%(date)s is before it starts", date=Day(self.end)))

    def done(self, day: date) -> Number:
        """See :class:`Measure`."""
        return self._elapsed(day if day < self.end else self.end)

    def total(self) -> Number:
        """See :class:`Measure`."""
        return self._elapsed(self.end)

    def text(self, day: date, allocated: str) -> str:
        """See :class:`Measure`."""
        values = {
            "done": number(self.done(day) - self.baseline),
            "total": number(self.total() - self.baseline),
            "amount": allocated,
            "start": Day(self.start),
            "end": Day(self.end),
        }
        if self.monthly:
            return _("%(done)s of %(total)s months of %(amount)s, %(start)s to %(end)s", **values)
        return _("%(done)s of %(total)s days of %(amount)s, %(start)s to %(end)s", **values)

    def _elapsed(self, day: date) -> Number:
        return months(self.start, day) if self.monthly else days(self.start, day)


def _read(node: Any) -> Recognition:
    node.only("method", "start", "end", "prorate")
    start = node.day("start")
    monthly = node.one_of("prorate", {"daily": False, "monthly": True}, "proration")
    return StraightLine(start=start, end=node.day("end", earliest=start), monthly=monthly)


def _write(terms: StraightLine, money: Callable[[Any], float]) -> Plain:
    prorate = "monthly" if terms.monthly else "daily"
    return {"start": terms.start.isoformat(), "end": terms.end.isoformat(), "prorate": prorate}


METHOD = Method(
    terms=StraightLine,
    measure=TimeMeasure,
    starts=lambda one: TimeMeasure(one.recognition),
    read=_read,
    write=_write,
)
