"""Amounts and percents cross between Odoo's floats and exact numbers unharmed."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ..units import from_units, to_fraction, to_units
from .strategies import properties

ROUNDINGS = [0.01, 0.001, 0.0001, 1.0, 0.05, 0.1, 10.0]


@pytest.mark.parametrize(
    ("amount", "rounding", "units"),
    [
        (33333.335, 0.01, 3333334),
        (0.1 + 0.2, 0.01, 30),
        (1.005, 0.01, 101),
        (-1.005, 0.01, -101),
        (2.675, 0.01, 268),
        (0.35 * 0.7, 0.01, 25),
        (1.004999, 0.01, 100),
        (1234.5675, 0.001, 1234568),
        (100, 1.0, 100),
        (0.5, 1.0, 1),
        (-0.5, 1.0, -1),
        (1.02, 0.05, 20),
        (1.025, 0.05, 21),
        (Decimal("0.015"), 0.01, 2),
        ("1e3", 0.01, 100_000),
        (1e15 + 0.5, 0.01, 100_000_000_000_000_050),
        (1e22, 0.01, 10**24),
        (-0.0, 0.01, 0),
    ],
)
def test_an_amount_becomes_the_units_a_person_would_count(amount, rounding, units):
    assert to_units(amount, rounding) == units


@properties
@given(st.integers(-(10**13), 10**13), st.sampled_from(ROUNDINGS))
def test_units_survive_the_way_to_a_float_and_back(units, rounding):
    assert to_units(from_units(units, rounding), rounding) == units


@properties
@given(st.integers(-(10**13), 10**13), st.sampled_from(ROUNDINGS))
def test_the_float_is_the_nearest_to_the_exact_amount(units, rounding):
    assert from_units(units, rounding) == float(Fraction(repr(rounding)) * units)


@properties
@given(st.integers(-(10**9), 10**9), st.lists(st.sampled_from([0.1, -0.1, 0.7, -0.7]), max_size=9))
def test_float_noise_moves_no_unit(units, steps):
    amount = units / 100
    for step in steps:
        amount = amount + step
    exact = units + sum(round(step * 100) for step in steps)
    assert to_units(amount, 0.01) == exact


@properties
@given(st.decimals(-(10**9), 10**9, places=5), st.sampled_from(ROUNDINGS))
def test_rounding_is_to_the_nearest_unit_and_symmetric(amount, rounding):
    units = to_units(amount, rounding)
    assert abs(Fraction(amount) - units * Fraction(repr(rounding))) <= Fraction(repr(rounding)) / 2
    assert to_units(-amount, rounding) == -units


def test_a_percent_is_exact():
    assert to_fraction(33.33) == Fraction(3333, 10000)
    assert to_fraction(0.1) * 1000 == 1
    assert to_fraction(100) == 1
    assert to_fraction(33.333333) == Fraction(33333333, 10**8)
    assert to_fraction(Decimal("12.5")) == to_fraction("12.5") == to_fraction("25/2") == Fraction(1, 8)


@properties
@given(st.integers(-(10**9), 10**9), st.integers(0, 8))
def test_a_percent_with_some_decimals_is_exact(digits, decimals):
    assert to_fraction(digits / 10**decimals) == Fraction(digits, 10**decimals) / 100


@pytest.mark.parametrize("amount", [float("nan"), float("inf"), "-Infinity", "ten", ""])
def test_what_is_no_number_is_refused(amount):
    with pytest.raises(ValueError):
        to_units(amount, 0.01)
    with pytest.raises(ValueError):
        to_fraction(amount)


@pytest.mark.parametrize("rounding", [0.0, -0.01, float("nan")])
def test_a_rounding_that_is_not_above_zero_is_refused(rounding):
    with pytest.raises(ValueError):
        to_units(1.0, rounding)
    with pytest.raises(ValueError):
        from_units(1, rounding)
