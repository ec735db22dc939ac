"""Lives of contracts for the property tests: where a drawn scenario stands, in whole units."""

from dataclasses import fields
from datetime import date, timedelta

from ..position import position
from ..reading import read_scenario
from ..timeline import Timeline
from .strategies import ALL, PLACES

#: Obligations and what was done for them; no money moves, no price changes.
PERFORMANCE = frozenset(())
#: What leaves the recognised revenue between nothing and the price.
TAME = ALL - {"modifications", "refunds", "rebates", "termination", "penalties", "financing"}
#: Everything but what the naive implementation takes long for.
QUICK = ALL - {"financing"}


def contract_of(scenario):
    """Return the contract of a scenario, as the engine reads it."""
    return read_scenario(scenario, PLACES).contract


def stands(scenario, *days):
    """Return the position of a scenario at the end of each day (dates), each worked out by itself."""
    contract = contract_of(scenario)
    return [position(Timeline(contract).forward(day), day) for day in days]


def days_of(scenario):
    """Return the days on which something happens, those before them, and one after everything."""
    inception = day_of(scenario["contract"]["date"])
    known = {inception, *(day_of(event["date"]) for event in scenario["events"])}
    before = {day - timedelta(1) for day in known if day > inception}
    return sorted(known | before | {max(known) + timedelta(1500)})


def day_of(text):
    """Return the date of an ISO text."""
    return date.fromisoformat(text)


def with_events(scenario, *events):
    """Return a scenario with more events, listed last."""
    return {**scenario, "events": [*scenario["events"], *events]}


def last_day(scenario):
    """Return a day after everything, before the long wait of :func:`days_of`, as an ISO text."""
    days = [scenario["contract"]["date"], *(event["date"] for event in scenario["events"])]
    return (day_of(max(days)) + timedelta(800)).isoformat()


def figures(found):
    """Return everything a position says, comparable."""
    names = (field.name for field in fields(found) if field.name not in ("at", "treatment", "lines"))
    lines = [(line.key, line.allocated, line.progress, line.recognised) for line in found.lines]
    return {**{name: getattr(found, name) for name in names}, "lines": lines}


def finishing(scenario):
    """Return events that satisfy whatever is left of the obligations of a scenario, a day after everything."""
    day = last_day(scenario)
    contract = contract_of(scenario)
    state = Timeline(contract).forward(day_of(day))
    events = []
    for key, one in state.obligations.items():
        head = {"date": day, "obligation": key}
        if not one.removed:
            events += FINISH[one.terms.recognition.method](head, one.measure, contract.decimals)
    return events


def _finish_units(head, measure, _decimals):
    left = measure.expected() - measure.delivered
    return [{**head, "type": "deliver", "units": left}] if left else []


def _finish_cost(head, measure, decimals):
    events = []
    if measure.uninstalled:
        amount = measure.uninstalled / 10**decimals
        events.append({**head, "type": "cost", "kind": "installed", "amount": amount})
    left = (measure.total_cost - measure.normal - measure.uninstalled) / 10**decimals
    return [*events, {**head, "type": "cost", "amount": left}] if left > 0 else events


def _finish_hours(head, measure, _decimals):
    left = measure.expected - measure.worked
    return [{**head, "type": "hours", "hours": left}] if left > 0 else []


def _finish_share(head, measure, _decimals):
    left = 1 - measure.done(None)
    return [{**head, "type": "satisfy", "share": left}] if left else []


FINISH = {
    "point_in_time": _finish_share,
    "usage": _finish_share,
    "straight_line": lambda *_any: [],
    "as_invoiced": lambda *_any: [],
    "cost_to_cost": _finish_cost,
    "hours": _finish_hours,
    "units": _finish_units,
    "milestones": lambda head, measure, _decimals: [
        {**head, "type": "milestone", "milestone": name} for name in measure.weights
    ],
    "manual": lambda head, *_any: [{**head, "type": "progress", "progress": 1}],
}
