"""What happened to a charge, and what of it was known on a day."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import groupby
from operator import attrgetter
from typing import Any

from .cadence import Day
from .money import Number
from .terms import Price
from .zone import Instant


@dataclass(frozen=True, slots=True)
class Change:
    """Another quantity, price or reduction from a day on.

    :param listed: place in the list of events
    :param reduction: percent that come off the price, whatever it is
    """

    day: Day
    recorded: Day
    listed: int
    quantity: Number | None
    price: Price | None
    applies: str
    reduction: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Cancel:
    """The end of a charge.

    :param day: the first not charged
    :param credit: whether the rest of the period is given back
    :param named: whether it names the charge, or ends them all
    """

    day: Day
    recorded: Day
    credit: bool
    named: bool


@dataclass(frozen=True, slots=True)
class Break:
    """A pause, or its end."""

    day: Day
    recorded: Day
    listed: int
    pauses: bool


@dataclass(frozen=True, slots=True)
class Renewal:
    """A term renewed by hand.

    :param number: of the term; 2 is the first renewal
    """

    day: Day
    recorded: Day
    listed: int
    number: int
    percent: Fraction | None


@dataclass(frozen=True, slots=True)
class Row:
    """One row of usage.

    :param at: when it was used
    :param day: the local day of that
    :param replaces: key of the row that counts no more once this one is received
    """

    at: Instant
    day: Day
    quantity: Number
    key: str
    received: Day
    dimension: str | None = None
    replaces: str | None = None


@dataclass(frozen=True, slots=True)
class History:
    """All that happened to a charge.

    :param covered: of a commitment, what the charges that it covers should have billed (``bill.Rounded``)
    """

    changes: tuple[Change, ...] = ()
    cancels: tuple[Cancel, ...] = ()
    breaks: tuple[Break, ...] = ()
    renewals: tuple[Renewal, ...] = ()
    rows: tuple[Row, ...] = field(default=(), repr=False)
    covered: tuple[Any, ...] = field(default=(), repr=False)

    def known(self, day: Day | None) -> "History":
        """Return what was known on a day; None: all there is. Rows that were replaced by then are left out."""
        if day is None:
            return History(self.changes, self.cancels, self.breaks, self.renewals, _standing(self.rows))
        return History(
            tuple(event for event in self.changes if event.recorded <= day),
            tuple(event for event in self.cancels if event.recorded <= day),
            tuple(event for event in self.breaks if event.recorded <= day),
            tuple(event for event in self.renewals if event.recorded <= day),
            _standing([row for row in self.rows if row.received <= day]),
        )

    def terms(self) -> list[Renewal]:
        """Return the renewals that count: of each term the one decided first, up to the first gap."""
        first: dict[int, Renewal] = {}
        for renewal in sorted(self.renewals, key=attrgetter("day", "recorded", "listed")):
            first.setdefault(renewal.number, renewal)
        found: list[Renewal] = []
        while renewal := first.get(len(found) + 2):  # type: ignore[assignment]
            found.append(renewal)
        return found


def _standing(rows: Iterable[Row]) -> tuple[Row, ...]:
    """Return the rows that none of the others replaces, in order of instant, whatever order they were listed in."""
    kept = list(rows)
    replaced = {row.replaces for row in kept if row.replaces is not None}
    return tuple(
        sorted((row for row in kept if row.key not in replaced), key=attrgetter("day", "at", "received", "key"))
    )


def in_turn(breaks: Iterable[Break]) -> Iterator[tuple[Break, bool]]:
    """Yield pauses and resumes by day, each with whether it is its turn; of those of one day the one that fits first.

    >>> [fits for _one, fits in in_turn([Break(5, 5, 0, True), Break(5, 5, 1, False), Break(7, 7, 2, False)])]
    [True, True, False]
    """
    paused = False
    for _day, group in groupby(sorted(breaks, key=attrgetter("day", "listed")), key=attrgetter("day")):
        waiting = list(group)
        while waiting:
            one = next((one for one in waiting if one.pauses != paused), None)
            if one is None:
                yield from ((one, False) for one in waiting)
                break
            waiting.remove(one)
            paused = one.pauses
            yield one, True
