"""Attaining more of a milestone bills more of each line, and all of it in the end."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ..due import Kept, due_shares, percent_of
from ..split import round_half_away
from .strategies import any_units, percents, positive_units, properties

some_shares = st.dictionaries(st.integers(1, 50), any_units, max_size=8)
same_side = st.dictionaries(st.integers(1, 50), positive_units, max_size=8)


@properties
@given(some_shares)
def test_nothing_is_due_at_0_and_exactly_all_at_100_percent(shares):
    assert due_shares(shares, Fraction(0)) == dict.fromkeys(shares, 0)
    assert due_shares(shares, Fraction(1)) == shares


@properties
@given(some_shares, percents, percents)
def test_no_line_is_due_less_at_a_higher_percent(shares, one, other):
    lower = due_shares(shares, min(one, other))
    higher = due_shares(shares, max(one, other))
    for key, share in shares.items():
        assert 0 <= lower[key] <= higher[key] <= share or 0 >= lower[key] >= higher[key] >= share


@properties
@given(st.lists(st.integers(1, 12), min_size=2, max_size=6), st.integers(2, 60))
def test_no_line_loses_a_unit_on_the_way_up_in_small_steps(units, steps):
    shares = dict(enumerate(units))
    before = due_shares(shares, Fraction(0))
    for step in range(1, steps + 1):
        after = due_shares(shares, Fraction(step, steps))
        assert all(after[key] >= before[key] for key in shares)
        before = after


@properties
@given(same_side, percents, st.sampled_from([1, -1]))
def test_the_total_due_is_the_percent_of_the_total_to_the_unit(shares, percent, side):
    shares = {key: side * share for key, share in shares.items()}
    total = sum(due_shares(shares, percent).values())
    assert total == round_half_away(percent * sum(shares.values()))


@properties
@given(some_shares, percents)
def test_with_discounts_the_total_due_is_within_a_unit(shares, percent):
    total = sum(due_shares(shares, percent).values())
    assert abs(total - percent * sum(shares.values())) <= 1


@properties
@given(some_shares, percents)
def test_each_line_is_due_its_percent_but_for_rounding(shares, percent):
    for key, due in due_shares(shares, percent).items():
        assert abs(due - percent * shares[key]) <= Fraction(len(shares), 2) + 1


@properties
@given(same_side, percents)
def test_due_means_falling_due_earliest(shares, percent):
    """Unit ``k`` of a share falls due at (k - 1/2) / share: none due may be later than one that is not."""
    due = due_shares(shares, percent)
    last = [Fraction(2 * due[key] - 1, 2 * share) for key, share in shares.items() if due[key]]
    coming = [Fraction(2 * due[key] + 1, 2 * share) for key, share in shares.items() if due[key] < share]
    if last and coming:
        assert max(last) <= min(coming)


def test_40_percent_then_the_rest():
    shares = {1: 333_333, 2: 333_333, 3: 333_334}
    first = due_shares(shares, Fraction(2, 5))
    assert first == {1: 133_333, 2: 133_333, 3: 133_334}
    assert sum(first.values()) == 400_000


def test_a_part_of_a_discounted_milestone():
    assert due_shares({1: 1000, 2: -100, 3: 0}, Fraction(1, 4)) == {1: 250, 2: -25, 3: 0}


@pytest.mark.parametrize("percent", [Fraction(-1, 100), Fraction(101, 100)])
def test_a_percent_out_of_bounds_is_refused(percent):
    with pytest.raises(ValueError):
        due_shares({1: 100}, percent)


@properties
@given(st.data(), same_side, percents, st.sampled_from([1, -1]))
def test_a_change_order_moves_nothing_that_is_billed_and_all_is_due_in_the_end(data, shares, at, side):
    """Cheaper or dearer: at the percent of then exactly what was billed is due, at 100 % exactly the share of now."""
    shares = {key: side * share for key, share in shares.items()}
    billed = due_shares(shares, at)
    now = {key: units + side * data.draw(positive_units) for key, units in billed.items()}
    kept = {key: Kept(at, units) for key, units in billed.items()}
    if 0 < at < 1:
        assert due_shares(now, at, kept) == billed
    assert due_shares(now, Fraction(1), kept) == now
    assert due_shares(now, Fraction(0), kept) == dict.fromkeys(now, 0)
    one, other = sorted([data.draw(percents), data.draw(percents)])
    lower, higher = due_shares(now, one, kept), due_shares(now, other, kept)
    assert all(0 <= lower[key] * side <= higher[key] * side <= now[key] * side for key in now)


def test_no_more_is_kept_than_a_share_comes_to():
    kept = {1: Kept(Fraction(1, 2), 500)}
    assert [due_shares({1: 400}, Fraction(part, 4), kept)[1] for part in range(5)] == [0, 200, 400, 400, 400]
    assert due_shares({1: 0}, Fraction(1, 2), kept) == {1: 0}


def test_a_line_that_came_later_is_due_over_the_rest_of_the_way():
    kept = {1: Kept(Fraction(1, 2), 0)}
    assert [due_shares({1: 400}, Fraction(part, 4), kept)[1] for part in range(5)] == [0, 0, 0, 200, 400]


@properties
@given(st.integers(1, 10**6), percents, percents, positive_units)
def test_the_percent_of_what_is_due_is_found_again(share, percent, at, units):
    kept = Kept(at, min(units, share))
    due = due_shares({1: share}, percent, {1: kept})[1]
    found = percent_of(due, share, kept)
    assert 0 <= found <= 1
    assert due_shares({1: share}, found, {1: kept}) == {1: due}
