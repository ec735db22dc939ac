"""What a milestone owes once a part of it is attained."""

from collections.abc import Mapping
from fractions import Fraction
from heapq import heapify, heapreplace
from math import ceil

from .split import round_half_away


def due_shares(shares: Mapping[int, int], percent: Fraction) -> dict[int, int]:
    """Return what each line owes in all at a cumulative attained percent.

    Nothing at 0, exactly the shares at 1, and in between never less than at a lower
    percent: attaining more never takes a unit back from any line. The total is the
    milestone's amount times the percent, to the nearest unit; when charges and
    discounts meet in one milestone, each side is, and the total is within a unit.

    Largest remainders would break the promise (a line may lose its unit as the others
    grow), hence Webster's method, which only ever adds as the total to share grows.

    :param shares: line key -> units the whole milestone bills
    :param percent: cumulative, as a share of one
    :raises ValueError: when the percent is below 0 or above 1

    >>> due_shares({1: 1000, 2: 501}, Fraction(1, 3))
    {1: 333, 2: 167}
    >>> due_shares({1: 1000, 2: 501, 3: -90}, Fraction(1))
    {1: 1000, 2: 501, 3: -90}
    """
    if not 0 <= percent <= 1:
        raise ValueError(f"A cumulative percent is from 0 to 1, not {percent}.")
    charges = _webster({key: share for key, share in shares.items() if share > 0}, percent)
    discounts = _webster({key: -share for key, share in shares.items() if share < 0}, percent)
    return {key: charges.get(key, 0) - discounts.get(key, 0) for key in shares}


def _webster(shares: Mapping[int, int], percent: Fraction) -> dict[int, int]:
    """Share out the percent of some positive shares, never less as it grows.

    Unit ``k`` of a share falls due at percent ``(k - 1/2) / share``. As many units
    fall due as the total says, the earliest first: whatever is due at a total is
    therefore also due at any greater one.
    """
    total = round_half_away(percent * sum(shares.values()))
    # Where each line stands just before a percent at which no more than the total is
    # due; the few units left follow one by one.
    start = max(Fraction(0), percent - _overshoot(shares))
    due = {key: ceil(share * start - Fraction(1, 2)) for key, share in shares.items()}
    queue = [(Fraction(2 * due[key] + 1, 2 * share), place, key) for place, (key, share) in enumerate(shares.items())]
    heapify(queue)
    for _unit in range(total - sum(due.values())):
        _percent, place, key = queue[0]
        due[key] += 1
        heapreplace(queue, (Fraction(2 * due[key] + 1, 2 * shares[key]), place, key))
    return due


def _overshoot(shares: Mapping[int, int]) -> Fraction:
    """Return how much percent covers what rounding every line up could add."""
    total = sum(shares.values())
    return Fraction(len(shares) + 1, total) if total else Fraction(0)
