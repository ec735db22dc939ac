"""What the property tests draw from: scenarios that are well-formed, and their parts.

`scenarios` takes `kinds`, of charges, and `happens`, types of events; a property that does not hold for all of them
leaves some out. Quantities are multiples of a quarter and bounds whole, as the naive implementation counts them.
"""

import os
from datetime import date, timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

# PROPERTY_EXAMPLES=5000 looks longer, for whoever changes the arithmetic.
# Drawing a scenario takes a while, on a busy machine longer than Hypothesis likes.
properties = settings(
    max_examples=int(os.environ.get("PROPERTY_EXAMPLES", "60")),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)

KINDS = ("recurring", "usage", "one_time", "commitment", "prepaid")
HAPPENS = ("usage", "change", "cancel", "pause", "renew")
PLACES = {"USD": 2, "JPY": 0, "KWD": 3}
ALONE = ("recurring", "usage", "one_time")
ZONES = ("UTC", "America/New_York", "Asia/Tokyo", "Pacific/Kiritimati", "Asia/Kolkata")
HORIZON = 150  # days after the first of a scenario

prices = st.integers(0, 4000).map(lambda cents: cents / 100)
quantities = st.integers(0, 80).map(lambda quarters: quarters / 4)
signed = st.integers(-40, 80).map(lambda quarters: quarters / 4)
rules = st.sampled_from(("months", "days", "actual_30", "thirty_360", "none"))
lengths = st.sampled_from(
    [
        *[{"count": count, "unit": "months"} for count in (1, 1, 1, 2, 3)],
        {"count": 1, "unit": "years"},
        {"count": 2, "unit": "weeks"},
        {"count": 10, "unit": "days"},
    ]
)


def put(draw, into, odds=3, **choices):
    """Draw some of the optional keys of an object."""
    for key, values in choices.items():
        if draw(st.integers(1, odds)) == odds:
            into[key] = draw(values)


@st.composite
def days(draw, first, last=HORIZON, least=0):
    """Draw a day so many days after a first one."""
    return (first + timedelta(draw(st.integers(least, last)))).isoformat()


@st.composite
def tiers(draw, stairstep=False):
    """Draw tiers that rise."""
    bounds = sorted(draw(st.sets(st.integers(1, 15), min_size=0, max_size=2)))
    found = [{"up_to": bound} for bound in bounds]
    if not bounds or draw(st.booleans()):
        found.append({})
    for tier in found:
        put(draw, tier, 1, **({"flat": prices} if stairstep else {"price": prices}))
        if not stairstep:
            put(draw, tier, 3, flat=prices)
    return found


@st.composite
def ratings(draw, models=("flat", "graduated", "volume", "stairstep", "package", "percent")):
    """Draw a rating; a flat one is not just a price."""
    model = draw(st.sampled_from(models))
    rating = {"model": model}
    if model == "flat":
        rating.update(price=draw(prices), per=draw(st.integers(2, 7)))
    elif model == "package":
        rating.update(price=draw(prices), size=draw(st.sampled_from((1, 2.5, 4))))
    elif model == "percent":
        rating["rate"] = draw(st.integers(0, 50)) / 1000
        put(draw, rating, 2, per_event=prices, free_events=st.integers(0, 3), free_amount=st.integers(0, 30))
    else:
        rating["tiers"] = draw(tiers(model == "stairstep"))
        put(draw, rating, 3, zero_fee=st.booleans())
        if model != "stairstep":
            put(draw, rating, 4, size=st.sampled_from((1, 2.5, 4)), per=st.integers(2, 5))
    return rating


def set_price(draw, into, ratings_too=True):
    """Give an object a price or a rating."""
    if ratings_too and draw(st.integers(1, 3)) == 3:
        into["rating"] = draw(ratings())
    else:
        into["price"] = draw(prices)


applies = st.sampled_from(("day", "period"))


@st.composite
def uplifts(draw, first):
    """Draw an uplift by percent or by index."""
    uplift = {"steps": [], "base_index": draw(st.integers(90, 110))}
    for on in sorted(draw(st.lists(days(first, least=-10), max_size=3))):
        by = draw(st.sampled_from(("percent", "index")))
        step = {"from": on, by: draw(st.integers(-5, 12) if by == "percent" else st.integers(90, 130))}
        put(draw, step, 3, applies=applies)
        uplift["steps"].append(step)
    put(draw, uplift, 3, against=st.sampled_from(("base", "prior")), decimals=st.integers(0, 3))
    put(draw, uplift, 4, cap=st.integers(1, 6), floor=st.integers(0, 3))
    return uplift


