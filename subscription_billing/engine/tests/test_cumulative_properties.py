"""Invariants of cumulative billing, by their numbers."""

from datetime import date, timedelta

from hypothesis import assume, given
from hypothesis import strategies as st

from .. import should_have
from ..bill import rounded
from ..reading import read_scenario
from .lives import api, changed, last, ledger, lines, plain, results, sums, used
from .strategies import ALONE, HAPPENS, PLACES, properties, scenarios

#: A renewal makes a part longer, which then waits for its due day.
NO_WAITING = tuple(kind for kind in HAPPENS if kind != "renew")


@properties
@given(scenarios(happens=NO_WAITING))
def test_12_what_is_billed_is_what_should_have_been(scenario):
    read, books = read_scenario(scenario, PLACES), ledger(scenario)
    billed = {}
    for day in read.runs:
        for line in books.run(day).lines:
            if line.part != "draw_down":
                billed[line.place] = billed.get(line.place, 0) + line.amount
        for charge, history in zip(read.charges, read.histories, strict=True):
            found = should_have(charge, history.known(day), day, read.zone, read.scale)
            if charge.kind != "commitment":
                assert billed.get(charge.place, 0) == sum(rounded(bill, read.corrections).total for bill in found)


@properties
@given(scenarios())
def test_13_a_run_repeated_bills_nothing(scenario):
    runs = [entry["run"] for entry in scenario["expect"]]
    found = results(scenario, *[run for run in runs for _twice in range(2)])
    assert all(run["lines"] == [] for run in found[1::2])
    assert all(line["amount"] for run in found for line in run["lines"])


@properties
@given(scenarios(happens=NO_WAITING))
def test_14_the_path_does_not_matter(scenario):
    runs = [entry["run"] for entry in scenario["expect"]]
    assert sums(lines(scenario)) == sums(lines(scenario, runs[-1]))


@properties
@given(scenarios(), st.randoms(use_true_random=False))
def test_15_the_order_of_events_does_not_matter(scenario, random):
    def shuffle(copied):
        for event in copied["events"]:
            event.pop("replaces", None)
        waiting = {}
        for event in copied["events"]:
            # Changes of one day and pauses go in the order they are listed in.
            kind = "break" if event["type"] in ("pause", "resume") else event["type"]
            waiting.setdefault((kind, event.get("charge")), []).append(event)
        for (kind, _charge), events in waiting.items():
            if kind not in ("change", "break"):
                random.shuffle(events)
        order = [key for key, events in waiting.items() for _event in events]
        random.shuffle(order)
        copied["events"] = [waiting[key].pop(0) for key in order]

    def drop(copied):
        for event in copied["events"]:
            event.pop("replaces", None)

    assert results(changed(scenario, shuffle)) == results(changed(scenario, drop))


@properties
@given(scenarios(kinds=ALONE))
def test_16_and_20_when_it_became_known_does_not_matter_in_the_end(scenario):
    def one_change(copied):
        seen = set()
        events = []
        for event in copied["events"]:
            if event["type"] != "change" or event["charge"] not in seen:
                events.append(event)
            if event["type"] == "change":
                seen.add(event["charge"])
        copied["events"] = events

    def known_at_once(copied):
        for event in copied["events"]:
            event.pop("recorded", None)

    runs = [*(entry["run"] for entry in scenario["expect"]), last(scenario)]
    scenario = changed(scenario, one_change)
    assert sums(lines(scenario, *runs)) == sums(lines(changed(scenario, known_at_once), *runs))


def test_17_a_correction_of_any_age_stands_on_its_own_period():
    late = used("2025-01-10", 5, "late", received="2031-06-01")
    scenario = plain(api(price=3), used("2025-01-09", 1, "a"), late)
    (line,) = lines(scenario, "2031-05-31", "2031-06-01")[-1:]
    assert (line["from"], line["to"], line["amount"]) == ("2025-01-01", "2025-02-01", 15)


def test_18_nothing_is_clamped():
    rating = {"model": "volume", "tiers": [{"up_to": 15, "price": 10}, {"price": 5}]}
    scenario = plain(api(rating=rating), used("2025-01-09", 15, "a"), used("2025-01-20", 1, "b", received="2025-02-03"))
    first, second = results(scenario, "2025-02-01", "2025-02-03")
    assert (first["total"], second["total"]) == (150, -70)
    assert [(line["part"], line["quantity"]) for line in second["lines"]] == [("credit", 1)]


@properties
@given(scenarios(kinds=("recurring",), happens=("change", "pause"), most=1), st.integers(1, 120))
def test_19_a_cancel_leaves_what_the_days_before_cost(scenario, after):
    (charge,) = scenario["charges"]
    on = (date.fromisoformat(charge["start"]) + timedelta(after)).isoformat()
    assume(charge.get("end", "9999") > on and charge.get("trial") is None)
    cancel = {"type": "cancel", "charge": charge["key"], "date": on}
    end = last(scenario)
    before = (entry["run"] for entry in scenario["expect"])
    cancelled = sums(lines(changed(scenario, lambda copied: copied["events"].append(cancel)), *before, end))
    assert cancelled == sums(lines(changed(scenario, lambda copied: copied["charges"][0].update(end=on)), end))


@properties
@given(scenarios(kinds=("recurring",), happens=("change", "pause"), most=1), st.integers(1, 120))
def test_19_a_cancel_without_credit_gives_back_no_period_begun(scenario, after):
    (charge,) = scenario["charges"]
    on = (date.fromisoformat(charge["start"]) + timedelta(after)).isoformat()
    cancel = {"type": "cancel", "charge": charge["key"], "date": on, "credit": False, "recorded": last(scenario)}

    def known_from_the_start(copied):
        for event in copied["events"]:
            event["recorded"] = charge["start"]
        copied["events"].append(cancel)

    found = results(changed(scenario, known_from_the_start), on, last(scenario))
    assert all(line["from"] >= on for line in found[1]["lines"] if line["part"] == "credit")


@properties
@given(scenarios(happens=NO_WAITING))
def test_21_nothing_is_billed_before_its_day(scenario):
    charges = {charge.key: charge for charge in read_scenario(scenario, PLACES).charges}
    for run in results(scenario):
        for line in run["lines"]:
            if line["part"] not in ("credit", "draw_down") and line["amount"] > 0:
                assert billed_from(charges[line["charge"]], line) <= run["run"]


def billed_from(charge, line):
    """Return the day from which a line may be billed: in advance, that on which its whole period begins."""
    if charge.in_advance and line["part"] not in ("usage", "overage", "true_up"):
        day = charge.calendar.start(charge.calendar.holding(date.fromisoformat(line["from"]).toordinal()))
        return date.fromordinal(max(charge.first, day)).isoformat()
    return (date.fromisoformat(line["to"]) + timedelta(charge.grace)).isoformat()


@properties
@given(scenarios(kinds=ALONE), st.integers(0, 2))
def test_22_charges_are_independent(scenario, place):
    left_out = scenario["charges"][place % len(scenario["charges"])]["key"]

    def leave_out(copied):
        copied["charges"] = [charge for charge in copied["charges"] if charge["key"] != left_out]
        copied["events"] = [event for event in copied["events"] if event.get("charge") != left_out]

    without = lines(changed(scenario, leave_out))
    assert without == [line for line in lines(scenario) if line["charge"] != left_out]


@properties
@given(scenarios())
def test_39_the_same_answer_twice(scenario):
    before = changed(scenario, lambda copied: None)
    assert results(scenario) == results(scenario)
    assert scenario == before
