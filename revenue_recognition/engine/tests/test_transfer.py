"""What passes at a point in time, in units of a quantity: another share once the quantity is another."""

import pytest

from ..simulate import simulate
from .published import DECIMALS


def revenue(events, method="point_in_time", treatment="catch_up", delta=-600, **change):
    """Return price and revenue of ten units, or hours, for 1,000 that a modification changes on 10 January."""
    recognition = {"method": method, **({"total_hours": 10} if method == "hours" else {})}
    obligation = {"key": "P", "price": 1000, "ssp": 1000, "quantity": 10, "recognition": recognition}
    modify = {
        "date": "2026-01-10",
        "type": "modify",
        "treatment": treatment,
        "fixed_delta": delta,
        "change": [{"obligation": "P", "price": 1000 + delta, **change}],
    }
    happened = [{"date": f"2026-01-{day:02}", "obligation": "P", **event} for day, event in events]
    contract = {"date": "2026-01-01", "obligations": [obligation]}
    scenario = {"currency": "EUR", "contract": contract, "events": [*happened, modify], "at": ["2026-01-31"]}
    found = simulate(scenario, DECIMALS)["positions"][0]
    return found["transaction_price"], found["revenue"]


def delivered(units):
    return {"type": "deliver", "units": units}


@pytest.mark.parametrize("treatment", ["catch_up", "prospective"])
@pytest.mark.parametrize("before", [0, 2, 4])
def test_lowered(treatment, before):
    """All that is still promised is delivered: all of the price is earned, whatever was delivered before."""
    events = [(5, delivered(before)), (20, delivered(4 - before))]
    assert revenue(events, treatment=treatment, quantity=4) == (400, 400)


@pytest.mark.parametrize("treatment", ["catch_up", "prospective"])
def test_raised(treatment):
    """What was delivered is a smaller share of more."""
    assert revenue([(5, delivered(10))], treatment=treatment, delta=1000, quantity=20) == (2000, 1000)
    both = [(5, delivered(10)), (20, delivered(5))]
    assert revenue(both, treatment=treatment, delta=1000, quantity=20) == (2000, 1500)


def test_more_than_is_promised_is_all_of_it():
    assert revenue([(5, delivered(10))], delta=-200, quantity=8) == (800, 800)


def test_a_share_is_one_of_the_quantity_by_then():
    half = {"type": "satisfy", "share": 0.4}
    assert revenue([(5, half)], quantity=8, delta=-200) == (800, 400)


def test_hours_agreed_anew_until_somebody_estimates_them():
    """The hours agreed are the first estimate; an estimate that somebody made stays his."""
    worked, estimated = (20, {"type": "hours", "hours": 5}), (5, {"type": "estimate_hours", "total": 8})
    assert revenue([worked], "hours", delta=-500, quantity=5) == (500, 500)
    assert revenue([estimated, worked], "hours", delta=-500, quantity=5) == (500, 312.5)
