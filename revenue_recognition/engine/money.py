"""Money as whole numbers of a currency's smallest unit, rounded once and split without loss."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from math import lcm

from .wording import Figure

Number = int | Fraction
ZERO = Fraction(0)
ONE = Fraction(1)


def whole(number: Number) -> Number:
    """Return a number as an int when it is one, which counts faster.

    >>> whole(Fraction(4)), whole(Fraction(1, 2))
    (4, Fraction(1, 2))
    """
    return number.numerator if number.denominator == 1 else number


def round_half_away(number: Number) -> int:
    """Return the nearest whole number; halves go away from zero.

    >>> round_half_away(Fraction(5, 2)), round_half_away(Fraction(-5, 2)), round_half_away(7)
    (3, -3, 7)
    """
    if isinstance(number, int):
        return number
    return _quotient(number.numerator, number.denominator)


def part_of(amount: int, share: Fraction) -> int:
    """Return ``amount × share`` rounded half away from zero, in the units of ``amount``.

    >>> part_of(135000000, Fraction(21, 41))
    69146341
    """
    if share is ONE:
        return amount
    return _quotient(amount * share.numerator, share.denominator) if share is not ZERO else 0


def part_of_whole(amount: int, part: int, whole: int) -> int:
    """Return ``amount × part ÷ whole`` rounded half away from zero, in the units of ``amount``.

    >>> part_of_whole(100, 1, 3), part_of_whole(-5, 1, 2)
    (33, -3)
    """
    return _quotient(amount * part, whole)


def share_out(total: int, exact: Sequence[Number]) -> list[int]:
    """Round exact shares to whole units that add up to their total: the method of the largest remainder.

    Each share differs from its exact value by less than one unit and keeps its sign; of
    equal remainders the first listed wins.

    :param total: units, the sum of ``exact``
    :param exact: units, any sign

    >>> share_out(8000, [Fraction(16000, 9), Fraction(24000, 9), Fraction(32000, 9)])
    [1778, 2667, 3555]
    >>> share_out(-10, [Fraction(-10, 3)] * 3)
    [-4, -3, -3]
    """
    whole = [int(share) for share in exact]
    left = total - sum(whole)
    if left:
        sign = 1 if left > 0 else -1
        # Remainders over their common denominator: whole numbers compare much faster than fractions.
        common = lcm(*[share.denominator for share in exact])
        remainders = [
            sign * (units * share.denominator - share.numerator) * (common // share.denominator)
            for units, share in zip(whole, exact, strict=True)
        ]
        for n in sorted(range(len(whole)), key=remainders.__getitem__)[: abs(left)]:
            whole[n] += sign
    return whole


def split(total: int, weights: Sequence[Number]) -> list[int]:
    """Split a total in proportion to weights, without loss; in equal parts when all weights are zero.

    >>> split(100, [50, 25, 75]), split(3, [0, 0])
    ([33, 17, 50], [2, 1])
    """
    together = sum(weights)
    if not together:
        weights, together = [1] * len(weights), len(weights)
    return share_out(total, [Fraction(total) * weight / together for weight in weights])


def in_currency(units: int, decimals: int) -> float:
    """Return units as an amount in the currency, the float nearest to it.

    >>> in_currency(3333334, 2), in_currency(-5, 0), in_currency(1234, 3)
    (33333.34, -5.0, 1.234)
    """
    scale: int = 10**decimals
    return units / scale


def shown(units: Number, decimals: int) -> str:
    """Return units as people read them, in the currency.

    >>> shown(12000000, 2), shown(-5, 0), shown(Fraction(1, 3), 2)
    ('120,000.00', '-5', '0.00')
    """
    return Figure(f"{Decimal(round_half_away(units)).scaleb(-decimals):,.{decimals}f}")


def _quotient(numerator: int, denominator: int) -> int:
    """Divide and round half away from zero; the denominator is above zero."""
    if numerator < 0:
        return -((-2 * numerator + denominator) // (2 * denominator))
    return (2 * numerator + denominator) // (2 * denominator)
