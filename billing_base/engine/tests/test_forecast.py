"""When money is expected: by example, and by what holds of every plan."""

from datetime import date, timedelta
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from ..billing_days import BillingDays
from ..forecast import (
    CONFIDENCE,
    INVOICE,
    OVERDUE,
    Expected,
    Part,
    Planner,
    Scenario,
    Sums,
    after_holds,
    apportioned,
    cumulated,
    flows,
    instalments,
    less_advances,
    moved,
    period,
)
from .strategies import properties

TODAY = date(2026, 11, 30)
days = st.dates(date(2026, 1, 1), date(2028, 12, 31))
units = st.integers(-10_000_000, 10_000_000)
holds = st.lists(st.tuples(days, st.none() | days), max_size=3).map(
    lambda rows: tuple((first, last and max(first, last)) for first, last in rows)
)
expected = st.builds(
    Expected,
    model=st.just("m"),
    record=st.integers(1, 50),
    name=st.just(""),
    order=st.integers(0, 5),
    customer=st.integers(1, 5),
    currency=st.integers(1, 2),
    untaxed=units,
    total=units,
    day=st.none() | days,
    certainty=st.sampled_from(["due", "planned", "agreed", "blocked"]),
    terms=st.integers(0, 2),
    calendar=st.integers(0, 2),
    holds=holds,
    moves=st.booleans(),
    is_invoiced=st.booleans(),
    delay=st.integers(0, 40),
)
scenarios = st.builds(
    Scenario,
    days=st.integers(-60, 60),
    late=st.integers(-20, 90),
    leaves_out=st.just(False),
    orders=st.none() | st.frozensets(st.integers(0, 5)),
)


def parts(terms, day, _currency):
    """Three terms: at once, a third at a time, and a fixed deposit before the rest."""
    if terms == 1:
        return [Part(Fraction(1, 3), 0, day + timedelta(days=30 * number)) for number in range(3)]
    if terms == 2:
        return [Part(Fraction(0), 5_000, day), Part(Fraction(1), 0, day + timedelta(days=14))]
    return [Part(Fraction(1), 0, day)]


def planner(**values):
    calendars = {1: BillingDays("monthly", (15, 31), cut_off=3), 2: BillingDays("weekly", (4,))}
    return Planner(TODAY, calendars, parts, {1: 12, 2: -4}, 3, **values)


def row(**values):
    made = Expected("m", 1, "", 1, 3, 1, 1000, 1190, TODAY + timedelta(days=10), "planned", moves=True)
    return made._replace(**values)


@given(expected, scenarios, st.fractions(Fraction(1, 200), 200))
@properties
def test_what_is_received_is_what_is_invoiced(one, scenario, rate):
    plan = planner().plan(one, scenario)
    assert sum(receipt.units for receipt in plan.receipts) == one.total
    made = flows(plan, rate)
    invoiced = [flow.units for flow in made if flow.kind == INVOICE]
    received = sum(flow.units for flow in made if flow.kind != INVOICE)
    assert len(invoiced) == (not one.is_invoiced)
    assert not invoiced or invoiced == [received]


@given(st.lists(expected, max_size=20), scenarios)
@properties
def test_any_periods_total_the_same(rows, scenario):
    made = [flow for one in rows for flow in flows(planner().plan(one, scenario), Fraction(1))]
    totals = set()
    for by in ("week", "month"):
        sums = {}
        for flow in made:
            sums.setdefault(flow.day and period(flow.day, by), Sums()).add(flow)
        for span in filter(None, sums):
            assert span.first <= span.last
        totals.add(
            tuple(
                sum(getattr(one, name) for one in sums.values())
                for name in ("invoices", "receipts", "overdue", "weighted")
            )
        )
    assert len(totals) == 1


@given(expected, scenarios)
@properties
def test_nothing_is_expected_before_today_and_nothing_paid_before_its_invoice(one, scenario):
    plan = planner().plan(one, scenario)
    for receipt in plan.receipts:
        assert receipt.day is None or receipt.day >= (plan.invoice_day or TODAY) >= TODAY
    assert 0 < plan.confidence <= 100
    if one.day is None and not one.is_invoiced:
        assert plan.receipts[0].day is None
    if plan.invoice_day:
        free = after_holds(plan.since, one.holds)
        assert free is not None or plan.since < TODAY
        if one.calendar:
            assert plan.invoice_day == planner().calendars[one.calendar].next_day(plan.invoice_day)
        else:
            assert after_holds(plan.invoice_day, one.holds) == plan.invoice_day


