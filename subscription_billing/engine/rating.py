"""What a quantity costs: flat, graduated, volume, stairstep, package and percent.

Pure functions of a quantity; exact, never rounded. Which tier a quantity reaches is data, not a class of models.

>>> tiers = (Tier(Fraction(5), Fraction(2)), Tier(None, Fraction(1)))
>>> str(Rating("graduated", tiers=tiers).cost(13)), str(Rating("volume", tiers=tiers).cost(13))
('18', '13')
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from .money import ZERO, Number

MODELS = ("flat", "graduated", "volume", "stairstep", "package", "percent")


@dataclass(frozen=True, slots=True)
class Tier:
    """A tier: up to and with which quantity, the price per unit in it, and what it costs once."""

    up_to: Fraction | None
    price: Fraction = ZERO
    flat: Fraction = ZERO


@dataclass(frozen=True, slots=True)
class Rating:
    """A price: how an amount is found from a quantity.

    :param model: one of ``MODELS``
    :param price: of ``flat`` per ``per`` units, of ``package`` per started package
    :param size: of a package; with ``graduated`` and ``volume`` tiers and prices are per package
    :param zero_fee: nothing costs the first tier's flat fee
    :param rate: of ``percent``: share of each row's amount
    """

    model: str
    price: Fraction = ZERO
    per: Fraction = Fraction(1)
    size: Fraction | None = None
    tiers: tuple[Tier, ...] = ()
    zero_fee: bool = False
    rate: Fraction = ZERO
    per_event: Fraction = ZERO
    free_events: Number | None = None
    free_amount: Fraction | None = None

    @property
    def by_row(self) -> bool:
        """Whether rows are rated one by one, not their quantity as a whole."""
        return self.model == "percent"

    @property
    def nothing(self) -> Fraction:
        """What it costs when there is nothing to rate."""
        return self.tiers[0].flat if self.zero_fee else ZERO

    def cost(self, quantity: Number) -> Number:
        """Return what a quantity costs by itself; nothing costs the fee of nothing."""
        return self.rate_rows((quantity,)) if self.by_row else self.rate_units(quantity) if quantity else self.nothing

    def rate_units(self, quantity: Number) -> Number:
        """Return what a quantity costs; of none, nothing. A negative one gives back, flat fees not."""
        if quantity == 0:
            return ZERO
        return self._positive(quantity, True) if quantity > 0 else -self._positive(-quantity, False)

    def _positive(self, quantity: Number, fees: bool) -> Number:
        if self.model == "flat":
            return self.price * quantity / self.per
        if self.model == "package":
            return self.price * self._packages(quantity)
        if self.size is not None:
            quantity = self._packages(quantity)
        if self.model == "graduated":
            return self._graduated(quantity, fees)
        tier = self._reached(quantity)
        if self.model == "stairstep":
            return tier.flat
        return tier.price * quantity / self.per + (tier.flat if fees else 0)

    def _packages(self, quantity: Number) -> int:
        """Return the started packages of a quantity above 0."""
        assert self.size is not None
        return -(-quantity // self.size)

    def _reached(self, quantity: Number) -> Tier:
        for tier in self.tiers:
            if tier.up_to is None or quantity <= tier.up_to:
                return tier
        return self.tiers[-1]

    def _graduated(self, quantity: Number, fees: bool) -> Number:
        total: Number = ZERO
        low: Number = ZERO
        last = len(self.tiers) - 1
        for place, tier in enumerate(self.tiers):
            high = quantity if tier.up_to is None or place == last else min(quantity, tier.up_to)
            if high <= low:
                break
            total += tier.price * (high - low) / self.per + (tier.flat if fees else 0)
            low = high
        return total

    def rate_rows(self, amounts: Iterable[Number]) -> Number:
        """Return what rows cost by percent, in the order of their instants.

        A row is free as long as fewer than ``free_events`` rows came before and it fits into what is left of
        ``free_amount``. The first that passes a limit pays on what is above the amount, all of it where the number
        ended it; later ones in full. A negative row gives back and touches no limit.

        >>> fee = Rating("percent", rate=Fraction("0.012"), per_event=Fraction("0.1"), free_events=3)
        >>> str(fee.rate_rows([200, 100, 100, 50]))
        '7/10'
        """
        limited = self.free_events is not None or self.free_amount is not None
        rows, left, charged, paying = 0, self.free_amount, ZERO, 0
        for amount in amounts:
            if amount < 0 or not limited:
                charged += amount
                paying += amount >= 0
                continue
            counted_out = self.free_events is not None and rows >= self.free_events
            if not counted_out and (left is None or amount <= left):
                rows += 1
                left = None if left is None else left - amount
                continue
            charged += amount if counted_out or left is None else amount - left
            paying += 1
            limited = False
        return self.rate * charged + self.per_event * paying
