"""The naive implementation against examples worked out by hand."""

from fractions import Fraction

from .naive import simulate


def obligation(key, ssp, method="point_in_time", **more):
    return {"key": key, "name": key, "ssp": ssp, "recognition": {"method": method, **more}}


def last(events, obligations, **contract):
    """Return the position after the last of these events, each on a day of its own."""
    days = [f"2025-01-{number:02}" for number in range(1, len(events) + 1)]
    dated = [{"date": day, **event} for day, event in zip(days, events, strict=True)]
    contract = {"date": "2025-01-01", "obligations": obligations, **contract}
    (position,) = simulate({"currency": "USD", "contract": contract, "events": dated, "at": days[-1:]})["positions"]
    return position


def allocated(position):
    return {key: figures["allocated"] for key, figures in position["obligations"].items()}


def test_a_price_change_after_a_modification_goes_by_what_was_promised_before():
    """ASC 606-10-55 Example 6: of 40 more, 20 belong to X, and the 20 of Y are shared by Y and Z."""
    position = last(
        [
            {"type": "satisfy", "obligation": "X"},
            {"type": "modify", "treatment": "auto", "fixed_delta": 300, "add": [obligation("Z", 600)]},
            {"type": "estimate", "variable": "V", "amount": 240, "constrained": False},
        ],
        [obligation("X", 600), obligation("Y", 600)],
        fixed=1000,
        variable=[{"key": "V", "amount": 200}],
    )
    assert position["treatment"] == "prospective"
    assert allocated(position) == {"X": 620, "Y": 460, "Z": 460}
    assert position["revenue"] == 620


def test_a_refund_lowers_revenue_and_is_owed_until_it_is_credited():
    """ASC 606-10-55 Example 5 case B: 60 of 120 units at 100 are delivered, then 15 each are given back for defects."""
    units = {**obligation("U", 12000, "units"), "quantity": 120}
    events = [
        {"type": "deliver", "obligation": "U", "units": 60},
        {"type": "invoice", "amount": 6000},
        {
            "type": "modify",
            "treatment": "prospective",
            "fixed_delta": 2400,
            "refund": 900,
            "change": [{"obligation": "U", "quantity": 150, "ssp": 15000}],
        },
    ]
    position = last(events, [units], fixed=12000)
    assert (position["revenue"], position["refund_liability"], position["contract_liability"]) == (5100, 900, 0)
    assert position["transaction_price"] == 13500
    position = last([*events, {"type": "credit_note", "amount": 900}], [units], fixed=12000)
    assert (position["revenue"], position["refund_liability"], position["billed"]) == (5100, 0, 5100)
    position = last([*events, {"type": "deliver", "obligation": "U", "units": 1}], [units], fixed=12000)
    assert position["revenue"] == Fraction(519333, 100)  # each of the 90 left earns 8,400 / 90


def test_what_is_kept_at_termination_is_the_revenue():
    position = last(
        [
            {"type": "satisfy", "obligation": "A"},
            {"type": "payment", "amount": 900},
            {"type": "terminate", "refund": 100},
        ],
        [obligation("A", 500), obligation("B", 500)],
        fixed=1000,
    )
    assert (position["revenue"], position["paid"], position["rpo"]["total"]) == (800, 800, 0)
    assert allocated(position) == {"A": 500, "B": 300}


def test_a_contract_cost_is_amortised_and_what_is_impaired_is_gone():
    events = [
        {"type": "contract_cost", "amount": 100, "over": ["A"]},
        {"type": "progress", "obligation": "A", "progress": 0.2},
        {"type": "impair", "amount": 40},
        {"type": "progress", "obligation": "A", "progress": 0.6},
    ]
    work = [obligation("A", 500, "manual")]
    assert [last(events[:count], work, fixed=500)["cost_asset"] for count in (1, 2, 3, 4)] == [100, 80, 40, 20]


def test_uninstalled_materials_before_and_after_a_modification():
    """Elevators of ASC 606-10-55 Example 19, then half of what is left of the work after a new price."""
    work = [obligation("W", 5_000_000, "cost_to_cost", total_cost=4_000_000)]
    events = [
        {"type": "cost", "obligation": "W", "amount": 1_500_000, "kind": "uninstalled"},
        {"type": "cost", "obligation": "W", "amount": 500_000},
        {"type": "modify", "treatment": "prospective", "fixed_delta": 200_000},
        {"type": "cost", "obligation": "W", "amount": 1_000_000},
    ]
    assert last(events[:2], work, fixed=5_000_000)["revenue"] == 2_200_000
    assert last(events[:3], work, fixed=5_000_000)["revenue"] == 2_200_000
    position = last(events, work, fixed=5_000_000)
    assert position["obligations"]["W"]["progress"] == Fraction(1, 2)
    assert position["revenue"] == 2_200_000 + 1_500_000


def test_removed_work_is_shared_anew_by_a_catch_up():
    position = last(
        [
            {"type": "progress", "obligation": "A", "progress": 0.25},
            {"type": "progress", "obligation": "B", "progress": 0.5},
            {"type": "modify", "treatment": "catch_up", "remove": ["A"], "fixed_delta": -50},
        ],
        [obligation("A", 100, "manual"), obligation("B", 100, "manual")],
        fixed=200,
    )
    assert allocated(position) == {"A": 25, "B": 125}
    assert position["revenue"] == Fraction(8750, 100)
