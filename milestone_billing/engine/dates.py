"""Dates a number of days, business days or months away."""

from calendar import monthrange
from collections.abc import Container
from datetime import date, timedelta
from typing import Literal

Unit = Literal["days", "business_days", "months"]

_SATURDAY = 5


def shift(day: date, number: int, unit: Unit, holidays: Container[date] = ()) -> date:
    """Return the date that is so many days, business days or months from a day.

    A month later is the same day of the month, or its last when it has no such day.
    Business days are Monday to Friday without the holidays; none from a day that is not
    one is the next one.

    :param number: how many; below 0 goes back
    :param holidays: days that are not business days
    :raises ValueError: when the unit is unknown
    :raises OverflowError: when there is no such date in the calendar

    >>> shift(date(2024, 1, 31), 1, "months")
    datetime.date(2024, 2, 29)
    >>> shift(date(2024, 3, 29), 1, "business_days", {date(2024, 4, 1)})
    datetime.date(2024, 4, 2)
    >>> shift(date(2024, 3, 1), -1, "days")
    datetime.date(2024, 2, 29)
    """
    if unit == "days":
        return day + timedelta(days=number)
    if unit == "months":
        return _shift_months(day, number)
    if unit == "business_days":
        return _shift_business_days(day, number, holidays)
    raise ValueError(f"Unknown unit {unit!r}.")


def _shift_months(day: date, number: int) -> date:
    years, month = divmod(day.month - 1 + number, 12)
    year = day.year + years
    if not date.min.year <= year <= date.max.year:
        raise OverflowError(f"There is no year {year} in the calendar.")
    last = monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def _shift_business_days(day: date, number: int, holidays: Container[date]) -> date:
    step = timedelta(days=-1 if number < 0 else 1)
    if not number:
        while not _is_business_day(day, holidays):
            day += step
    for _number in range(abs(number)):
        day += step
        while not _is_business_day(day, holidays):
            day += step
    return day


def _is_business_day(day: date, holidays: Container[date]) -> bool:
    return day.weekday() < _SATURDAY and day not in holidays
