"""What both parties of a charge are bound to, day by day: until when, and what it comes to by then.

With a term, that is the running term; with an end agreed at first, the time until it; with neither, the running
period, since either may leave when it is over, or a minimum term. What was not known on a day changes nothing before
that day.

>>> from fractions import Fraction
>>> from .cadence import Cadence, Step
>>> from .terms import Recurring, unit_price
>>> support = Recurring(
...     key="SUPPORT", kind="recurring", place=0, first=10, price=unit_price(Fraction(5)),
...     calendar=Cadence.on(10, Step(1, "weeks")),
... )
>>> [(one.since, one.to, one.units) for one in bound([Stage(10, support, History())], 20, 100)]
[(10, 17, 500), (17, 24, 1000)]
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import NamedTuple

from .bill import Bill, bills, rounded
from .cadence import FOREVER, NEVER, Day, Part, Step, later
from .events import History
from .life import end_of, parts
from .money import ZERO, Number
from .proration import fraction
from .terms import Recurring
from .zone import Zone

#: Recurring charges ask for no instant.
ANY_ZONE = Zone("UTC")


class Stage(NamedTuple):
    """What is known of a charge from a day on: its terms, with the end that holds then, and what happened."""

    since: Day
    charge: Recurring
    known: History


class Bound(NamedTuple):
    """What the parties are bound to from a day on.

    :param to: the first day that they are not bound to
    :param units: what all days of the charge before come to
    :param amount: how much service that is: quantity × periods
    """

    since: Day
    to: Day
    units: int
    amount: Number


def bound_to(stage: Stage, day: Day, fixed: bool = False, least: Day = NEVER) -> Day:
    """Return the first day that the parties of a charge are not bound to any more, as it stands on a day.

    :param fixed: whether its end was agreed at first
    :param least: the first day after its minimum term

    >>> from .cadence import Cadence
    >>> from .terms import unit_price
    >>> termed = Recurring(
    ...     key="A", kind="recurring", place=0, first=1, price=unit_price(1), term=Step(3, "weeks"), renews=True,
    ...     calendar=Cadence.on(1, Step(1, "weeks")),
    ... )
    >>> bound_to(Stage(1, termed, History()), 21), bound_to(Stage(1, termed, History()), 22)
    (22, 43)
    """
    charge, last = stage.charge, end_of(stage.charge, stage.known)
    day = max(day, charge.first)
    if charge.term:
        end = _end_of_term(charge.first_of_terms, charge.term, max(day, least - 1))
    elif fixed and last < FOREVER:
        end = last
    else:
        end = max(least, charge.calendar.start(charge.calendar.holding(day) + 1))
    return max(charge.first, min(end, last))


def bound(stages: Sequence[Stage], until: Day, scale: Number, fixed: bool = False, least: Day = NEVER) -> list[Bound]:
    """Return what the parties are bound to, from each day on which that changes.

    :param stages: by their days, the first one as it was agreed
    :param until: the last day that counts
    :param scale: units per whole of the currency
    :param fixed: whether an end was agreed at first
    :param least: the first day after the minimum term
    """
    found: list[Bound] = []
    for place, stage in enumerate(stages):
        if place and stage.since > until:
            break
        last = stages[place + 1].since - 1 if place + 1 < len(stages) else FOREVER
        days = list(_days(stage, min(last, max(until, stage.since)), fixed, least))
        found += _worth(stage, days, scale)
    return found


def _days(stage: Stage, last: Day, fixed: bool, least: Day) -> Iterator[tuple[Day, Day]]:
    """Yield the days of a stage on which more becomes enforceable, and until when."""
    day = stage.since
    while True:
        to = bound_to(stage, day, fixed, least)
        yield day, to
        if not day < to <= last or bound_to(stage, to, fixed, least) == to:
            return
        day = to


def _worth(stage: Stage, days: Sequence[tuple[Day, Day]], scale: Number) -> Iterator[Bound]:
    """Yield what the days of a stage come to; periods are worked out once for all of them."""
    charge, known = stage.charge, stage.known
    whole = list(parts(charge, days[-1][1]))
    sums: list[tuple[int, Number]] = [(0, ZERO)]
    for bill in bills(charge, known, whole, ANY_ZONE, scale):
        sums.append(_added(sums[-1], charge, bill))
    ends = [part.to for part in whole]
    for since, to in days:
        place = bisect_right(ends, to)
        found = sums[place]
        cut = charge.calendar.part(whole[place].number, charge.first, to) if place < len(whole) else None
        for bill in bills(charge, known, [cut] if cut else [], ANY_ZONE, scale):
            found = _added(found, charge, bill)
        yield Bound(since, to, *found)


def _added(before: tuple[int, Number], charge: Recurring, bill: Bill) -> tuple[int, Number]:
    return before[0] + rounded(bill).total, before[1] + _service(charge, bill)


def _service(charge: Recurring, bill: Bill) -> Number:
    """Return how much service a part is: of each segment, quantity × the share of its period."""
    return sum(segment.quantity * _share(charge, bill.part, segment.start, segment.to) for segment in bill.segments)


def _share(charge: Recurring, part: Part, start: Day, to: Day) -> Fraction:
    return fraction(charge.proration, charge.calendar, part.number, start, to) if to > start else ZERO


def _end_of_term(first: Day, term: Step, day: Day) -> Day:
    """Return the first day of the term after the one that holds a day."""
    times = max(1, (day - first) // max(1, later(first, term) - first))
    while times > 1 and later(first, term, times - 1) > day:
        times -= 1
    while (end := later(first, term, times)) <= day:
        times += 1
    return end
