"""Numbers, dates and obligations, for the strategies."""

from datetime import timedelta

from hypothesis import strategies as st

SHARED = ("point_in_time", "straight_line", "cost_to_cost", "hours", "units", "milestones", "manual")
OPEN = ("usage", "as_invoiced", "open_units")


def from_units(units, places):
    """Write minor units as a scenario does: 1234 cents are 12.34, 1200 are 12."""
    return units // 10**places if units % 10**places == 0 else round(units / 10**places, places)


def money(places, low=1, high=None):
    """Draw an amount of at least `low` minor units."""
    return st.integers(low, max(low, 10 ** (places + 4) if high is None else high)).map(
        lambda units: from_units(units, places)
    )


def decimal(low, high):
    """Draw hundredths."""
    return st.integers(low, high).map(lambda points: from_units(points, 2))


def subset(items):
    return st.lists(st.sampled_from(items), min_size=1, max_size=len(items), unique=True)


def ends_after(day):
    """Draw band ends, in order."""
    return st.lists(st.integers(0, 800), min_size=1, max_size=3, unique=True).map(
        lambda ends: [day + timedelta(end) for end in sorted(ends)]
    )


@st.composite
def weights(draw):
    """Draw milestones whose weights total one."""
    cuts = sorted(draw(st.sets(st.integers(1, 99), max_size=3)))
    sizes = [end - start for start, end in zip([0, *cuts], [*cuts, 100], strict=True)]
    return {f"M{n}": from_units(size, 2) for n, size in enumerate(sizes)}


@st.composite
def recognition(draw, method, start, places):
    """Draw how an obligation is measured."""
    data = {"method": method}
    if method == "straight_line":
        first = start + timedelta(draw(st.sampled_from((0, 0, 1, 31, 100))))
        last = first + timedelta(draw(st.integers(0, 400)))
        data.update(start=first.isoformat(), end=last.isoformat(), prorate=draw(st.sampled_from(("daily", "monthly"))))
    elif method == "cost_to_cost":
        data["total_cost"] = draw(money(places, 10**places))
    elif method == "hours":
        data["total_hours"] = draw(decimal(100, 20_000))
    elif method == "milestones":
        data["milestones"] = draw(weights())
    return data


@st.composite
def new_obligation(draw, key, start, places, kinds):
    """Draw an obligation with a standalone price, or one that needs none."""
    method = draw(st.sampled_from(SHARED + OPEN * ("open" in kinds)))
    data = {"key": key, "name": f"Obligation {key}"}
    if method == "open_units":
        ignored = draw(st.sampled_from(({}, {"ssp": 1})))
        return {**data, **ignored, "unit_price": draw(money(places)), "recognition": {"method": "units"}}
    data["recognition"] = draw(recognition(method, start, places))
    if method in OPEN:
        return data
    if method == "units":
        data["quantity"] = draw(st.integers(1, 60) | st.integers(1, 60).map(lambda halves: from_units(halves * 50, 2)))
    draw_standalone(draw, data, places)
    if draw(st.integers(0, 3)) == 3:
        data["distinct"] = draw(st.booleans())
    return data


def shares_price(data):
    """Whether an obligation takes a share of the price."""
    method = data["recognition"]["method"]
    return method not in OPEN and (method != "units" or "quantity" in data)


def draw_standalone(draw, data, places):
    """Draw a standalone price or its range, and perhaps a stated price."""
    if data["recognition"]["method"] == "units":
        if isinstance(data["quantity"], int) and draw(st.booleans()):
            data["unit_price"] = draw(money(places, high=10 ** (places + 2)))
        else:
            data["price"] = draw(money(places))
    elif draw(st.booleans()):
        data["price"] = draw(money(places))
    if draw(st.integers(0, 2)) == 2 and "unit_price" not in data:
        low = draw(st.integers(1, 10 ** (places + 4)))
        high = low + draw(st.integers(0, 10 ** (places + 3)))
        data["ssp_range"] = [from_units(low, places), from_units(high, places)]
    else:
        data["ssp"] = draw(money(places))
