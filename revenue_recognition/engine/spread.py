"""Spreading what remains of a price over the days or months that earn it."""

from collections.abc import Sequence
from datetime import date, timedelta

from .dates import DAY

#: A month in whole parts, whichever days it has: the least number that 28, 29, 30 and 31 divide.
MONTH = 377580


def clock(day: date, monthly: bool) -> int:
    """Return the time at the end of a day, in days or in parts of a month; differences are stretches of time.

    >>> clock(date(2025, 3, 1), False) - clock(date(2025, 2, 27), False)
    2
    >>> (clock(date(2025, 12, 31), True) - clock(date(2024, 12, 31), True)) / MONTH
    12.0
    """
    if not monthly:
        return day.toordinal()
    length = ((day.replace(day=28) + timedelta(days=4)).replace(day=1) - DAY).day
    return (12 * day.year + day.month - 1) * MONTH + day.day * (MONTH // length)


class Spread:
    """Spreads amounts over stretches of time: of each, what falls before, between and after some days.

    :param cuts: days in ascending order; a bucket ends with each, a last one has what comes afterwards
    :param floor: the first day that is still open: what was earned before falls on it

    >>> months = Spread([date(2025, 12, 31), date(2026, 1, 31), date(2026, 2, 28)], date(2026, 1, 1))
    >>> months.over(1200, date(2025, 12, 1), date(2026, 11, 30), True)
    [0, 200, 100, 900]
    >>> sum(months.over(1001, date(2026, 1, 20), date(2027, 1, 19), False))
    1001
    >>> months.over(-1, date(2026, 1, 31), date(2026, 2, 1), False)
    [0, -1, 0, 0]
    """

    __slots__ = ("_clocks", "_first", "_known", "cuts")

    def __init__(self, cuts: Sequence[date], floor: date | None = None) -> None:
        self.cuts = cuts
        self._clocks = {monthly: [clock(day, monthly) for day in cuts] for monthly in (False, True)}
        self._first = sum(1 for day in cuts if floor is not None and day < floor)
        self._known: dict[tuple[date, date, bool], tuple[list[tuple[int, int]], int, int]] = {}

    def over(self, amount: int, start: date, end: date, monthly: bool) -> list[int]:
        """Return the units of each bucket; they add up to the amount.

        Evenly from the first day to the last, rounded cumulatively; what has its end before its
        start falls on its end.
        """
        found = [0] * (len(self.cuts) + 1)
        self.add(found, amount, start, end, monthly)
        return found

    def add(self, buckets: list[int], amount: int, start: date, end: date, monthly: bool) -> None:
        """Add the units of each bucket to what is there; see :meth:`over`."""
        key = start, end, monthly
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._partly(start, end, monthly)
        partly, total, last = known
        # As part_of_whole rounds, of the amount without its sign: a report does this for each month of each stretch.
        sign, double, whole = (-1 if amount < 0 else 1), 2 * abs(amount), 2 * total
        before = 0
        for number, elapsed in partly:
            done = sign * ((double * elapsed + total) // whole)
            buckets[number] += done - before
            before = done
        buckets[last] += amount - before

    def _partly(self, start: date, end: date, monthly: bool) -> tuple[list[tuple[int, int]], int, int]:
        """Return the buckets a stretch passes through with what has elapsed at their end, its length, and the bucket
        it ends in.
        """
        begin = clock(min(start, end) - DAY, monthly)
        total = clock(end, monthly) - begin
        partly: list[tuple[int, int]] = []
        for number in range(self._first, len(self.cuts)):
            elapsed = self._clocks[monthly][number] - begin
            if elapsed >= total:
                return partly, total, number
            if elapsed > 0:
                partly.append((number, elapsed))
        return partly, total, len(self.cuts)
