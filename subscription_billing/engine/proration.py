"""The rules by which a piece of a period costs a fraction of it.

>>> from datetime import date
>>> from .cadence import Cadence, Step
>>> quarter = Cadence(date(2018, 3, 15).toordinal(), Step(3, "months"), 15)
>>> month = (date(2018, 3, 15).toordinal(), date(2018, 4, 15).toordinal())
>>> [str(fraction(rule, quarter, 0, *month)) for rule in ("months", "days", "actual_30", "thirty_360", "none")]
['1/3', '31/92', '31/90', '1/3', '1']
"""

from datetime import date
from fractions import Fraction

from .cadence import Cadence, Calendar, Day
from .money import ONE

RULES = ("months", "days", "actual_30", "thirty_360", "none")


def fraction(rule: str, calendar: Calendar, number: int, start: Day, to: Day) -> Fraction:
    """Return the fraction of a full period that the days [start, to) of it are.

    :param rule: one of ``RULES``; periods in days and weeks go by days whatever it says, save by ``none``
    :param number: of the period
    """
    full_start, full_to = calendar.start(number), calendar.start(number + 1)
    if rule == "none" or (start == full_start and to == full_to):
        return ONE
    if rule == "days" or not isinstance(calendar, Cadence) or not calendar.months:
        return Fraction(to - start, full_to - full_start)
    if rule == "actual_30":
        return min(ONE, Fraction(to - start, 30 * calendar.months))
    if rule == "thirty_360":
        base = _thirty(full_start)
        return Fraction(_thirty(to) - _thirty(start), _thirty(full_to) - base)
    if calendar.months == 1:
        return Fraction(to - start, full_to - full_start)
    return (_in_months(calendar, to) - _in_months(calendar, start)) / calendar.months


def _in_months(calendar: Cadence, day: Day) -> Fraction:
    """Return how many months a day lies behind the anchor; months start on the anchor's day."""
    month = calendar.month_holding(day)
    start = calendar.month_start(month)
    return month + Fraction(day - start, calendar.month_start(month + 1) - start)


def _thirty(day: Day) -> int:
    """Return the number of a day in years of twelve months of thirty days."""
    found = date.fromordinal(day)
    return 360 * found.year + 30 * (found.month - 1) + min(found.day, 30) - 1
