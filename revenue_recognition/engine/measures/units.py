"""Units delivered (ASC 606-10-55-17)."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any, ClassVar

from ..errors import Refusal
from ..events import Deliver, EstimateReturns, EstimateUnitPrice
from ..money import ONE, ZERO
from ..terms import Obligation, Recognition
from ..wording import _, joined
from .base import Measure, number
from .registry import Method


@dataclass(frozen=True, slots=True)
class Units(Recognition):
    """Recognised as units are delivered, of a fixed quantity or each at its price."""

    method: ClassVar[str] = "units"


class UnitsMeasure(Measure):
    """Units delivered of the quantity; without a quantity each unit earns its price.

    Knows two things beside progress: the price now expected per unit, where it differs
    from the stated one (rebates, ASC 606-10-32-14), and the share expected back (55-22).
    """

    __slots__ = ("delivered", "expected_price", "open_ended", "quantity", "return_rate", "stated_price")
    takes: ClassVar = {Deliver: "deliver", EstimateUnitPrice: "expect_price", EstimateReturns: "expect_returns"}
    series = True
    changes = frozenset({"quantity"})
    paragraph = "606-10-55-17"

    def __init__(self, obligation: Obligation) -> None:
        super().__init__()
        self.quantity = obligation.quantity
        self.open_ended = obligation.quantity is None
        self.stated_price = _stated_price(obligation)
        self.expected_price: Fraction | None = None
        self.return_rate = self.delivered = ZERO

    def deliver(self, event: Deliver) -> None:
        """Add units, never beyond the quantity nor below none."""
        delivered = self.delivered + event.units
        if delivered < 0:
            raise Refusal(f"{event.place}.units", _("only %(count)s units are delivered", count=number(self.delivered)))
        if self.quantity is not None and delivered > self.quantity:
            reason = _(
                "%(count)s units would be delivered of %(quantity)s",
                count=number(delivered),
                quantity=number(self.quantity),
            )
            raise Refusal(f"{event.place}.units", reason)
        self.delivered = delivered

    def expect_price(self, event: EstimateUnitPrice) -> None:
        """Expect another price for every unit."""
        self.expected_price = event.amount

    def expect_returns(self, event: EstimateReturns) -> None:
        """Expect another share of the delivered units back."""
        self.return_rate = event.rate

    def done(self, day: date) -> Fraction:
        """See :class:`Measure`."""
        return self.delivered

    def total(self) -> Fraction:
        """See :class:`Measure`: without a quantity, what is delivered is all there is to do."""
        return self.delivered or ONE if self.quantity is None else self.quantity

    def earned(self, day: date) -> Fraction:
        """See :class:`Measure`: at the stated price."""
        return self.delivered * self.stated_price if self.open_ended else ZERO

    def price_from(self, share: Fraction) -> None:
        """Take a unit's part of the allocated share for its price, where none is stated.

        :param share: of the fixed consideration, in units of money
        """
        if not self.stated_price and self.quantity:
            self.stated_price = share / self.quantity

    def expected(self) -> Fraction:
        """Return the units that will be delivered as far as is known."""
        return self.delivered if self.quantity is None else self.quantity

    def adjusted(self) -> bool:
        """Return whether another price or returns are expected."""
        return self.expected_price is not None or bool(self.return_rate)

    def rebate(self, units: Fraction) -> Fraction:
        """Return what the expected price adds to the stated price of so many units, below zero for a rebate."""
        if self.expected_price is None:
            return ZERO
        return (self.expected_price - self.stated_price) * units

    def text(self, day: date, allocated: str) -> str:
        """See :class:`Measure`."""
        if self.open_ended:
            said = [_("%(count)s units delivered, each at its price", count=number(self.delivered))]
        else:
            done, total = number(self.done(day) - self.baseline), number(self.total() - self.baseline)
            said = [_("%(done)s of %(total)s units of %(amount)s", done=done, total=total, amount=allocated)]
        if self.return_rate:
            said.append(_("%(rate)s %% expected back", rate=number(self.return_rate * 100)))
        return joined(", ", said)


def _stated_price(obligation: Obligation) -> Fraction:
    """Return the stated price of a unit, in units of money; 0 where none is stated."""
    if obligation.unit_price is not None:
        return obligation.unit_price
    if obligation.price is not None and obligation.quantity:
        return Fraction(obligation.price) / obligation.quantity
    return ZERO


def _read(node: Any) -> Recognition:
    node.only("method")
    return Units()


METHOD = Method(
    terms=Units,
    measure=UnitsMeasure,
    starts=UnitsMeasure,
    read=_read,
)
