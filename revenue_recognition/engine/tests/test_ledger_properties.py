"""The invariants of entries and of company currency, and the metamorphic ones, by their numbers."""

import copy
from collections import defaultdict
from datetime import timedelta
from fractions import Fraction

from hypothesis import assume, given
from hypothesis import strategies as st

from .. import simulate
from ..currency import Conversion
from ..journal import Journal
from ..position import position
from ..terms import Rates
from ..timeline import Timeline
from .lives import ALL, PERFORMANCE, QUICK, TAME, contract_of, day_of, days_of, figures, stands
from .strategies import PLACES, properties, scenarios

CODES = {**PLACES, "EUR": 2}
ASSETS = ("receivable", "contract_asset", "cost_asset")
LIABILITIES = ("contract_liability", "refund_liability", "loss_provision")


@st.composite
def some_rates(draw, start):
    """Draw rates from inception on."""
    first = st.integers(1, 30_000).map(lambda points: Fraction(points, 10_000))
    offsets = draw(st.lists(st.integers(1, 900), max_size=4, unique=True).map(sorted))
    dates = (start, *(start + timedelta(offset) for offset in offsets))
    return Rates(dates=dates, rates=tuple(draw(first) for _date in dates))


def walk(scenario, rates=None):
    """Yield position, its conversion and the journal so far on every day on which something may change."""
    contract = contract_of(scenario)
    days = set(days_of(scenario))
    if rates is not None:
        days |= {day - timedelta(1) for day in rates.dates if day > contract.date}
    timeline, journal = Timeline(contract), Journal()
    conversion = Conversion(rates) if rates else None
    for day in sorted(days):
        found = position(timeline.forward(day), day)
        company = conversion.convert(found) if conversion else None
        journal.post(found, company)
        yield found, company, journal


def balances(journal):
    """Return what the entries add up to, by account: in contract and in company currency."""
    totals = defaultdict(lambda: [0, 0])
    for entry in journal.entries:
        totals[entry.account][0] += entry.amount
        totals[entry.account][1] += entry.company
    return totals


@properties
@given(st.data(), scenarios(QUICK))
def test_35_entries_balance_and_add_up_to_the_position(data, scenario):
    rates = data.draw(st.none() | some_rates(day_of(scenario["contract"]["date"])))
    for found, company, journal in walk(scenario, rates):
        totals = balances(journal)
        for number, books in enumerate((found, company)):
            if books is None:
                continue
            for name in ASSETS:
                assert totals[name][number] == getattr(books, name), name
            for name in LIABILITIES:
                assert -totals[name][number] == getattr(books, name), name
            assert -totals["revenue"][number] == books.revenue
            assert totals["interest_expense"][number] + totals["interest_income"][number] == books.interest
            assert totals["cost"][number] == books.cost + books.amortised
            assert sum(total[number] for total in totals.values()) == 0
    by_day = defaultdict(lambda: [0, 0])
    for entry in journal.entries:
        assert entry.amount or entry.company
        assert entry.amount * entry.company >= 0
        by_day[entry.date, entry.kind][0] += entry.amount
        by_day[entry.date, entry.kind][1] += entry.company
    assert all(total == [0, 0] for total in by_day.values())


@properties
@given(scenarios(QUICK))
def test_35_no_line_of_a_simulation_has_both_sides(scenario):
    for line in simulate(scenario, CODES)["journal"]:
        assert (line["debit"] == 0) != (line["credit"] == 0)


@properties
@given(scenarios(QUICK), st.randoms())
def test_37_events_may_be_listed_in_any_order_of_dates(scenario, chance):
    dates = sorted({event["date"] for event in scenario["events"]})
    chance.shuffle(dates)
    events = sorted(scenario["events"], key=lambda event: dates.index(event["date"]))
    days = days_of(scenario)
    other = stands({**scenario, "events": events}, *days)
    assert [figures(found) for found in other] == [figures(found) for found in stands(scenario, *days)]


@properties
@given(st.data(), scenarios(TAME - {"costs", "contract_costs"}))
def test_44_functional_revenue_and_exchange_differences_are_functional_cash(data, scenario):
    rates = data.draw(some_rates(day_of(scenario["contract"]["date"])))
    for found, company, _journal in walk(scenario, rates):
        settled = company.receivable + company.contract_asset - company.contract_liability - company.refund_liability
        assert company.revenue + company.fx == company.paid + settled + company.interest
        assert not (company.contract_asset and company.contract_liability)
        if found.contract_liability == found.contract_asset == found.receivable == found.refund_liability == 0:
            assert settled == 0


@properties
@given(scenarios(PERFORMANCE | {"variable", "discounts"}), st.integers(1, 10**4))
def test_08_the_price_converts_as_one(scenario, points):
    start = day_of(scenario["contract"]["date"])
    rates = Rates(dates=(start,), rates=(Fraction(points, 1000),))
    found, company, _journal = next(walk(scenario, rates))
    assert abs(company.transaction_price - found.transaction_price * rates.rates[0]) <= 1


@properties
@given(scenarios(QUICK), st.integers(1, 10**4))
def test_44_a_rate_that_never_moves_makes_no_exchange_difference(scenario, points):
    start = day_of(scenario["contract"]["date"])
    rates = Rates(dates=(start,), rates=(Fraction(points, 1000),))
    for found, company, _journal in walk(scenario, rates):
        assert abs(company.fx) <= 1, (found, company)


