"""Hours worked of the hours expected (ASC 606-10-55-20)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any, ClassVar

from ..events import EstimateHours, Hours
from ..money import ZERO
from ..terms import Recognition
from ..wording import _, joined
from .base import Measure, number
from .registry import Method, Plain


@dataclass(frozen=True, slots=True)
class LabourHours(Recognition):
    """Recognised as hours are worked."""

    total_hours: Fraction
    method: ClassVar[str] = "hours"


class HoursMeasure(Measure):
    """Hours to date of the hours expected at completion: those that were agreed, until somebody estimates them."""

    __slots__ = ("estimated", "expected", "worked")
    takes: ClassVar = {Hours: "work", EstimateHours: "estimate"}
    changes = frozenset({"quantity"})
    paragraph = "606-10-55-20"

    def __init__(self, terms: LabourHours) -> None:
        super().__init__()
        self.expected = terms.total_hours
        self.estimated = False
        self.worked = ZERO

    @property
    def quantity(self) -> Fraction:
        """The hours that are expected, or agreed anew by a modification."""
        return self.expected

    @quantity.setter
    def quantity(self, hours: Fraction) -> None:
        if not self.estimated:
            self.expected = hours

    def work(self, event: Hours) -> None:
        """Add hours."""
        self.worked += event.hours

    def estimate(self, event: EstimateHours) -> None:
        """Take over a new estimate at completion."""
        self.expected = event.total
        self.estimated = True

    def done(self, day: date) -> Fraction:
        """See :class:`Measure`."""
        return self.worked

    def total(self) -> Fraction:
        """See :class:`Measure`."""
        return self.expected

    def text(self, day: date, allocated: str) -> str:
        """See :class:`Measure`."""
        done, total = number(self.worked - self.baseline), number(self.expected - self.baseline)
        said = [_("%(done)s of %(total)s hours of %(amount)s", done=done, total=total, amount=allocated)]
        if self.overrun(day):
            said.append(_("more hours than estimated, progress stays at 100 %"))
        return joined("; ", said)


def _read(node: Any) -> Recognition:
    node.only("method", "total_hours")
    return LabourHours(total_hours=node.above("total_hours"))


def _write(terms: LabourHours, money: Callable[[Any], float]) -> Plain:
    return {"total_hours": float(terms.total_hours)}


METHOD = Method(
    terms=LabourHours,
    measure=HoursMeasure,
    starts=lambda one: HoursMeasure(one.recognition),
    read=_read,
    write=_write,
)
