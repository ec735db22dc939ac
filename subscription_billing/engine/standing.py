"""What is to be billed of a charge, part by part, less what of it stands on invoices.

>>> from fractions import Fraction
>>> from .cadence import Cadence, Step
>>> from .events import History
>>> from .terms import Recurring, unit_price
>>> from .zone import Zone
>>> support = Recurring(
...     key="SUPPORT", kind="recurring", place=0, first=10, in_advance=True, price=unit_price(Fraction(5)),
...     calendar=Cadence.on(10, Step(1, "weeks")),
... )
>>> [(one.part.start, one.units) for one in open_parts(support, History(), {0: 300}, 20, Zone("UTC"), 100)]
[(10, 200), (17, 500)]
>>> next_due(support, History(), {0: 500, 1: 500}, Zone("UTC"), 100)
24
"""

from collections.abc import Mapping
from typing import NamedTuple

from .bill import Rounded, bills, rounded
from .cadence import FOREVER, Day, Part
from .events import History
from .life import due_parts, end_of, parts
from .money import Number
from .terms import Charge, Priced
from .zone import Zone

#: Of a part's number: units on invoices that stand, less those on credit notes.
Stands = Mapping[int, int]


class Open(NamedTuple):
    """A part of which something is to be billed, or given back.

    :param should: what it comes to; without amounts where it is charged no more
    :param stands: units on invoices
    :param since: the day since which it is due
    """

    should: Rounded
    stands: int
    since: Day

    @property
    def part(self) -> Part:
        """Its days."""
        return self.should.part

    @property
    def units(self) -> int:
        """What is to be billed, below zero what is to be given back."""
        return self.should.total - self.stands


def due_on(charge: Charge, part: Part) -> Day:
    """Return the day on which a part is due."""
    return part.start if charge.in_advance else part.to + charge.grace


def open_parts(charge: Charge, known: History, stands: Stands, day: Day, zone: Zone, scale: Number) -> list[Open]:
    """Return what is to be billed of a charge on a day, in the order of its parts.

    What stands of a part that is due no more, because it became longer, stays until it is due again.

    :param known: what happened, see :meth:`~.events.History.known`
    :param scale: units per whole of the currency
    """
    end = end_of(charge, known)
    found = _opened(charge, known, due_parts(charge, end, day), stands, zone, scale)
    seen = {one.part.number for one in found}
    found += [one for one in _gone(charge, end, stands) if one.part.number not in seen]
    return sorted((one for one in found if one.units), key=lambda one: one.part.number)


def next_due(charge: Charge, known: History, stands: Stands, zone: Zone, scale: Number) -> Day | None:
    """Return the first day on which something is to be billed of a charge; None where nothing ever will be.

    Where nothing changes any more, the first whole period says what all further ones cost.
    """
    end = end_of(charge, known)
    gone = _gone(charge, end, stands)
    last = max([*stands, charge.calendar.holding(_last_change(charge, known)) + 1]) + 1
    coming = []
    for part in parts(charge, end):
        coming.append(part)
        if part.number >= last:
            break
    found = [one for one in (*gone, *_opened(charge, known, coming, stands, zone, scale)) if one.units]
    return min((one.since for one in found), default=None)


def _opened(charge: Charge, known: History, found: list[Part], stands: Stands, zone: Zone, scale: Number) -> list[Open]:
    made = [rounded(bill) for bill in bills(charge, known, found, zone, scale)]
    return [Open(one, stands.get(one.part.number, 0), due_on(charge, one.part)) for one in made]


def _gone(charge: Charge, end: Day, stands: Stands) -> list[Open]:
    """Return what stands of periods that the charge does not reach any more."""
    made = []
    for number, units in stands.items():
        if charge.calendar.part(number, charge.first, end) is None:
            start, to = charge.calendar.start(number), charge.calendar.start(number + 1)
            made.append(Open(Rounded(Part(number, start, to, start, to), (), ()), units, charge.first))
    return made


def _last_change(charge: Charge, known: History) -> Day:
    """Return the last day from which something of a charge is new."""
    days = [charge.first, *(one.day for one in known.changes), *(one.day for one in known.breaks)]
    if isinstance(charge, Priced):
        days += [version.day for version in charge.versions]
    return min(max(days), FOREVER)
