"""What usage comes to by a day, whether its period is over or not, and what is still to be expected of it.

A period that is over comes to what is billed of it. Of one that has begun, what was used by the day is rated as the
whole period would be if nothing more were used. What a minimum or a promise adds to that is earned as time passes: of
what is promised for the period, at least so much as of its days are over.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from fractions import Fraction
from typing import NamedTuple

from .bill import Bill, rounded, true_up, usage_bill
from .cadence import Day, Part
from .covering import Grant
from .events import History, Row
from .life import end_of, parts
from .metering import LASTING, Meter
from .money import ZERO, Number, round_half_away
from .prices import prices
from .terms import Commitment, Usage
from .zone import Zone


class ToDate(NamedTuple):
    """What a part comes to by a day, in units."""

    part: Part
    units: int


class Bought(NamedTuple):
    """Funds that were bought, with what is left of them after what they paid by a day; amounts in units."""

    grant: Grant
    funds: int
    price: int


def short_of(charge: Commitment, part: Part, reached: int, coming: int | None, day: Day, scale: Number) -> int:
    """Return what of a commitment is earned by the end of a day beside the usage that it looks at, in units.

    What is not expected to be used is earned in proportion to what is (ASC 606-10-55-48). Where nothing is said of
    what is expected, what was promised is earned as time passes, or as it is used where that is more.

    >>> from .cadence import Cadence, Step
    >>> weekly = Cadence.on(1, Step(1, "weeks"))
    >>> promise = Commitment(key="A", kind="commitment", place=0, first=1, calendar=weekly, amount=Fraction(700))
    >>> week = weekly.part(0, 1, 100)
    >>> [short_of(promise, week, reached, coming, day, 1) for reached, coming, day in (
    ...     (50, None, 2), (250, None, 2), (100, 300, 2), (100, 900, 2), (400, None, 7))]
    [150, 0, 75, 0, 300]

    :param reached: what usage came to by then, of the parts that begin in this one
    :param coming: what is still expected of it; None where nobody said
    """
    promised = true_up(charge, part, (), scale).true_up
    if part.to <= day + 1:
        return max(0, promised - reached)
    expected = None if coming is None else reached + coming
    earned: Number = promised * elapsed(part, day)
    if expected:
        earned = reached if expected >= promised else promised * Fraction(reached, expected)
    return max(0, round_half_away(earned) - reached)


def of_funds(bought: Iterable[tuple[Bought, int | None]], day: Day) -> int:
    """Return what funds have earned by the end of a day beside the usage that they paid, in units.

    What they cost is earned as they pay, so that more funds than they cost take off what usage earns. What is expected
    to lapse is earned in proportion to what is drawn (ASC 606-10-55-48), or when it lapses where nobody said.

    >>> year = Bought(Grant(0, (1,), 1, 366, 700, 300), 1000, 1000)
    >>> [of_funds([(year, coming)], day) for coming, day in ((None, 100), (200, 100), (900, 100), (None, 365))]
    [0, 300, 0, 700]
    >>> of_funds([(Bought(Grant(0, (1,), 1, 366, 700, 300), 1000, 800), None)], 100)
    -60

    :param bought: with what they are still expected to pay; None where nobody said
    """
    earned: Number = 0
    for (grant, funds, price), coming in bought:
        drawn = funds - grant.left
        used: Number = drawn
        if grant.expiry <= day + 1 or not funds:
            earned += price - grant.paid
            continue
        expected = funds if coming is None else drawn + coming
        if 0 < expected < funds:
            used = Fraction(funds * drawn, expected)
        earned += price * Fraction(used, funds) - grant.paid
    return round_half_away(earned)


def elapsed(part: Part, day: Day) -> Fraction:
    """Return which fraction of the days of a part is over at the end of a day."""
    return min(Fraction(1), Fraction(max(0, day + 1 - part.start), part.to - part.start))


class Earning:
    """A charge of usage, and what it comes to by the end of days.

    >>> from .cadence import Cadence, Step
    >>> from .terms import unit_price
    >>> weekly = Cadence.on(1, Step(1, "weeks"))
    >>> power = Usage(key="A", kind="usage", place=0, first=1, calendar=weekly, price=unit_price(2))
    >>> rows = tuple(Row(day, day, quantity, str(day), day) for day, quantity in ((1, 30), (6, 40), (9, 10)))
    >>> found = Earning(power, History(rows=rows), 20, Zone("UTC"), 1)
    >>> [[units for _part, units in found.by(day)] for day in (1, 6, 7, 9)]
    [[60], [140], [140], [140, 20]]
    >>> held = Earning(replace(power, minimum=Fraction(210)), History(rows=rows), 20, Zone("UTC"), 1)
    >>> [[units for _part, units in held.by(day)] for day in (1, 5, 6, 7, 9)]
    [[60], [150], [180], [210], [210, 60]]

    :param until: the last day that is asked for
    :param scale: units per whole of the currency
    """

    def __init__(self, charge: Usage, known: History, until: Day, zone: Zone, scale: Number) -> None:
        self.charge = charge
        self.known = known
        self.until = until
        self.zone = zone
        self.scale = scale
        self.parts = list(self._parts(until))
        self._meter = Meter(known.rows, zone)
        self._track = prices(charge, known, self.parts[-1].to if self.parts else charge.first)
        self._whole: dict[int, int] = {}
        self._by: dict[Day, list[ToDate]] = {}

    def by(self, day: Day) -> list[ToDate]:
        """Return what each part comes to by the end of a day that has begun by then."""
        if day not in self._by:
            begun = [part for part in self.parts if part.start <= day]
            self._by[day] = [
                ToDate(part, self._units(part) if part.to <= day + 1 else self._to_date(part, day)) for part in begun
            ]
        return self._by[day]

    def coming(self, day: Day, quantity: Number, start: Day, to: Day, whole: bool = False) -> int:
        """Return what is still expected after a day of the parts that begin in the days [start, to), in units.

        :param quantity: expected to be used in a whole period
        :param whole: only of those that end in these days, too
        """
        done = {part.number: units for part, units in self.by(day)}
        found = 0
        for part in self._between(start, to):
            if part.to > day + 1 and (part.to <= to or not whole):
                found += max(0, self.foreseen(part, quantity) - done.get(part.number, 0))
        return found

    def foreseen(self, part: Part, quantity: Number) -> int:
        """Return what a part comes to where so much is used in a whole period, in units."""
        used = quantity * Fraction(part.to - part.start, part.full_to - part.full_start)
        row = Row(self.zone.midnight(part.start), part.start, used, "", part.start)
        track, meter = prices(self.charge, self.known, part.to), Meter([row], self.zone)
        return rounded(usage_bill(_without_promises(self.charge), part, track, meter, self.scale)).total

    def _between(self, start: Day, to: Day) -> Iterator[Part]:
        """Yield the parts that begin in some days, those to come too."""
        end = end_of(self.charge, self.known)
        for part in parts(self.charge, end, start):
            if part.start >= to:
                break
            if part.start >= start:
                yield part

    def _parts(self, until: Day) -> Iterator[Part]:
        for part in parts(self.charge, end_of(self.charge, self.known)):
            if part.start > until:
                break
            yield part

    def _units(self, part: Part) -> int:
        if part.number not in self._whole:
            self._whole[part.number] = rounded(self._bill(self.charge, part, self._meter)).total
        return self._whole[part.number]

    def _to_date(self, part: Part, day: Day) -> int:
        """Return what a part comes to by a day before its last."""
        meter = self._until(day)
        # Nothing is estimated of a period that is not over.
        agreed = replace(self.charge, estimates=())
        used: Number = ZERO
        if meter.between(part.start, day + 1) or self.charge.aggregation == "time_weighted":
            used = _total(self._bill(_without_promises(agreed), part, meter))
        promised = _total(self._bill(agreed, part, meter))
        return round_half_away(max(used, promised * elapsed(part, day)) if promised > used else used)

    def _until(self, day: Day) -> Meter:
        """Return the rows of the days up to one; a level ends with it."""
        rows = [row for row in self.known.rows if row.day <= day]
        if self.charge.aggregation == "time_weighted":
            end = self.zone.midnight(day + 1)
            rows.append(Row(end, day + 1, 0, "", day + 1))
        return Meter(rows, self.zone)

    def _bill(self, charge: Usage, part: Part, meter: Meter) -> Bill:
        return usage_bill(charge, part, self._track, meter, self.scale)


def _total(bill: Bill) -> Number:
    """Return what a part comes to, exactly, in units."""
    return sum((segment.amount for segment in bill.segments), bill.overage + bill.true_up)


def _without_promises(charge: Usage) -> Usage:
    """Return a charge that bills what is used alone: without what is promised for the whole period."""
    promise = charge.promise
    if promise and charge.group_by in LASTING:
        promise = replace(promise, true_up=False)
    return replace(charge, minimum=None, promise=promise)
