"""What is to be billed, given what stands on invoices, is what runs bill; and the day it is due is known before."""

from datetime import date

from hypothesis import assume, given
from hypothesis import strategies as st

from ..reading import read_scenario
from ..standing import next_due, open_parts
from .lives import ledger
from .strategies import HORIZON, PLACES, properties, scenarios

LIVES = scenarios(kinds=("recurring",), happens=("change", "cancel", "pause", "renew"))


def bill(stands, opened):
    """Have everything that is open stand on invoices."""
    for one in opened:
        stands[one.part.number] = stands.get(one.part.number, 0) + one.units


@properties
@given(LIVES)
def test_a_run_bills_what_is_open(scenario):
    read, books = read_scenario(scenario, PLACES), ledger(scenario)
    assume(read.corrections == "net")
    standing = [{} for _charge in read.charges]
    for day in read.runs:
        billed = {}
        for line in books.run(day).lines:
            billed[line.place] = billed.get(line.place, 0) + line.amount
        for charge, history, stands in zip(read.charges, read.histories, standing, strict=True):
            opened = open_parts(charge, history.known(day), stands, day, read.zone, read.scale)
            assert sum(one.units for one in opened) == billed.get(charge.place, 0)
            bill(stands, opened)


@properties
@given(LIVES, st.integers(0, HORIZON), st.integers(-1000, 1000))
def test_the_day_on_which_something_is_due_is_known_before(scenario, after, credited):
    read = read_scenario(scenario, PLACES)
    for charge, history in zip(read.charges, read.histories, strict=True):
        known, stands = history.known(None), {}
        bill(stands, open_parts(charge, known, stands, charge.first + after, read.zone, read.scale))
        if stands:
            stands[min(stands)] -= credited
        day = next_due(charge, known, stands, read.zone, read.scale)
        if day is None:
            far = charge.first + 2 * HORIZON
            assert open_parts(charge, known, stands, far, read.zone, read.scale) == []
            continue
        assert open_parts(charge, known, stands, day - 1, read.zone, read.scale) == []
        assert open_parts(charge, known, stands, day, read.zone, read.scale)


def test_what_stands_of_a_period_that_is_charged_no_more_is_given_back():
    start = date(2026, 1, 1)
    scenario = {
        "id": "GONE",
        "title": "Cancelled before it began",
        "source": "this test",
        "currency": "USD",
        "charges": [{"key": "A", "kind": "recurring", "start": str(start), "price": 9, "every": _month()}],
        "events": [{"type": "cancel", "charge": "A", "date": str(start)}],
        "expect": [],
    }
    read = read_scenario(scenario, PLACES)
    known = read.histories[0].known(None)
    [one] = open_parts(read.charges[0], known, {0: 900}, start.toordinal(), read.zone, read.scale)
    assert (one.units, one.part.start) == (-900, start.toordinal())
    assert next_due(read.charges[0], known, {0: 900}, read.zone, read.scale) == start.toordinal()
    assert next_due(read.charges[0], known, {0: 0}, read.zone, read.scale) is None


def _month():
    return {"count": 1, "unit": "months"}
