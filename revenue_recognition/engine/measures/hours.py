"""Hours worked of the hours expected (ASC 606-10-55-20)."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import ClassVar

from ..events import EstimateHours, Hours
from ..money import ZERO
from ..terms import Obligation, Recognition
from ..wording import _, joined
from .base import Measure, number


@dataclass(frozen=True, slots=True)
class LabourHours(Recognition):
    """Recognised as hours are worked."""

    total_hours: Fraction
    method: ClassVar[str] = "hours"

    def measure(self, obligation: Obligation) -> Measure:
        """See :class:`~..terms.Recognition`."""
        return HoursMeasure(self)


class HoursMeasure(Measure):
    """Hours to date of the hours expected at completion."""

    __slots__ = ("expected", "worked")
    takes: ClassVar = {Hours: "work", EstimateHours: "estimate"}
    paragraph = "606-10-55-20"

    def __init__(self, terms: LabourHours) -> None:
        super().__init__()
        self.expected = terms.total_hours
        self.worked = ZERO

    def work(self, event: Hours) -> None:
        """Add hours."""
        self.worked += event.hours

    def estimate(self, event: EstimateHours) -> None:
        """Take over a new estimate at completion."""
        self.expected = event.total

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
