"""What holds for each change order, whatever it changes."""

from copy import deepcopy
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from ..change import redistribute
from ..plan import Line
from .strategies import any_units, change_orders, positive_units, properties

rules = st.sampled_from(["pro_rata", "last", "new"])


def on_line(change, key):
    billed = sum(shares.get(key, 0) for shares in change.shares.values())
    return billed + change.added.get(key, 0) + change.uncovered.get(key, 0)


def keys_of(lines, shares):
    return {line.key for line in lines} | {key for given in shares.values() for key in given}


@properties
@given(change_orders(), rules)
def test_each_line_is_accounted_for_to_the_unit(order, rule):
    _lines, changed, shares, sequence, frozen, own = order
    change = redistribute(changed, shares, sequence, frozen, rule, own)
    amounts = {line.key: line.amount for line in changed}
    for key in keys_of(changed, shares):
        assert on_line(change, key) == amounts.get(key, 0)


@properties
@given(change_orders(), rules)
def test_without_a_change_nothing_moves(order, rule):
    lines, _changed, shares, sequence, frozen, own = order
    change = redistribute(lines, shares, sequence, frozen, rule, own)
    assert change.shares == shares
    assert not change.added and not change.moved and not change.uncovered


@properties
@given(change_orders(), rules)
def test_the_same_change_again_moves_nothing(order, rule):
    _lines, changed, shares, sequence, frozen, own = order
    once = redistribute(changed, shares, sequence, frozen, rule, own)
    again = redistribute(changed, once.shares, sequence, frozen, rule, own)
    assert again.shares == once.shares
    assert (again.added, again.uncovered, again.moved) == (once.added, once.uncovered, [])


@properties
@given(st.data(), change_orders(), rules)
def test_two_changes_one_after_the_other_stay_exact(data, order, rule):
    _lines, changed, shares, sequence, frozen, own = order
    once = redistribute(changed, shares, sequence, frozen, rule, own)
    # What was added became a new item, and some more was billed in between.
    between = {**once.shares, 99: once.added}
    billed = data.draw(st.sets(st.sampled_from(sequence)))
    frozen = frozen | {item: between[item] for item in billed}
    later = [Line(line.key, data.draw(any_units)) for line in changed]
    twice = redistribute(later, between, [*sequence, 99], frozen, data.draw(rules), own)
    amounts = {line.key: line.amount for line in later}
    for key in keys_of(later, between):
        assert on_line(twice, key) == amounts.get(key, 0)
    for item in frozen:
        assert twice.shares[item] == between[item]


@properties
@given(change_orders(), rules)
def test_there_and_back_again_is_whole_again(order, rule):
    lines, changed, shares, sequence, frozen, own = order
    there = redistribute(changed, shares, sequence, frozen, rule, own)
    back = redistribute(lines, there.shares, sequence, frozen, rule, own)
    for line in lines:
        assert on_line(back, line.key) == line.amount
        # Exactly what was billed and planned before fits again, so there is nothing to credit.
        assert line.key not in back.uncovered


@properties
@given(change_orders(), rules)
def test_a_share_is_never_on_the_other_side_of_its_line(order, rule):
    _lines, changed, shares, sequence, frozen, own = order
    change = redistribute(changed, shares, sequence, frozen, rule, own)
    amounts = {line.key: line.amount for line in changed}
    for item in set(sequence) - frozen.keys():
        for key, units in change.shares[item].items():
            assert units * amounts.get(key, 0) > 0 or not units
    for key, units in change.added.items():
        assert units * amounts[key] > 0


@properties
@given(change_orders(positive_units), rules)
def test_only_a_charge_billed_beyond_its_amount_is_uncovered(order, rule):
    _lines, changed, shares, sequence, frozen, own = order
    change = redistribute(changed, shares, sequence, frozen, rule, own)
    amounts = {line.key: line.amount for line in changed}
    for key in keys_of(changed, shares):
        billed = sum(given_before.get(key, 0) for given_before in frozen.values())
        assert change.uncovered.get(key, 0) == min(0, amounts.get(key, 0) - billed)


