"""From quantities to amounts: free units, ladders, commitments, minimum and maximum, in this order.

All pure: a group of usage with its quantity per price version in, exact amounts out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from .money import ZERO, Number
from .rating import Rating
from .terms import Promise


@dataclass(slots=True)
class Settled:
    """What usage comes to.

    :param amounts: per price version, in time order
    :param overage: what is above a commitment, at its factor
    :param true_up: what is missing to a commitment or minimum
    """

    amounts: list[Number]
    overage: Number = ZERO
    true_up: Number = ZERO

    @property
    def total(self) -> Number:
        """All of it."""
        return sum(self.amounts, self.overage + self.true_up)

    def cut(self, much: Number) -> None:
        """Take an amount off, from the latest version first, none below 0."""
        for place in reversed(range(len(self.amounts))):
            taken = min(much, max(ZERO, self.amounts[place]))
            self.amounts[place] -= taken
            much -= taken


def rate_group(
    ratings: Sequence[Rating],
    quantities: Sequence[Number],
    rows: Sequence[Sequence[Number]],
    free: Number = ZERO,
    ladder: str = "restart",
) -> list[Number]:
    """Return what a group costs in each price version, in time order.

    :param quantities: of each version, aggregated and rounded
    :param rows: amounts of the rows of each version, for prices that rate row by row
    :param free: units that cost nothing; taken off the earliest version first, never below 0
    :param ladder: ``restart``: each version from the bottom of its tiers; ``continue``: where the one before ended

    >>> from .rating import Tier
    >>> tiers = Rating("graduated", tiers=(Tier(Fraction(10), Fraction(2)), Tier(None, Fraction(1))))
    >>> for how in ("restart", "continue"):
    ...     [str(cost) for cost in rate_group([tiers, tiers], [8, 8], [(), ()], 1, how)]
    ['14', '16']
    ['14', '11']
    """
    costs: list[Number] = []
    before: Number = 0
    rows_before: list[Number] = []
    empty = True
    for rating, quantity, own_rows in zip(ratings, quantities, rows, strict=True):
        taken = 0 if rating.by_row else min(free, max(quantity, 0))
        free, own = free - taken, quantity - taken
        costs.append(_rate_rows(rating, rows_before, own_rows) if rating.by_row else _rate_units(rating, before, own))
        empty = empty and not (own_rows if rating.by_row else own)
        if ladder == "continue":
            before += own
            rows_before += own_rows
    if empty:
        costs[-1] += ratings[-1].nothing
    return costs


def _rate_rows(rating: Rating, before: Sequence[Number], own: Sequence[Number]) -> Number:
    """Return what rows cost that come after those ``before`` on a ladder."""
    return rating.rate_rows([*before, *own]) - (rating.rate_rows(before) if before else 0)


def _rate_units(rating: Rating, before: Number, own: Number) -> Number:
    """Return what units cost that come after those ``before`` on a ladder."""
    return rating.rate_units(before + own) - (rating.rate_units(before) if before else 0)


def keep_promise(amounts: list[Number], promise: Promise | None, amount: Number) -> Settled:
    """Settle a group with its commitment: usage up to it, overage at the factor, or a true-up.

    :param amount: of the commitment in this group

    >>> found = keep_promise([Fraction(1400)], Promise(Fraction(1000), Fraction(3, 2)), Fraction(1000))
    >>> str(found.amounts[0]), str(found.overage), str(found.true_up)
    ('1000', '600', '0')
    """
    settled = Settled(amounts)
    if promise is None:
        return settled
    above = sum(amounts) - amount
    if above > 0:
        settled.cut(above)
        settled.overage = above * promise.factor
    elif promise.true_up:
        settled.true_up = -above
    return settled


def hold(settled: Settled, minimum: Number | None, maximum: Number | None) -> None:
    """Hold a period between its minimum, which adds to the true-up, and its maximum.

    The maximum cuts the true-up first, then overage, then usage from the latest version.
    """
    if minimum is not None:
        settled.true_up += max(ZERO, minimum - settled.total)
    above = ZERO if maximum is None else settled.total - maximum
    if above <= 0:
        return
    taken = min(above, settled.true_up)
    settled.true_up -= taken
    above -= taken
    taken = min(above, settled.overage)
    settled.overage -= taken
    settled.cut(above - taken)


def prorated(amount: Fraction | None, share: Fraction) -> Fraction | None:
    """Return the share of an amount, where there is one."""
    return None if amount is None else amount * share
