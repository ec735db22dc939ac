"""What holds for each plan, whatever the amounts and percents."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from math import lcm

from hypothesis import assume, given
from hypothesis import strategies as st

from ..plan import Item, Line, allocate
from ..split import round_half_away
from .strategies import (
    any_items,
    any_units,
    covered,
    percent_items,
    percents,
    properties,
    some_lines,
    whole,
    whole_plan,
)


@properties
@given(st.data(), some_lines())
def test_percents_that_come_to_100_bill_each_line_exactly(data, lines):
    plan = allocate(lines, data.draw(whole_plan(lines)))
    assert plan.is_whole
    assert plan.difference == 0


@properties
@given(st.data(), some_lines(st.integers(-(10**6), 10**6)), whole())
def test_percents_typed_with_six_decimals_do_too(data, lines, parts):
    typed = [round(float(part) * 100, 6) for part in parts]
    items = [Item(key, "percent", Fraction(repr(points)) / 100) for key, points in enumerate(typed)]
    assert allocate(lines, items).is_whole


@properties
@given(st.data(), some_lines())
def test_a_balance_makes_each_line_exact(data, lines):
    items = data.draw(any_items(lines))
    items.insert(data.draw(st.integers(0, len(items))), Item(99, "balance"))
    assert allocate(lines, items).is_whole


@properties
@given(st.data(), st.integers(2, 6))
def test_fixed_amounts_that_come_to_the_lines_bill_each_line_exactly(data, count):
    """Each ring of items covers so many neighbours of a round of equal lines, and each line so many times."""
    rings = data.draw(st.lists(st.tuples(st.integers(1, count), st.integers(1, 60)), min_size=1, max_size=3))
    lines = [Line(key, sum(amount for _width, amount in rings)) for key in range(count)]
    parts = [
        (frozenset((start + step) % count for step in range(width)), amount)
        for width, amount in rings
        for start in range(count)
    ]
    parts = data.draw(st.permutations(parts))
    items = [Item(key, "fixed", amount=amount, lines=cover) for key, (cover, amount) in enumerate(parts)]
    plan = allocate(lines, items)
    assert plan.is_whole
    assert [plan.amount(item.key) for item in items] == [item.amount for item in items]
    assert all(units >= 0 for shares in plan.shares.values() for units in shares.values())


@properties
@given(st.data(), some_lines(), st.integers(1, 10**6))
def test_fixed_and_percent_that_come_to_the_lines_bill_each_line_exactly(data, lines, amount):
    total = sum(line.amount for line in lines)
    assume(total)
    rest = 1 - Fraction(amount, total)
    items = [Item(0, "fixed", amount=amount)]
    items += [Item(key, "percent", rest * part) for key, part in enumerate(data.draw(whole()), 1)]
    plan = allocate(lines, data.draw(st.permutations(items)))
    assert plan.amount(0) == amount
    assert plan.is_whole


@properties
@given(st.data(), some_lines())
def test_after_each_percent_a_line_has_its_exact_amount_so_far_but_for_rounding(data, lines):
    items = data.draw(percent_items(lines))
    plan = allocate(lines, items)
    for line in lines:
        exact, given_so_far = Fraction(0), 0
        for item in items:
            if line.key in plan.shares[item.key]:
                exact += item.percent * line.amount
                given_so_far += plan.shares[item.key][line.key]
            # Hence each share is less than two units from its own exact amount.
            assert abs(given_so_far - exact) < 1


@properties
@given(st.data(), some_lines())
def test_a_percent_item_bills_its_percent_of_the_total(data, lines):
    """To the unit when it is the first; later the lines may need a unit each to stay on course."""
    items = data.draw(percent_items(lines))
    plan = allocate(lines, items)
    for place, item in enumerate(items):
        exact = item.percent * sum(line.amount for line in covered(item, lines))
        if place:
            assert abs(plan.amount(item.key) - exact) <= 1 + len(lines)
        else:
            assert plan.amount(item.key) == round_half_away(exact)


@properties
@given(st.data(), some_lines())
def test_no_percent_makes_a_discount_of_a_charge(data, lines):
    plan = allocate(lines, data.draw(percent_items(lines)))
    for shares in plan.shares.values():
        assert all(units * plan.line_totals[key] >= 0 for key, units in shares.items())
        assert all(not units for key, units in shares.items() if not plan.line_totals[key])


@properties
@given(st.data(), some_lines())
def test_each_item_covers_its_lines_and_a_fixed_one_bills_its_amount(data, lines):
    items = data.draw(any_items(lines))
    plan = allocate(lines, items)
    for item in items:
        assert plan.shares[item.key].keys() == {line.key for line in covered(item, lines)}
        if item.kind == "fixed":
            assert plan.amount(item.key) == item.amount


@properties
@given(st.data(), some_lines())
def test_the_plan_says_by_how_much_it_is_not_whole(data, lines):
    plan = allocate(lines, data.draw(any_items(lines)))
    assert plan.total + sum(plan.differences.values()) == plan.lines_total
    for line in lines:
        billed = sum(shares.get(line.key, 0) for shares in plan.shares.values())
        assert billed + plan.line_difference(line.key) == line.amount
    assert plan.is_whole == (not plan.differences)


@properties
@given(st.data(), some_lines())
def test_the_order_of_the_lines_does_not_matter(data, lines):
    items = data.draw(any_items(lines))
    plan = allocate(lines, items)
    shuffled = allocate(data.draw(st.permutations(lines)), items)
    assert shuffled.shares == plan.shares
    assert [list(shares) for shares in shuffled.shares.values()] == [list(shares) for shares in plan.shares.values()]


@properties
@given(st.data(), some_lines())
def test_what_is_billed_never_moves(data, lines):
    items = data.draw(any_items(lines))
    shares = st.dictionaries(st.sampled_from([line.key for line in lines] + [999]), any_units)
    items = [replace(item, frozen=data.draw(st.none() | shares)) for item in items]
    plan = allocate(lines, items)
    for item in items:
        if item.frozen is not None:
            assert plan.shares[item.key] == item.frozen


@properties
@given(st.data(), some_lines())
def test_billing_an_item_changes_no_other(data, lines):
    items = data.draw(st.one_of(percent_items(lines), whole_plan(lines)))
    items.insert(data.draw(st.integers(0, len(items))), Item(99, "balance", lines=frozenset({lines[0].key})))
    plan = allocate(lines, items)
    billed = data.draw(st.sets(st.sampled_from([item.key for item in items])))
    frozen = [replace(item, frozen=plan.shares[item.key] if item.key in billed else None) for item in items]
    assert allocate(lines, frozen).shares == plan.shares


@properties
@given(st.data(), some_lines())
def test_after_a_change_percents_still_total_each_line_that_is_not_billed_beyond(data, lines):
    items = data.draw(whole_plan(lines))
    plan = allocate(lines, items)
    billed = data.draw(st.sets(st.sampled_from([item.key for item in items])))
    frozen = [replace(item, frozen=plan.shares[item.key] if item.key in billed else None) for item in items]
    changed = [Line(line.key, data.draw(any_units)) for line in lines]
    after = allocate(changed, frozen)
    for line in changed:
        still = [item for item in frozen if item.frozen is None and line.key in after.shares[item.key]]
        taken = sum(shares.get(line.key, 0) for key, shares in plan.shares.items() if key in billed)
        if still and (line.amount - taken) * line.amount > 0:
            assert after.line_difference(line.key) == 0


@properties
@given(st.data(), some_lines(), st.integers(1, 1000))
def test_a_finer_unit_gives_the_same_plan_but_for_rounding(data, lines, scale):
    items = data.draw(percent_items(lines))
    plan = allocate(lines, items)
    finer = allocate([Line(line.key, line.amount * scale) for line in lines], items)
    for item in items:
        for key, units in plan.shares[item.key].items():
            assert abs(units - Fraction(finer.shares[item.key][key], scale)) < 4


@properties
@given(st.data(), some_lines())
def test_a_unit_fine_enough_leaves_nothing_to_round(data, lines):
    items = data.draw(percent_items(lines))
    scale = lcm(*(item.percent.denominator for item in items))
    plan = allocate([Line(line.key, line.amount * scale) for line in lines], items)
    for item in items:
        for line in covered(item, lines):
            assert plan.shares[item.key][line.key] == item.percent * line.amount * scale


@properties
@given(
    st.lists(st.integers(-(10**8), 10**8), min_size=1, max_size=5),
    st.lists(percents, min_size=1, max_size=5),
    st.sampled_from([0.01, 0.001, 1.0, 0.05]),
)
def test_in_each_currency_the_invoices_total_the_order(prices, parts, rounding):
    """Also as the floats that Odoo keeps."""
    lines, unit = [Line(key, price) for key, price in enumerate(prices)], Decimal(repr(rounding))
    items = [Item(key, "percent", percent) for key, percent in enumerate(parts)]
    plan = allocate(lines, [*items, Item(99, "balance")])
    for line in lines:
        invoiced = [float(shares[line.key] * unit) for shares in plan.shares.values()]
        exact = sum((Decimal(repr(amount)) for amount in invoiced), Decimal(0))
        assert exact == line.amount * unit
