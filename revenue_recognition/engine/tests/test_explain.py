"""What a position says about itself."""

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
        "30 % of 120,000.00: milestones Design, Build reached of Design, Build, Test; 36,000.00 recognised",
        "IFRS 15.B15",
    )


def test_what_the_constraint_keeps_out_is_named():
    variable = [{"key": "BONUS", "amount": 100, "constrained": True}]
    found = steps(bundle(variable=variable), [], "2025-01-31", "price")
    assert found[""] == ("variable amount BONUS: 100.00, kept out by the constraint", "ASC 606-10-32-11")


def test_a_terminated_contract_does_not_speak_of_progress():
    events = [DELIVERED, {"date": "2025-02-01", "type": "terminate"}]
    found = steps(bundle(), events, "2025-02-28", "progress")
    assert found["INSTALL"][0] == "lapsed with the contract; 0.00 of what is kept is its revenue"
