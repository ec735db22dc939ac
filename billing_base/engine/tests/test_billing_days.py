"""Billing days: by example, and by what holds of all of them."""

from calendar import monthrange
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ..billing_days import FIRST_DAY, LAST, LAST_DAY, BillingDays, Refusal, read_days

dates = st.dates(date(2019, 1, 1), date(2031, 12, 31))
monthly = st.builds(
    BillingDays,
    st.just("monthly"),
    st.lists(st.integers(1, 31), min_size=1, max_size=5, unique=True).map(tuple),
    every=st.integers(1, 13),
    anchor=dates,
    cut_off=st.integers(0, 40),
)
weekly = st.builds(
    BillingDays,
    st.just("weekly"),
    st.lists(st.integers(0, 6), min_size=1, max_size=7, unique=True).map(tuple),
    every=st.integers(1, 8),
    anchor=dates,
    cut_off=st.integers(0, 40),
)
all_days = monthly | weekly
properties = settings(deadline=None, database=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])


def naive(days, day):
    """Return whether a day is a billing day, by the words of the rule."""
    if days.kind == "weekly":
        monday, anchor = day - timedelta(days=day.weekday()), days.anchor - timedelta(days=days.anchor.weekday())
        return day.weekday() in days.days_in and (monday - anchor).days // 7 % days.every == 0
    months = (day.year - days.anchor.year) * 12 + day.month - days.anchor.month
    length = monthrange(day.year, day.month)[1]
    return months % days.every == 0 and (day.day in days.days_in or day.day == length and max(days.days_in) > length)


@properties
@given(all_days, dates)
def test_a_day_is_one_by_the_words_of_the_rule(days, day):
    assert days.is_day(day) == naive(days, day)


@properties
@given(all_days, dates)
def test_next_and_last_enclose_a_day_with_none_between(days, day):
    after, before = days.next_day(day), days.last_day(day)
    assert before <= day <= after
    assert naive(days, after) and naive(days, before)
    between = (before + timedelta(days=n) for n in range(1, (after - before).days))
    assert not any(naive(days, day) for day in between)


@properties
@given(all_days, dates)
def test_what_is_due_stands_on_the_first_day_whose_cut_off_is_not_before_it(days, due):
    day = days.day_for(due)
    assert day - timedelta(days=days.cut_off) >= due
    earlier = days.last_day(day - timedelta(days=1))
    assert earlier - timedelta(days=days.cut_off) < due


@properties
@given(all_days, dates, st.integers(0, 200))
def test_days_of_a_span_are_all_of_them(days, start, length):
    end = start + timedelta(days=length)
    span = (start + timedelta(days=n) for n in range(length + 1))
    assert list(days.days(start, end)) == [day for day in span if naive(days, day)]


@properties
@given(all_days, dates, dates)
def test_later_is_never_billed_earlier(days, one, other):
    assert days.day_for(min(one, other)) <= days.day_for(max(one, other))


def test_the_last_day_of_short_months():
    days = BillingDays("monthly", (LAST,))
    assert [str(day) for day in days.days(date(2024, 1, 1), date(2024, 4, 30))] == [
        "2024-01-31",
        "2024-02-29",
        "2024-03-31",
        "2024-04-30",
    ]


def test_29_30_and_31_are_one_day_in_february():
    days = BillingDays("monthly", (29, 30, 31))
    assert list(days.days(date(2026, 2, 1), date(2026, 2, 28))) == [date(2026, 2, 28)]


def test_the_edges_of_time_have_billing_days():
    days = BillingDays("monthly", (1,), every=120, cut_off=366)
    assert days.next_day(LAST_DAY) > LAST_DAY
    assert days.last_day(FIRST_DAY) <= FIRST_DAY
    assert days.day_for(LAST_DAY) > LAST_DAY


@pytest.mark.parametrize(
    ("text", "place", "reason"),
    [("", "days", "none"), (" , ", "days", "none"), ("0", "days", "range"), ("32", "days", "range")]
    + [(text, "days", "unknown") for text in ("x", "1.5", "-1", "²", "1 5", "100", "letzter")],
)
def test_what_cannot_be_read_is_refused_with_its_place(text, place, reason):
    with pytest.raises(Refusal) as refusal:
        read_days(text)
    assert (refusal.value.place, refusal.value.reason) == (place, reason)


def test_days_are_read_in_order_and_once():
    assert read_days("Last; 15,1, 15") == (1, 15, 31)
    assert read_days("letzter", ("letzter",)) == (LAST,)


@pytest.mark.parametrize(
    ("place", "arguments"),
    [
        ("kind", {"kind": "daily"}),
        ("days", {"days_in": ()}),
        ("days", {"days_in": (0,)}),
        ("days", {"days_in": (1, 1)}),
        ("days", {"kind": "weekly", "days_in": (7,)}),
        ("days", {"days_in": (True,)}),
        ("every", {"every": 0}),
        ("every", {"every": 121}),
        ("cut_off", {"cut_off": -1}),
        ("anchor", {"anchor": date(202, 1, 1)}),
    ],
)
def test_nonsense_is_refused_with_its_place(place, arguments):
    with pytest.raises(Refusal) as refusal:
        BillingDays(**{"kind": "monthly", "days_in": (1,), **arguments})
    assert refusal.value.place == place


def test_days_beyond_business_are_refused():
    for ask in ("next_day", "last_day", "day_for"):
        with pytest.raises(Refusal):
            getattr(BillingDays("monthly", (1,)), ask)(date(3000, 1, 1))
