"""A total is shared out to the unit, as evenly as units allow."""

from fractions import Fraction
from math import ceil, floor

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ..split import largest_remainder, round_half_away
from .strategies import any_units, properties

ideals = st.lists(st.fractions(-10_000, 10_000, max_denominator=60), min_size=1, max_size=8)


@properties
@given(st.fractions(-(10**6), 10**6, max_denominator=20))
def test_rounding_goes_to_the_nearest_and_halves_away_from_zero(value):
    rounded = round_half_away(value)
    assert abs(rounded - value) <= Fraction(1, 2)
    if abs(rounded - value) == Fraction(1, 2):
        assert abs(rounded) > abs(value)


@properties
@given(any_units, ideals)
def test_the_parts_make_the_total(total, ideals):
    assert sum(largest_remainder(total, ideals)) == total


@properties
@given(any_units | st.integers(-9, 9), ideals, st.booleans())
def test_an_ideal_of_zero_gets_nothing_unless_all_are(total, ideals, near):
    total += floor(sum(ideals)) if near else 0
    parts = largest_remainder(total, ideals)
    if any(ideals):
        assert all(not part for part, ideal in zip(parts, ideals, strict=True) if not ideal)
    else:
        assert max(parts) - min(parts) <= 1


@properties
@given(ideals)
def test_ideals_that_make_the_total_are_only_rounded_up_or_down(ideals):
    ideals.append(ceil(sum(ideals)) - sum(ideals))
    parts = largest_remainder(int(sum(ideals)), ideals)
    assert all(floor(ideal) <= part <= ceil(ideal) for part, ideal in zip(parts, ideals, strict=True))


@properties
@given(ideals)
def test_no_other_parts_are_nearer_in_all(ideals):
    ideals.append(ceil(sum(ideals)) - sum(ideals))
    parts = largest_remainder(int(sum(ideals)), ideals)
    off = [part - ideal for part, ideal in zip(parts, ideals, strict=True)]
    # Moving any unit from one part to another would bring the two no nearer.
    assert max(off) - min(off) <= 1


@properties
@given(st.integers(-1000, 1000), ideals)
def test_a_total_far_from_the_ideals_is_still_shared_in_proportion(gap, ideals):
    total = floor(sum(ideals)) + gap
    weight = sum(map(abs, ideals))
    assume(weight)
    error = total - sum(ideals)
    for part, ideal in zip(largest_remainder(total, ideals), ideals, strict=True):
        assert abs(part - ideal) < 2 or abs(part - ideal - error * abs(ideal) / weight) < 1


def test_equal_remainders_go_in_the_order_given():
    assert largest_remainder(2, [Fraction(1, 2)] * 4) == [1, 1, 0, 0]
    assert largest_remainder(-2, [Fraction(-1, 2)] * 4) == [0, 0, -1, -1]


def test_the_ideals_may_carry_an_error():
    assert largest_remainder(101, [Fraction(100, 3)] * 3) == [34, 34, 33]
    assert largest_remainder(1000, [Fraction(1), Fraction(0), Fraction(3)]) == [250, 0, 750]
    assert largest_remainder(3, [Fraction(0), Fraction(1), Fraction(1, 2)]) == [0, 2, 1]
    assert largest_remainder(0, [Fraction(5), Fraction(5)]) == [0, 0]
    assert largest_remainder(5, [Fraction(0)] * 3) == [2, 2, 1]


def test_something_cannot_be_shared_over_nothing():
    assert largest_remainder(0, []) == []
    with pytest.raises(ValueError):
        largest_remainder(1, [])