@given(days, holds)
@properties
def test_the_day_after_holds_is_free_and_the_first(day, some):
    def is_free(when):
        return not any(first <= when and (last is None or when <= last) for first, last in some)

    found = after_holds(day, some)
    if found is None:
        assert any(last is None for _first, last in some)
        return
    assert is_free(found)
    between = range((found - day).days)
    assert not any(is_free(day + timedelta(days=number)) for number in between)


@given(units, st.lists(st.integers(-500, 500), min_size=1, max_size=8))
@properties
def test_a_split_adds_up(total, weights):
    assert sum(apportioned(total, weights)) == total
    assert abs(sum(cumulated(weights, 7)) * 7 - sum(weights)) <= 3
    shares = [Part(Fraction(abs(weight), 1000), 7, TODAY) for weight in weights]
    assert sum(instalments(total, shares)) == total


@given(st.lists(expected, max_size=8), st.integers(0, 10**8), st.integers(0, 10**8))
@properties
def test_advances_come_off_exactly(rows, untaxed, total):
    found, left_untaxed, left = less_advances(rows, untaxed, total)
    assert sum(one.total for one in found) == sum(one.total for one in rows) - (total - left)
    assert sum(one.untaxed for one in found) == sum(one.untaxed for one in rows) - (untaxed - left_untaxed)
    assert left == 0 or all(one.total <= 0 for one in found)


@given(st.lists(expected, max_size=8), st.integers(0, 10**8), st.integers(0, 10**8))
@properties
def test_advances_come_off_the_last_as_exactly(rows, untaxed, total):
    def late(left, charge, later):
        return min(max(0, charge), max(0, left - later))

    found, left_untaxed, left = less_advances(rows, untaxed, total, late)
    assert sum(one.total for one in found) == sum(one.total for one in rows) - (total - left)
    assert (left_untaxed, left) == less_advances(rows, untaxed, total)[1:]


def test_a_plan_waits_for_its_billing_day():
    # Due on 10 December with a cut-off of three days: on the 15th. Due on the 13th: at the end of the month.
    assert planner().plan(row(calendar=1, day=date(2026, 12, 10))).invoice_day == date(2026, 12, 15)
    assert planner().plan(row(calendar=1, day=date(2026, 12, 13))).invoice_day == date(2026, 12, 31)
    # What was due long ago stands on the next one: the end of November, which is today.
    assert planner().plan(row(calendar=1, day=date(2026, 3, 1), certainty="due")).invoice_day == TODAY
    assert planner().plan(row(calendar=2, day=date(2026, 3, 1), certainty="due")).invoice_day == date(2026, 12, 4)


def test_what_should_have_been_attained_is_late_and_less_sure():
    plan = planner().plan(row(day=TODAY - timedelta(days=5)))
    assert (plan.certainty, plan.invoice_day, plan.confidence) == ("late", TODAY, CONFIDENCE["late"])


def test_a_hold_moves_what_it_keeps():
    end = TODAY + timedelta(days=40)
    plan = planner().plan(row(holds=((TODAY, end),)))
    assert (plan.certainty, plan.held_until, plan.invoice_day) == ("held", end, end + timedelta(days=1))
    assert planner().plan(row(holds=((TODAY, None),))).receipts[0].day is None
    # It is over before anything is due.
    assert planner().plan(row(holds=((TODAY, TODAY + timedelta(days=2)),))).certainty == "planned"


def test_a_scenario_moves_what_is_planned_and_not_what_is_agreed():
    later = Scenario(days=14)
    assert planner().plan(row(), later).invoice_day == moved(row().day, 14)
    assert planner().plan(row(moves=False), later).invoice_day == row().day
    assert planner().plan(row(order=2), Scenario(days=14, orders={1})).invoice_day == row().day
    assert planner().plan(row(), Scenario(leaves_out=True)) is None
    owed = planner().plan(row(is_invoiced=True), Scenario(leaves_out=True, late=7))
    assert owed.receipts[0].day == moved(row().day, 3 + 7), "what is invoiced is owed all the same"


def test_what_is_overdue_is_told_apart():
    plan = planner().plan(row(is_invoiced=True, certainty="invoiced", day=TODAY - timedelta(days=45)))
    [flow] = flows(plan, Fraction(1))
    assert (plan.certainty, flow.kind, flow.day, flow.due) == (
        "overdue_month",
        OVERDUE,
        TODAY,
        row().day - timedelta(days=55),
    )
    [credit] = flows(
        planner().plan(row(is_invoiced=True, certainty="invoiced", total=-5, day=date(2026, 1, 1))), Fraction(1)
    )
    assert (credit.kind, credit.units, credit.day) == ("receipt", -5, TODAY)
