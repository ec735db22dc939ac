"""What a charge should have billed up to a day, as known on a day: a pure function of terms and events.

Amounts are exact until a whole part is rounded, in units of the currency's smallest coin.
"""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import NamedTuple

from .cadence import Day, Part
from .estimating import rows_of
from .events import History, Row
from .life import due_parts, end_of
from .metering import LASTING, Meter, by_piece, groups, metered, rounded_quantity
from .money import ONE, ZERO, Number, round_half_away, share_out
from .prices import one_time_terms, prices, recurring_terms
from .proration import fraction
from .rating import Rating
from .settling import Settled, hold, keep_promise, prorated, rate_group
from .terms import Charge, Commitment, OneTime, Prepaid, Recurring, Usage, unit_price
from .tracks import Track
from .zone import Zone


class Segment(NamedTuple):
    """Days of a part with one quantity and one price.

    :param quantity: charged; of usage, metered
    :param amount: exact, in units
    """

    start: Day
    to: Day
    quantity: Number
    rating: Rating
    amount: Number


class Bill(NamedTuple):
    """What a part comes to, exactly, in units.

    :param estimated: whether its quantity is estimated, since no row of it is known
    """

    part: Part
    segments: Sequence[Segment]
    overage: Number = ZERO
    true_up: Number = ZERO
    estimated: bool = False

    @property
    def metered(self) -> Number:
        """The quantity of all segments."""
        return sum(segment.quantity for segment in self.segments)


class Rounded(NamedTuple):
    """What a part comes to in whole units.

    :param amounts: of the segments
    """

    part: Part
    segments: Sequence[Segment]
    amounts: Sequence[int]
    overage: int = 0
    true_up: int = 0
    estimated: bool = False

    @property
    def total(self) -> int:
        """All of it."""
        return sum(self.amounts) + self.overage + self.true_up


def rounded(bill: Bill, corrections: str = "net") -> Rounded:
    """Round a part: ``net``: its sum once, shared by largest remainder; ``split``: each amount for itself."""
    exact = [segment.amount for segment in bill.segments]
    if corrections == "split":
        return Rounded(
            bill.part,
            bill.segments,
            [round_half_away(amount) for amount in exact],
            round_half_away(bill.overage),
            round_half_away(bill.true_up),
            bill.estimated,
        )
    if not bill.overage and not bill.true_up:
        amounts = share_out(exact) if len(exact) > 1 else [*map(round_half_away, exact)]
        return Rounded(bill.part, bill.segments, amounts, estimated=bill.estimated)
    *amounts, overage, true_up = share_out([*exact, bill.overage, bill.true_up])
    return Rounded(bill.part, bill.segments, amounts, overage, true_up, bill.estimated)


def true_up(charge: Commitment, part: Part, covered: Iterable[Rounded], scale: Number) -> Rounded:
    """Return what is missing to a commitment at the end of its part.

    :param covered: what the charges that it covers should have billed
    :param scale: units per whole of the currency
    """
    share = ONE
    if charge.short == "prorated":
        share = Fraction(part.to - part.start, part.full_to - part.full_start)
    promised = round_half_away(charge.amount * share * scale)
    reached = sum(bill.total for bill in covered if part.start <= bill.part.start < part.to)
    return Rounded(part, (), (), 0, max(0, promised - reached))


def should_have(charge: Charge, known: History, day: Day, zone: Zone, scale: Number) -> list[Bill]:
    """Return what a charge should have billed in every part due by a day.

    A commitment charge looks at what the charges that it covers should have billed (``known.covered``).

    :param known: what was known, see :meth:`~.events.History.known`
    :param scale: units per whole of the currency
    """
    found = due_parts(charge, end_of(charge, known), day)
    return bills(charge, known, found, zone, scale)


def bills(charge: Charge, known: History, found: Sequence[Part], zone: Zone, scale: Number) -> list[Bill]:
    """Return what some parts of a charge come to."""
    if not found:
        return []
    if isinstance(charge, Recurring):
        return _recurring_bills(charge, known, found, scale)
    if isinstance(charge, Usage):
        track = prices(charge, known, found[-1].to)
        meter = Meter(known.rows, zone)
        return [usage_bill(charge, part, track, meter, scale) for part in found]
    if isinstance(charge, Commitment):
        missing = [true_up(charge, part, known.covered, scale).true_up for part in found]
        return [Bill(part, (), true_up=Fraction(units)) for part, units in zip(found, missing, strict=True)]
    if isinstance(charge, OneTime):
        quantity, rating = one_time_terms(charge, known)
        return [_whole(part, quantity, rating, rating.cost(quantity) * scale) for part in found]
    if isinstance(charge, Prepaid):
        return [_whole(part, 1, unit_price(charge.price).rating, charge.price * scale) for part in found]
    return []


