"""Invariants of proration and segments, by their numbers."""

from datetime import date
from fractions import Fraction

from hypothesis import assume, given
from hypothesis import strategies as st

from .. import should_have
from ..cadence import Cadence, Step
from ..life import end_of
from ..prices import pauses
from ..proration import RULES, fraction
from ..reading import read_scenario
from .lives import changed, last, lines
from .strategies import PLACES, properties, scenarios

dates = st.dates(date(2019, 1, 1), date(2031, 12, 31)).map(date.toordinal)
steps = st.builds(Step, st.integers(1, 14), st.sampled_from(("days", "weeks", "months", "years")))


@st.composite
def cuts(draw):
    """Draw a period and days that cut it."""
    cadence, number = Cadence.on(draw(dates), draw(steps)), draw(st.integers(-10, 10))
    start, to = cadence.start(number), cadence.start(number + 1)
    return cadence, number, sorted({start, to, *draw(st.lists(st.integers(start, to), max_size=4))})


@properties
@given(cuts(), st.sampled_from(RULES))
def test_7_a_fraction_is_within_0_and_1(cut, rule):
    cadence, number, days = cut
    assert all(0 <= fraction(rule, cadence, number, *span) <= 1 for span in zip(days, days[1:], strict=False))
    assert fraction(rule, cadence, number, days[0], days[-1]) == 1


@properties
@given(cuts(), st.sampled_from(("months", "days", "thirty_360")))
def test_8_pieces_total_the_whole(cut, rule):
    cadence, number, days = cut
    assert sum(fraction(rule, cadence, number, *span) for span in zip(days, days[1:], strict=False)) == 1
    part = sum(fraction(rule, cadence, number, *span) for span in zip(days[1:], days[2:], strict=False))
    assert len(days) < 3 or part == fraction(rule, cadence, number, days[1], days[-1])


@properties
@given(dates, st.integers(-20, 20), st.integers(0, 30), st.integers(1, 31))
def test_9_months_equals_days_in_a_month(anchor, number, skip, length):
    cadence = Cadence.on(anchor, Step(1, "months"))
    start = min(cadence.start(number) + skip, cadence.start(number + 1) - 1)
    to = min(start + length, cadence.start(number + 1))
    assert fraction("months", cadence, number, start, to) == fraction("days", cadence, number, start, to)


@properties
@given(scenarios(kinds=("recurring",), most=1))
def test_10_every_charged_day_is_charged_once(scenario):
    read = read_scenario(scenario, PLACES)
    (charge,), known = read.charges, read.histories[0].known(None)
    assume(charge.proration != "none")
    until = date.fromisoformat(last(scenario)).toordinal()
    paused, end = pauses(known), end_of(charge, known)
    charged = [
        day
        for bill in should_have(charge, known, until, read.zone, read.scale)
        for segment in bill.segments
        for day in range(segment.start, segment.to)
    ]
    assert len(charged) == len(set(charged))
    to = charged[-1] + 1 if charged else charge.first
    assert charged == [day for day in range(charge.first, min(to, end)) if not paused.at(day)]


@properties
@given(scenarios(kinds=("recurring",), happens=("pause", "cancel"), most=1), st.integers(0, 90), st.integers(1, 5))
def test_11_a_change_to_what_is_in_force_changes_nothing(scenario, after, quantity):
    (charge,) = scenario["charges"]
    on = date.fromordinal(date.fromisoformat(charge["start"]).toordinal() + after).isoformat()
    change = {"type": "change", "charge": charge["key"], "date": on}
    same = {**change, "quantity": charge.get("quantity", 1)}
    end = last(scenario)
    bare = lines(scenario, end)
    assert lines(changed(scenario, lambda copied: copied["events"].append(same)), end) == bare
    there_and_back = [{**change, "quantity": quantity}, same]
    assert lines(changed(scenario, lambda copied: copied["events"].extend(there_and_back)), end) == bare


def test_actual_30_at_most_1():
    cadence = Cadence.on(date(2025, 1, 1).toordinal(), Step(1, "months"))
    start = cadence.start(0)
    assert fraction("actual_30", cadence, 0, start + 1, start + 31) == 1
    assert fraction("actual_30", cadence, 1, cadence.start(1), cadence.start(2)) == 1
    assert fraction("actual_30", cadence, 1, cadence.start(1), cadence.start(2) - 1) == Fraction(27, 30)
