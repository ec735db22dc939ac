"""What the property tests draw from: scenarios that are well-formed, and their parts.

`contracts`, `events_for` and `scenarios` take `kinds`, the groups of things that may happen; a property that does not
hold for all of them leaves some out, as in `scenarios(ALL - {"refunds"})`.
"""

import os
from datetime import date, timedelta

from hypothesis import settings
from hypothesis import strategies as st

from .event_strategies import Draft
from .strategy_parts import decimal, ends_after, from_units, money, new_obligation, shares_price, subset

# PROPERTY_EXAMPLES=5000 looks longer, for whoever changes the arithmetic.
properties = settings(max_examples=int(os.environ.get("PROPERTY_EXAMPLES", "100")), deadline=None)

ALL = frozenset(
    (
        "open",  # obligations that take no share of the price: usage, as invoiced, units without a quantity
        "variable",  # variable consideration and its re-estimates
        "penalties",  # negative variable consideration (needs "variable")
        "discounts",  # discounts tied to some obligations
        "modifications",
        "refunds",  # of modifications (needs "modifications")
        "returns",  # expected returns of units
        "rebates",  # a unit price now expected below the stated one, which may exceed what is allocated
        "undoing",  # deliveries taken back, milestones undone, progress and payments that fall
        "costs",  # costs of obligations, and estimates of hours and costs
        "contract_costs",
        "money",  # invoices, credit notes and payments
        "termination",
        "financing",  # such a contract is neither modified nor terminated
    )
)
PLACES = {"USD": 2, "JPY": 0, "KWD": 3}


@st.composite
def contracts(draw, places=2, kinds=ALL):
    """Draw a contract of one to five obligations."""
    start = date(draw(st.integers(2023, 2026)), draw(st.integers(1, 12)), draw(st.integers(1, 28)))
    count = draw(st.integers(1, 5))
    obligations = [draw(new_obligation(f"P{n}", start, places, kinds)) for n in range(count)]
    contract = {"date": start.isoformat(), "obligations": obligations}
    shared = [data for data in obligations if shares_price(data)]
    if shared:
        draw_price(draw, contract, shared, places, kinds)
    if "variable" in kinds and shared:
        contract["variable"] = [draw(variable(f"V{n}", shared, places, kinds)) for n in range(draw(st.integers(0, 3)))]
    if "financing" in kinds and draw(st.integers(0, 3)) == 3:
        since = start + timedelta(draw(st.sampled_from((0, 0, 30))))
        contract["financing"] = {"rate": draw(decimal(0, 20)), "from": since.isoformat()}
    return contract


def draw_price(draw, contract, shared, places, kinds):
    """Draw the fixed price and the discounts tied to some obligations."""
    discounts = []
    if "discounts" in kinds:
        targets = draw(st.lists(subset([data["key"] for data in shared]), max_size=2))
        limits = [sum(standalone(data, places) for data in shared if data["key"] in keys) // 4 for keys in targets]
        discounts = [(keys, draw(st.integers(1, top))) for keys, top in zip(targets, limits, strict=True) if top]
    residual = len(shared) > 1 and draw(st.integers(0, 4)) == 4
    if residual:
        discounts = [(keys, amount) for keys, amount in discounts if shared[-1]["key"] not in keys]
    if discounts:
        contract["discount"] = [{"amount": from_units(off, places), "allocate_to": keys} for keys, off in discounts]
    off, worth = sum(amount for _keys, amount in discounts), sum(standalone(data, places) for data in shared)
    if residual:
        contract["fixed"] = from_units(draw_residual(draw, shared[-1], worth, places) - off, places)
    elif discounts or not all(states_price(data) for data in shared) or draw(st.booleans()):
        low = -(-worth // 2) if discounts else 0
        contract["fixed"] = from_units(draw(st.integers(low, worth * 2 + 100)) - off, places)
    if len(shared) == 1 and "modifications" not in kinds and not discounts and draw(st.booleans()):
        shared[0].pop("ssp", None)
        shared[0].pop("ssp_range", None)


def draw_residual(draw, data, worth, places):
    """Turn an obligation into one that takes the residual; return the price before discounts, in units."""
    others = worth - standalone(data, places)
    for key in ("ssp", "ssp_range", "price"):
        data.pop(key, None)
    residual = draw(st.integers(3, 10 ** (places + 3)))
    data["ssp_method"] = "residual"
    if draw(st.booleans()):
        data["ssp_range"] = [from_units(draw(st.integers(0, residual - 3)), places), from_units(residual * 2, places)]
    return others + residual


def standalone(data, places):
    """Return the standalone selling price in whole units."""
    low, high = data.get("ssp_range") or (data["ssp"], data["ssp"])
    price = data.get("price", low - 1)
    return round((price if low <= price <= high else (low + high) / 2) * 10**places)


def states_price(data):
    return "price" in data or {"quantity", "unit_price"} <= set(data)


@st.composite
def variable(draw, key, shared, places, kinds):
    """Draw a variable element, for all obligations or for some of those that share the price."""
    low = -20 if "penalties" in kinds else 0
    item = {"key": key, "amount": draw(money(places, low, 10 ** (places + 2)))}
    if draw(st.booleans()):
        item["constrained"] = draw(st.booleans())
    if draw(st.booleans()):
        item["allocate_to"] = draw(subset([data["key"] for data in shared]))
    return item


@st.composite
def events_for(draw, contract, places=2, kinds=ALL, max_size=12):
    """Draw events that fit a contract, not always listed in order of date."""
    currency = next(code for code, number in PLACES.items() if number == places)
    scenario = {"currency": currency, "contract": contract, "events": []}
    events = Draft(draw, scenario, places, kinds).run(draw(st.integers(0, max_size)))
    if draw(st.integers(0, 3)) == 3:
        days = draw(st.permutations(sorted({event["date"] for event in events})))
        events.sort(key=lambda event: days.index(event["date"]))
    return events


@st.composite
def scenarios(draw, kinds=ALL, max_size=12):
    """Draw a scenario: a contract, events, and the dates to report on, some of them with bands."""
    currency = draw(st.sampled_from(sorted(PLACES)))
    contract = draw(contracts(PLACES[currency], kinds))
    events = draw(events_for(contract, PLACES[currency], kinds, max_size))
    head = {"id": "RANDOM", "title": "Drawn at random", "source": "none", "currency": currency}
    asked = draw(dates_to_report(contract, events))
    scenario = {**head, "contract": contract, "events": events}
    if draw(st.booleans()):
        return {**scenario, "at": [day.isoformat() for day in asked]}
    entries = [{"at": day.isoformat()} for day in asked]
    for entry, day in zip(entries, asked, strict=True):
        if draw(st.booleans()):
            entry["bands"] = [end.isoformat() for end in draw(ends_after(day))]
    return {**scenario, "expect": entries}


@st.composite
def dates_to_report(draw, contract, events):
    """Draw days in order, near those on which something happened."""
    start = date.fromisoformat(contract["date"])
    known = sorted({start, *(date.fromisoformat(event["date"]) for event in events)})
    offsets = st.sampled_from((0, 0, 1, -1, 40)).map(timedelta)
    near = st.builds(date.__add__, st.sampled_from(known), offsets)
    later = st.integers(0, 700).map(lambda more: start + timedelta(more))
    days = draw(st.lists(near | later, min_size=1, max_size=4))
    return sorted({max(start, day) for day in days})
