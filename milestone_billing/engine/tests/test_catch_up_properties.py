"""What holds for each change order under which the percentages stay."""

from copy import deepcopy

from hypothesis import given
from hypothesis import strategies as st

from ..catch_up import catch_up
from ..plan import allocate
from .strategies import any_units, change_orders, changed_lines, positive_units, properties, some_lines, whole_plan


@st.composite
def kept_plans(draw, units=any_units):
    """Draw a plan of percents that come to 100 %, what of it is billed, and the lines' new amounts."""
    lines = draw(some_lines(units, max_size=3))
    items = draw(whole_plan(lines))
    shares = allocate(lines, items).shares
    billed = draw(st.sets(st.sampled_from([item.key for item in items])))
    frozen = {key: dict(shares[key]) for key in billed}
    changed = draw(changed_lines(lines, units))
    own = {item.key for item in items if item.lines is not None}
    return lines, items, shares, frozen, changed, own


def keep(plan, lines):
    _lines, items, shares, frozen, _changed, own = plan
    return catch_up(lines, shares, [item.key for item in items], frozen, allocate(lines, items).shares, own)


def on_line(change, key):
    billed = sum(shares.get(key, 0) for shares in change.shares.values())
    return billed + change.added.get(key, 0) + change.uncovered.get(key, 0)


@properties
@given(kept_plans())
def test_each_line_is_accounted_for_to_the_unit(plan):
    lines, _items, _shares, _frozen, changed, _own = plan
    change = keep(plan, changed)
    amounts = dict.fromkeys((line.key for line in lines), 0) | {line.key: line.amount for line in changed}
    for key, amount in amounts.items():
        assert on_line(change, key) == amount


@properties
@given(kept_plans())
def test_without_a_change_nothing_moves(plan):
    change = keep(plan, plan[0])
    assert change.shares == plan[2]
    assert not change.added and not change.moved and not change.uncovered


@properties
@given(kept_plans())
def test_the_way_does_not_matter(plan):
    """However often the order changes, the plan comes to what one change from the first to the last makes of it."""
    lines, items, _shares, frozen, changed, own = plan
    between = keep(plan, changed).shares
    back = catch_up(lines, between, [item.key for item in items], frozen, allocate(lines, items).shares, own)
    for item, given_then in plan[2].items():
        assert {key: units for key, units in back.shares[item].items() if units} == {
            key: units for key, units in given_then.items() if units
        }


@properties
@given(kept_plans(positive_units))
def test_all_but_the_next_have_their_percent_when_the_order_grew(plan):
    lines, items, _shares, frozen, changed, own = plan
    before = {line.key: line.amount for line in lines}
    change, claims = keep(plan, changed), allocate(changed, items).shares
    for line in changed:
        # Where the units of several lines fell differently, what was billed of one may be beyond what is claimed of it
        # now: that comes off the next ones in turn.
        beyond = any(units.get(line.key, 0) > claims[key].get(line.key, 0) for key, units in frozen.items())
        if line.amount < before.get(line.key, 0) or beyond:
            continue
        takers = [
            item.key
            for item in items
            if item.key not in frozen and (item.key not in own or line.key in claims[item.key])
        ]
        for key in takers[1:]:
            assert change.shares[key].get(line.key, 0) == claims[key].get(line.key, 0)


@properties
@given(kept_plans(positive_units))
def test_only_what_is_billed_beyond_a_line_is_uncovered(plan):
    _lines, _items, _shares, frozen, changed, _own = plan
    change = keep(plan, changed)
    for line in changed:
        billed = sum(given_before.get(line.key, 0) for given_before in frozen.values())
        assert change.uncovered.get(line.key, 0) == min(0, line.amount - billed)


@properties
@given(st.data(), change_orders())
def test_whatever_is_claimed_and_billed_in_part(data, order):
    """Claims need not come to the lines, and what is billed in part may be on either side."""
    lines, changed, shares, sequence, billed, own = order
    frozen = {item: dict(facts.units) for item, facts in billed.items()}
    before = deepcopy(order)
    keys = [line.key for line in [*lines, *changed]]
    some = st.dictionaries(st.sampled_from(sequence), st.dictionaries(st.sampled_from(keys), any_units))
    claims, floors = data.draw(some), data.draw(some)
    change = catch_up(changed, shares, sequence, frozen, claims, own, floors)
    amounts = dict.fromkeys(keys, 0) | {line.key: line.amount for line in changed}
    for key, amount in amounts.items():
        if any(key in given_one for given_one in [*shares.values(), *claims.values()]):
            assert on_line(change, key) == amount
    for item, given_before in frozen.items():
        assert change.shares[item] == given_before
    for item in set(sequence) - frozen.keys():
        for key, units in change.shares[item].items():
            floor = floors.get(item, {}).get(key, 0)
            assert units == floor or units * amounts.get(key, 0) >= 0 and abs(units) >= abs(floor)
    assert order == before
