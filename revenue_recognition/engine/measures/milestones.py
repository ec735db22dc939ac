"""Milestones reached, each with its weight (ASC 606-10-55-17)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, ClassVar

from ..errors import Refusal
from ..events import Milestone
from ..money import ZERO
from ..terms import Recognition
from ..wording import Day, Key, _, joined
from .base import Measure, percent
from .registry import Method, Plain

#: So many are listed; a project may have a thousand milestones.
LISTED = 5


@dataclass(frozen=True, slots=True)
class Milestones(Recognition):
    """Recognised as milestones are reached; the weights total 1."""

    weights: Mapping[str, Fraction]
    method: ClassVar[str] = "milestones"


class MilestoneMeasure(Measure):
    """The weights of the milestones reached; one reached twice counts once."""

    __slots__ = ("reached", "weights")
    takes: ClassVar = {Milestone: "reach"}
    paragraph = "606-10-55-17"

    def __init__(self, terms: Milestones) -> None:
        super().__init__()
        self.weights = terms.weights
        #: The day on which each was reached.
        self.reached: dict[str, date] = {}

    def reach(self, event: Milestone) -> None:
        """Note a milestone as reached, or as not reached after all."""
        if event.undo:
            self.reached.pop(event.milestone, None)
        else:
            self.reached.setdefault(event.milestone, event.date)

    def done(self, day: date) -> Fraction:
        """See :class:`Measure`."""
        return sum((self.weights[key] for key in self.reached), ZERO)

    def text(self, day: date, allocated: str) -> str:
        """See :class:`Measure`."""
        reached = [key for key in self.weights if key in self.reached]
        waiting = [key for key in self.weights if key not in self.reached]
        values = {"share": percent(self.progress(day)), "amount": allocated}
        if not self.weights:
            return _("%(share)s of %(amount)s: there is no milestone yet", **values)
        if not reached:
            return _(
                "%(share)s of %(amount)s: none reached of the milestones %(all)s", **values, all=self._list(waiting)
            )
        parts = [_("%(share)s of %(amount)s: milestones reached: %(names)s", **values, names=self._list(reached))]
        if waiting:
            parts.append(_("not reached: %(names)s", names=self._list(waiting)))
        return joined("; ", [*parts, *self.since_restart(day)])

    def _list(self, keys: list[str]) -> str:
        """Return milestones as a list, each with its weight; of many, how many more there are and what they weigh.

        The weights listed total the share, so that whoever checks it can add them up.
        """
        if len(keys) <= LISTED + 1:
            return joined(", ", (self._describe(key) for key in keys))
        return _(
            "%(names)s and %(count)s more (together %(share)s)",
            names=joined(", ", (self._describe(key) for key in keys[:LISTED])),
            count=str(len(keys) - LISTED),
            share=percent(sum((self.weights[key] for key in keys[LISTED:]), ZERO)),
        )

    def _describe(self, key: str) -> str:
        """Return a milestone with its weight, and the day on which it was reached if it was."""
        name, share = Key("milestone", key), percent(self.weights[key])
        if key in self.reached:
            return _("%(name)s (%(share)s, on %(date)s)", name=name, share=share, date=Day(self.reached[key]))
        return _("%(name)s (%(share)s)", name=name, share=share)


def _read(node: Any) -> Recognition:
    node.only("method", "milestones")
    milestones = node.node("milestones")
    weights = {key: milestones.share(key) for key in milestones.value}
    total = sum(weights.values())
    if total != 1:
        raise Refusal(milestones.place, _("weights total %(total)s, not 1", total=f"{float(total):g}"))
    return Milestones(weights=weights)


def _write(terms: Milestones, money: Callable[[Any], float]) -> Plain:
    return {"milestones": _decimal_weights(terms.weights)}


def _decimal_weights(weights: Mapping[str, Fraction]) -> Plain:
    """Return weights as decimals that total 1: the last takes what rounding leaves.

    >>> _decimal_weights({"A": Fraction(1, 3), "B": Fraction(2, 3)})
    {'A': 0.333333333333, 'B': 0.666666666667}
    """
    written, left = {}, Decimal(1)
    for key, weight in list(weights.items())[:-1]:
        share = round(Decimal(weight.numerator) / weight.denominator, 12)
        written[key], left = float(share), left - share
    return {**written, **{key: float(left) for key in list(weights)[-1:]}}


METHOD = Method(
    terms=Milestones,
    measure=MilestoneMeasure,
    starts=lambda one: MilestoneMeasure(one.recognition),
    read=_read,
    write=_write,
)
