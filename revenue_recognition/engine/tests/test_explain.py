"""What a position says about itself."""

import pytest

from .. import simulate

TRANSFER = {"method": "point_in_time"}


def steps(contract, events, at, topic, book="asc606"):
    """Return the texts of one topic, by obligation, at the end of a day."""
    scenario = {"currency": "USD", "book": book, "contract": contract, "events": events, "at": [at]}
    found = simulate(scenario, {"USD": 2})["positions"][0]["steps"]
    return {step["obligation"]: (step["text"], step["paragraph"]) for step in found if step["topic"] == topic}


def bundle(**values):
    obligations = [
        {"key": "DEVICE", "ssp": 600, "recognition": TRANSFER},
        {"key": "INSTALL", "ssp": 300, "recognition": TRANSFER},
    ]
    return {"date": "2025-01-01", "fixed": 900, "obligations": obligations, **values}


DELIVERED = {"date": "2025-01-31", "type": "satisfy", "obligation": "DEVICE"}


def test_a_share_says_by_which_prices():
    found = steps(bundle(), [], "2025-01-31", "allocation")
    assert found["INSTALL"] == ("300.00 of 900.00: standalone selling price 300.00 of 900.00", "ASC 606-10-32-31")


def test_a_share_names_discounts_and_variable_amounts():
    variable = [{"key": "SPEED", "amount": 90, "allocate_to": ["INSTALL"]}, {"key": "YEAR", "amount": 60}]
    discount = [{"amount": 40, "allocate_to": ["DEVICE"]}]
    found = steps(bundle(fixed=860, variable=variable, discount=discount), [], "2025-01-31", "allocation")
    assert found["DEVICE"][0] == (
        "600.00: 560.00 by standalone selling price 600.00 of 900.00, less a discount that belongs to it; 40.00 of YEAR"
    )
    assert found["INSTALL"][0] == (
        "410.00: 300.00 by standalone selling price 300.00 of 900.00; 90.00 of SPEED; 20.00 of YEAR"
    )


def test_what_a_modification_found_recognised_is_named():
    added = [{"key": "MORE", "ssp": 100, "price": 40, "recognition": TRANSFER}]
    modify = {"date": "2025-02-01", "type": "modify", "treatment": "auto", "fixed_delta": 40, "add": added}
    events = [DELIVERED, modify]
    found = steps(bundle(), events, "2025-02-28", "allocation")
    assert found["DEVICE"][0] == "600.00: 600.00 recognised before the modification and 0.00 of what was left"
    progress = steps(bundle(), events, "2025-02-28", "progress")
    assert progress["DEVICE"][0] == "600.00 recognised, nothing was left when the contract was modified"
    assert steps(bundle(), events, "2025-02-28", "modification")[""][0] == (
        'prospective: "MORE" is not priced at its standalone selling price; '
        "what remains is distinct from what was transferred (25-13a)"
    )


def test_milestones_are_named():
    recognition = {"method": "milestones", "milestones": {"Design": 0.1, "Build": 0.2, "Test": 0.7}}
    contract = {"date": "2025-01-01", "fixed": 120000, "obligations": [{"key": "P", "recognition": recognition}]}
    head = {"date": "2025-02-01", "type": "milestone", "obligation": "P"}
    events = [{**head, "milestone": name} for name in ("Build", "Design")]
    found = steps(contract, events, "2025-02-28", "progress", book="ifrs15")
    assert found["P"] == (
        "30 % of 120,000.00: milestones reached: Design (10 %, on 2025-02-01), Build (20 %, on 2025-02-01); "
        "not reached: Test (70 %); 36,000.00 recognised",
        "IFRS 15.B15",
    )


