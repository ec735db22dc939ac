"""One amount over several, to the unit."""

from collections.abc import Sequence
from fractions import Fraction
from math import floor


def round_half_away(value: Fraction) -> int:
    """Return the nearest integer, halves away from zero.

    >>> [round_half_away(Fraction(n, 2)) for n in (-3, -1, 0, 1, 3)]
    [-2, -1, 0, 1, 2]
    """
    magnitude = floor(abs(value) + Fraction(1, 2))
    return magnitude if value >= 0 else -magnitude


def part_of(total: Fraction | int, start: Fraction | int, length: Fraction | int, whole: Fraction | int) -> int:
    """Return what of a total falls on a stretch of a whole, so that stretches that make up the whole get all of it.

    Cumulative: what falls on all up to the end of the stretch, less what falls on all up to its start, each rounded.

    :param total: units to share out
    :param start: where the stretch begins, from 0 to the whole
    :param length: how long it is
    :param whole: what all stretches come to, not 0

    >>> [part_of(200, start, 1, 3) for start in range(3)]
    [67, 66, 67]
    """
    until, before = (Fraction(total) * point / whole for point in (start + length, start))
    return round_half_away(until) - round_half_away(before)


def largest_remainder(total: int, ideals: Sequence[Fraction]) -> list[int]:
    """Return integers that add up to ``total``, each as near its ideal as possible.

    Every ideal is floored, then the missing units go one by one to the largest
    remainders, equal ones in the order given. The ideals may be of any sign and need
    not add up to the total; when they are too far from it for one unit each to close
    the gap, the gap is first spread over them in proportion to their size.

    An ideal of exactly 0 gets nothing, unless they are all 0: then all count alike.

    :param total: units to share out
    :param ideals: exact units each would get, if units could be divided
    :raises ValueError: when there is something to share but nothing to share it over

    >>> largest_remainder(100, [Fraction(100, 3)] * 3)
    [34, 33, 33]
    >>> largest_remainder(100, [Fraction(1), Fraction(0), Fraction(2)])
    [33, 0, 67]
    """
    if not ideals:
        if total:
            raise ValueError(f"Nothing to share {total} units over.")
        return []
    if not any(ideals):
        ideals = [Fraction(total, len(ideals))] * len(ideals)
    floors = [floor(ideal) for ideal in ideals]
    missing = total - sum(floors)
    if not 0 <= missing <= sum(map(bool, ideals)):
        ideals = _spread(total, ideals)
        floors = [floor(ideal) for ideal in ideals]
        missing = total - sum(floors)
    for index in _by_remainder(ideals)[:missing]:
        floors[index] += 1
    return floors


def _spread(total: int, ideals: Sequence[Fraction]) -> list[Fraction]:
    gap = total - sum(ideals)
    weight = sum(map(abs, ideals))
    return [ideal + gap * abs(ideal) / weight for ideal in ideals]


def _by_remainder(ideals: Sequence[Fraction]) -> list[int]:
    """Return where the ideals above or below 0 are, the largest remainder first."""
    places = [index for index, ideal in enumerate(ideals) if ideal]
    return sorted(places, key=lambda index: floor(ideals[index]) - ideals[index])
