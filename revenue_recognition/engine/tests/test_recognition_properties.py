"""The invariants of recognition, by their numbers."""

from datetime import date, timedelta
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from ..measures import StraightLine
from ..money import part_of
from ..position import position
from ..terms import Obligation
from ..timeline import Timeline
from .lives import (
    PERFORMANCE,
    QUICK,
    TAME,
    contract_of,
    day_of,
    days_of,
    figures,
    finishing,
    last_day,
    stands,
    with_events,
)
from .strategies import properties, scenarios

terms = st.builds(
    lambda start, length, monthly: StraightLine(start, start + timedelta(length), monthly),
    st.dates(date(2023, 1, 1), date(2028, 12, 31)),
    st.integers(0, 800),
    st.booleans(),
)


@properties
@given(scenarios(TAME))
def test_09_revenue_stays_between_nothing_and_the_price(scenario):
    for found in stands(scenario, *days_of(scenario)):
        for line in found.lines:
            assert 0 <= line.recognised <= line.allocated
            if line.progress == 1:
                assert line.recognised == line.allocated


@properties
@given(st.integers(1, 10**9), terms)
def test_09_of_a_credit_too(amount, term):
    measure = term.measure(Obligation(key="P", recognition=term))
    for day in (term.start, term.end - timedelta(1), term.end):
        assert part_of(-amount, measure.progress(day)) == -part_of(amount, measure.progress(day))


@properties
@given(scenarios(TAME - {"returns", "undoing"}))
def test_10_over_its_life_a_contract_earns_its_price(scenario):
    done = with_events(scenario, *finishing(scenario))
    found = stands(done, day_of(last_day(scenario)) + timedelta(1500))[0]
    assert found.revenue == found.transaction_price
    assert found.remaining == 0


@properties
@given(scenarios(QUICK))
def test_11_many_steps_are_one(scenario):
    contract = contract_of(scenario)
    walking = Timeline(contract)
    for day in days_of(scenario):
        stepwise = position(walking.forward(day), day)
        assert figures(stepwise) == figures(position(Timeline(contract).forward(day), day))


@properties
@given(st.integers(-(10**9), 10**9), terms)
def test_12_and_13_straight_line_by_day(amount, term):
    measure = term.measure(Obligation(key="P", recognition=term))
    day, before, shares = term.start - timedelta(1), 0, []
    assert part_of(amount, measure.progress(day)) == 0
    while day < term.end:
        exact = amount * measure.progress(day)
        day += timedelta(1)
        recognised = part_of(amount, measure.progress(day))
        shares.append(recognised - before)
        assert abs(shares[-1] - (amount * measure.progress(day) - exact)) <= 1
        assert shares[-1] * amount >= 0
        before = recognised
    assert sum(shares) == amount == part_of(amount, measure.progress(term.end + timedelta(500)))


@properties
@given(scenarios(frozenset({"open", "money"})))
def test_14_with_unchanged_estimates_revenue_never_falls(scenario):
    scenario = {**scenario, "events": [event for event in scenario["events"] if event["type"] != "credit_note"]}
    before = {}
    for found in stands(scenario, *days_of(scenario)):
        for line in found.lines:
            assert line.recognised >= before.get(line.key, 0)
            before[line.key] = line.recognised


def building(*events, fixed=1000, total=800):
    """A building measured by cost."""
    recognition = {"method": "cost_to_cost", "total_cost": total}
    contract = {
        "date": "2025-01-01",
        "fixed": fixed,
        "obligations": [{"key": "P", "name": "P", "recognition": recognition}],
    }
    events = [{"date": "2025-02-01", "obligation": "P", "type": "cost", **event} for event in events]
    return {"currency": "USD", "contract": contract, "events": events, "at": ["2025-02-01"]}


def after(scenario):
    return stands(scenario, days_of(scenario)[-1])[0]


costs = st.integers(0, 40_000).map(lambda cents: cents / 100)


@properties
@given(costs, costs)
def test_15_wasted_cost_earns_nothing(normal, wasted):
    plain, more = (
        after(building({"amount": normal})),
        after(building({"amount": normal}, {"amount": wasted, "kind": "wasted"})),
    )
    assert (more.revenue, more.lines) == (plain.revenue, plain.lines)
    assert more.cost == plain.cost + round(wasted * 100)


