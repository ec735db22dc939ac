"""Which days of a charge are paused, by what was said of it one after the other.

>>> said = [Said(10, FOREVER), Said(31, None), Said(20, None), Said(25, 27)]
>>> stretches(said)
[(10, 20), (25, 27)]
>>> [(one.day, one.pauses) for one in breaks(said)]
[(10, True), (20, False), (25, True), (27, False)]
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from .cadence import FOREVER, Day
from .events import Break


class Said(NamedTuple):
    """A pause from a day on, or the end of the one that holds that day.

    :param to: the first day not paused any more; FOREVER while nobody knows, None for the end of a pause
    """

    day: Day
    to: Day | None


Stretch = tuple[Day, Day]


def stretches(said: Iterable[Said]) -> list[Stretch]:
    """Return the paused stretches of days, half-open, in order, apart from each other.

    :param said: in the order in which it was said: a pause adds days, the end of one takes away the rest of its days
    """
    found: list[Stretch] = []
    for one in said:
        if one.to is not None:
            found = _joined([*found, (one.day, one.to)])
        else:
            found = [kept for stretch in found for kept in _cut(stretch, one.day)]
    return found


def breaks(said: Iterable[Said]) -> Iterator[Break]:
    """Yield pauses and their ends, in order, by turns."""
    for place, (start, to) in enumerate(stretches(said)):
        yield Break(day=start, recorded=start, listed=2 * place, pauses=True)
        if to < FOREVER:
            yield Break(day=to, recorded=to, listed=2 * place + 1, pauses=False)


def _joined(found: list[Stretch]) -> list[Stretch]:
    made: list[Stretch] = []
    for start, to in sorted(found):
        if made and start <= made[-1][1]:
            made[-1] = made[-1][0], max(to, made[-1][1])
        else:
            made.append((start, to))
    return made


def _cut(stretch: Stretch, day: Day) -> Iterator[Stretch]:
    start, to = stretch
    if not start <= day < to:
        yield stretch
    elif start < day:
        yield start, day
