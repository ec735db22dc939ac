"""Which cumulative percentage of a milestone accepted lines come to."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction

#: How finely a percentage is kept.
STEPS = 10**6


@dataclass(frozen=True)
class Part:
    """A part of a milestone.

    :param percent: cumulative, from 0 to 100, a whole number of millionths
    :param units: what the accepted lines come to, in whole units of the currency
    :param exact: whether the percentage, of the whole milestone, rounds to just these units
    """

    percent: Fraction
    units: int
    exact: bool


def part_of_lines(shares: Mapping[int, int], accepted: Collection[int]) -> Part:
    """Return the part of a milestone that some of its lines are.

    :param shares: whole units of the currency by line: what the milestone bills of it
    :param accepted: the lines that are accepted
    :raises ValueError: where the lines come to nothing, or to no part between nothing and the whole

    >>> part_of_lines({1: 100, 2: 200}, [1])
    Part(percent=Fraction(33333333, 1000000), units=100, exact=True)
    >>> part_of_lines({1: 3 * 10**11, 2: 6 * 10**11}, [1]).exact
    False
    """
    total, units = sum(shares.values()), sum(shares[line] for line in set(accepted))
    if not total or not 0 < Fraction(units, total) <= 1:
        raise ValueError("These lines are no part of the milestone that has a percentage.")
    percent = Fraction(round(Fraction(units, total) * 100 * STEPS), STEPS)
    return Part(percent, units, round(percent * total / 100) == units)
