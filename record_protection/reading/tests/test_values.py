"""Whatever comes is read, or refused with what was expected: nothing else happens."""

import datetime
import doctest
import json
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from .. import values
from ..values import Unreadable

READERS = {
    "ref": values.ref,
    "key": values.key,
    "text": values.text,
    "flag": values.flag,
    "number": values.number,
    "whole": lambda value: values.whole(value, 36500),
    "day": values.day,
    "choice": lambda value: values.choice(value, ("draft", "post")),
    "list": lambda value: values.items(value, 10),
}
ODD = [
    None, True, 0, -1, 10**400, 2**31, 1e308, float("nan"), float("inf"), "", " ", "\x00", "\ud800", "x" * 10_001,
    "0000-00-00", "9999-12-31", "0001-01-01", "2026-02-30", "2026-W01-1", datetime.datetime(2026, 1, 1), b"x", [], [[]],
    {}, {"a": 1}, object(), 1j,
]  # fmt: skip


def test_examples():
    result = doctest.testmod(values)
    assert result.attempted
    assert not result.failed


@pytest.mark.parametrize("name", READERS)
def test_odd_values_are_read_or_refused(name):
    for value in ODD:
        try:
            READERS[name](value)
        except Unreadable as error:
            assert json.dumps(error.details, ensure_ascii=False).encode()


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()) | st.binary() | st.datetimes(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
)


@settings(deadline=None)
@given(st.sampled_from(sorted(READERS)), anything)
def test_anything_is_read_or_refused(name, value):
    try:
        READERS[name](value)
    except Unreadable as error:
        assert all(text.isprintable() and len(text) <= 60 for text in error.details.values()), error.details


@pytest.mark.parametrize(
    ("value", "expected"),
    [("0001-01-01", "era"), ("9999-12-31", "era"), ("2026-1-1", "day"), (datetime.date(2026, 1, 1), "day")],
)
def test_days_at_the_ends_of_the_calendar_are_refused(value, expected):
    with pytest.raises(Unreadable) as caught:
        values.day(value)
    assert caught.value.expected == expected


def test_numbers_are_what_was_written():
    assert values.number(33333.33) == Fraction("33333.33")
    for value in (10**400, 1e16, -1e13):
        with pytest.raises(Unreadable) as caught:
            values.number(value)
        assert caught.value.expected == "smaller"
    for value in (True, float("nan"), float("-inf"), "5"):
        with pytest.raises(Unreadable) as caught:
            values.number(value)
        assert caught.value.expected == "number"