@properties
@given(change_orders(), rules)
def test_an_item_on_chosen_lines_takes_no_other(order, rule):
    _lines, changed, shares, sequence, frozen, own = order
    change = redistribute(changed, shares, sequence, frozen, rule, own)
    for item in sequence:
        assert change.shares[item].keys() >= shares[item].keys()
        if item in own:
            assert change.shares[item].keys() == shares[item].keys()


@properties
@given(change_orders(), rules)
def test_what_is_billed_never_moves_and_what_moves_is_told(order, rule):
    _lines, changed, shares, sequence, frozen, own = order
    change = redistribute(changed, shares, sequence, frozen, rule, own)
    for item, given_before in frozen.items():
        assert change.shares[item] == given_before
    moved = {move.item: (move.before, move.after) for move in change.moved}
    for item in sequence:
        before, after = sum(shares[item].values()), sum(change.shares[item].values())
        assert moved.get(item, (before, before)) == (before, after)
        assert (item in moved) == (before != after)


@properties
@given(change_orders())
def test_a_new_item_is_made_rather_than_a_share_raised(order):
    _lines, changed, shares, sequence, frozen, own = order
    change = redistribute(changed, shares, sequence, frozen, "new", own)
    for item in sequence:
        for key, units in change.shares[item].items():
            assert abs(units) <= abs(shares[item].get(key, 0))


@properties
@given(change_orders(positive_units))
def test_the_last_item_changes_before_any_other(order):
    _lines, changed, shares, sequence, frozen, own = order
    change = redistribute(changed, shares, sequence, frozen, "last", own)
    for key in keys_of(changed, shares):
        takers = [item for item in sequence if item not in frozen and (item not in own or key in shares[item])]
        before = [shares[item].get(key, 0) for item in takers]
        after = [change.shares[item].get(key, 0) for item in takers]
        touched = [place for place in range(len(takers)) if before[place] != after[place]]
        if touched:
            assert all(not units for units in after[touched[0] + 1 :])


@properties
@given(change_orders(positive_units))
def test_pro_rata_keeps_proportions_but_for_rounding(order):
    _lines, changed, shares, sequence, frozen, own = order
    change = redistribute(changed, shares, sequence, frozen, "pro_rata", own)
    for line in changed:
        open_items = [item for item in sequence if item not in frozen]
        before = {item: shares[item].get(line.key, 0) for item in open_items}
        after = {item: change.shares[item].get(line.key, 0) for item in open_items}
        if any(before.values()):
            factor = Fraction(sum(after.values()), sum(before.values()))
            assert all(abs(after[item] - before[item] * factor) < 2 for item in open_items)


@properties
@given(change_orders(positive_units))
def test_pro_rata_rounds_no_item_as_a_whole_by_more_than_a_few_units(order):
    _lines, changed, shares, sequence, frozen, own = order
    change = redistribute(changed, shares, sequence, frozen, "pro_rata", own)
    open_items = [item for item in sequence if item not in frozen]
    exact = dict.fromkeys(open_items, Fraction(0))
    whole = dict.fromkeys(open_items, 0)
    for line in changed:
        before = {item: shares[item].get(line.key, 0) for item in open_items}
        if any(before.values()):
            left = sum(change.shares[item][line.key] for item in open_items if line.key in change.shares[item])
            for item in open_items:
                exact[item] += Fraction(before[item] * left, sum(before.values()))
                whole[item] += change.shares[item].get(line.key, 0)
    assert all(abs(whole[item] - exact[item]) < 2 for item in open_items)


@properties
@given(st.data(), change_orders(), rules)
def test_the_order_of_lines_and_shares_does_not_matter(data, order, rule):
    _lines, changed, shares, sequence, frozen, own = order
    shuffled = {item: dict(reversed(shares[item].items())) for item in reversed(sequence)}
    one = redistribute(changed, shares, sequence, frozen, rule, own)
    other = redistribute(data.draw(st.permutations(changed)), shuffled, sequence, frozen, rule, own)
    assert one == other


@properties
@given(change_orders(), rules)
def test_what_is_given_is_not_changed(order, rule):
    before = deepcopy(order)
    _lines, changed, shares, sequence, frozen, own = order
    change = redistribute(changed, shares, sequence, frozen, rule, own)
    for item in sequence:
        change.shares[item][0] = 1
    assert order == before
