"""What lies at the edges: clocks, the end of the calendar, numbers beyond all use."""

import pytest

from .. import Refusal, simulate
from .lives import MONTH, amounts, api, lines, plain, results, used
from .strategies import PLACES


def asked(scenario, *questions):
    """Return answers to what is asked."""
    return simulate({**scenario, "expect": list(questions)}, PLACES)["results"]


def test_a_day_that_a_zone_skipped():
    """Samoa had no 30 December 2011."""
    daily = {"count": 1, "unit": "days"}
    charge = api(start="2011-12-28", every=daily, aggregation="time_weighted", end="2012-01-02")
    scenario = plain(charge, used("2011-12-28", 6, "a"), customer={"timezone": "Pacific/Apia"})
    found = [(line["from"], line["quantity"]) for line in lines(scenario, "2012-01-05")]
    assert found == [("2011-12-28", 6), ("2011-12-29", 6), ("2011-12-31", 6), ("2012-01-01", 6)]


def test_an_hour_that_the_clock_repeats_or_skips_belongs_to_its_day():
    rows = [
        used("2025-03-29T22:59:59Z", 1, "a"),
        used("2025-03-29T23:00:00Z", 2, "b"),
        used("2025-03-30T21:59:59Z", 4, "c"),
        used("2025-03-30T22:00:00Z", 8, "d"),
        used("2025-10-25T22:00:00Z", 16, "e"),
        used("2025-10-26T22:59:59Z", 32, "f"),
    ]
    scenario = plain(api(every={"count": 1, "unit": "days"}), *rows, customer={"timezone": "Europe/Paris"})
    days = ("2025-03-29", "2025-03-30", "2025-03-31", "2025-10-26")
    found = asked(scenario, *({"meter": "API", "on": day} for day in days))
    assert [one["quantity"] for one in found] == [1, 6, 8, 48]


def test_periods_end_with_the_calendar():
    long = {
        "key": "LONG",
        "kind": "recurring",
        "start": "2025-01-01",
        "every": {"count": 900, "unit": "years"},
        "price": 1,
    }
    (answer,) = asked(plain(long), {"periods": "LONG", "count": 10000})
    assert [one["from"][:4] for one in answer["list"]] == [str(2025 + 900 * n) for n in range(9)]


def test_numbers_beyond_all_use_are_refused():
    steps = [{"from": "2026-01-01", "percent": 10**14} for _n in range(40)]
    rent = {"key": "RENT", "kind": "recurring", "start": "2025-01-01", "every": MONTH, "price": 1}
    scenario = plain({**rent, "uplift": {"steps": steps}})
    with pytest.raises(Refusal, match="too large"):
        asked(scenario, {"price": "RENT", "on": "2026-01-01"})
    with pytest.raises(Refusal, match="too large"):
        results(scenario, "2026-01-01")


def test_a_renewal_decided_twice_counts_as_decided_first():
    rent = {"key": "RENT", "kind": "recurring", "start": "2025-01-01", "every": MONTH, "price": 100, "term": MONTH}
    renewals = [
        {"type": "renew", "charge": "RENT", "date": "2025-01-20", "number": 2, "percent": 5},
        {"type": "renew", "charge": "RENT", "date": "2025-01-10", "number": 2, "percent": 3},
    ]
    (first, second) = lines(plain(rent, *renewals), "2025-06-01")
    assert (first["amount"], second["amount"]) == (100, 103)


def test_a_term_renews_itself():
    rent = {"key": "RENT", "kind": "recurring", "start": "2025-01-31", "every": MONTH, "price": 100, "term": MONTH}
    found = lines(plain({**rent, "renewal": "auto", "renewal_percent": 10}), "2025-03-31")
    assert [(line["from"], line["amount"]) for line in found] == [
        ("2025-01-31", 100),
        ("2025-02-28", 110),
        ("2025-03-31", 121),
    ]


def test_a_one_time_charge_is_taken_back_only_by_a_cancel_of_its_own_or_in_time():
    fee = {"key": "FEE", "kind": "one_time", "start": "2025-01-10", "price": 50}
    later = {"type": "cancel", "date": "2025-01-20"}
    cases = [
        (later, []),
        ({**later, "charge": "FEE"}, [-50]),
        ({**later, "charge": "FEE", "credit": False}, []),
        ({**later, "date": "2025-01-10", "recorded": "2025-01-20"}, [-50]),
        ({**later, "date": "2025-01-10", "recorded": "2025-01-20", "charge": "FEE", "credit": False}, [-50]),
    ]
    for cancel, expected in cases:
        _first, second = results(plain(fee, cancel), "2025-01-10", "2025-01-20")
        assert [line["amount"] for line in second["lines"]] == expected, cancel


