"""Values that hold from a day on until the next one: quantities, prices, pauses."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import Any, Generic, TypeVar

from .cadence import NEVER, Day

T = TypeVar("T")


class Track(Generic[T]):
    """A value for every day.

    :param steps: (first day, value) in order of days; the first one holds from ever, the last of a day counts

    >>> track = Track([(0, "a"), (5, "b"), (5, "c"), (8, "c"), (9, "d")])
    >>> track.at(6), list(track.pieces(3, 9))
    ('c', [(3, 5, 'a'), (5, 9, 'c')])
    """

    __slots__ = ("days", "values")

    def __init__(self, steps: Iterable[tuple[Day, T]]) -> None:
        self.days: list[Day] = []
        self.values: list[T] = []
        for day, value in steps:
            if self.days and self.days[-1] == day:
                self.days.pop()
                self.values.pop()
            if not self.values or self.values[-1] != value:
                self.days.append(day)
                self.values.append(value)

    def at(self, day: Day) -> T:
        """Return the value of a day."""
        return self.values[max(0, bisect_right(self.days, day) - 1)]

    def pieces(self, start: Day, to: Day) -> Iterator[tuple[Day, Day, T]]:
        """Yield the stretches of one value in [start, to)."""
        days, values = self.days, self.values
        place, last = max(0, bisect_right(days, start) - 1), len(days) - 1
        while place < last and days[place + 1] < to:
            yield start, days[place + 1], values[place]
            place += 1
            start = days[place]
        yield start, to, values[place]


def together(*tracks: Track[Any]) -> Track[tuple[Any, ...]]:
    """Return one track of the values of several.

    >>> list(together(Track([(0, 1), (5, 2)]), Track([(0, "a"), (7, "b")])).pieces(4, 8))
    [(4, 5, (1, 'a')), (5, 7, (2, 'a')), (7, 8, (2, 'b'))]
    """
    days = sorted({day for track in tracks for day in track.days} | {NEVER})
    return Track((day, tuple(track.at(day) for track in tracks)) for day in days)
