"""The invariants of the position, of termination, and of what can be taken back, by their numbers."""

from datetime import timedelta

from hypothesis import assume, given
from hypothesis import strategies as st

from ..batch import positions
from ..position import position
from ..remaining import remaining_by_band
from ..timeline import Timeline
from .lives import (
    ALL,
    PERFORMANCE,
    QUICK,
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


@properties
@given(scenarios(QUICK))
def test_20_and_21_the_position_is_one_net_balance(scenario):
    for found in stands(scenario, *days_of(scenario)):
        received = max(found.billed, found.paid)
        assert found.revenue - received - found.interest == (
            found.contract_asset - found.contract_liability - found.refund_liability
        )
        assert not (found.contract_asset and found.contract_liability)
        assert min(found.contract_asset, found.contract_liability, found.refund_liability) >= 0
        assert found.receivable == max(0, found.billed - found.paid)


@properties
@given(st.lists(scenarios(QUICK), min_size=2, max_size=3))
def test_22_and_53_contracts_do_not_know_each_other(several):
    contracts = [contract_of(scenario) for scenario in several]
    day = max(days_of(scenario)[-1] for scenario in several)
    together = [figures(found) for _contract, found in positions(iter(contracts), day)]
    assert together == [figures(stands(scenario, day)[0]) for scenario in several]


@properties
@given(scenarios(QUICK), st.integers(1, 10**6))
def test_23_a_cancellable_invoice_books_nothing(scenario, amount):
    assume(not ended(scenario))
    invoice = {"date": last_day(scenario), "type": "invoice", "amount": amount, "unconditional": False}
    days = days_of(scenario)
    more = with_events(scenario, invoice)
    assert [figures(found) for found in stands(more, *days)] == [figures(found) for found in stands(scenario, *days)]


@properties
@given(scenarios(QUICK - {"open", "termination"}), st.integers(1, 10**6))
def test_24_invoicing_earns_nothing_and_earning_invoices_nothing(scenario, amount):
    day = day_of(last_day(scenario))
    invoice = {"date": day.isoformat(), "type": "invoice", "amount": amount}
    before, after = stands(scenario, day)[0], stands(with_events(scenario, invoice), day)[0]
    assert (after.revenue, after.lines) == (before.revenue, before.lines)
    money = [event for event in scenario["events"] if event["type"] in ("invoice", "payment")]
    untied = [{key: value for key, value in event.items() if key != "obligation"} for event in money]
    quiet = {**scenario, "events": untied}
    if not any(event["type"] == "credit_note" for event in scenario["events"]):
        assert stands(quiet, day)[0].receivable == before.receivable


@properties
@given(st.integers(1, 100), st.integers(0, 50), st.integers(0, 50))
def test_25_a_refund_liability_moves_revenue_by_the_opposite(delivered, first, second):
    obligation = {"key": "P", "name": "P", "quantity": 100, "unit_price": 97, "recognition": {"method": "units"}}
    contract = {"date": "2025-01-01", "obligations": [obligation]}
    head = {"date": "2025-01-02", "obligation": "P"}
    events = [
        {**head, "type": "deliver", "units": delivered},
        {"date": "2025-01-02", "type": "invoice", "amount": 97 * delivered},
    ]
    found = []
    for rate in (first, second):
        returns = {**head, "type": "estimate_returns", "rate": rate / 100}
        scenario = {"currency": "USD", "contract": contract, "events": [*events, returns], "at": ["2025-01-02"]}
        found += stands(scenario, day_of("2025-01-02"))
    assert found[0].refund_liability - found[1].refund_liability == found[1].revenue - found[0].revenue
    for one, rate in zip(found, (first, second), strict=True):
        assert one.refund_liability == 97 * delivered * rate


@properties
@given(scenarios(QUICK - {"open", "termination"}), st.integers(1, 10**6))
def test_26_a_credit_note_lowers_what_is_billed_and_nothing_else(scenario, amount):
    day = day_of(last_day(scenario))
    note = {"date": day.isoformat(), "type": "credit_note", "amount": amount}
    before, after = stands(scenario, day)[0], stands(with_events(scenario, note), day)[0]
    places = contract_of(scenario).decimals
    assert after.billed == before.billed - amount * 10**places
    assert (after.revenue, after.transaction_price, after.paid) == (
        before.revenue,
        before.transaction_price,
        before.paid,
    )


@properties
@given(scenarios(QUICK - {"termination"}), st.integers(0, 10**4))
def test_31_a_terminated_contract_leaves_nothing_open(scenario, refund):
    day = last_day(scenario)
    before = stands(scenario, day_of(day))[0]
    places = contract_of(scenario).decimals
    refund = min(refund, max(0, before.billed, before.paid) // 10**places)
    found = stands(with_events(scenario, {"date": day, "type": "terminate", "refund": refund}), day_of(day))[0]
    assert (found.contract_asset, found.contract_liability, found.refund_liability) == (0, 0, 0)
    assert (found.remaining, found.loss_provision, found.cost_asset) == (0, 0, 0)
    kept = max(before.billed, before.paid) - refund * 10**places
    assert found.revenue == found.transaction_price == kept == max(found.billed, found.paid)


UNDONE = {
    "manual": lambda head, state: [
        {"type": "progress", "progress": 1},
        {"type": "progress", "progress": state.observed},
    ],
    "hours": lambda head, state: [{"type": "hours", "hours": 7}, {"type": "hours", "hours": -7}],
    "cost_to_cost": lambda head, state: [{"type": "cost", "amount": 7}, {"type": "cost", "amount": -7}],
    "milestones": lambda head, state: [
        {"type": "milestone", "milestone": name, "undo": undo}
        for undo in (False, True)
        for name in state.weights
        if name not in state.reached
    ],
}


@properties
@given(scenarios(ALL - {"termination", "financing"}))
def test_32_what_is_taken_back_leaves_no_trace(scenario):
    day = day_of(last_day(scenario))
    state = Timeline(contract_of(scenario)).forward(day)
    events = []
    for key, one in state.obligations.items():
        undo = UNDONE.get(one.terms.recognition.method)
        if undo and not one.removed:
            head = {"date": day.isoformat(), "obligation": key}
            events += [{**head, **event} for event in undo(head, one.measure)]
    events += [{"date": day.isoformat(), "type": "payment", "amount": amount} for amount in (9, -9)]
    events += [{"date": day.isoformat(), "type": kind, "amount": 9} for kind in ("invoice", "credit_note")]
    for name, variable in state.variables.items():
        back = variable.amount / 10 ** contract_of(scenario).decimals
        head = {"date": day.isoformat(), "type": "estimate", "variable": name}
        events += [{**head, "amount": 77}, {**head, "amount": back}]
    assert figures(stands(with_events(scenario, *events), day)[0]) == figures(stands(scenario, day)[0])


@properties
@given(scenarios(QUICK))
def test_46_remaining_obligations_are_what_is_not_earned(scenario):
    for found in stands(scenario, *days_of(scenario)):
        assert found.remaining == sum(line.allocated - line.recognised for line in found.lines if not line.exempt)


@properties
@given(scenarios(QUICK), st.lists(st.integers(0, 3000), min_size=1, max_size=4, unique=True))
def test_46_bands_that_reach_the_end_total_the_remaining_obligations(scenario, offsets):
    timeline = Timeline(contract_of(scenario))
    for day in days_of(scenario):
        state = timeline.forward(day)
        found = position(state, day)
        ends = tuple(day + timedelta(offset) for offset in [*sorted(offsets), 4000])
        assert sum(remaining_by_band(state, found, ends)) == found.remaining


@properties
@given(scenarios(PERFORMANCE | {"contract_costs"}))
def test_50_contract_cost_is_used_up_and_never_below_zero(scenario):
    for found in stands(scenario, *days_of(scenario)):
        assert 0 <= found.cost_asset <= found.capitalised
    done = with_events(scenario, *finishing(scenario))
    found = stands(done, day_of(last_day(scenario)) + timedelta(1500))[0]
    assert (found.cost_asset, found.amortised) == (0, found.capitalised)


def ended(scenario):
    """Return whether a scenario has a termination."""
    return any(event["type"] == "terminate" for event in scenario["events"])


@properties
@given(st.integers(0, 1200), st.integers(0, 1200))
def test_31_what_documents_the_refund_of_a_termination_does_not_count_again(paid, refund):
    refund = min(refund, paid)
    obligation = {"key": "P", "name": "P", "price": 1200, "recognition": {"method": "manual"}}
    head = {"date": "2025-02-01"}
    events = [
        {**head, "type": "invoice", "amount": paid},
        {**head, "type": "payment", "amount": paid},
        {**head, "type": "terminate", "refund": refund},
    ]
    documents = [
        {"date": "2025-03-01", "type": "credit_note", "amount": refund},
        {"date": "2025-03-01", "type": "payment", "amount": -refund},
    ]
    contract = {"date": "2025-01-01", "obligations": [obligation]}
    scenario = {"currency": "USD", "contract": contract, "events": events, "at": ["2025-03-01"]}
    day = day_of("2025-03-01")
    found = stands(scenario, day)[0]
    assert found.revenue == found.billed == found.paid == (paid - refund) * 100
    assert figures(stands(with_events(scenario, *documents), day)[0]) == figures(found)


@properties
@given(scenarios(ALL))
def test_55_progress_of_the_price_beside_what_is_apart_is_what_is_recognised(scenario):
    for found in stands(scenario, *days_of(scenario)):
        for line in found.lines:
            told = line.apart + line.progress * (line.allocated - line.apart)
            # The price after rebates and returns is rounded by itself.
            assert abs(line.recognised - told) <= 1, line
