"""Progress observed by somebody (ASC 606-10-55-17: surveys, appraisals of results achieved)."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import ClassVar

from ..events import Progress
from ..money import ZERO
from ..terms import Obligation, Recognition
from ..wording import _
from .base import Measure, percent


@dataclass(frozen=True, slots=True)
class Observed(Recognition):
    """Recognised by the fraction that is observed."""

    method: ClassVar[str] = "manual"

    def measure(self, obligation: Obligation) -> Measure:
        """See :class:`~..terms.Recognition`."""
        return ObservedMeasure()


class ObservedMeasure(Measure):
    """The fraction last observed, of the whole obligation."""

    __slots__ = ("observed",)
    takes: ClassVar = {Progress: "observe"}
    paragraph = "606-10-55-17"

    def __init__(self) -> None:
        super().__init__()
        self.observed = ZERO

    def observe(self, event: Progress) -> None:
        """Take over an observation."""
        self.observed = event.progress

    def done(self, day: date) -> Fraction:
        """See :class:`Measure`."""
        return self.observed

    def text(self, day: date, allocated: str) -> str:
        """See :class:`Measure`."""
        share = percent(self.progress(day))
        return _("%(share)s of %(amount)s: observed progress", share=share, amount=allocated)