def calendar(draw, charge, first, term=True):
    """Draw when a charge runs."""
    start = date.fromisoformat(charge["start"])
    put(draw, charge, 3, anchor=days(first, least=-40), end=days(start, least=1), align=st.booleans())
    if term:
        put(draw, charge, 5, trial=st.sampled_from(({"count": 9, "unit": "days"}, {"count": 1, "unit": "months"})))
        if draw(st.integers(1, 3)) == 3:
            charge["term"] = draw(st.sampled_from(({"count": 2, "unit": "months"}, {"count": 45, "unit": "days"})))
            put(draw, charge, 2, renewal=st.sampled_from(("manual", "auto")), renewal_percent=st.integers(-3, 9))


def priced(draw, charge, first):
    """Draw what recurring and usage charges have."""
    charge["every"] = draw(lengths)
    calendar(draw, charge, first)
    set_price(draw, charge)
    put(draw, charge, 3, proration=rules, applies=applies)
    if draw(st.integers(1, 3)) == 3:
        charge["versions"] = []
        for on in sorted(draw(st.sets(days(first, least=-10), max_size=2))):
            version = {"from": on}
            set_price(draw, version)
            put(draw, version, 3, applies=applies)
            charge["versions"].append(version)
    if "price" in charge:
        put(draw, charge, 3, uplift=uplifts(first))


def usage(draw, charge):
    """Draw how usage is metered and settled."""
    how = draw(st.sampled_from(("sum", "sum", "count", "max", "last", "time_weighted")))
    charge["aggregation"] = how
    groups = ("period", "day", "hour", "record", "dimension")
    charge["group_by"] = "period" if how == "time_weighted" else draw(st.sampled_from(groups))
    if how == "time_weighted":
        # The naive implementation counts units by quarters; levels come to any fraction.
        charge.pop("rating", None)
        charge.setdefault("price", draw(prices))
        for version in charge.get("versions", ()):
            version.pop("rating", None)
            version.setdefault("price", draw(prices))
    rounding = {"decimals": draw(st.integers(-1, 0)), "method": draw(st.sampled_from(("nearest", "up", "down")))}
    put(draw, charge, 4, quantity_rounding=st.just(rounding))
    put(draw, charge, 3, free=st.integers(1, 12), minimum=prices, maximum=prices, grace=st.integers(0, 12))
    charge["free_units"] = draw(st.sampled_from(("whole", "prorated"))) if how == "time_weighted" else "whole"
    put(draw, charge, 3, ladder=st.sampled_from(("restart", "continue")))
    if draw(st.integers(1, 3)) == 3:
        charge["commitment"] = {"amount": draw(prices)}
        put(draw, charge["commitment"], 2, factor=st.sampled_from((0.5, 1.5, 2)), true_up=st.booleans())


@st.composite
def new_charge(draw, key, kind, first, others):
    """Draw a charge.

    :param others: keys by kind of the charges drawn before
    """
    charge = {"key": key, "kind": kind, "start": draw(days(first, 40))}
    if kind == "recurring":
        priced(draw, charge, first)
        put(draw, charge, 2, quantity=signed, timing=st.sampled_from(("advance", "arrears")))
    elif kind == "usage":
        priced(draw, charge, first)
        usage(draw, charge)
    elif kind == "one_time":
        charge["price"] = draw(prices)
        put(draw, charge, 2, quantity=signed)
    else:
        covered = [name for other in ("recurring", "usage", "one_time") for name in others.get(other, ())]
        charge["of"] = draw(st.lists(st.sampled_from(covered), min_size=1, unique=True)) if covered else []
        put(draw, charge, 2, every=lengths)
        calendar(draw, charge, first, term=False)
        if kind == "commitment":
            charge["amount"] = draw(prices)
            if "every" not in charge:
                charge.setdefault("end", draw(days(date.fromisoformat(charge["start"]), least=1)))
            put(draw, charge, 3, grace=st.integers(0, 12), short_commitment=st.sampled_from(("prorated", "full")))
        else:
            charge["price"] = draw(prices)
            put(draw, charge, 2, funds=prices, expires=st.sampled_from(({"count": 40, "unit": "days"},)))
    return charge


