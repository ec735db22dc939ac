"""Stretches of time: days, months by the calendar, and anniversaries."""

from calendar import monthrange
from datetime import date, timedelta
from fractions import Fraction

DAY = timedelta(days=1)


def days(start: date, end: date) -> int:
    """Return the days from one date to another, both included; 0 when they are the wrong way round.

    >>> days(date(2024, 2, 28), date(2024, 3, 1))
    3
    """
    return max(0, end.toordinal() - start.toordinal() + 1)


def months(start: date, end: date) -> Fraction:
    """Return the months from one date to another, both included.

    A part of a month counts its days over the days of that calendar month, so stretches
    that follow each other add up.

    >>> months(date(2025, 1, 1), date(2025, 12, 31)), months(date(2025, 1, 15), date(2025, 2, 28))
    (Fraction(12, 1), Fraction(48, 31))
    """
    if end < start:
        return Fraction(0)
    first, last = monthrange(start.year, start.month)[1], monthrange(end.year, end.month)[1]
    whole = 12 * (end.year - start.year) + end.month - start.month
    return Fraction((whole * first - start.day + 1) * last + end.day * first, first * last)


def anniversary(start: date, years: int) -> date:
    """Return the date so many years later; the 29th of February becomes the 28th where there is none.

    >>> anniversary(date(2024, 2, 29), 1)
    datetime.date(2025, 2, 28)
    """
    last = monthrange(start.year + years, start.month)[1]
    return start.replace(year=start.year + years, day=min(start.day, last))
