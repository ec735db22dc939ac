"""Exact amounts, rounded once to whole units of a currency's smallest coin and split without loss."""

from collections.abc import Sequence
from fractions import Fraction
from math import lcm

Number = int | Fraction
ZERO = Fraction(0)
ONE = Fraction(1)


def round_half_away(number: Number) -> int:
    """Return the nearest whole number; halves go away from zero.

    >>> round_half_away(Fraction(5, 2)), round_half_away(Fraction(-5, 2)), round_half_away(7)
    (3, -3, 7)
    """
    return quotient(number.numerator, number.denominator)


def quotient(numerator: int, denominator: int) -> int:
    """Divide by a number above 0 and round to the nearest whole number, halves away from zero.

    >>> quotient(5, 2), quotient(-5, 2), quotient(-7, 3)
    (3, -3, -2)
    """
    if denominator == 1:
        return numerator
    if numerator < 0:
        return -((-2 * numerator + denominator) // (2 * denominator))
    return (2 * numerator + denominator) // (2 * denominator)


def rounded_to(number: Number, decimals: int) -> Number:
    """Return a number at so many decimals, halves away from zero.

    >>> rounded_to(Fraction(123456, 1000), 1), rounded_to(Fraction(1234), -2)
    (Fraction(247, 2), Fraction(1200, 1))
    """
    scale = Fraction(10) ** decimals
    return Fraction(round_half_away(number * scale)) / scale


def share_out(exact: Sequence[Number]) -> list[int]:
    """Round amounts to whole units that total their rounded sum: the floor, and the rest by largest remainder.

    No share is off its exact value by a unit or more; of equal remainders the first listed wins.

    :param exact: units, any sign

    >>> share_out([Fraction(100, 3), Fraction(200, 3)]), share_out([Fraction(-1, 4), Fraction(-1, 4)])
    ([33, 67], [0, -1])
    """
    # Over their common denominator: whole numbers add and compare much faster than fractions.
    common = lcm(*[units.denominator for units in exact])
    parts = [units.numerator * (common // units.denominator) for units in exact]
    floors = [part // common for part in parts]
    left = quotient(sum(parts), common) - sum(floors)
    if left:
        remainders = [floor * common - part for part, floor in zip(parts, floors, strict=True)]
        for place in sorted(range(len(floors)), key=remainders.__getitem__)[:left]:
            floors[place] += 1
    return floors


def in_currency(units: Number, decimals: int) -> float:
    """Return units as an amount in the currency, the float nearest to it.

    >>> in_currency(3333334, 2), in_currency(-5, 0), in_currency(1234, 3)
    (33333.34, -5.0, 1.234)
    """
    return float(Fraction(units) / 10**decimals)
