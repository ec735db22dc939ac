"""What will be billed of a charge: what is open already, and then period by period, by the same function as a run.

>>> from fractions import Fraction
>>> from .cadence import Cadence, Step
>>> from .terms import Recurring, unit_price
>>> from .zone import Zone
>>> support = Recurring(
...     key="SUPPORT", kind="recurring", place=0, first=10, in_advance=True, price=unit_price(Fraction(5)),
...     calendar=Cadence.on(10, Step(1, "weeks")),
... )
>>> [(one.since, one.units) for one in coming(support, History(), {0: 300}, 20, 3, Zone("UTC"), 100)]
[(10, 200), (17, 500), (24, 500)]
>>> [one.since for one in coming(support, History(), {0: 300}, 20, 120, Zone("UTC"), 100, until=31)]
[10, 17, 24, 31]
>>> len(coming(support, History(), {0: 300}, 20, None, Zone("UTC"), 100, until=3660))
522
"""

from itertools import islice, takewhile

from .cadence import Day
from .events import History
from .life import end_of, parts
from .money import Number
from .standing import Open, Stands, due_on, open_parts
from .terms import Charge
from .zone import Zone

#: How many periods are looked at for the next ones of which something is billed: what is free or paused bills nothing.
FAR = 1000


def coming(
    charge: Charge,
    known: History,
    stands: Stands,
    day: Day,
    count: int | None,
    zone: Zone,
    scale: Number,
    until: Day | None = None,
) -> list[Open]:
    """Return the next parts of which something is billed, those that are due on a day first.

    :param count: how many at most; None for all that are due by ``until``
    :param scale: units per whole of the currency
    :param until: the last day on which they are due, however much before it is free or paused
    :raises ValueError: where neither says how many
    """
    if count is None and until is None:
        raise ValueError("either a count or a last day is expected")
    day = day if until is None else min(day, until)
    days = (due_on(charge, part) for part in parts(charge, end_of(charge, known)))
    later = takewhile(lambda due: until is None or due <= until, (due for due in days if due > day))
    found = open_parts(charge, known, stands, day, zone, scale)
    if count is None:
        last = max(later, default=day)
        return open_parts(charge, known, stands, last, zone, scale) if last > day else found
    looked, step = 0, count
    while len(found) < count and (until is not None or looked < FAR):
        further = list(islice(later, step))
        if not further:
            break
        found = open_parts(charge, known, stands, further[-1], zone, scale)
        looked, step = looked + len(further), step * 2
    return found[:count]
