"""Cost incurred of the cost expected at completion (ASC 606-10-55-20, 55-21)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any, ClassVar

from ..errors import Refusal
from ..events import Cost, CostKind, EstimateCost
from ..money import ZERO
from ..terms import Recognition
from ..wording import _, joined
from .base import Measure, fraction, percent
from .registry import Method, Plain


@dataclass(frozen=True, slots=True)
class CostToCost(Recognition):
    """Recognised as cost is incurred; the expected cost leaves out what is wasted."""

    total_cost: Fraction
    method: ClassVar[str] = "cost_to_cost"


class CostMeasure(Measure):
    """Normal cost ÷ (expected cost − uninstalled materials).

    Uninstalled materials earn revenue equal to their cost (Example 19), wasted cost earns
    none. What was uninstalled at a restart has earned its revenue then and stays outside.
    """

    __slots__ = ("normal", "total_cost", "uninstalled", "uninstalled_before")
    takes: ClassVar = {Cost: "incur", EstimateCost: "estimate"}
    changes = frozenset({"total_cost"})
    paragraph = "606-10-55-21"

    def __init__(self, terms: CostToCost) -> None:
        super().__init__()
        self.total_cost = terms.total_cost
        self.normal = self.uninstalled = self.uninstalled_before = ZERO

    def incur(self, event: Cost) -> None:
        """Add a cost by its kind."""
        if event.kind is CostKind.NORMAL:
            self.normal += event.amount
        elif event.kind is CostKind.UNINSTALLED:
            self.uninstalled += event.amount
        elif event.kind is CostKind.INSTALLED:
            self._install(event)

    def estimate(self, event: EstimateCost) -> None:
        """Take over a new estimate at completion."""
        self.total_cost = event.total

    def done(self, day: date) -> Fraction:
        """See :class:`Measure`."""
        if not self.uninstalled_before:
            return self.normal
        return self.normal + min(self.uninstalled, self.uninstalled_before)

    def total(self) -> Fraction:
        """See :class:`Measure`."""
        return self.total_cost - self.at_cost(date.min) if self.uninstalled else self.total_cost

    def satisfied(self, day: date) -> Fraction:
        """See :class:`Measure`: without uninstalled materials, whatever restarts there were."""
        return fraction(self.normal, self.total_cost - self.uninstalled)

    def restart(self, day: date) -> None:
        """See :class:`Measure`."""
        self.uninstalled_before = self.uninstalled
        super().restart(day)

    def at_cost(self, day: date) -> Fraction:
        """See :class:`Measure`."""
        return max(ZERO, self.uninstalled - self.uninstalled_before) if self.uninstalled else ZERO

    def left(self) -> Fraction:
        """Return the cost that was still expected at the last restart, or in all."""
        return self.total_cost - self.baseline

    def text(self, day: date, allocated: str) -> str:
        """See :class:`Measure`."""
        share = percent(self.progress(day))
        said = [_("%(share)s of %(amount)s: cost incurred of cost expected", share=share, amount=allocated)]
        if self.at_cost(day):
            said.append(_("uninstalled materials apart at their cost"))
        if self.overrun(day):
            said.append(_("more cost than estimated, progress stays at 100 %"))
        return joined("; ", said)

    def _install(self, event: Cost) -> None:
        if event.amount > self.uninstalled:
            raise Refusal(f"{event.place}.amount", _("more is installed than was uninstalled"))
        self.uninstalled -= event.amount
        self.normal += event.amount


def _read(node: Any) -> Recognition:
    node.only("method", "total_cost")
    node.above("total_cost")
    return CostToCost(total_cost=node.units("total_cost"))


def _write(terms: CostToCost, money: Callable[[Any], float]) -> Plain:
    return {"total_cost": money(terms.total_cost)}


METHOD = Method(
    terms=CostToCost,
    measure=CostMeasure,
    starts=lambda one: CostMeasure(one.recognition),
    read=_read,
    write=_write,
)