@properties
@given(costs, costs)
def test_15_uninstalled_materials_earn_their_cost(normal, materials):
    found = after(building({"amount": normal}, {"amount": materials, "kind": "uninstalled"}))
    apart = round(materials * 100)
    progress = min(Fraction(1), Fraction(round(normal * 100), 80_000 - apart))
    assert found.lines[0].progress == progress
    assert found.revenue == part_of(100_000 - apart, progress) + apart


@properties
@given(st.integers(1, 10**6))
def test_16_an_estimate_below_cost_caps_progress_and_says_so(over):
    scenario = building({"amount": 800 + over / 100})
    contract = contract_of(scenario)
    state = Timeline(contract).forward(day_of("2025-02-01"))
    found = position(state, day_of("2025-02-01"))
    assert (found.lines[0].progress, found.revenue) == (1, 100_000)
    assert "more cost than estimated" in state.obligations["P"].measure.text(found.at, "1,000.00")


milestones = st.lists(st.sampled_from("ABCD"), max_size=8)


@properties
@given(milestones, milestones)
def test_17_a_milestone_counts_once_and_can_be_taken_back(reached, taken_back):
    weights = {"A": 0.1, "B": 0.2, "C": 0.3, "D": 0.4}
    recognition = {"method": "milestones", "milestones": weights}
    obligation = {"key": "P", "name": "P", "price": 1000, "recognition": recognition}
    head = {"date": "2025-02-01", "type": "milestone", "obligation": "P"}
    events = [{**head, "milestone": name} for name in reached]
    events += [{**head, "milestone": name, "undo": True} for name in taken_back]
    contract = {"date": "2025-01-01", "obligations": [obligation]}
    found = after({"currency": "USD", "contract": contract, "events": events, "at": ["2025-02-01"]})
    assert found.revenue == round(sum(weights[name] for name in set(reached) - set(taken_back)) * 100_000)


@properties
@given(scenarios(PERFORMANCE), st.integers(1, 10**6))
def test_18_a_constrained_amount_never_counts_and_estimates_leave_no_residue(scenario, amount):
    shared = [one for one in scenario["contract"]["obligations"] if one["recognition"]["method"] not in OPEN]
    if not any("quantity" in one or one["recognition"]["method"] != "units" for one in shared):
        return
    plain = stands(scenario, *days_of(scenario))
    bonus = [{"key": "BONUS", "amount": amount, "constrained": True}]
    constrained = {**scenario, "contract": {**scenario["contract"], "variable": bonus}}
    start = scenario["contract"]["date"]
    head = {"date": start, "type": "estimate", "variable": "BONUS"}
    back = [{**head, "amount": amount, "constrained": False}, {**head, "amount": 0, "constrained": False}]
    for other in (constrained, {**constrained, "events": [*back, *constrained["events"]]}):
        assert [figures(found) for found in stands(other, *days_of(scenario))] == [figures(found) for found in plain]


OPEN = ("usage", "as_invoiced")


@properties
@given(st.integers(0, 60), st.integers(0, 60), st.integers(1, 10**6))
def test_19_no_royalty_before_both_the_sale_and_the_licence(sold, licensed, amount):
    start = date(2025, 1, 1)
    obligation = {"key": "P", "name": "P", "recognition": {"method": "usage"}}
    dates = {"usage": start + timedelta(sold), "satisfy": start + timedelta(licensed)}
    events = [
        {"date": dates["usage"].isoformat(), "type": "usage", "obligation": "P", "amount": amount / 100},
        {"date": dates["satisfy"].isoformat(), "type": "satisfy", "obligation": "P"},
    ]
    contract = {"date": start.isoformat(), "obligations": [obligation]}
    scenario = {"currency": "USD", "contract": contract, "events": events, "at": [start.isoformat()]}
    both = max(dates.values())
    revenue = [found.revenue for found in stands(scenario, both - timedelta(1), both)]
    assert revenue == [0, amount] if both > start else revenue[1] == amount


@properties
@given(costs, costs)
def test_cost_after_its_obligation_was_removed_is_still_a_cost(before, later):
    scenario = building({"amount": before}, {"amount": later, "date": "2025-04-01"}, total=900)
    added = {"key": "NEW", "name": "New", "ssp": 100, "recognition": {"method": "point_in_time"}}
    removal = {"date": "2025-03-01", "type": "modify", "treatment": "prospective", "remove": ["P"], "add": [added]}
    scenario["events"].append(removal)
    first, last = stands(scenario, day_of("2025-03-01"), day_of("2025-04-01"))
    assert last.revenue == first.revenue == part_of(100_000, min(Fraction(1), Fraction(round(before * 100), 90_000)))
    assert last.cost - first.cost == round(later * 100)