def test_a_one_time_price_change_is_effective_whatever_its_date():
    fee = {"key": "FEE", "kind": "one_time", "start": "2025-01-10", "price": 50, "quantity": 2}
    change = {"type": "change", "charge": "FEE", "date": "2025-02-01", "price": 40}
    _first, second = results(plain(fee, change), "2025-01-10", "2025-02-01")
    assert [(line["part"], line["from"], line["amount"]) for line in second["lines"]] == [("credit", "2025-01-10", -20)]


def test_a_prepaid_span_goes_to_its_end_or_an_earlier_cancel():
    funds = {"key": "FUNDS", "kind": "prepaid", "start": "2025-01-10", "price": 50}
    spans = []
    for end, cancel in ((None, None), ("2025-03-01", None), ("2025-03-01", "2025-02-01")):
        charge = funds if end is None else {**funds, "end": end}
        events = [{"type": "cancel", "date": cancel, "credit": False}] if cancel else []
        (line,) = lines(plain(charge, *events), "2025-06-01")
        spans.append(line["to"])
        assert line["amount"] == 50
    assert spans == ["2025-01-11", "2025-03-01", "2025-02-01"]


def test_the_fee_of_nothing_falls_once_in_the_last_segment():
    rating = {"model": "graduated", "tiers": [{"flat": 7, "price": 1}], "zero_fee": True}
    change = {"type": "change", "charge": "API", "date": "2025-01-16", "rating": {**rating, "per": 2}}
    for ladder in ("restart", "continue"):
        found = lines(plain(api(rating=rating, ladder=ladder), change), "2025-02-01")
        assert [(line["from"], line["amount"]) for line in found] == [("2025-01-16", 7)]
        free = plain(api(rating=rating, ladder=ladder, free=9), change, used("2025-01-02", 9, "a"))
        found = lines(free, "2025-02-01")
        assert [(line["from"], line["amount"]) for line in found] == [("2025-01-16", 7)]


def test_settings_of_a_charge_win_over_those_of_the_scenario():
    rows = [used("2025-01-02", 1, "a"), used("2025-01-03", 1, "b")]
    once = {"model": "package", "size": 10, "price": 5}
    charges = [api(rating=once, end="2025-01-16"), api(key="OWN", rating=once, group_by="period", grace=0)]
    rows += [{**row, "charge": "OWN"} for row in rows]
    scenario = plain(api(), *rows, charges=charges, settings={"group_by": "day", "grace": 3})
    first, second = results(scenario, "2025-02-01", "2025-02-04")
    assert [(line["charge"], line["amount"]) for line in first["lines"]] == [("API", 10), ("OWN", 5)]
    assert second["lines"] == []
    assert results(scenario, "2025-01-18")[0]["lines"] == []


def test_a_rating_of_the_same_price_is_no_change():
    change = {"type": "change", "charge": "API", "date": "2025-01-16", "rating": {"model": "flat", "price": 1}}
    (line,) = lines(plain(api(), change, used("2025-01-02", 3, "a")), "2025-02-01")
    assert (line["to"], line["quantity"]) == ("2025-02-01", 3)


def test_free_units_and_promises_of_a_partial_period():
    half = {"every": {"count": 30, "unit": "days"}, "end": "2025-01-16"}
    for free_units, amount in (("whole", 10), ("prorated", 15)):
        charge = api(**half, free=10, free_units=free_units)
        (line,) = lines(plain(charge, used("2025-01-02", 20, "a")), "2025-02-01")
        assert line["amount"] == amount
    for proration, total in (("days", 50), ("none", 100)):
        charge = api(**half, minimum=100, proration=proration)
        assert results(plain(charge), "2025-02-01")[0]["total"] == total
    for short, total in (("prorated", 50), ("full", 100)):
        promise = {"key": "LEAST", "kind": "commitment", "start": "2025-01-01", "amount": 100, "of": []}
        promise.update(half, short_commitment=short)
        assert results(plain(promise), "2025-02-01")[0]["total"] == total


def test_percent_with_both_limits():
    rating = {"model": "percent", "rate": 0.1, "per_event": 1, "free_events": 2, "free_amount": 100}
    # The second passes the amount by 20; what follows pays in full. A negative row gives back.
    assert amounts(rating, 80, 40, 10, -10, cumulative=True) == [0, 3, 2, -1]
    # The third comes after the number of free rows: all of it pays.
    assert amounts(rating, 10, 10, 30, cumulative=True) == [0, 0, 4]


def test_a_step_does_not_reach_a_price_set_on_its_day_or_later():
    rent = {"key": "RENT", "kind": "recurring", "start": "2025-01-01", "every": MONTH, "price": 100}
    rent["uplift"] = {"steps": [{"from": "2025-03-01", "percent": 10}, {"from": "2025-05-01", "percent": 10}]}
    change = {"type": "change", "charge": "RENT", "date": "2025-03-01", "price": 200}
    days = ("2025-02-28", "2025-03-01", "2025-05-01")
    found = asked(plain(rent, change), *({"price": "RENT", "on": day} for day in days))
    assert [one["amount"] for one in found] == [100, 200, 220]
