"""When money is expected: from what will be invoiced, or is not paid yet, to the days of its invoice and its receipts.

All amounts are whole units of a currency. What is received of an invoice is always the invoice, to the unit: an
instalment is rounded, and the last one takes what is left.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from typing import NamedTuple

from .billing_days import LAST_DAY, BillingDays

#: How sure it is that something is paid when it is expected, in percent, by where it stands.
CONFIDENCE: Mapping[str, int] = {
    "invoiced": 95,
    "overdue": 80,
    "overdue_month": 50,
    "overdue_quarter": 20,
    "drafted": 90,
    "due": 90,
    "agreed": 90,
    "planned": 75,
    "estimated": 60,
    "late": 50,
    "blocked": 50,
    "held": 40,
}
#: The same where nobody can say when.
UNDATED = 20
#: From how many days on something is overdue for a month, and for a quarter.
MONTH, QUARTER = 30, 90
DAYS_IN_WEEK = 7
#: The first and the last day of a hold; None where it has no end.
Hold = tuple[date, date | None]


class Expected(NamedTuple):
    """Something that will be invoiced, or that is invoiced and not paid.

    :param model, record: where it comes from: the name of a model and an id
    :param name: what people call it
    :param order, customer, project, currency: ids, 0 for none; the customer is a commercial partner
    :param untaxed, total: units of the currency; below zero for what is given back
    :param day: when it is due, or, of what is invoiced, to be paid; None where nobody can say
    :param certainty: a key of ``CONFIDENCE``
    :param terms: id of its payment terms, 0 for at once
    :param calendar: id of the billing days that it waits for, 0 for none
    :param holds: what keeps it from being invoiced
    :param moves: whether a plan that moves moves it: what is neither agreed by time nor due already
    :param is_invoiced: whether it stands on a posted invoice: it has no day of its invoice any more
    :param delay: days that pass after ``day`` before it can be invoiced
    """

    model: str
    record: int
    name: str
    order: int
    customer: int
    currency: int
    untaxed: int
    total: int
    day: date | None
    certainty: str
    project: int = 0
    terms: int = 0
    calendar: int = 0
    holds: tuple[Hold, ...] = ()
    moves: bool = False
    is_invoiced: bool = False
    delay: int = 0


class Part(NamedTuple):
    """A line of payment terms: a share of the total, or units, and the day on which it is to be paid.

    The last part of terms is always what is left.
    """

    share: Fraction
    units: int
    day: date


class Habit(NamedTuple):
    """How many days after the day on which they have to customers pay, and how many paid invoices say so."""

    days: int
    number: int


class Receipt(NamedTuple):
    """What is paid at once: its amount in units, when it is to be paid, and when it is expected; None for undated."""

    units: int
    due: date | None
    day: date | None


class Plan(NamedTuple):
    """When something is invoiced and paid.

    :param invoice_day: None for what is invoiced already, and where nobody can say
    :param since: the day on which it is due, after what moved it
    :param held_until: the last day on which holds keep it, None for none
    :param late: days that the customer pays after the day on which he has to; below zero before
    """

    expected: Expected
    certainty: str
    since: date | None
    invoice_day: date | None
    held_until: date | None
    late: int
    receipts: tuple[Receipt, ...]

    @property
    def confidence(self) -> int:
        """How sure it is, in percent."""
        dated = self.receipts[0].day is not None
        return CONFIDENCE[self.certainty] if dated else UNDATED


@dataclass(frozen=True, slots=True)
class Scenario:
    """What to suppose of a plan.

    :param days: by how many days what moves is later
    :param late: how many days customers pay later
    :param leaves_out: whether what it is about does not come at all
    :param orders: ids of the orders it is about; None for all, and what has none
    :param customers: ids of the commercial partners it is about, with an order or without; None for all
    :param records: (model, id) of what it is about; None for all of these orders
    """

    days: int = 0
    late: int = 0
    leaves_out: bool = False
    orders: Collection[int] | None = None
    records: Collection[tuple[str, int]] | None = None
    customers: Collection[int] | None = None

    def is_about(self, expected: Expected) -> bool:
        """Return whether this scenario is about something.

        >>> row = Expected("m", 7, "", 1, 1, 1, 0, 0, None, "planned")
        >>> Scenario(orders={1}).is_about(row), Scenario(orders={1}, records={("m", 8)}).is_about(row)
        (True, False)
        >>> Scenario(customers={1}).is_about(row._replace(order=0)), Scenario(customers={2}).is_about(row)
        (True, False)
        """
        if self.customers is not None and expected.customer not in self.customers:
            return False
        if self.orders is not None and expected.order not in self.orders:
            return False
        return self.records is None or (expected.model, expected.record) in self.records


#: What is supposed where nothing is.
AS_PLANNED = Scenario()


@dataclass
class Planner:
    """Works out when what is expected is invoiced and paid.

    :param today: nothing happens before
    :param calendars: billing days by their id
    :param parts: returns the parts of payment terms (id, day of the invoice, currency)
    :param habits: by customer, days that he pays after the day on which he has to
    :param usual: the same of customers that are not named
    """

    today: date
    calendars: Mapping[int, BillingDays] = field(default_factory=dict)
    parts: Callable[[int, date, int], Sequence[Part]] = lambda _terms, day, _currency: [Part(Fraction(1), 0, day)]
    habits: Mapping[int, int] = field(default_factory=dict)
    usual: int = 0
    _billing: dict[tuple[int, date, date], date] = field(default_factory=dict, repr=False)
    _parts: dict[tuple[int, date, int], Sequence[Part]] = field(default_factory=dict, repr=False)

    def plan(self, expected: Expected, scenario: Scenario = AS_PLANNED) -> Plan | None:
        """Return when something is invoiced and paid; None for what a scenario leaves out.

        >>> planner = Planner(date(2026, 1, 10), habits={5: 6})
        >>> row = Expected("m", 1, "", 1, 5, 1, 100, 119, date(2026, 1, 20), "planned", moves=True)
        >>> plan = planner.plan(row)
        >>> str(plan.invoice_day), [(part.units, str(part.day)) for part in plan.receipts], plan.confidence
        ('2026-01-20', [(119, '2026-01-26')], 75)
        >>> str(planner.plan(row, Scenario(days=14, late=1)).receipts[0].day)
        '2026-02-10'
        """
        applies = scenario is not AS_PLANNED and scenario.is_about(expected)
        if applies and scenario.leaves_out and not expected.is_invoiced:
            return None
        late = self.habits.get(expected.customer, self.usual) + (scenario.late if applies else 0)
        if expected.is_invoiced:
            return self._paid(expected, late)
        certainty, since = expected.certainty, expected.day
        if since is not None:
            since = moved(since, expected.delay + (scenario.days if applies and expected.moves else 0))
            if since < self.today and certainty == "planned":
                certainty = "late"
        start = None if since is None else after_holds(max(since, self.today), expected.holds)
        if since is None or start is None:
            held = "held" if since is not None else certainty
            return Plan(expected, held, since, None, None, late, (Receipt(expected.total, None, None),))
        held_until = start - timedelta(days=1) if start > max(since, self.today) else None
        if held_until:
            certainty = "held"
        day = self._invoice_day(expected, since if certainty == "due" else max(since, self.today), start)
        receipts = self._receipts(expected, day, late)
        return Plan(expected, certainty, since, day, held_until, late, receipts)

    def _paid(self, expected: Expected, late: int) -> Plan:
        due = expected.day or self.today
        # What is given back was never late.
        late = late if expected.total > 0 else 0
        day = max(self.today, moved(due, late))
        certainty = overdue(due, self.today) if expected.total > 0 else expected.certainty
        return Plan(expected, certainty, due, None, None, late, (Receipt(expected.total, due, day),))

    def _invoice_day(self, expected: Expected, since: date, start: date) -> date:
        if expected.calendar not in self.calendars:
            return start
        key = expected.calendar, since, start
        if key not in self._billing:
            days = self.calendars[expected.calendar]
            self._billing[key] = max(days.day_for(since), days.next_day(start))
        found: date = self._billing[key]
        return found

    def _receipts(self, expected: Expected, day: date, late: int) -> tuple[Receipt, ...]:
        key = expected.terms, day, expected.currency
        if key not in self._parts:
            self._parts[key] = self.parts(*key)
        parts = self._parts[key]
        amounts = instalments(expected.total, parts)
        return tuple(
            Receipt(units, part.day, max(day, moved(part.day, late)))
            for part, units in zip(parts, amounts, strict=True)
            if units or len(parts) == 1
        ) or (Receipt(expected.total, day, day),)


def moved(day: date, days: int) -> date:
    """Return a day so many days later, the last day that there is where it were beyond.

    >>> str(moved(date(2026, 1, 31), 1)), str(moved(LAST_DAY, 5))
    ('2026-02-01', '2999-12-31')
    """
    return date.fromordinal(max(1, min(day.toordinal() + days, LAST_DAY.toordinal()))) if days else day


def after_holds(day: date, holds: Sequence[Hold]) -> date | None:
    """Return the first day from ``day`` on that no hold has; None where one has no end.

    >>> first, second = (date(2026, 1, 5), date(2026, 1, 9)), (date(2026, 1, 10), date(2026, 1, 12))
    >>> str(after_holds(date(2026, 1, 7), [second, first])), str(after_holds(date(2026, 1, 4), [first]))
    ('2026-01-13', '2026-01-04')
    >>> after_holds(date(2026, 1, 7), [(date(2026, 1, 1), None)])
    """
    found = [last for first, last in holds if first <= day and (last is None or day <= last)]
    while found:
        if None in found:
            return None
        day = max(last for last in found if last) + timedelta(days=1)
        found = [last for first, last in holds if first <= day and (last is None or day <= last)]
    return day


def overdue(due: date, today: date) -> str:
    """Return how sure it is that something is paid that had to be on a day, as a key of ``CONFIDENCE``.

    >>> [overdue(date(2026, 1, day), date(2026, 1, 31)) for day in (31, 30)]
    ['invoiced', 'overdue']
    >>> overdue(date(2025, 10, 1), date(2026, 1, 31))
    'overdue_quarter'
    """
    days = (today - due).days
    if days <= 0:
        return "invoiced"
    return "overdue" if days <= MONTH else "overdue_month" if days <= QUARTER else "overdue_quarter"


def instalments(total: int, parts: Sequence[Part]) -> list[int]:
    """Return what of a total is to be paid by each part of payment terms, as Odoo splits an invoice.

    >>> third = Part(Fraction(1, 3), 0, date(2026, 1, 1))
    >>> instalments(100, [third, third, third]), instalments(-100, [Part(Fraction(0), 30, third.day), third])
    ([33, 33, 34], [-30, -70])
    """
    found, left = [], total
    for part in parts[:-1]:
        units = part.units if total >= 0 else -part.units
        units += divided(total * part.share.numerator, part.share.denominator)
        found.append(units)
        left -= units
    return [*found, left]


def rounded(number: Fraction | int) -> int:
    """Return the nearest whole number; halves away from zero.

    >>> rounded(Fraction(5, 2)), rounded(Fraction(-5, 2)), rounded(Fraction(7, 3))
    (3, -3, 2)
    """
    return divided(number.numerator, number.denominator)


def divided(top: int, bottom: int) -> int:
    """Return the whole number nearest to a quotient; halves away from zero.

    >>> divided(5, 2), divided(-5, 2), divided(7, 3)
    (3, -3, 2)
    """
    return (2 * top + bottom) // (2 * bottom) if top >= 0 else -((-2 * top + bottom) // (2 * bottom))


def apportioned(total: int, weights: Sequence[Fraction | int]) -> list[int]:
    """Return a total split by weights, cumulatively rounded: it adds up, and each part is its share to the unit.

    >>> apportioned(100, [1, 1, 1]), apportioned(10, [3, -1]), apportioned(5, [0, 0])
    ([33, 34, 33], [15, -5], [5, 0])
    """
    whole = sum(weights)
    if not whole:
        return [total, *(0 for _weight in weights[1:])] if weights else []
    found, before, share = [], 0, Fraction(0)
    for weight in weights:
        share += Fraction(weight)
        until = rounded(total * share / whole)
        found.append(until - before)
        before = until
    return found


def cumulated(parts: Sequence[int], scale: int) -> list[int]:
    """Return parts, each a number of ``1 / scale`` units, in whole units that add up to what they are together.

    >>> cumulated([1400, 1400, 1400], 1000), cumulated([-500, 1500], 1000)
    ([1, 2, 1], [-1, 2])
    """
    found, raw, before = [], 0, 0
    for part in parts:
        raw += part
        until = divided(raw, scale)
        found.append(until - before)
        before = until
    return found


def at_once(left: int, charge: int, later: int) -> int:
    """Return what of an advance comes off a charge as soon as possible, whatever is charged ``later``.

    >>> at_once(300, 200, 500), at_once(300, -200, 500)
    (200, 0)
    """
    return min(max(0, charge), left)


def less_advances(
    rows: Iterable[Expected], untaxed: int, total: int, comes_off: Callable[[int, int, int], int] = at_once
) -> tuple[list[Expected], int, int]:
    """Return what will be invoiced of an order once what was paid in advance comes off, in the order of the days.

    :param untaxed, total: what is left of down payments, units
    :param comes_off: returns what comes off a charge, of (what is left, the charge, what is charged after it): all of
        it by the last one
    :return: (rows, what is left of the advance untaxed, and with taxes): nothing where enough is to come

    >>> row = Expected("m", 1, "", 1, 1, 1, 100, 120, date(2026, 3, 1), "planned")
    >>> rows, *left = less_advances([row, row._replace(record=2, day=None)], 150, 180)
    >>> [(one.untaxed, one.total) for one in rows], left
    ([(0, 0), (50, 60)], [0, 0])
    """
    found, rows = [], sorted(rows, key=lambda row: (row.day or LAST_DAY, row.model, row.record))
    later_untaxed, later = sum(max(0, row.untaxed) for row in rows), sum(max(0, row.total) for row in rows)
    for row in rows:
        later_untaxed, later = later_untaxed - max(0, row.untaxed), later - max(0, row.total)
        off_untaxed, off = comes_off(untaxed, row.untaxed, later_untaxed), comes_off(total, row.total, later)
        found.append(row._replace(untaxed=row.untaxed - off_untaxed, total=row.total - off))
        untaxed, total = untaxed - off_untaxed, total - off
    return found, untaxed, total


class Period(NamedTuple):
    """A week (ISO, Monday to Sunday) or a month: its name, and its first and last day."""

    name: str
    first: date
    last: date


def period(day: date, by: str) -> Period:
    """Return the week or the month of a day.

    >>> period(date(2027, 1, 2), "week").name, str(period(date(2027, 1, 2), "week").first)
    ('2026-W53', '2026-12-28')
    >>> period(date(2026, 2, 14), "month")
    Period(name='2026-02', first=datetime.date(2026, 2, 1), last=datetime.date(2026, 2, 28))
    """
    if by == "week":
        year, week, weekday = day.isocalendar()
        first = day - timedelta(days=weekday - 1)
        return Period(f"{year}-W{week:02d}", first, first + timedelta(days=DAYS_IN_WEEK - 1))
    first = day.replace(day=1)
    after = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return Period(f"{first:%Y-%m}", first, after - timedelta(days=1))


class Flow(NamedTuple):
    """An amount on a day: an invoice, or a receipt that is overdue or not; in units of the currency reported in."""

    kind: str
    day: date | None
    units: int
    untaxed: int
    weighted: int
    plan: Plan
    due: date | None


INVOICE, RECEIPT, OVERDUE = "invoice", "receipt", "overdue"


def flows(plan: Plan, rate: Fraction) -> list[Flow]:
    """Return what a plan brings on which days, in the currency that is reported in.

    :param rate: units of that currency for one unit of the plan's
    """
    row, confidence = plan.expected, plan.confidence
    found = []
    top, bottom = rate.numerator, rate.denominator
    whole, untaxed = divided(row.total * top, bottom), divided(row.untaxed * top, bottom)
    if not row.is_invoiced:
        weighted = divided(whole * confidence, 100)
        found.append(Flow(INVOICE, plan.invoice_day, whole, untaxed, weighted, plan, None))
    kind = OVERDUE if plan.certainty.startswith("overdue") else RECEIPT
    before = until = 0
    for receipt in plan.receipts:
        until += receipt.units
        now = divided(until * top, bottom)
        weighted = divided((now - before) * confidence, 100)
        found.append(Flow(kind, receipt.day, now - before, 0, weighted, plan, receipt.due))
        before = now
    return found


@dataclass
class Sums:
    """What a period, a customer or a project comes to, in units: invoices, receipts, of these overdue, weighted."""

    invoices: int = 0
    receipts: int = 0
    overdue: int = 0
    weighted: int = 0

    def add(self, flow: Flow) -> None:
        """Add a flow.

        What is weighted are receipts, each by how sure it is.
        """
        if flow.kind == INVOICE:
            self.invoices += flow.units
            return
        self.receipts += flow.units
        self.weighted += flow.weighted
        if flow.kind == OVERDUE:
            self.overdue += flow.units
