"""What a milestone owes once a part of it is attained."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from heapq import heapify, heapreplace
from math import ceil

from .split import round_half_away


@dataclass(frozen=True)
class Kept:
    """What of a share was billed when an order changed, in units, and the percent (a share of one) it stood for."""

    percent: Fraction
    units: int


def due_shares(shares: Mapping[int, int], percent: Fraction, kept: Mapping[int, Kept] | None = None) -> dict[int, int]:
    """Return what each line owes in all at a cumulative attained percent.

    Nothing at 0, exactly the shares at 1, and in between never less than at a lower
    percent: attaining more never takes a unit back from any line. The total is the
    milestone's amount times the percent, to the nearest unit; when charges and
    discounts meet in one milestone, each side is, and the total is within a unit.

    Where an order changed under a milestone billed in part, what was ``kept`` is due at its
    percent, whatever the share has become, and the rest of the share for the rest of the way.

    Largest remainders would break the promise (a line may lose its unit as the others
    grow), hence Webster's method, which only ever adds as the total to share grows.

    :param shares: line key -> units the whole milestone bills
    :param percent: cumulative, as a share of one
    :param kept: line key -> what was billed of it when its order changed, if it did
    :raises ValueError: when the percent is below 0 or above 1

    >>> due_shares({1: 1000, 2: 501}, Fraction(1, 3))
    {1: 333, 2: 167}
    >>> due_shares({1: 1000, 2: 501, 3: -90}, Fraction(1))
    {1: 1000, 2: 501, 3: -90}
    >>> half = {1: Kept(Fraction(1, 2), 500)}
    >>> [due_shares({1: 600}, Fraction(part, 4), half)[1] for part in range(5)]
    [0, 250, 500, 550, 600]
    """
    if not 0 <= percent <= 1:
        raise ValueError(f"A cumulative percent is from 0 to 1, not {percent}.")
    due = {}
    for at, group in _by_percent(shares, kept or {}).items():
        if percent < at:
            part = _part({key: units for key, (units, _rest) in group.items()}, percent / at)
        else:
            part = _part({key: rest for key, (_units, rest) in group.items()}, (percent - at) / (1 - at))
            part = {key: units + part[key] for key, (units, _rest) in group.items()}
        due.update(part)
    return {key: due[key] for key in shares}


def percent_of(units: int, share: int, kept: Kept | None = None) -> Fraction:
    """Return the percent (a share of one) at which so many units of a share are due.

    >>> percent_of(300, 1000), percent_of(550, 600, Kept(Fraction(1, 2), 500))
    (Fraction(3, 10), Fraction(3, 4))
    """
    at, first, rest = _bend(share, kept)
    if not rest or (units - first) * rest < 0:
        return max(Fraction(0), min(at, at * Fraction(units, first))) if first else at
    return min(Fraction(1), at + (1 - at) * Fraction(units - first, rest))


def _bend(share: int, kept: Kept | None) -> tuple[Fraction, int, int]:
    """Return the percent up to which what was kept falls due, how much that is, and what follows.

    No more is kept of a share than it comes to.
    """
    if not kept or not 0 < kept.percent < 1:
        return Fraction(0), 0, share
    beyond = (share - kept.units) * kept.units < 0 <= share * kept.units
    first = share if beyond else kept.units
    return kept.percent, first, share - first


def _by_percent(shares: Mapping[int, int], kept: Mapping[int, Kept]) -> dict[Fraction, dict[int, tuple[int, int]]]:
    groups: dict[Fraction, dict[int, tuple[int, int]]] = {}
    for key, share in shares.items():
        at, first, rest = _bend(share, kept.get(key))
        groups.setdefault(at, {})[key] = (first, rest)
    return groups


def _part(shares: Mapping[int, int], percent: Fraction) -> dict[int, int]:
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
