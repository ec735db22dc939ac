"""How an amount is found from a quantity: what is told of a price's tiers.

>>> from .rating import Tier
>>> tiers = (Tier(Fraction(100), Fraction(2)), Tier(None, Fraction(1), Fraction(5)))
>>> [(int(step.quantity), int(step.price), int(step.amount)) for step in steps(Rating("graduated", tiers=tiers), 130)]
[(100, 2, 200), (30, 1, 35)]
"""

from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

from .money import ZERO, Number
from .rating import Rating


class Step(NamedTuple):
    """A part of a quantity at one price.

    :param quantity: units, or packages of a price per package
    :param price: per ``per`` of them
    :param flat: what it costs once
    :param amount: exact, in the currency
    """

    quantity: Number
    price: Fraction
    per: Fraction
    flat: Fraction
    amount: Number


def steps(rating: Rating, quantity: Number) -> list[Step]:
    """Return what a quantity above 0 is made of, in the order of its tiers; they come to what it costs.

    A price by percent looks at rows, and has none.
    """
    if rating.model == "percent" or quantity <= 0:
        return []
    if rating.model == "flat":
        return [Step(quantity, rating.price, rating.per, ZERO, rating.rate_units(quantity))]
    units = -(-quantity // rating.size) if rating.size is not None else quantity
    if rating.model == "package":
        return [Step(units, rating.price, Fraction(1), ZERO, rating.price * units)]
    if rating.model == "graduated":
        return list(_graduated(rating, units))
    tier = next((one for one in rating.tiers if one.up_to is None or units <= one.up_to), rating.tiers[-1])
    if rating.model == "stairstep":
        return [Step(units, ZERO, Fraction(1), tier.flat, tier.flat)]
    return [Step(units, tier.price, rating.per, tier.flat, tier.price * units / rating.per + tier.flat)]


def _graduated(rating: Rating, units: Number) -> Iterator[Step]:
    low: Number = ZERO
    for place, tier in enumerate(rating.tiers):
        high = units if tier.up_to is None or place == len(rating.tiers) - 1 else min(units, tier.up_to)
        if high <= low:
            return
        own = high - low
        yield Step(own, tier.price, rating.per, tier.flat, tier.price * own / rating.per + tier.flat)
        low = high
