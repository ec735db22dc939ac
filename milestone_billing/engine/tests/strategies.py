"""What the property tests draw from: orders, plans, and changes to them."""

import os
from fractions import Fraction

from hypothesis import settings
from hypothesis import strategies as st

from ..change import Billed
from ..plan import Item, Line

# PROPERTY_EXAMPLES=5000 looks longer, for whoever changes the arithmetic.
properties = settings(max_examples=int(os.environ.get("PROPERTY_EXAMPLES", "100")), deadline=None)

# Small amounts are where a unit matters, large ones where floats would fail.
positive_units = st.integers(0, 40) | st.integers(0, 10**12)
any_units = st.integers(-40, 40) | st.integers(-(10**12), 10**12)
percents = st.integers(0, 10_000).map(lambda points: Fraction(points, 10_000))


@st.composite
def some_lines(draw, units=any_units, max_size=4):
    amounts = draw(st.lists(units, min_size=1, max_size=max_size))
    return [Line(key, amount) for key, amount in enumerate(amounts, 100)]


def some_cover(lines):
    """Draw all lines, or some of them."""
    keys = [line.key for line in lines]
    return st.none() | st.frozensets(st.sampled_from(keys), min_size=1)


@st.composite
def whole(draw, max_size=6):
    """Draw exact shares of one that come to one."""
    weights = draw(st.lists(st.integers(1, 1000), min_size=1, max_size=max_size))
    return [Fraction(weight, sum(weights)) for weight in weights]


@st.composite
def percent_items(draw, lines, max_size=6):
    parts = draw(st.lists(st.tuples(percents, some_cover(lines)), max_size=max_size))
    return [Item(key, "percent", percent=percent, lines=cover) for key, (percent, cover) in enumerate(parts, 1)]


def covered(item, lines):
    return [line for line in lines if item.lines is None or line.key in item.lines]


@st.composite
def fixed_item(draw, key, lines):
    item = Item(key, "fixed", lines=draw(some_cover(lines)))
    has_worth = sum(line.amount for line in covered(item, lines)) != 0
    return Item(key, "fixed", amount=draw(any_units) if has_worth else 0, lines=item.lines)


@st.composite
def any_items(draw, lines, max_size=5):
    items = []
    for key in range(1, draw(st.integers(1, max_size)) + 1):
        kind = draw(st.sampled_from(["percent", "percent", "fixed", "balance"]))
        if kind == "fixed":
            items.append(draw(fixed_item(key, lines)))
        else:
            items.append(Item(key, kind, percent=draw(percents), lines=draw(some_cover(lines))))
    return items


@st.composite
def whole_plan(draw, lines):
    """Draw percents that come to 100 % on each line: over all of them, or apart on each half."""
    cut = draw(st.integers(0, len(lines) - 1))
    keys = [line.key for line in lines]
    halves = [frozenset(keys[:cut]), frozenset(keys[cut:])] if cut else [None]
    parts = [(percent, half) for half in halves for percent in draw(whole())]
    parts = draw(st.permutations(parts))
    return [Item(key, "percent", percent=percent, lines=half) for key, (percent, half) in enumerate(parts, 1)]


@st.composite
def change_orders(draw, units=any_units):
    """Draw a plan that totals its lines, what of it is billed, in full or in part, and the lines' new amounts."""
    lines = draw(some_lines(units, max_size=3))
    items = list(range(1, draw(st.integers(1, 4)) + 1))
    some_of_them = st.sets(st.sampled_from(items))
    shares = {item: {} for item in items}
    for line in lines:
        last, *others = draw(some_of_them) or items
        left = line.amount
        for item in others:
            shares[item][line.key] = draw(st.integers(min(0, left), max(0, left)))
            left -= shares[item][line.key]
        shares[last][line.key] = left
    billed = {item: draw(some_billed(shares[item])) for item in draw(some_of_them)}
    return lines, draw(changed_lines(lines, units)), shares, items, billed, draw(some_of_them)


@st.composite
def some_billed(draw, shares):
    """Draw what an item has billed of its shares: all of them, or a part of each."""
    if draw(st.booleans()):
        return Billed(dict(shares), is_closed=True)
    return Billed({key: draw(st.integers(min(0, units), max(0, units))) for key, units in shares.items()})


@st.composite
def changed_lines(draw, lines, units):
    """Draw new amounts for some lines, others staying, going or coming."""
    amounts = draw(st.lists(st.just("stays") | st.none() | units, min_size=len(lines), max_size=len(lines) + 1))
    changed = [
        line if amount == "stays" else Line(line.key, amount)
        for line, amount in zip(lines, amounts, strict=False)
        if amount is not None
    ]
    new = [Line(200, amount) for amount in amounts[len(lines) :] if isinstance(amount, int)]
    return changed + new
