"""Invariants of rating and rounding, by their numbers."""

from datetime import date
from fractions import Fraction

from hypothesis import assume, given
from hypothesis import strategies as st

from .. import simulate
from ..money import round_half_away, share_out
from ..reading.node import Node
from ..reading.prices import read_rating
from .lives import amounts, api, changed, last, lines, plain, results, sums, used
from .strategies import PLACES, days, prices, properties, quantities, ratings, scenarios, signed, tiers

exact = st.fractions(-1000, 1000, max_denominator=60)


def read(rating):
    """Return a rating read from plain values."""
    return read_rating(Node(rating, "rating"))


def rows_of(scenario):
    """Return the rows of a scenario."""
    return [event for event in scenario["events"] if event["type"] == "usage"]


@properties
@given(scenarios(kinds=("usage",), most=1, rows=8), st.integers(1, 20))
def test_23_splitting_a_row_changes_nothing_for_sums(scenario, quarters):
    assume("percent" not in str(scenario) and scenario["charges"][0]["group_by"] != "record")
    scenario = changed(scenario, lambda copied: copied["charges"][0].update(aggregation="sum"))

    def split(copied):
        for event in rows_of(copied):
            event.pop("replaces", None)
        for event in rows_of(copied):
            part = {**event, "key": f"{event['key']}b", "quantity": event["quantity"] - quarters / 4}
            event["quantity"] = quarters / 4
            copied["events"].append(part)

    def drop(copied):
        for event in rows_of(copied):
            event.pop("replaces", None)

    runs = [entry["run"] for entry in scenario["expect"]]
    assert results(changed(scenario, split), *runs) == results(changed(scenario, drop), *runs)


@properties
@given(scenarios(kinds=("usage",), most=1, rows=8))
def test_24_arrival_does_not_matter_and_a_row_counts_once(scenario):
    def at_once(copied):
        for event in rows_of(copied):
            event.pop("received", None)
        copied["events"] += rows_of(copied)

    end = last(scenario)
    runs = [entry["run"] for entry in scenario["expect"]]

    def apart(copied):
        # Of two rows of one instant the one received last is the latest.
        instants = [event["at"][:10] for event in rows_of(copied)]
        assume(len(instants) == len(set(instants)))

    assert sums(lines(changed(scenario, apart), *runs, end)) == sums(lines(changed(scenario, at_once), *runs, end))


@properties
@given(tiers(), quantities, st.integers(1, 40))
def test_25_graduated_is_continuous_and_never_falls(found, quantity, more):
    rating = read({"model": "graduated", "tiers": found})
    low, high = rating.rate_units(Fraction(quantity)), rating.rate_units(Fraction(quantity) + Fraction(more, 4))
    assert low <= high
    without = read({"model": "graduated", "tiers": [{**tier, "flat": 0} for tier in found]})
    step = Fraction(1, 10**6)
    highest = max(tier.price for tier in without.tiers)
    exactly = Fraction(quantity)
    assert without.rate_units(exactly + step) - without.rate_units(exactly) <= step * highest


@properties
@given(tiers())
def test_26_a_bound_belongs_to_the_tier_below(found):
    rating = read({"model": "volume", "tiers": found})
    for tier in rating.tiers:
        if tier.up_to:
            assert rating.rate_units(tier.up_to) == tier.price * tier.up_to + tier.flat


