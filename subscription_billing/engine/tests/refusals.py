"""What a scenario may have wrong, and how its refusal reads: one line each.

A line changes one thing in a well-formed scenario: ``Wrong(path, value, place, word)`` puts a value where the path
leads and expects the message to be about that place and to hold that word. The value ``GONE`` takes a key away;
``NEXT`` in a path appends to a list.
"""

import copy
from typing import Any, NamedTuple

GONE = object()
NEXT = object()


class Wrong(NamedTuple):
    """One thing that is wrong."""

    path: tuple
    value: Any
    place: str
    word: str = ""


MONTH = {"count": 1, "unit": "months"}
TIERS = [{"up_to": 10, "price": 2, "flat": 1}, {"up_to": 20, "price": 1}, {"price": 0.5}]


def charge(key, kind, **values):
    """Return a charge of 2025."""
    return {"key": key, "kind": kind, "start": "2025-01-01", **values}


def event(kind, name=None, **values):
    """Return an event."""
    return {"type": kind, **({"charge": name} if name else {}), **values}


#: Everything the format has, each kind of charge and each type of event once.
SCENARIO = {
    "id": "ALL",
    "title": "One of everything",
    "source": "made up",
    "currency": "USD",
    "customer": {"billing_day": 5, "timezone": "Europe/Paris"},
    "settings": {
        "proration": "days",
        "applies": "day",
        "corrections": "split",
        "group_by": "period",
        "ladder": "continue",
        "free_units": "prorated",
        "short_commitment": "full",
        "grace": 2,
    },
    "charges": [
        charge(
            "SEATS",
            "recurring",
            name="Seats",
            every=MONTH,
            price=10,
            quantity=3,
            timing="advance",
            end="2027-01-01",
            anchor="2025-01-15",
            align=False,
            trial={"count": 5, "unit": "days"},
            term={"count": 1, "unit": "years"},
            renewal="manual",
            renewal_percent=3,
            versions=[{"from": "2025-03-01", "price": 11}, {"from": "2025-09-01", "price": 12, "applies": "period"}],
            uplift={
                "steps": [{"from": "2025-04-01", "percent": 2}, {"from": "2025-08-01", "index": 104}],
                "base_index": 100,
                "against": "prior",
                "cap": 5,
                "floor": 1,
                "decimals": 2,
            },
            proration="months",
            applies="period",
        ),
        charge(
            "CALLS",
            "usage",
            every=MONTH,
            rating={"model": "graduated", "tiers": TIERS, "per": 1, "size": 2, "zero_fee": True},
            aggregation="sum",
            quantity_rounding={"decimals": 0, "method": "up"},
            group_by="dimension",
            free=2,
            free_units="whole",
            ladder="restart",
            commitment={"amount": 5, "factor": 1.5, "true_up": True},
            minimum=4,
            maximum=500,
            grace=1,
        ),
        charge("FEE", "one_time", price=99, quantity=1),
        charge("LEAST", "commitment", amount=1000, of=["SEATS", "CALLS", "FEE"], every=MONTH, short_commitment="full"),
        charge(
            "FUNDS", "prepaid", price=50, funds=60, of=["CALLS"], every=MONTH, expires={"count": 40, "unit": "days"}
        ),
        charge("LEVEL", "usage", every=MONTH, price=1, aggregation="time_weighted"),
    ],
    "events": [
        event("usage", "CALLS", at="2025-01-10T10:00:00Z", quantity=30, key="a", received="2025-01-12", dimension="x"),
        event("usage", "CALLS", at="2025-01-11", quantity=5, key="b", replaces="a"),
        event("change", "SEATS", date="2025-02-10", recorded="2025-02-20", quantity=4, price=9, applies="day"),
        event("change", "CALLS", date="2025-02-10", rating={"model": "flat", "price": 1, "per": 10}),
        event("pause", "SEATS", date="2025-03-01"),
        event("resume", "SEATS", date="2025-03-11", recorded="2025-03-05"),
        event("renew", "SEATS", date="2025-12-01", number=2, percent=4),
        event("cancel", date="2026-06-01", recorded="2026-05-01", credit=False),
    ],
    "runs": ["2025-02-01", "2025-02-01", "2025-03-01"],
    "expect": [
        {"run": "2025-02-01"},
        {"run": "2025-03-01"},
        {"periods": "SEATS", "count": 3, "from": "2025-02-01"},
        {"meter": "CALLS", "on": "2025-01-20"},
        {"price": "SEATS", "on": "2025-09-30"},
        {
            "rate": {"model": "percent", "rate": 0.01, "per_event": 0.1, "free_events": 1, "free_amount": 10},
            "quantities": [5, 20, 30],
            "cumulative": True,
            "free": 1,
            "commitment": {"amount": 1},
            "minimum": 1,
            "maximum": 9,
        },
    ],
}

SEATS, CALLS, FEE, LEAST, FUNDS, LEVEL = (("charges", n) for n in range(6))
USED, REPLACED, CHANGED, RERATED, PAUSED, RESUMED, RENEWED, CANCELLED = (("events", n) for n in range(8))
RATING = (*CALLS, "rating")

