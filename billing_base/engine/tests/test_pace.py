"""Batches are sized by time: the work of a drain ends when it has to, whatever a row costs."""

import math

from hypothesis import given
from hypothesis import strategies as st

from ..pace import AIM, FIRST, LEAST, MOST, Pace
from .strategies import properties


def work(pace, cost_of, rows=100_000):
    """Work with this pace at a clock of our own; return (the batches, the moment it ends)."""
    now, batches = 0.0, []
    while rows and (size := min(pace.size(now), rows)):
        seconds = cost_of(len(batches)) * size
        now += seconds
        rows -= size
        batches.append(size)
        pace.took(size, seconds)
    return batches, now


def test_a_quick_machine_gets_large_batches():
    batches, end = work(Pace(end=60.0), lambda _number: 0.01)
    assert batches[:6] == [10, 20, 40, 80, 160, 300]
    assert 58 < end <= 60


def test_a_machine_that_becomes_busy_gets_small_ones_at_once():
    batches, end = work(Pace(end=100.0), lambda number: 0.05 if number < 4 else 1.0)
    assert batches[:7] == [10, 20, 40, 60, 60, 5, 5]
    assert end <= 100


def test_no_batch_is_begun_that_is_not_expected_to_end_in_time():
    batches, end = work(Pace(end=25.0), lambda _number: 1.0)
    assert batches[0] == FIRST
    assert end <= 25


def test_what_is_slower_than_all_the_time_there_is_is_still_begun_once():
    assert work(Pace(end=10.0), lambda _number: 30.0, rows=1) == ([1], 30.0)


def test_without_an_end_work_goes_on_to_the_last_row():
    batches, _end = work(Pace(end=math.inf), lambda _number: 0.05, rows=1234)
    assert sum(batches) == 1234


def test_a_batch_that_gave_way_to_another_transaction_is_smaller_the_next_time():
    pace = Pace(end=60.0)
    pace.took(40, 2.0)
    pace.gave_way()
    pace.gave_way()
    assert pace.size(now=2.0) == 20


@properties
@given(st.floats(1.0, 600.0), st.floats(0.001, 20.0))
def test_at_an_even_cost_work_ends_in_time_and_wastes_little(seconds, cost):
    batches, end = work(Pace(end=seconds), lambda _number: cost)
    assert all(0 < size <= MOST for size in batches)
    if cost * FIRST <= seconds / 4:
        assert end <= seconds
        assert end + 2 * max(cost, 0.001) >= seconds or len(batches) > 1
    assert all(size * cost <= max(AIM, LEAST * cost) + 1e-9 for size in batches[1:])