@properties
@given(scenarios(QUICK))
def test_45_a_contract_in_company_currency_has_no_exchange_difference(scenario):
    start = day_of(scenario["contract"]["date"])
    rates = Rates(dates=(start,), rates=(Fraction(1),))
    for found, company, _journal in walk(scenario, rates):
        assert company.fx == 0
        for name in ("transaction_price", "revenue", "paid", "receivable", "contract_asset", "cost_asset", "cost"):
            assert getattr(company, name) == getattr(found, name), name


@properties
@given(st.integers(1, 10**6), st.integers(1, 10**6), st.integers(1, 9999), st.integers(1, 9999))
def test_43_an_advance_keeps_its_rate_and_layers_go_first_in_first_out(first, second, one, two):
    obligation = {"key": "P", "name": "P", "price": (first + second) / 100, "recognition": {"method": "manual"}}
    contract = {"date": "2025-01-01", "obligations": [obligation]}
    share = Fraction(first, first + second)
    events = [
        {"date": "2025-01-01", "type": "payment", "amount": first / 100},
        {"date": "2025-02-01", "type": "payment", "amount": second / 100},
        {"date": "2025-03-01", "type": "progress", "obligation": "P", "progress": share},
        {"date": "2025-04-01", "type": "progress", "obligation": "P", "progress": 1},
    ]
    scenario = {"currency": "USD", "contract": contract, "events": events, "at": ["2025-04-01"]}
    dates = tuple(day_of(text) for text in ("2025-01-01", "2025-02-01", "2025-03-01"))
    rates = Rates(dates=dates, rates=(Fraction(one, 1000), Fraction(two, 1000), Fraction(7)))
    found = {position.at.isoformat(): company for position, company, _journal in walk(scenario, rates)}
    assert abs(found["2025-03-01"].revenue - first * Fraction(one, 1000)) <= Fraction(1, 2)
    exact = first * Fraction(one, 1000) + second * Fraction(two, 1000)
    assert abs(found["2025-04-01"].revenue - exact) <= Fraction(1, 2)
    assert found["2025-04-01"].fx == 0


MONEY = ("amount", "price", "ssp", "unit_price", "fixed", "fixed_delta", "refund", "total_cost")


def scaled(value, factor, name=None):
    """Return a scenario with every amount of money multiplied."""
    if isinstance(value, dict):
        total = {"total": factor} if value.get("type") == "estimate_cost" else {}
        return {
            key: scaled(part, total.get(key, factor), key if key not in total else "amount")
            for key, part in value.items()
        }
    if isinstance(value, list):
        return [scaled(part, factor, name) for part in value]
    return Fraction(str(value)) * factor if name in (*MONEY, "ssp_range") else value


@properties
@given(scenarios(PERFORMANCE | {"money", "variable", "discounts"}), st.sampled_from((3, 10, 1000)))
def test_51_amounts_scale_with_prices(scenario, factor):
    days = days_of(scenario)
    larger = scaled(copy.deepcopy(scenario), factor)
    for small, large in zip(stands(scenario, *days), stands(larger, *days), strict=True):
        assert large.transaction_price == small.transaction_price * factor
        assert (large.billed, large.paid) == (small.billed * factor, small.paid * factor)
        for one, other in zip(small.lines, large.lines, strict=True):
            assert one.progress == other.progress
            assert abs(Fraction(other.allocated, factor) - one.allocated) < 1
            assert abs(Fraction(other.recognised, factor) - one.recognised) < 2


def shifted(value, years):
    """Return a scenario with every date moved by whole years."""
    if isinstance(value, dict):
        return {key: shifted(part, years) for key, part in value.items()}
    if isinstance(value, list):
        return [shifted(part, years) for part in value]
    if isinstance(value, str) and len(value) == 10 and value[4] == value[7] == "-":
        return f"{int(value[:4]) + years}{value[4:]}"
    return value


@properties
@given(scenarios(QUICK))
def test_52_four_years_later_everything_is_the_same(scenario):
    later = shifted(scenario, 4)
    days = [day for day in days_of(scenario) if (day.month, day.day) != (2, 29)]
    moved = [day.replace(year=day.year + 4) for day in days]
    assert [figures(found) for found in stands(later, *moved)] == [figures(found) for found in stands(scenario, *days)]


@properties
@given(st.integers(1, 12), st.integers(1, 10**6), st.integers(1, 10**4), st.integers(0, 12))
def test_54_a_line_of_n_is_n_lines_of_one(count, price, ssp, delivered):
    assume(delivered <= count)
    other = {"key": "X", "name": "X", "ssp": 77, "recognition": {"method": "point_in_time"}}

    def scenario(lines, events):
        contract = {"date": "2025-01-01", "fixed": price / 100, "obligations": [*lines, other]}
        return {"currency": "USD", "contract": contract, "events": events, "at": ["2025-01-02"]}

    units = {"name": "Units", "recognition": {"method": "units"}}
    head = {"date": "2025-01-02", "type": "deliver"}
    one = scenario(
        [{**units, "key": "ALL", "quantity": count, "ssp": ssp * count}],
        [{**head, "obligation": "ALL", "units": delivered}],
    )
    many = scenario(
        [{**units, "key": f"U{n}", "quantity": 1, "ssp": ssp} for n in range(count)],
        [{**head, "obligation": f"U{n}", "units": 1} for n in range(delivered)],
    )
    together, apart = stands(one, day_of("2025-01-02"))[0], stands(many, day_of("2025-01-02"))[0]
    assert together.transaction_price == apart.transaction_price
    assert abs(together.revenue - apart.revenue) <= count
    assert ALL