@st.composite
def scenarios(draw, kinds=KINDS, happens=HAPPENS, corrections=("net", "split"), most=3, rows=6):
    """Draw a scenario with its runs."""
    first = date(draw(st.sampled_from((2023, 2024))), draw(st.integers(1, 12)), draw(st.integers(1, 28)))
    others, charges = {}, []
    for n in range(draw(st.integers(1, most))):
        # What covers others comes after them.
        kind = draw(st.sampled_from([one for one in kinds if others or one in ALONE] or kinds))
        charges.append(draw(new_charge(f"{kind.upper()}{n}", kind, first, others)))
        others.setdefault(kind, []).append(charges[-1]["key"])
    scenario = {
        "id": "DRAWN",
        "title": "drawn",
        "source": "drawn",
        "currency": draw(st.sampled_from(sorted(PLACES))),
        "customer": {},
        "settings": {"corrections": draw(st.sampled_from(corrections))},
        "charges": charges,
        "events": [],
    }
    put(draw, scenario["customer"], 2, billing_day=st.integers(1, 31), timezone=st.sampled_from(ZONES))
    put(draw, scenario["settings"], 4, proration=rules, applies=applies)
    for charge in charges:
        for kind in happens:
            EVENTS[kind](draw, scenario["events"], charge, first, rows)
    runs = sorted(draw(st.lists(days(first, HORIZON, least=10), min_size=2, max_size=5)))
    scenario["expect"] = [{"run": on} for on in runs]
    return scenario


def draw_usage(draw, events, charge, first, rows):
    """Draw rows of usage."""
    if charge["kind"] != "usage":
        return
    keys = []
    for n in range(draw(st.integers(0, rows))):
        on = draw(days(first, HORIZON))
        hour, minute = draw(st.integers(0, 23)), draw(st.sampled_from((0, 30)))
        row = {"type": "usage", "charge": charge["key"], "key": f"r{n}", "quantity": draw(signed)}
        row["at"] = draw(st.sampled_from((on, f"{on}T{hour:02}:{minute:02}:00Z")))
        if draw(st.integers(1, 3)) == 3:
            row["received"] = draw(days(date.fromisoformat(on), 60, least=1))
        put(draw, row, 2, dimension=st.sampled_from("xy"))
        if keys:
            put(draw, row, 4, replaces=st.sampled_from(keys))
        keys.append(row["key"])
        events.append(row)


def draw_changes(draw, events, charge, first, _rows):
    """Draw changes of quantity, price or rating."""
    if charge["kind"] not in ("recurring", "usage", "one_time"):
        return
    for _n in range(draw(st.integers(0, 3))):
        start = date.fromisoformat(charge["start"])
        event = {"type": "change", "charge": charge["key"], "date": draw(days(start, 90))}
        put(draw, event, 2, recorded=days(start, 120), applies=applies)
        if charge["kind"] != "usage" and draw(st.booleans()):
            event["quantity"] = draw(signed)
        if "quantity" not in event or draw(st.booleans()):
            levels = charge["kind"] == "one_time" or charge.get("aggregation") == "time_weighted"
            set_price(draw, event, not levels)
        events.append(event)


def draw_cancel(draw, events, charge, _first, _rows):
    """Draw a cancel of a charge, or of all."""
    if draw(st.integers(1, 2)) == 2:
        start = date.fromisoformat(charge["start"])
        event = {"type": "cancel", "date": draw(days(start, 120))}
        put(draw, event, 2, recorded=days(start, HORIZON), credit=st.booleans())
        if draw(st.integers(1, 4)) != 4:
            event["charge"] = charge["key"]
        events.append(event)


def draw_pause(draw, events, charge, _first, _rows):
    """Draw a pause of a recurring charge, and its end."""
    if charge["kind"] == "recurring" and draw(st.integers(1, 3)) == 3:
        start = date.fromisoformat(charge["start"])
        on = draw(days(start, 90))
        pair = [{"type": "pause", "date": on}, {"type": "resume", "date": draw(days(date.fromisoformat(on), 50))}]
        for event in pair[: draw(st.integers(1, 2))]:
            event["charge"] = charge["key"]
            put(draw, event, 3, recorded=days(start, HORIZON))
            events.append(event)


def draw_renewals(draw, events, charge, _first, _rows):
    """Draw renewals of a term that is renewed by hand."""
    if "term" in charge and charge.get("renewal", "manual") == "manual":
        start = date.fromisoformat(charge["start"])
        dates = sorted(draw(st.lists(days(start, HORIZON), max_size=3)))
        for number, on in enumerate(dates, 2):
            event = {"type": "renew", "charge": charge["key"], "date": on, "number": number}
            put(draw, event, 3, percent=st.integers(-3, 9))
            events.append(event)


EVENTS = {
    "usage": draw_usage,
    "change": draw_changes,
    "cancel": draw_cancel,
    "pause": draw_pause,
    "renew": draw_renewals,
}