def _whole(part: Part, quantity: Number, rating: Rating, amount: Number) -> Bill:
    return Bill(part, (Segment(part.start, part.to, quantity, rating, amount),))


def _recurring_bills(charge: Recurring, known: History, found: Sequence[Part], scale: Number) -> list[Bill]:
    """Cut parts into segments of one quantity and price; by ``none`` a part costs what its first day says."""
    track = recurring_terms(charge, known, found[-1].to)
    costs = [None if terms is None else terms[1].cost(terms[0]) * scale for terms in track.values]
    numbered = Track(zip(track.days, range(len(costs)), strict=True))
    uncut = charge.proration == "none"
    made = []
    for part in found:
        segments = []
        pieces = [(part.start, part.to, numbered.at(part.start))] if uncut else numbered.pieces(part.start, part.to)
        for start, to, place in pieces:
            cost, terms = costs[place], track.values[place]
            if cost is not None and terms is not None:
                if start == part.full_start and to == part.full_to:
                    segments.append(Segment(start, to, *terms, cost))
                    continue
                share = fraction(charge.proration, charge.calendar, part.number, start, to)
                segments.append(Segment(start, to, *terms, cost * share))
        made.append(Bill(part, segments))
    return made


def usage_bill(charge: Usage, part: Part, track: Track[Rating], meter: Meter, scale: Number) -> Bill:
    """Return what the usage of a part comes to: per group rated and settled, then held for the period.

    :param track: prices by day
    """
    rows, estimated = rows_of(charge, part, meter)
    pieces = list(track.pieces(part.start, part.to))
    share = fraction(charge.proration, charge.calendar, part.number, part.start, part.to)
    quantities: list[Number] = [0] * len(pieces)
    whole = Settled([ZERO] * len(pieces))
    for group in usage_groups(charge, part, pieces, rows, meter):
        settled = _settle(charge, group, share)
        whole.overage += settled.overage
        whole.true_up += settled.true_up
        for place, quantity, amount in zip(group.places, group.quantities, settled.amounts, strict=True):
            quantities[place] += quantity
            whole.amounts[place] += amount
    hold(whole, prorated(charge.minimum, share), prorated(charge.maximum, share))
    kept = scale * (1 - charge.discount_on(part.to - 1) / 100)
    segments = [
        Segment(start, to, quantity, rating, amount * kept)
        for (start, to, rating), quantity, amount in zip(pieces, quantities, whole.amounts, strict=True)
    ]
    return Bill(part, segments, whole.overage * kept, whole.true_up * kept, estimated)


class Group(NamedTuple):
    """Usage that is rated together, by piece of the part: places of pieces, their prices, quantities and rows."""

    places: Sequence[int]
    ratings: Sequence[Rating]
    quantities: Sequence[Number]
    rows: Sequence[Sequence[Row]]


def usage_groups(
    charge: Usage, part: Part, pieces: Sequence[tuple[Day, Day, Rating]], known: Sequence[Row], meter: Meter
) -> list[Group]:
    """Return what of a part is rated together.

    :param pieces: days of one price each
    :param known: rows of the part
    """
    starts = [start for start, _to, _rating in pieces]
    lasting = charge.group_by in LASTING
    made = []
    for rows in groups(charge.group_by, known):
        own = by_piece(rows, starts)
        places = [place for place in range(len(pieces)) if lasting or own[place]]
        quantities = [_quantity(charge, part, pieces[place], own[place], meter) for place in places]
        made.append(Group(places, [pieces[place][2] for place in places], quantities, [own[place] for place in places]))
    return made


def _quantity(charge: Usage, part: Part, piece: tuple[Day, Day, Rating], rows: Sequence[Row], meter: Meter) -> Number:
    if charge.aggregation != "time_weighted":
        return metered(charge, rows)
    start, to, _rating = piece
    return rounded_quantity(meter.level(start, to, part.full_start, part.full_to), charge.rounding)


def free_units(charge: Usage, share: Fraction) -> Fraction:
    """Return how many units of a group are free in a part that is some share of its full period."""
    return charge.free * share if charge.group_by in LASTING and charge.free_units == "prorated" else charge.free


def rated(charge: Usage, group: Group, share: Fraction) -> list[Number]:
    """Return what a group costs in each price version, before commitments and bounds."""
    by_row = any(rating.by_row for rating in group.ratings)
    rows = [[row.quantity for row in own] if by_row else () for own in group.rows]
    return rate_group(group.ratings, group.quantities, rows, free_units(charge, share), charge.ladder)


def _settle(charge: Usage, group: Group, share: Fraction) -> Settled:
    lasting = charge.group_by in LASTING
    amounts = rated(charge, group, share)
    promised = charge.promise.amount if charge.promise else ZERO
    return keep_promise(amounts, charge.promise, promised * share if lasting else promised)
