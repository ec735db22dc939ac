"""Satisfied at a point in time: nothing until control passes (ASC 606-10-25-30)."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any, ClassVar

from ..errors import Refusal
from ..events import Change, Deliver, Satisfy
from ..money import ONE, ZERO
from ..terms import Recognition
from ..wording import _, joined
from .base import Measure, no_term, percent
from .registry import Method


@dataclass(frozen=True, slots=True)
class PointInTime(Recognition):
    """Recognised when control passes."""

    method: ClassVar[str] = "point_in_time"


class TransferMeasure(Measure):
    """The share of which control has passed; of a quantity, the units of it.

    What passed is kept in units, so that it is another share once a modification changes the quantity.
    """

    __slots__ = ("passed", "quantity")
    takes: ClassVar = {Satisfy: "satisfy", Deliver: "deliver"}
    series = True
    changes = frozenset({"quantity"})
    paragraph = "606-10-25-30"

    def __init__(self, quantity: Fraction | None = None) -> None:
        super().__init__()
        self.quantity = quantity
        self.passed = ZERO

    def satisfy(self, event: Satisfy) -> None:
        """Add a share; the shares never pass the whole."""
        more = event.share * self.total()
        if self.passed + more > self.total():
            reason = _(
                "%(more)s more than the %(done)s satisfied already is over 100 %%",
                more=percent(event.share),
                done=percent(self.passed / self.total()),
            )
            raise Refusal(f"{event.place}.share", reason)
        self.passed += more

    def deliver(self, event: Deliver) -> None:
        """Add units of the quantity; what passes it counts once it is agreed."""
        if self.quantity is None:
            raise Refusal(f"{event.place}.units", _("there is no quantity that they are units of"))
        self.passed += event.units

    def change(self, change: Change) -> None:
        """See :class:`Measure`: only what is counted has a quantity."""
        if change.quantity is not None and self.quantity is None:
            raise no_term(change, "quantity")
        super().change(change)

    def done(self, day: date) -> Fraction:
        """See :class:`Measure`."""
        return self.passed

    def total(self) -> Fraction:
        """See :class:`Measure`."""
        return ONE if self.quantity is None else self.quantity

    def text(self, day: date, allocated: str) -> str:
        """See :class:`Measure`."""
        if not self.passed:
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
    starts=lambda one: TransferMeasure(one.quantity),
    read=_read,
)