REFUSALS = [
    # keys
    Wrong(("colour",), 1, "colour", "unknown key"),
    *(Wrong((key,), GONE, key, "needed") for key in ("id", "title", "source", "currency", "charges")),
    Wrong(("customer", "name"), "x", "customer.name", "unknown key"),
    Wrong(("settings", "colour"), "x", "settings.colour", "unknown key"),
    Wrong((*SEATS, "colour"), "red", "charges[0].colour", "unknown key"),
    Wrong((*SEATS, "free"), 1, "charges[0].free", "unknown key"),
    Wrong((*FEE, "every"), MONTH, "charges[2].every", "unknown key"),
    Wrong((*SEATS, "every"), GONE, "charges[0].every", "needed"),
    Wrong((*FEE, "price"), GONE, "charges[2].price", "needed"),
    Wrong((*LEAST, "of"), GONE, "charges[3].of", "needed"),
    Wrong((*LEAST, "amount"), GONE, "charges[3].amount", "needed"),
    Wrong((*RATING, "price"), 3, "charges[1].rating.price", "unknown key"),
    Wrong((*RATING, "tiers", 0, "colour"), 3, "charges[1].rating.tiers[0].colour", "unknown key"),
    Wrong((*USED, "date"), "2025-01-01", "events[0].date", "unknown key"),
    Wrong((*USED, "key"), GONE, "events[0].key", "needed"),
    Wrong((*RENEWED, "recorded"), "2025-12-01", "events[6].recorded", "unknown key"),
    Wrong(("expect", 0, "count"), 3, "expect[0].count", "unknown key"),
    # values
    Wrong(("currency",), "XXQ", "currency", "no currency"),
    Wrong((*SEATS, "kind"), "rent", "charges[0].kind", 'no kind "rent"'),
    Wrong((*SEATS, "timing"), "never", "charges[0].timing", "never"),
    Wrong((*SEATS, "renewal"), "never", "charges[0].renewal", "never"),
    Wrong((*SEATS, "proration"), "weeks", "charges[0].proration", "no setting"),
    Wrong(("settings", "ladder"), "up", "settings.ladder", "no setting"),
    Wrong((*SEATS, "every", "unit"), "hours", "charges[0].every.unit", "no unit"),
    Wrong((*RATING, "model"), "free", "charges[1].rating.model", "no model"),
    Wrong((*USED, "type"), "call", "events[0].type", "no event type"),
    Wrong((*CALLS, "aggregation"), "mean", "charges[1].aggregation", "mean"),
    Wrong((*CALLS, "quantity_rounding", "method"), "even", "charges[1].quantity_rounding.method", "even"),
    Wrong((*SEATS, "price"), "10", "charges[0].price", "not a number"),
    Wrong((*SEATS, "quantity"), True, "charges[0].quantity", "not a number"),
    Wrong((*CALLS, "grace"), 1.5, "charges[1].grace", "whole"),
    Wrong((*CALLS, "free"), -1, "charges[1].free", "below"),
    Wrong((*SEATS, "start"), "2025-02-30", "charges[0].start", "not an ISO date"),
    Wrong((*SEATS, "start"), "20250101", "charges[0].start", "not an ISO date"),
    Wrong((*USED, "at"), "2025-01-10T10:00:00", "events[0].at", "neither a date nor an instant"),
    Wrong((*USED, "at"), "2025-01-10T24:00:00Z", "events[0].at", "neither a date nor an instant"),
    Wrong((*USED, "at"), 5, "events[0].at", "neither a date nor an instant"),
    Wrong((*SEATS, "every", "count"), 0, "charges[0].every.count", "no whole number"),
    Wrong((*SEATS, "every", "count"), 1.5, "charges[0].every.count", "no whole number"),
    Wrong(("customer", "timezone"), "Mars/Olympus", "customer.timezone", "no time zone"),
    Wrong(("customer", "timezone"), "../etc", "customer.timezone", "no time zone"),
    Wrong(("customer", "billing_day"), 32, "customer.billing_day", "no whole number"),
    Wrong(("customer", "billing_day"), 0, "customer.billing_day", "no whole number"),
    # charges
    Wrong((*CALLS, "key"), "SEATS", "charges[1].key", "another charge"),
    Wrong((*SEATS, "end"), "2025-01-01", "charges[0].end", "not after the start"),
    Wrong((*SEATS, "rating"), {"model": "flat", "price": 1}, "charges[0].price", "one of price and rating"),
    Wrong((*CALLS, "rating"), GONE, "charges[1].price", "one of price and rating"),
    Wrong((*RATING, "tiers", 1, "up_to"), 10, "charges[1].rating.tiers[1].up_to", "rise"),
    Wrong((*RATING, "tiers", 0, "up_to"), 0, "charges[1].rating.tiers[0].up_to", "rise"),
    Wrong((*RATING, "tiers", 0, "up_to"), GONE, "charges[1].rating.tiers[0].up_to", "open"),
    Wrong((*RATING, "tiers"), [], "charges[1].rating.tiers", "at least one"),
    Wrong((*RATING, "size"), 0, "charges[1].rating.size", "not above"),
    Wrong((*RATING, "per"), -1, "charges[1].rating.per", "not above"),
    Wrong((*SEATS, "versions", 1, "from"), "2025-02-01", "charges[0].versions[1].from", "out of order"),
    Wrong((*SEATS, "versions", 1, "price"), GONE, "charges[0].versions[1].price", "one of price and rating"),
    Wrong((*SEATS, "uplift", "steps", 1, "from"), "2025-02-01", "charges[0].uplift.steps[1].from", "out of order"),
    Wrong((*SEATS, "uplift", "base_index"), GONE, "charges[0].uplift.steps[1].index", "charges[0].uplift.base_index"),
    Wrong((*SEATS, "uplift", "steps", 0, "index"), 3, "charges[0].uplift.steps[0].percent", "one of"),
    Wrong((*CALLS, "uplift"), {"steps": []}, "charges[1].uplift", "never raised"),
    Wrong((*LEVEL, "group_by"), "day", "charges[5].group_by", "time_weighted"),
    Wrong(("settings", "group_by"), "day", "charges[5].group_by", "settings.group_by"),
    Wrong((*LEAST, "every"), GONE, "charges[3].end", "every or end"),
    Wrong((*LEAST, "of", 0), "SEAT", "charges[3].of[0]", "no charge"),
    Wrong((*LEAST, "of", 1), "LEAST", "charges[3].of[1]", "does not go"),
    Wrong((*LEAST, "of", 1), "FUNDS", "charges[3].of[1]", "does not go"),
    Wrong((*FUNDS, "of", 0), "FUNDS", "charges[4].of[0]", "does not go"),
    # events
    Wrong((*CHANGED, "charge"), "SEAT", "events[2].charge", "no charge"),
    Wrong((*CHANGED, "charge"), "FUNDS", "events[2].charge", "does not go"),
    Wrong((*USED, "charge"), "SEATS", "events[0].charge", "does not go"),
    Wrong((*PAUSED, "charge"), "CALLS", "events[4].charge", "does not go"),
    Wrong((*CHANGED, "date"), "2024-12-31", "events[2].date", "before the start"),
    Wrong((*RERATED, "price"), 3, "events[3].price", "one of price and rating"),
    Wrong((*RERATED, "rating"), GONE, "events[3].price", "needs"),
    Wrong((*RERATED, "quantity"), 3, "events[3].quantity", "no quantity"),
    Wrong((*RERATED, "charge"), "FEE", "events[3].rating", "no rating"),
    Wrong((*USED, "received"), "2025-01-09", "events[0].received", "before it was used"),
    Wrong(("events", NEXT), {**SCENARIO["events"][0], "quantity": 31}, "events[8].key", "other content"),
    Wrong((*USED, "replaces"), "b", "events[0].replaces", "no earlier row"),
    Wrong((*REPLACED, "replaces"), "b", "events[1].replaces", "no earlier row"),
    Wrong((*PAUSED, "type"), "resume", "events[4].type", "not paused"),
    Wrong((*RESUMED, "type"), "pause", "events[5].type", "paused already"),
    Wrong((*RENEWED, "charge"), "CALLS", "events[6].charge", "no term"),
    Wrong((*SEATS, "renewal"), "auto", "events[6].charge", "no term"),
    Wrong((*RENEWED, "number"), 3, "events[6].number", "without term 2"),
    Wrong((*RENEWED, "number"), 1, "events[6].number", "no whole number"),
    # what is asked
    Wrong(("runs", 2), "2025-01-01", "runs[2]", "order"),
    Wrong(("expect", 1, "run"), "2025-01-01", "expect[1].run", "order"),
    Wrong(("expect", 1, "run"), "2025-02-03", "expect[1].run", "more often"),
    Wrong(("expect", NEXT), {}, "expect[6]", "just one"),
    Wrong(("expect", 0, "price"), "SEATS", "expect[0]", "just one"),
    Wrong(("expect", 2, "periods"), "SEAT", "expect[2].periods", "no charge"),
    Wrong(("expect", 3, "meter"), "SEATS", "expect[3].meter", "not a charge by usage"),
    Wrong(("expect", 4, "price"), "SEAT", "expect[4].price", "no charge"),
    Wrong(("expect", 5, "quantities", 1), "5", "expect[5].quantities[1]", "not a number"),
    Wrong(("expect", 5, "rate", "rate"), "5", "expect[5].rate.rate", "not a number"),
    # what would take a server minutes
    Wrong(("expect", 2, "count"), 10**9, "expect[2].count", "no whole number"),
    Wrong(("runs", NEXT), "2999-12-31", "charges[1].every", "too many"),
]


def with_value(path, value):
    """Return the scenario with one thing changed."""
    scenario = copy.deepcopy(SCENARIO)
    where = scenario
    for step in path[:-1]:
        where = where[step]
    if value is GONE:
        del where[path[-1]]
    elif path[-1] is NEXT:
        where.append(value)
    else:
        where[path[-1]] = value
    return scenario


def name_of(wrong):
    """Return what a case is called."""
    return f"{wrong.place} {wrong.word}"
