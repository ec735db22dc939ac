"""What holds for each change order, whatever it changes."""

from copy import deepcopy
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from ..change import Billed, redistribute
from ..plan import Line
from .strategies import any_units, change_orders, positive_units, properties

rules = st.sampled_from(["pro_rata", "last", "new"])


def on_line(change, key):
    return sum(shares.get(key, 0) for shares in change.shares.values()) + change.added.get(key, 0)


def billed_on(billed, key):
    return sum(row.units.get(key, 0) for row in billed.values())


def closed(billed, item):
    return item in billed and billed[item].is_closed


def kept(billed, item, key):
    return billed[item].units.get(key, 0) if item in billed else 0


def keys_of(lines, shares):
    return {line.key for line in lines} | {key for given in shares.values() for key in given}


@properties
@given(change_orders(), rules)
def test_each_line_is_accounted_for_to_the_unit(order, rule):
    _lines, changed, shares, sequence, billed, own = order
    change = redistribute(changed, shares, sequence, billed, rule, own)
    amounts = {line.key: line.amount for line in changed}
    for key in keys_of(changed, shares):
        assert on_line(change, key) == amounts.get(key, 0)


@properties
@given(change_orders(), rules)
def test_without_a_change_nothing_moves(order, rule):
    lines, _changed, shares, sequence, billed, own = order
    change = redistribute(lines, shares, sequence, billed, rule, own)
    assert change.shares == shares
    assert not change.added and not change.moved and not change.uncovered


@properties
@given(change_orders(), rules)
def test_the_same_change_again_moves_nothing(order, rule):
    _lines, changed, shares, sequence, billed, own = order
    once = redistribute(changed, shares, sequence, billed, rule, own)
    again = redistribute(changed, once.shares, sequence, billed, rule, own)
    assert again.shares == once.shares
    assert (again.added, again.moved) == (once.added, [])


@properties
@given(st.data(), change_orders(), rules)
def test_two_changes_one_after_the_other_stay_exact(data, order, rule):
    _lines, changed, shares, sequence, billed, own = order
    once = redistribute(changed, shares, sequence, billed, rule, own)
    # What was added became a new item, and some more was billed in between.
    between = {**once.shares, 99: once.added}
    billed = billed | {item: Billed(between[item]) for item in data.draw(st.sets(st.sampled_from(sequence)))}
    later = [Line(line.key, data.draw(any_units)) for line in changed]
    twice = redistribute(later, between, [*sequence, 99], billed, data.draw(rules), own)
    amounts = {line.key: line.amount for line in later}
    for key in keys_of(later, between):
        assert on_line(twice, key) == amounts.get(key, 0)


@properties
@given(change_orders(), rules)
def test_there_and_back_again_is_whole_again(order, rule):
    lines, changed, shares, sequence, billed, own = order
    there = redistribute(changed, shares, sequence, billed, rule, own)
    back = redistribute(lines, there.shares, sequence, billed, rule, own)
    for line in lines:
        assert on_line(back, line.key) == line.amount
        # Exactly what was billed and planned before fits again, so there is nothing to credit.
        assert line.key not in back.uncovered
        for item, row in billed.items():
            assert abs(back.shares[item].get(line.key, 0)) >= abs(row.units.get(line.key, 0))


@properties
@given(change_orders(), rules)
def test_a_share_is_never_on_the_other_side_of_its_line(order, rule):
    _lines, changed, shares, sequence, billed, own = order
    change = redistribute(changed, shares, sequence, billed, rule, own)
    amounts = {line.key: line.amount for line in changed}
    for item in sequence:
        for key, units in change.shares[item].items():
            stays = kept(billed, item, key)
            assert units * amounts.get(key, 0) >= 0 or units * stays > 0 or (units - stays) * amounts[key] > 0
    for key, units in change.added.items():
        assert units * amounts[key] > 0


@properties
@given(change_orders(positive_units), rules)
def test_only_a_charge_billed_beyond_its_amount_is_uncovered(order, rule):
    _lines, changed, shares, sequence, billed, own = order
    change = redistribute(changed, shares, sequence, billed, rule, own)
    amounts = {line.key: line.amount for line in changed}
    for key in keys_of(changed, shares):
        assert change.uncovered.get(key, 0) == min(0, amounts.get(key, 0) - billed_on(billed, key))


@properties
@given(change_orders(), rules)
def test_an_item_on_chosen_lines_takes_no_other(order, rule):
    _lines, changed, shares, sequence, billed, own = order
    change = redistribute(changed, shares, sequence, billed, rule, own)
    for item in sequence:
        assert change.shares[item].keys() >= shares[item].keys()
        if item in own:
            assert change.shares[item].keys() == shares[item].keys()


