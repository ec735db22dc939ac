"""Due dates fall where a person with a calendar would put them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ..dates import shift
from .strategies import properties

days = st.dates(date(1990, 1, 1), date(2090, 12, 31))
steps = st.integers(-300, 300)
some_holidays = st.frozensets(days, max_size=20)

FRIDAY = date(2025, 10, 31)
SATURDAY = date(2025, 11, 1)
MONDAY = date(2025, 11, 3)


@pytest.mark.parametrize(
    ("day", "number", "expected"),
    [
        (date(2025, 1, 31), 1, date(2025, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2025, 12, 15), 1, date(2026, 1, 15)),
        (date(2025, 1, 15), -1, date(2024, 12, 15)),
        (date(2025, 3, 31), -13, date(2024, 2, 29)),
        (date(2025, 3, 31), 0, date(2025, 3, 31)),
    ],
)
def test_months_keep_the_day_or_end_the_month(day, number, expected):
    assert shift(day, number, "months") == expected


@pytest.mark.parametrize(
    ("day", "number", "expected"),
    [
        (FRIDAY, 0, FRIDAY),
        (FRIDAY, 1, MONDAY),
        (SATURDAY, 0, MONDAY),
        (SATURDAY, 1, MONDAY),
        (SATURDAY, -1, FRIDAY),
        (MONDAY, -1, FRIDAY),
        (MONDAY, 5, date(2025, 11, 10)),
        (MONDAY, -5, date(2025, 10, 27)),
    ],
)
def test_business_days_skip_weekends(day, number, expected):
    assert shift(day, number, "business_days") == expected


def test_business_days_skip_holidays():
    assert shift(FRIDAY, 1, "business_days", {MONDAY}) == date(2025, 11, 4)
    assert shift(MONDAY, 0, "business_days", {MONDAY}) == date(2025, 11, 4)
    assert shift(date(2025, 11, 4), -1, "business_days", {MONDAY}) == FRIDAY


@properties
@given(days, steps)
def test_days_are_days(day, number):
    assert shift(day, number, "days") - day == timedelta(days=number)


@properties
@given(days, steps)
def test_months_land_in_the_month_meant(day, number):
    shifted = shift(day, number, "months")
    assert shifted.year * 12 + shifted.month == day.year * 12 + day.month + number
    assert shifted.day == day.day or (shifted.day < day.day and (shifted + timedelta(days=1)).day == 1)


@properties
@given(days, steps, some_holidays)
def test_business_days_are_counted_one_by_one(day, number, holidays):
    shifted = shift(day, number, "business_days", holidays)
    first, last = (day, shifted) if number >= 0 else (shifted - timedelta(days=1), day - timedelta(days=1))
    between = [first + timedelta(days=step) for step in range(1, (last - first).days + 1)]
    open_days = [one for one in between if one.weekday() < 5 and one not in holidays]
    assert shifted.weekday() < 5 and shifted not in holidays
    if number:
        assert len(open_days) == abs(number)


@properties
@given(days, steps, steps, st.sampled_from(["days", "business_days", "months"]))
def test_a_longer_delay_is_never_earlier(day, one, other, unit):
    if unit == "business_days":
        # None from a weekend looks ahead, a negative number back.
        one, other = abs(one), abs(other)
    assert shift(day, min(one, other), unit) <= shift(day, max(one, other), unit)


def test_an_unknown_unit_is_refused():
    with pytest.raises(ValueError):
        shift(FRIDAY, 1, "weeks")


@pytest.mark.parametrize("unit", ["days", "business_days", "months"])
def test_there_is_no_day_after_the_last(unit):
    with pytest.raises(OverflowError):
        shift(date.max, 1, unit)
