"""Progress observed by somebody (ASC 606-10-55-17: surveys, appraisals of results achieved)."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any, ClassVar

from ..events import Progress
from ..money import ZERO
from ..terms import Recognition
from ..wording import _, joined
from .base import Measure, percent
from .registry import Method


@dataclass(frozen=True, slots=True)
class Observed(Recognition):
    """Recognised by the fraction that is observed."""

    method: ClassVar[str] = "manual"


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
        observed: str = _("%(share)s of %(amount)s: observed progress", share=share, amount=allocated)
        return joined("; ", [observed, *self.since_restart(day)])


def _read(node: Any) -> Recognition:
    node.only("method")
    return Observed()


METHOD = Method(
    terms=Observed,
    measure=ObservedMeasure,
    starts=lambda one: ObservedMeasure(),
    read=_read,
)
