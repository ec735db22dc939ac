"""Hours and cost of an order line, shared by the milestones that bill it."""

from collections.abc import Hashable, Mapping
from fractions import Fraction


def exact(value: float | int) -> Fraction:
    """Return a number as it is written: of a float, its shortest notation.

    >>> exact(0.1), exact(3)
    (Fraction(1, 10), Fraction(3, 1))
    """
    return Fraction(str(value))


def spread(total: Fraction, weights: Mapping[Hashable, Fraction], unit: Fraction) -> dict[Hashable, Fraction]:
    """Return a total shared by weights, in whole units, so that the shares come to the total exactly.

    The units that are left go to the largest remainders, the first one first where they are equal. What of the total
    is no whole unit goes to the last share. Without a weight above zero there is nothing to share by: an empty answer.

    :param total: hours, or an amount; zero or more
    :param weights: what each milestone bills of the line; those below zero count for nothing
    :param unit: the smallest unit, such as 1/100

    >>> cents = Fraction(1, 100)
    >>> shares = spread(Fraction(10), {"a": Fraction(1), "b": Fraction(1), "c": Fraction(1)}, cents)
    >>> [float(share) for share in shares.values()]
    [3.34, 3.33, 3.33]
    >>> spread(Fraction(10), {"a": Fraction(0)}, cents)
    {}
    """
    positive = {key: weight for key, weight in weights.items() if weight > 0}
    whole = sum(positive.values(), Fraction(0))
    if not whole:
        return {}
    units = int(total // unit)
    ideals = {key: units * weight / whole for key, weight in positive.items()}
    shares = {key: int(ideal) for key, ideal in ideals.items()}
    order = sorted(positive, key=lambda key: shares[key] - ideals[key])
    for key in order[: units - sum(shares.values())]:
        shares[key] += 1
    result = {key: share * unit for key, share in shares.items()}
    last = next(reversed(result))
    result[last] += total - units * unit
    return result