def test_of_many_milestones_the_weights_still_add_up():
    milestones = {str(number): 0.1 for number in range(10)}
    recognition = {"method": "milestones", "milestones": milestones}
    contract = {"date": "2025-01-01", "fixed": 100, "obligations": [{"key": "P", "recognition": recognition}]}
    event = {"date": "2025-02-01", "type": "milestone", "obligation": "P", "milestone": "3"}
    text = steps(contract, [event], "2025-02-28", "progress")["P"][0]
    assert text == (
        "10 % of 100.00: milestones reached: 3 (10 %, on 2025-02-01); "
        "not reached: 0 (10 %), 1 (10 %), 2 (10 %), 4 (10 %), 5 (10 %) and 4 more (together 40 %); 10.00 recognised"
    )


def more(**values):
    """A prospective modification that raises the price by 100."""
    return {"date": "2025-02-10", "type": "modify", "treatment": "prospective", "fixed_delta": 100, **values}


def test_progress_after_a_modification_says_what_it_applies_to():
    """Progress × allocated price is another figure than what is recognised."""
    recognition = {"method": "milestones", "milestones": {"Design": 0.5, "Build": 0.3, "Test": 0.2}}
    contract = {"date": "2025-01-01", "fixed": 1000, "obligations": [{"key": "P", "recognition": recognition}]}
    head = {"date": "2025-02-01", "type": "milestone", "obligation": "P"}
    events = [{**head, "milestone": "Design"}, more(), {**head, "date": "2025-02-20", "milestone": "Build"}]
    assert steps(contract, events, "2025-02-28", "progress")["P"][0] == (
        "500.00 was recognised before the modification, progress is of the rest; "
        "60 % of 600.00: milestones reached: Design (50 %, on 2025-02-01), Build (30 %, on 2025-02-20); "
        "not reached: Test (20 %); 50 % was done before the modification, 30 % since then of the 50 % that was left; "
        "860.00 recognised"
    )


@pytest.mark.parametrize("method", ["manual", "point_in_time"])
def test_what_is_observed_and_what_is_left_are_told_apart(method):
    contract = {"date": "2025-01-01", "fixed": 1000, "obligations": [{"key": "P", "recognition": {"method": method}}]}
    seen = {"manual": ("progress", "progress", 0.8), "point_in_time": ("satisfy", "share", 0.3)}
    kind, name, later = seen[method]
    head = {"date": "2025-02-01", "type": kind, "obligation": "P"}
    events = [{**head, name: 0.5}, more(), {**head, "date": "2025-02-20", name: later}]
    text = steps(contract, events, "2025-02-28", "progress")["P"][0]
    assert "60 % of 600.00" in text
    assert "50 % was done before the modification, 30 % since then of the 50 % that was left" in text


def test_what_is_recognised_is_the_part_apart_and_progress_of_the_rest():
    """Also beside uninstalled materials, whose cost earns no margin."""
    cost = {"key": "W", "recognition": {"method": "cost_to_cost", "total_cost": 800}}
    spent = {"date": "2025-01-20", "type": "cost", "obligation": "W", "amount": 200}
    lift = {"date": "2025-02-20", "type": "cost", "obligation": "W", "amount": 100, "kind": "uninstalled"}
    contract = {"date": "2025-01-01", "fixed": 1000, "obligations": [cost]}
    scenario = {"currency": "USD", "contract": contract, "events": [spent, more(), lift], "at": ["2025-02-28"]}
    found = simulate(scenario, {"USD": 2})["positions"][0]["obligations"]["W"]
    assert found["apart"] == 350
    assert found["recognised"] == round(350 + found["progress"] * (found["allocated"] - 350), 2)


def test_what_the_constraint_keeps_out_is_named():
    variable = [{"key": "BONUS", "amount": 100, "constrained": True}]
    found = steps(bundle(variable=variable), [], "2025-01-31", "price")
    assert found[""] == ("variable amount BONUS: 100.00, kept out by the constraint", "ASC 606-10-32-11")


def test_a_terminated_contract_does_not_speak_of_progress():
    events = [DELIVERED, {"date": "2025-02-01", "type": "terminate"}]
    found = steps(bundle(), events, "2025-02-28", "progress")
    assert found["INSTALL"][0] == "lapsed with the contract; 0.00 of what is kept is its revenue"
