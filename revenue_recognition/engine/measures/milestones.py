"""Milestones reached, each with its weight (ASC 606-10-55-17)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import ClassVar

from ..events import Milestone
from ..money import ZERO
from ..terms import Obligation, Recognition
from ..wording import _, listed
from .base import Measure, percent


@dataclass(frozen=True, slots=True)
class Milestones(Recognition):
    """Recognised as milestones are reached; the weights total 1."""

    weights: Mapping[str, Fraction]
    method: ClassVar[str] = "milestones"

    def measure(self, obligation: Obligation) -> Measure:
        """See :class:`~..terms.Recognition`."""
        return MilestoneMeasure(self)


class MilestoneMeasure(Measure):
    """The weights of the milestones reached; one reached twice counts once."""

    __slots__ = ("reached", "weights")
    takes: ClassVar = {Milestone: "reach"}
    paragraph = "606-10-55-17"

    def __init__(self, terms: Milestones) -> None:
        super().__init__()
        self.weights = terms.weights
        self.reached: set[str] = set()

    def reach(self, event: Milestone) -> None:
        """Note a milestone as reached, or as not reached after all."""
        if event.undo:
            self.reached.discard(event.milestone)
        else:
            self.reached.add(event.milestone)

    def done(self, day: date) -> Fraction:
        """See :class:`Measure`."""
        return sum((self.weights[key] for key in self.reached), ZERO)

    def text(self, day: date, allocated: str) -> str:
        """See :class:`Measure`."""
        reached = [key for key in self.weights if key in self.reached]
        values = {"share": percent(self.progress(day)), "amount": allocated}
        every = listed("milestone", list(self.weights))
        if not reached:
            return _("%(share)s of %(amount)s: none reached of the milestones %(all)s", **values, all=every)
        names = listed("milestone", reached)
        return _("%(share)s of %(amount)s: milestones %(names)s reached of %(all)s", **values, names=names, all=every)
