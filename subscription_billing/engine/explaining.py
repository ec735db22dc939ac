"""Why usage of a part comes to its amount: what is rated together, by which price, and in which tiers.

The same functions as in :mod:`.bill` group and rate it, so that what is explained is what is billed.
"""

from collections.abc import Iterator
from typing import NamedTuple

from .bill import Group, free_units, rated, usage_groups
from .cadence import Day, Part
from .estimating import rows_of
from .metering import Meter
from .money import Number
from .proration import fraction
from .rating import Rating
from .steps import Step, steps
from .terms import Usage
from .tracks import Track


class Explained(NamedTuple):
    """Usage that is rated together, as far as one price goes.

    :param of: what it is rated by: an ordinal day, the key of a record or a dimension; None: all of the part
    :param free: units that cost nothing
    :param steps: what the rest is made of; empty where a price has no tiers, or its ladder goes on from another one
    :param cost: exact, in the currency, before commitments, bounds and discounts
    """

    of: Day | str | None
    start: Day
    to: Day
    quantity: Number
    free: Number
    rating: Rating
    steps: list[Step]
    cost: Number


def explain(charge: Usage, part: Part, track: Track[Rating], meter: Meter) -> list[Explained]:
    """Return what the usage of a part is made of, in the order in which it is rated.

    >>> from fractions import Fraction
    >>> from .cadence import Cadence, Step as Every
    >>> from .events import Row
    >>> from .rating import Tier
    >>> from .terms import Price
    >>> from .zone import Zone
    >>> tiers = Rating("graduated", tiers=(Tier(Fraction(10), Fraction(2)), Tier(None, Fraction(1))))
    >>> weekly = Cadence.on(1, Every(1, "weeks"))
    >>> power = Usage(
    ...     key="A", kind="usage", place=0, first=1, calendar=weekly, price=Price(tiers, False), free=Fraction(5)
    ... )
    >>> meter = Meter([Row(0, 2, 20, "a", 2)], Zone("UTC"))
    >>> [one] = explain(power, weekly.part(0, 1, 90), Track([(0, tiers)]), meter)
    >>> int(one.free), [(int(step.quantity), int(step.amount)) for step in one.steps], int(one.cost)
    (5, [(10, 20), (5, 5)], 25)
    """
    rows, _estimated = rows_of(charge, part, meter)
    pieces = list(track.pieces(part.start, part.to))
    share = fraction(charge.proration, charge.calendar, part.number, part.start, part.to)
    found: list[Explained] = []
    for group in usage_groups(charge, part, pieces, rows, meter):
        free = free_units(charge, share)
        costs = rated(charge, group, share)
        for place, (quantity, taken) in enumerate(_free_of(group, free)):
            start, to, rating = pieces[group.places[place]]
            goes_on = charge.ladder == "continue" and place > 0
            made = [] if goes_on else steps(rating, quantity - taken)
            found.append(Explained(_named(charge, group), start, to, quantity, taken, rating, made, costs[place]))
    return found


def _free_of(group: Group, free: Number) -> Iterator[tuple[Number, Number]]:
    """Yield the quantity of each price of a group, and how much of it is free: that of the earliest days first."""
    for rating, quantity in zip(group.ratings, group.quantities, strict=True):
        taken = 0 if rating.by_row else min(free, max(quantity, 0))
        free -= taken
        yield quantity, taken


def _named(charge: Usage, group: Group) -> Day | str | None:
    if charge.group_by == "period":
        return None
    row = next((row for rows in group.rows for row in rows), None)
    if row is None:
        return None
    if charge.group_by == "record":
        return row.key
    return (row.dimension or "") if charge.group_by == "dimension" else row.day