@properties
@given(st.integers(1, 9), st.integers(1, 40), prices)
def test_26_a_started_package_counts_a_full_one_is_alone(size, quantity, price):
    rating = read({"model": "package", "size": size, "price": price})
    packages = -(-quantity // size)
    assert rating.rate_units(quantity) == packages * rating.price
    assert rating.rate_units(packages * size) == packages * rating.price
    assert rating.rate_units(packages * size + Fraction(1, 8)) == (packages + 1) * rating.price


@properties
@given(ratings(), st.lists(quantities, min_size=1, max_size=6), st.integers(0, 5))
def test_27_differences_of_cumulatives_total_the_whole(rating, rows, free):
    found = amounts(rating, *rows, cumulative=True, free=free)
    if rating["model"] == "percent":
        whole = read(rating).rate_rows([Fraction(row) for row in rows]) * 100
    else:
        left = max(0, sum(Fraction(row) for row in rows) - free)
        whole = read(rating).cost(left) * 100
    assert round(sum(found) * 100) == round_half_away(Fraction(whole))


@properties
@given(scenarios(kinds=("usage",), most=1), days(date(2023, 1, 1), 400), quantities)
def test_28_a_row_balanced_or_replaced_leaves_no_residue(scenario, on, quantity):
    assume("percent" not in str(scenario))
    scenario = changed(scenario, lambda copied: copied["charges"][0].update(aggregation="sum", group_by="period"))
    (charge,) = scenario["charges"]
    row = used(on, quantity, "extra", charge["key"])
    balanced = [row, {**row, "key": "back", "quantity": -quantity}]
    nothing = [row, {**row, "key": "instead", "quantity": 0, "replaces": "extra"}]
    for extra in (balanced, nothing):
        assert results(changed(scenario, lambda copied, extra=extra: copied["events"].extend(extra))) == results(
            scenario
        )


@properties
@given(
    st.lists(st.tuples(st.integers(1, 31), signed), max_size=6),
    st.sampled_from(("restart", "continue")),
    ratings(),
    prices,
)
def test_29_days_after_a_change_never_move_earlier_ones(found, ladder, rating, price):
    rows = [used(f"2025-01-{day:02}", quantity, f"r{n}") for n, (day, quantity) in enumerate(found)]
    change = {"type": "change", "charge": "API", "date": "2025-01-16", "price": price}
    scenario = plain(api(rating=rating, ladder=ladder), *rows, change)
    early = [row for row in rows if row["at"] < "2025-01-16"]
    whole, alone = (
        [line for line in lines({**scenario, "events": [*events, change]}, "2025-02-01") if line["to"] == "2025-01-16"]
        for events in (rows, early)
    )
    if len(whole) == len(alone) == 1:
        assert abs(whole[0]["amount"] - alone[0]["amount"]) < 0.011


@properties
@given(st.lists(st.tuples(st.integers(1, 31), signed), max_size=6), ratings())
def test_29_with_one_price_throughout_ladders_are_equal(found, rating):
    rows = [used(f"2025-01-{day:02}", quantity, f"r{n}") for n, (day, quantity) in enumerate(found)]
    same = {"type": "change", "charge": "API", "date": "2025-01-16", "rating": rating}
    restart, goes_on = (
        lines(plain(api(rating=rating, ladder=ladder), *rows, same), "2025-02-01") for ladder in ("restart", "continue")
    )
    assert restart == goes_on


@properties
@given(quantities, quantities, st.sampled_from(("UTC", "Europe/Paris", "America/New_York")), st.integers(1, 12))
def test_30_a_level_is_that_level_and_levels_add(one, other, zone, month):
    def metered(*rows):
        charge = api(aggregation="time_weighted")
        scenario = plain(charge, *rows, customer={"timezone": zone})
        asked = [{"meter": "API", "on": f"2025-{month:02}-15"}]
        return simulate({**scenario, "expect": asked}, PLACES)["results"][0]["quantity"]

    assert metered(used("2025-01-01", one, "a")) == one
    ten = f"2025-{month:02}-10"
    both = metered(used("2025-01-01", one, "a"), used(ten, one + other, "b"))
    assert abs(both - metered(used("2025-01-01", one, "a")) - metered(used(ten, other, "a"))) < 1e-9


@properties
@given(st.lists(exact, min_size=1, max_size=8))
def test_31_lines_total_the_rounded_sum(found):
    shares = share_out(found)
    assert sum(shares) == round_half_away(sum(found))
    assert all(abs(share - amount) < 1 for share, amount in zip(shares, found, strict=True))


@properties
@given(st.integers(-100000, 100000), st.sampled_from(sorted(PLACES)))
def test_32_rounding_is_half_away_from_zero(halves, currency):
    places = PLACES[currency]
    price = Fraction(halves, 2 * 10**places)
    asked = [{"rate": {"model": "flat", "price": float(price)}, "quantities": [1]}]
    scenario = {**plain(api()), "charges": [], "currency": currency, "expect": asked}
    (amount,) = simulate(scenario, PLACES)["results"][0]["amounts"]
    away = (abs(halves) + 1) // 2 * (1 if halves >= 0 else -1)
    assert round(amount * 10**places) == away


@properties
@given(prices, st.lists(st.integers(-9, 15), min_size=1, max_size=6))
def test_33_rises_from_the_base_never_pile_up_rounding(price, percents):
    product = Fraction(1)
    for percent in percents:
        product *= 1 + Fraction(percent, 100)
    charge = {"key": "RENT", "kind": "recurring", "start": "2020-01-01", "every": {"count": 1, "unit": "months"}}
    steps = [{"from": f"{2021 + n}-01-01", "percent": percent} for n, percent in enumerate(percents)]
    charge.update(price=price, uplift={"steps": steps})
    asked = [{"price": "RENT", "on": "2029-12-31"}]
    (answer,) = simulate({**plain(charge), "expect": asked}, PLACES)["results"]
    assert round(answer["amount"] * 100) == round_half_away(Fraction(str(price)) * product * 100)
