"""Business days between asking a customer and what silence means."""

from collections.abc import Callable
from datetime import date, timedelta

#: After so many days without a business day there is none: a calendar without working hours.
LONGEST_BREAK = 366


def business_day_after(day: date, number: int, is_business: Callable[[date], bool]) -> date | None:
    """Return the business day that is so many after a day, which itself is not counted.

    :param number: how many; below zero goes back
    :param is_business: whether a day is a business day
    :return: None where the calendar has no business day

    >>> business_day_after(date(2026, 11, 27), 2, lambda day: day.weekday() < 5)
    datetime.date(2026, 12, 1)
    >>> business_day_after(date(2026, 12, 1), -2, lambda day: day.weekday() < 5)
    datetime.date(2026, 11, 27)
    >>> business_day_after(date(2026, 12, 1), 1, lambda day: False) is None
    True
    """
    step = timedelta(days=-1 if number < 0 else 1)
    for _number in range(abs(number)):
        for _day in range(LONGEST_BREAK):
            day += step
            if is_business(day):
                break
        else:
            return None
    return day