@properties
@given(change_orders(), rules)
def test_what_is_billed_stays_within_the_line_and_what_moves_is_told(order, rule):
    _lines, changed, shares, sequence, billed, own = order
    change = redistribute(changed, shares, sequence, billed, rule, own)
    for item, row in billed.items():
        for key, units in row.units.items():
            if key not in change.uncovered:
                rest = change.shares[item].get(key, 0) - units
                assert rest == 0 if row.is_closed else rest * on_line(change, key) >= 0
    moved = {move.item: (move.before, move.after) for move in change.moved}
    for item in sequence:
        before, after = sum(shares[item].values()), sum(change.shares[item].values())
        assert moved.get(item, (before, before)) == (before, after)
        assert (item in moved) == (before != after)


@properties
@given(change_orders())
def test_a_new_item_is_made_rather_than_a_share_raised(order):
    _lines, changed, shares, sequence, billed, own = order
    change = redistribute(changed, shares, sequence, billed, "new", own)
    for item in sequence:
        for key, units in change.shares[item].items():
            assert abs(units) <= abs(shares[item].get(key, 0))


@properties
@given(change_orders(positive_units))
def test_the_last_item_changes_before_any_other(order):
    _lines, changed, shares, sequence, billed, own = order
    change = redistribute(changed, shares, sequence, billed, "last", own)
    for key in keys_of(changed, shares):
        takers = [item for item in sequence if not closed(billed, item) and (item not in own or key in shares[item])]
        before = [shares[item].get(key, 0) - kept(billed, item, key) for item in takers]
        after = [change.shares[item].get(key, 0) - kept(billed, item, key) for item in takers]
        if key in change.uncovered:
            continue
        touched = [place for place in range(len(takers)) if before[place] != after[place]]
        if touched:
            assert all(not units for units in after[touched[0] + 1 :])


@properties
@given(change_orders(positive_units))
def test_pro_rata_keeps_proportions_but_for_rounding(order):
    _lines, changed, shares, sequence, billed, own = order
    change = redistribute(changed, shares, sequence, billed, "pro_rata", own)
    for line in changed:
        open_items = [item for item in sequence if not closed(billed, item)]
        before = {item: shares[item].get(line.key, 0) - kept(billed, item, line.key) for item in open_items}
        after = {item: change.shares[item].get(line.key, 0) - kept(billed, item, line.key) for item in open_items}
        if any(before.values()) and line.key not in change.uncovered:
            factor = Fraction(sum(after.values()), sum(before.values()))
            assert all(abs(after[item] - before[item] * factor) < 2 for item in open_items)


@properties
@given(change_orders(positive_units))
def test_pro_rata_rounds_no_item_as_a_whole_by_more_than_a_few_units(order):
    _lines, changed, shares, sequence, billed, own = order
    change = redistribute(changed, shares, sequence, billed, "pro_rata", own)
    open_items = [item for item in sequence if not closed(billed, item)]
    exact = dict.fromkeys(open_items, Fraction(0))
    whole = dict.fromkeys(open_items, 0)
    for line in changed:
        before = {item: shares[item].get(line.key, 0) - kept(billed, item, line.key) for item in open_items}
        if any(before.values()) and line.key not in change.uncovered:
            after = {item: change.shares[item].get(line.key, 0) - kept(billed, item, line.key) for item in open_items}
            for item in open_items:
                exact[item] += Fraction(before[item] * sum(after.values()), sum(before.values()))
                whole[item] += after[item]
    assert all(abs(whole[item] - exact[item]) < 2 for item in open_items)


@properties
@given(st.data(), change_orders(), rules)
def test_the_order_of_lines_and_shares_does_not_matter(data, order, rule):
    _lines, changed, shares, sequence, billed, own = order
    shuffled = {item: dict(reversed(shares[item].items())) for item in reversed(sequence)}
    one = redistribute(changed, shares, sequence, billed, rule, own)
    other = redistribute(data.draw(st.permutations(changed)), shuffled, sequence, billed, rule, own)
    assert one == other


@properties
@given(change_orders(), rules)
def test_what_is_given_is_not_changed(order, rule):
    before = deepcopy(order)
    _lines, changed, shares, sequence, billed, own = order
    change = redistribute(changed, shares, sequence, billed, rule, own)
    for item in sequence:
        change.shares[item][0] = 1
    assert order == before


@properties
@given(change_orders(), rules)
def test_what_is_billed_beyond_a_line_is_what_its_items_owe(order, rule):
    _lines, changed, shares, sequence, billed, own = order
    change = redistribute(changed, shares, sequence, billed, rule, own)
    for key, uncovered in change.uncovered.items():
        owed = sum(change.shares[item].get(key, 0) - kept(billed, item, key) for item in sequence)
        assert owed == uncovered
