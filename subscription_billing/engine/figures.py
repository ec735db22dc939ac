"""Monthly recurring revenue of a charge, and how it moves: a pure function of terms and events.

What is charged for a month counts: prices less discounts, at the quantity of the day. Free time is before the first day
and counts nothing, a pause takes off what it stops.

>>> from .cadence import FOREVER, Cadence
>>> from .events import Change
>>> from .terms import unit_price
>>> seats = Recurring(
...     key="SEATS", kind="recurring", place=0, first=40, end=400, in_advance=True, price=unit_price(Fraction(120)),
...     calendar=Cadence.on(40, Step(1, "years")), quantity=2,
... )
>>> third = Change(70, 70, 0, 3, None, "day")
>>> [(one.day, one.kind, int(one.amount)) for one in movements(seats, History(changes=(third,)), FOREVER)]
[(40, 'new', 20), (70, 'expansion', 10), (400, 'churn', -30)]
"""

from collections.abc import Iterator
from fractions import Fraction
from itertools import dropwhile, pairwise
from typing import NamedTuple

from .cadence import Day, Step
from .events import History
from .life import end_of
from .money import ZERO
from .prices import recurring_terms
from .terms import Recurring

#: The mean month of the calendar, in days: 400 years have 146,097 days.
DAYS_OF_MONTH = Fraction(146_097, 4_800)
KINDS = ("new", "expansion", "contraction", "pause", "moved", "reactivation", "churn")


class Movement(NamedTuple):
    """A change of monthly recurring revenue.

    :param kind: one of ``KINDS``; a ``pause`` takes off and puts back, what is ``moved`` goes on as another charge
    :param amount: for a month, in the currency
    """

    day: Day
    kind: str
    amount: Fraction


class Kin(NamedTuple):
    """What a charge goes on from, and whether it goes on as another.

    :param before: for a month, what the charge before came to on its last day, which was the day before
    :param returns: whether there was one before, which had ended earlier
    :param goes_on: whether another charge begins on the day on which this one ends
    """

    before: Fraction | None = None
    returns: bool = False
    goes_on: bool = False


#: Goes on from nothing, and as nothing else.
ALONE = Kin()


def monthly(amount: Fraction, every: Step) -> Fraction:
    """Return what an amount per period comes to in a month, exactly.

    >>> str(monthly(Fraction(90), Step(1, "years"))), str(monthly(Fraction(7), Step(1, "weeks")))
    ('15/2', '48699/1600')
    """
    return amount / every.months if every.months else amount * DAYS_OF_MONTH / every.days


def levels(charge: Recurring, known: History, until: Day) -> list[tuple[Day, Fraction | None]]:
    """Return what a charge comes to in a month, from which day on, before ``until``; None while it is paused.

    Without what is behind its end.
    """
    end = min(end_of(charge, known), until)
    every = charge.calendar.every  # type: ignore[union-attr]
    track = recurring_terms(charge, known, end)
    found: list[tuple[Day, Fraction | None]] = []
    for start, _to, value in track.pieces(charge.first, end) if charge.first < end else ():
        level = None if value is None else monthly(Fraction(value[1].cost(value[0])), every)
        if not found or found[-1][1] != level:
            found.append((start, level))
    return found


def closing_level(charge: Recurring, known: History, until: Day) -> Fraction:
    """Return what a charge comes to in a month on its last day before ``until``, what is paused by then included."""
    return next((level for _day, level in reversed(levels(charge, known, until)) if level is not None), ZERO)


def movements(charge: Recurring, known: History, until: Day, kin: Kin = ALONE) -> list[Movement]:
    """Return how the monthly revenue of a charge moves before ``until``; amounts of zero are left out."""
    # What begins with a pause is new when it is charged first.
    found = list(dropwhile(lambda one: one[1] is None, levels(charge, known, until)))
    if not found:
        return []
    moves = [*_begun(*found[0], kin)]
    paused = ZERO
    for (_day, before), (day, after) in pairwise(found):
        moves += _moved(day, before, after, paused)
        paused = (before or ZERO) if after is None else ZERO
    end = end_of(charge, known)
    if end < until:
        moves += _ended(end, found[-1][1], paused, kin)
    return [move for move in moves if move.amount]


def _begun(day: Day, level: Fraction | None, kin: Kin) -> Iterator[Movement]:
    level = level or ZERO
    if kin.before is None:
        yield Movement(day, "reactivation" if kin.returns else "new", level)
        return
    yield Movement(day, "moved", kin.before)
    yield _changed(day, level - kin.before)


def _changed(day: Day, amount: Fraction) -> Movement:
    return Movement(day, "expansion" if amount > 0 else "contraction", amount)


def _moved(day: Day, before: Fraction | None, after: Fraction | None, paused: Fraction) -> Iterator[Movement]:
    if after is None:
        yield Movement(day, "pause", -(before or ZERO))
    elif before is None:
        yield Movement(day, "pause", paused)
        yield _changed(day, after - paused)
    else:
        yield _changed(day, after - before)


def _ended(day: Day, level: Fraction | None, paused: Fraction, kin: Kin) -> Iterator[Movement]:
    """Yield what ends: what is paused by then comes back first, so that it is lost once."""
    if level is None:
        yield Movement(day, "pause", paused)
    yield Movement(day, "moved" if kin.goes_on else "churn", -(paused if level is None else level))
