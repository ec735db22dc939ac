"""Scenarios taken through runs, as the property tests look at them."""

import copy
from datetime import date, timedelta
from fractions import Fraction

from .. import Ledger, simulate
from ..reading import read_scenario
from .strategies import HORIZON, PLACES

#: What a line corrects or adds to: the segments of a part, or what is billed beside them.
BESIDE = ("overage", "true_up", "draw_down")


def ledger(scenario):
    """Return a ledger that billed nothing yet."""
    read = read_scenario(scenario, PLACES)
    return Ledger(read.charges, read.histories, read.zone, read.corrections, read.scale)


def results(scenario, *runs):
    """Return what runs bill; without any, those that the scenario asks for."""
    if runs:
        scenario = {**scenario, "expect": [{"run": run} for run in runs]}
    return simulate(scenario, PLACES)["results"]


def lines(scenario, *runs):
    """Return the lines of all runs."""
    return [line for run in results(scenario, *runs) for line in run["lines"]]


def sums(found):
    """Return what lines come to by charge and kind of part, exact."""
    totals = {}
    for line in found:
        key = (line["charge"], line["part"] if line["part"] in BESIDE else "segments")
        totals[key] = totals.get(key, 0) + Fraction(str(line["amount"]))
    return {key: total for key, total in totals.items() if total}


def last(scenario):
    """Return a day after everything in a drawn scenario: all is known and due by then."""
    first = min(date.fromisoformat(charge["start"]) for charge in scenario["charges"])
    return (first + timedelta(HORIZON + 130)).isoformat()


def changed(scenario, change):
    """Return a scenario with its charges and events changed.

    :param change: takes a copy and changes it in place
    """
    found = copy.deepcopy(scenario)
    change(found)
    return found


def plain(charge, *events, **values):
    """Return a scenario of one charge."""
    scenario = {
        "id": "PLAIN",
        "title": "plain",
        "source": "here",
        "currency": "USD",
        "charges": [charge],
        "events": list(events),
        "expect": [],
    }
    return {**scenario, **values}


def used(day, quantity, key, charge="API", **values):
    """Return a row of usage."""
    return {"type": "usage", "charge": charge, "at": day, "quantity": quantity, "key": key, **values}


MONTH = {"count": 1, "unit": "months"}


def api(**values):
    """Return a charge by usage from the first of 2025."""
    charge = {"key": "API", "kind": "usage", "start": "2025-01-01", "every": MONTH, **values}
    return charge if "rating" in charge else {"price": 1, **charge}


def amounts(rating, *quantities, **values):
    """Return what quantities cost by themselves."""
    asked = {"rate": rating, "quantities": list(quantities), **values}
    return simulate({**plain(api()), "charges": [], "expect": [asked]}, PLACES)["results"][0]["amounts"]
