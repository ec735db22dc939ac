"""The calendar of a charge: its periods, each computed from the anchor and never from the one before.

Days are numbers, as :meth:`datetime.date.toordinal` counts them, and spans are half-open: ``start`` is the first
day, ``to`` the first day no more.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

Day = int
#: Before every day and after every day.
NEVER, FOREVER = 0, date.max.toordinal()
DAYS_IN = {"days": 1, "weeks": 7}
MONTHS_IN = {"months": 1, "years": 12}
LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


class Part(NamedTuple):
    """A period cut to the days on which its charge runs, beside the full period that it is part of."""

    number: int
    start: Day
    to: Day
    full_start: Day
    full_to: Day


@dataclass(frozen=True, slots=True)
class Step:
    """A length of time: so many days, weeks, months or years."""

    count: int
    unit: str

    @property
    def months(self) -> int:
        """The months of a length in months or years, 0 for days and weeks."""
        return self.count * MONTHS_IN.get(self.unit, 0)

    @property
    def days(self) -> int:
        """The days of a length in days or weeks, 0 for months and years."""
        return self.count * DAYS_IN.get(self.unit, 0)


def month_of(day: Day) -> int:
    """Return the number of a day's month, counted from the year 0."""
    found = date.fromordinal(day)
    return found.year * 12 + found.month - 1


def in_month(month: int, day_of_month: int) -> Day:
    """Return a day of a month, its last one where the month is shorter.

    >>> date.fromordinal(in_month(2024 * 12 + 1, 31))
    datetime.date(2024, 2, 29)
    """
    year, index = divmod(month, 12)
    if year > date.max.year:
        return FOREVER
    last = LENGTHS[index]
    if index == 1 and year % 4 == 0 and (year % 100 or year % 400 == 0):
        last = 29
    return date(year, index + 1, min(day_of_month, last)).toordinal()


def later(day: Day, step: Step, times: int = 1) -> Day:
    """Return the day so many steps later, by months on the same day or the month's last one.

    >>> [str(date.fromordinal(later(date(2023, 1, 31).toordinal(), Step(1, "months"), n))) for n in (1, 2)]
    ['2023-02-28', '2023-03-31']
    """
    if not step.months:
        return min(day + step.days * times, FOREVER)
    return in_month(month_of(day) + step.months * times, date.fromordinal(day).day)


def first_billing_day(start: Day, billing_day: int) -> Day:
    """Return the first day not before a start that is a billing day.

    >>> date.fromordinal(first_billing_day(date(2021, 9, 26).toordinal(), 25))
    datetime.date(2021, 10, 25)
    """
    month = month_of(start)
    found = in_month(month, billing_day)
    return found if found >= start else in_month(month + 1, billing_day)


@dataclass(frozen=True, slots=True)
class Cadence:
    """Periods of one length on an anchor: period k is [anchor + k·n, anchor + (k+1)·n), k any whole number.

    :param anchor: a day on which a period starts
    :param every: the length
    :param day_of_month: on which periods in months and years start; the anchor may be the last day of a shorter month

    >>> monthly = Cadence(date(2023, 1, 31).toordinal(), Step(1, "months"), 31)
    >>> [str(date.fromordinal(monthly.start(k))) for k in (-2, 0, 1, 2)]
    ['2022-11-30', '2023-01-31', '2023-02-28', '2023-03-31']
    """

    anchor: Day
    every: Step
    day_of_month: int
    _starts: dict[int, Day] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def on(cls, anchor: Day, every: Step) -> "Cadence":
        """Return the periods that start on an anchor's own day of the month."""
        return cls(anchor, every, date.fromordinal(anchor).day)

    @property
    def months(self) -> int:
        """The months of a period, 0 in days and weeks."""
        return self.every.months

    def start(self, number: int) -> Day:
        """Return the first day of a period."""
        found = self._starts.get(number)
        if found is None:
            months = self.months
            days = min(FOREVER, self.anchor + number * self.every.days)
            found = self.month_start(number * months) if months else days
            self._starts[number] = found
        return found

    def month_start(self, months: int) -> Day:
        """Return the day so many months from the anchor."""
        return in_month(month_of(self.anchor) + months, self.day_of_month)

    def month_holding(self, day: Day) -> int:
        """Return how many months from the anchor a day's month starts; months start on the anchor's day."""
        found = month_of(day) - month_of(self.anchor)
        return found if self.month_start(found) <= day else found - 1

    def holding(self, day: Day) -> int:
        """Return the number of the period that holds a day."""
        if self.months:
            return self.month_holding(day) // self.months
        return (day - self.anchor) // self.every.days

    def first_from(self, day: Day) -> Day:
        """Return the start of the first period that starts on or after a day."""
        number = self.holding(day)
        start = self.start(number)
        return start if start == day else self.start(number + 1)

    def part(self, number: int, first: Day, end: Day) -> Part | None:
        """Return a period cut to [first, end); nothing where no day is left."""
        start, to = self.start(number), self.start(number + 1)
        cut_start, cut_to = max(start, first), min(to, end)
        return Part(number, cut_start, cut_to, start, to) if cut_start < cut_to else None


@dataclass(frozen=True, slots=True)
class Once:
    """The calendar of a charge without a cadence: one period, number 0.

    >>> Once(5, 9).part(0, 5, 7)
    Part(number=0, start=5, to=7, full_start=5, full_to=9)
    """

    first: Day
    to: Day

    @property
    def months(self) -> int:
        """No months: its parts go by days."""
        return 0

    def start(self, number: int) -> Day:
        """Return the first day of the only period, and of the next one, which never comes."""
        return self.first if number == 0 else self.to

    def holding(self, day: Day) -> int:
        """Return 0, the number of the only period."""
        return 0 if day < self.to else 1

    def first_from(self, day: Day) -> Day:
        """Return the start of the first period that starts on or after a day."""
        return self.first if day <= self.first else FOREVER

    def part(self, number: int, first: Day, end: Day) -> Part | None:
        """Return the period cut to [first, end); nothing where no day is left."""
        cut_start, cut_to = max(self.first, first), min(self.to, end)
        if number or cut_start >= cut_to:
            return None
        return Part(0, cut_start, cut_to, self.first, self.to)


Calendar = Cadence | Once
