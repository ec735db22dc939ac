"""Invariants of the calendar, by their numbers."""

from calendar import monthrange
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from ..cadence import Cadence, Step, later
from ..life import parts
from ..reading import read_scenario
from ..zone import HOUR, Zone
from .strategies import PLACES, ZONES, properties, scenarios

dates = st.dates(date(2019, 1, 1), date(2031, 12, 31)).map(date.toordinal)
steps = st.builds(Step, st.integers(1, 14), st.sampled_from(("days", "weeks", "months", "years")))
numbers = st.integers(-60, 60)


def monthly(cadence, day):
    """Return whether a day is the anchor's day of its month, or the month's last day where it is shorter."""
    found = date.fromordinal(day)
    return found.day == min(cadence.day_of_month, monthrange(found.year, found.month)[1])


@properties
@given(scenarios(), st.integers(1, 40))
def test_1_parts_tile_the_time_of_a_charge(scenario, count):
    for charge in read_scenario(scenario, PLACES).charges:
        found = [part for part, _n in zip(parts(charge, charge.end), range(count), strict=False)]
        assert all(part.start < part.to for part in found)
        assert [part.to for part in found[:-1]] == [part.start for part in found[1:]]
        assert not found or found[0].start == charge.first
        if len(found) < count and found and "every" in scenario["charges"][charge.place]:
            assert found[-1].to == charge.end


@properties
@given(dates, steps, numbers)
def test_2_a_period_depends_on_its_anchor_alone(anchor, every, number):
    asked_alone = Cadence.on(anchor, every).start(number)
    all_before = Cadence.on(anchor, every)
    starts = [all_before.start(n) for n in range(min(0, number), max(0, number) + 1)]
    assert asked_alone == starts[number if number >= 0 else 0]
    assert starts == sorted(set(starts))


@properties
@given(dates, steps, numbers)
def test_3_the_day_never_drifts(anchor, every, number):
    cadence = Cadence.on(anchor, every)
    if every.months:
        assert monthly(cadence, cadence.start(number))
    assert cadence.start(0) == anchor
    assert number < 0 or cadence.start(number) == later(anchor, every, number)


@properties
@given(dates, st.sampled_from((1, 2, 3, 4, 6)), st.sampled_from((12, 24)), numbers)
def test_4_a_nested_cadence_cuts_without_a_sliver(anchor, inner, outer, number):
    short, long = Cadence.on(anchor, Step(inner, "months")), Cadence.on(anchor, Step(outer, "months"))
    first = short.holding(long.start(number))
    assert short.start(first) == long.start(number)
    assert short.start(first + outer // inner) == long.start(number + 1)


@properties
@given(dates, steps, dates)
def test_5_one_period_holds_each_day(anchor, every, day):
    cadence = Cadence.on(anchor, every)
    number = cadence.holding(day)
    assert cadence.start(number) <= day < cadence.start(number + 1)
    assert cadence.first_from(day) == min(cadence.start(n) for n in (number, number + 1) if cadence.start(n) >= day)


@properties
@given(st.sampled_from((*ZONES, "Europe/Paris", "America/Havana", "Pacific/Apia", "Australia/Lord_Howe")), dates)
def test_6_every_instant_has_one_local_day(name, day):
    zone = Zone(name)
    start, to = zone.midnight(day), zone.midnight(day + 1)
    assert start <= to
    for at in range(start, to, HOUR // 2):
        assert zone.day_of(at) == day
    assert zone.day_of(to) > day
    assert zone.day_of(start - 1) < day


def test_29_february_in_eight_years():
    leap = Cadence.on(date(2024, 2, 29).toordinal(), Step(1, "years"))
    found = [date.fromordinal(leap.start(n)) for n in range(9)]
    assert [day.day for day in found] == [29, 28, 28, 28, 29, 28, 28, 28, 29]
    assert all(day.month == 2 for day in found)
    assert date.fromordinal(leap.start(4)) - date.fromordinal(leap.start(0)) == timedelta(1461)
