"""What is taken for usage of a period of which no row is known: the mean of the periods before.

Only a period that is over and due is estimated; one row of it, be it of 0, and the estimate is gone. How it is
estimated was settled on the day it was due: another way holds for what is due from its day on.
"""

from collections.abc import Sequence
from fractions import Fraction

from .cadence import Part
from .events import Row
from .metering import Meter, metered
from .money import Number
from .spans import by_row
from .terms import Usage

#: How many periods back rows are looked for.
FAR = 24


def rows_of(charge: Usage, part: Part, meter: Meter) -> tuple[Sequence[Row], bool]:
    """Return the rows of a part, and whether they are one that stands for an estimate.

    >>> from dataclasses import replace
    >>> from .cadence import Cadence, Step
    >>> from .terms import unit_price
    >>> from .zone import Zone
    >>> weekly = Cadence.on(1, Step(1, "weeks"))
    >>> power = Usage(
    ...     key="A", kind="usage", place=0, first=1, calendar=weekly, price=unit_price(2),
    ...     estimates=((1, 3),), estimated_until=30,
    ... )
    >>> rows = [Row(day, day, quantity, str(day), day) for day, quantity in ((2, 30), (9, 40), (10, 20))]
    >>> meter = Meter(rows, Zone("UTC"))
    >>> [rows_of(power, weekly.part(number, 1, 90), meter)[1] for number in range(4)]
    [False, False, True, True]
    >>> str(rows_of(power, weekly.part(2, 1, 90), meter)[0][0].quantity)
    '45'
    >>> since_the_fourth = replace(power, estimates=((1, 0), (29, 3)))
    >>> [rows_of(since_the_fourth, weekly.part(number, 1, 90), meter)[1] for number in range(4)]
    [False, False, False, True]
    """
    rows, due = meter.between(part.start, part.to), part.to + charge.grace
    if rows or not may_be_estimated(charge) or due >= charge.estimated_until:
        return rows, False
    found = _before(charge, part, meter, charge.estimate_on(due))
    if not found:
        return rows, False
    mean = Fraction(sum(found)) / len(found)
    if charge.group_by == "day":
        return [Row(day, day, mean, str(day), day) for day in range(part.start, part.to)], True
    days = part.to - part.start if adds_up(charge) else 1
    return [Row(0, part.start, mean * days, "", part.start)], True


def may_be_estimated(charge: Usage) -> bool:
    """Return whether usage of a charge is estimated at all: no level, which holds by itself, and no single rows."""
    return bool(charge.estimates) and charge.aggregation != "time_weighted" and not by_row(charge)


def adds_up(charge: Usage) -> bool:
    """Return whether usage of many days is more than that of one."""
    return charge.aggregation in ("sum", "count")


def _before(charge: Usage, part: Part, meter: Meter, most: int) -> list[Number]:
    """Return the quantities of the last parts before one that have rows, as many as are looked at at most.

    Of what adds up, and of what is rated day by day, that of a day in the mean.
    """
    found: list[Number] = []
    for number in range(part.number - 1, part.number - 1 - FAR, -1):
        before = charge.calendar.part(number, charge.first, part.start)
        if before is None or len(found) == most:
            break
        rows = meter.between(before.start, before.to)
        if rows:
            quantity = Fraction(metered(charge, rows))
            found.append(quantity / (before.to - before.start) if adds_up(charge) else quantity)
    return found
