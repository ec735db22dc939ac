"""Satisfied at a point in time: nothing until control passes (ASC 606-10-25-30)."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any, ClassVar

from ..errors import Refusal
from ..events import Satisfy
from ..money import ONE, ZERO
from ..terms import Recognition
from ..wording import _, joined
from .base import Measure, percent
from .registry import Method


@dataclass(frozen=True, slots=True)
class PointInTime(Recognition):
    """Recognised when control passes."""

    method: ClassVar[str] = "point_in_time"


class TransferMeasure(Measure):
    """The share of which control has passed."""

    __slots__ = ("share",)
    takes: ClassVar = {Satisfy: "satisfy"}
    series = True
    paragraph = "606-10-25-30"

    def __init__(self) -> None:
        super().__init__()
        self.share = ZERO

    def satisfy(self, event: Satisfy) -> None:
        """Add a share; the shares never pass the whole."""
        if self.share + event.share > ONE:
            reason = _(
                "%(more)s more than the %(done)s satisfied already is over 100 %%",
                more=percent(event.share),
                done=percent(self.share),
            )
            raise Refusal(f"{event.place}.share", reason)
        self.share += event.share

    def done(self, day: date) -> Fraction:
        """See :class:`Measure`."""
        return self.share

    def text(self, day: date, allocated: str) -> str:
        """See :class:`Measure`."""
        if not self.share:
            return _("0 %% of %(amount)s: control has not passed to the customer", amount=allocated)
        share = percent(self.progress(day))
        passed: str = _("%(share)s of %(amount)s: control passed to the customer", share=share, amount=allocated)
        return joined("; ", [passed, *self.since_restart(day)])


def _read(node: Any) -> Recognition:
    node.only("method")
    return PointInTime()


METHOD = Method(
    terms=PointInTime,
    measure=TransferMeasure,
    starts=lambda one: TransferMeasure(),
    read=_read,
)
