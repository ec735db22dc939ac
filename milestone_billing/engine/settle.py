"""The last units: moving them to where they make a line exact."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from fractions import Fraction


def lacks(amounts: Mapping[int, int], shares: Iterable[Mapping[int, int]]) -> dict[int, int]:
    """Return line key -> units the line's amount exceeds its shares by.

    >>> lacks({1: 10, 2: 5}, [{1: 4}, {1: 7, 2: 5}])
    {1: -1, 2: 0}
    """
    missing = dict(amounts)
    for given in shares:
        for key, units in given.items():
            if key in missing:
                missing[key] -= units
    return missing


def absorb(delta: int, shares: Sequence[int], side: int) -> tuple[list[int], int]:
    """Add a difference to the last share; walk back where it takes more than there is.

    :param delta: units to add
    :param shares: units, the last one first to change
    :param side: the sign the shares have, and keep
    :return: the new shares, and the units that found no room

    >>> absorb(5, [10, 20], 1), absorb(-25, [10, 20], 1), absorb(-40, [10, 20], 1)
    (([10, 25], 0), ([5, 0], 0), ([0, 0], -10))
    """
    after = list(shares)
    if delta * side > 0 and after:
        after[-1] += delta
        return after, 0
    for index in reversed(range(len(after))):
        room = max(0, after[index] * side)
        taken = side * min(room, abs(delta))
        after[index] -= taken
        delta += taken
    return after, delta


def absorb_in_percents(
    amounts: Mapping[int, int],
    exact: Mapping[int, Mapping[int, Fraction]],
    shares: Mapping[int, dict[int, int]],
    percents: Sequence[int],
    closing: Collection[int],
) -> None:
    """Let the last percent items on each closing line bill what it lacks.

    :param percents: keys of the items that may change, in sequence
    """
    missing = lacks(amounts, shares.values())
    for key in closing:
        if not missing[key]:
            continue
        takers = [item for item in percents if exact[item].get(key)]
        side = 1 if exact[takers[-1]][key] > 0 else -1
        after, _rest = absorb(missing[key], [shares[item][key] for item in takers], side)
        for item, units in zip(takers, after, strict=True):
            shares[item][key] = units


def swap_in_fixed(
    amounts: Mapping[int, int],
    exact: Mapping[int, Mapping[int, Fraction]],
    shares: Mapping[int, dict[int, int]],
    fixed: Sequence[int],
    closing: Collection[int],
) -> None:
    """Make closing lines exact by swapping units between lines within fixed items.

    Such an item bills its amount whatever happens, so a line that got a unit too much
    gives it to one that got too little, if need be by way of others: the shortest
    chain of swaps that makes no charge a discount.
    """
    missing = lacks(amounts, shares.values())
    for key in sorted(closing):
        while missing[key]:
            step = 1 if missing[key] > 0 else -1
            wanting = {other for other in closing if missing[other] * step < 0}
            chain = _chain(key, step, exact, shares, fixed, wanting, closing)
            if not chain:
                break
            for item, gives, takes in chain:
                shares[item][gives] += step
                shares[item][takes] -= step
            missing[key] -= step
            missing[chain[-1][2]] += step


Swap = tuple[int, int, int]


def _chain(
    start: int,
    step: int,
    exact: Mapping[int, Mapping[int, Fraction]],
    shares: Mapping[int, dict[int, int]],
    fixed: Sequence[int],
    wanting: Collection[int],
    closing: Collection[int],
) -> list[Swap]:
    """Return swaps (item, line that gets ``step``, line that gives it) from a line.

    They lead to a line that wants the opposite, else to one that need not close.
    """
    reached: dict[int, list[Swap]] = {start: []}
    queue = [start]
    for line in queue:
        if line in wanting:
            return reached[line]
        for item in fixed:
            if not _may_change(item, line, step, exact, shares):
                continue
            for other in exact[item]:
                if other not in reached and _may_change(item, other, -step, exact, shares):
                    reached[other] = [*reached[line], (item, line, other)]
                    queue.append(other)
    return next((reached[line] for line in queue if line not in closing), [])


def _may_change(
    item: int,
    line: int,
    step: int,
    exact: Mapping[int, Mapping[int, Fraction]],
    shares: Mapping[int, dict[int, int]],
) -> bool:
    ideal = exact[item].get(line, 0)
    return bool(ideal) and (shares[item][line] + step) * ideal >= 0
