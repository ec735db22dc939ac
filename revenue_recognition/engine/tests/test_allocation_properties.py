"""The invariants of allocation, by their numbers."""

from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ..allocation import fixed_shares, selling_prices
from ..errors import Refusal
from ..measures import PointInTime
from ..money import share_out, split
from ..terms import Discount, Obligation
from .lives import PERFORMANCE, QUICK, days_of, stands, with_events
from .strategies import properties, scenarios

units = st.integers(0, 10**9)
prices = st.lists(st.integers(0, 10**7), min_size=1, max_size=6).filter(any)


def named(amounts):
    return {f"P{number}": Fraction(amount) for number, amount in enumerate(amounts)}


@properties
@given(scenarios(QUICK))
def test_01_allocations_total_the_transaction_price(scenario):
    for found in stands(scenario, *days_of(scenario)):
        assert sum(line.allocated for line in found.lines) == found.transaction_price


@properties
@given(scenarios(PERFORMANCE))
def test_01_the_transaction_price_is_what_was_promised(scenario):
    fixed = scenario["contract"].get("fixed")
    assume(fixed is not None)
    places = {"USD": 2, "JPY": 0, "KWD": 3}[scenario["currency"]]
    assert stands(scenario, days_of(scenario)[-1])[0].transaction_price == round(fixed * 10**places)


@properties
@given(st.integers(-(10**9), 10**9), prices)
def test_02_shares_are_within_a_unit_and_keep_the_sign(total, weights):
    for share, weight in zip(split(total, weights), weights, strict=True):
        assert abs(share - Fraction(total * weight, sum(weights))) < 1
        assert share * total >= 0


def test_02_selling_prices_that_total_nothing_are_refused():
    free = [Obligation(key=key, recognition=PointInTime(), ssp=Fraction(0), place=key) for key in "AB"]
    with pytest.raises(Refusal, match="A.ssp: the standalone selling prices total 0"):
        selling_prices(free, 100, 2)


@properties
@given(units, prices, st.integers(1, 10**6), st.randoms())
def test_03_scale_and_order_of_selling_prices_do_not_matter(price, amounts, factor, chance):
    weights = named(amounts)
    shares = fixed_shares(price, [], weights)
    scaled = {key: weight / factor for key, weight in weights.items()}
    assert fixed_shares(price, [], scaled) == shares
    keys = list(weights)
    chance.shuffle(keys)
    assert fixed_shares(price, [], {key: weights[key] for key in keys}) == shares


@properties
@given(st.lists(st.fractions(0, 1000), min_size=1, max_size=6, unique_by=lambda share: share % 1), st.randoms())
def test_03_only_ties_depend_on_the_order(exact, chance):
    total = round(sum(exact))
    assume(total == sum(exact) or abs(total - sum(exact)) < 1)
    before = dict(zip(exact, share_out(total, exact), strict=True))
    shuffled = list(exact)
    chance.shuffle(shuffled)
    assert dict(zip(shuffled, share_out(total, shuffled), strict=True)) == before


@properties
@given(prices)
def test_04_a_price_at_selling_prices_is_shared_at_selling_prices(amounts):
    weights = named(amounts)
    assert fixed_shares(sum(amounts), [], weights) == weights


@properties
@given(st.lists(st.integers(1, 10**6), min_size=3, max_size=6), st.integers(1, 10**5))
def test_05_a_tied_discount_leaves_the_others_at_selling_price(amounts, off):
    weights = named(amounts)
    tied = Discount(amount=off, allocate_to=("P0", "P1"))
    shares = fixed_shares(sum(amounts) - off, [tied], weights)
    assert {key: shares[key] for key in list(weights)[2:]} == {key: weights[key] for key in list(weights)[2:]}
    assert sum(shares.values()) == sum(amounts) - off


@properties
@given(st.integers(1, 10**6), st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 10**6))
def test_05_a_residual_that_was_never_observed_is_refused(others, residual, low, more):
    range_ = (Fraction(low), Fraction(low + more))
    known = Obligation(key="A", recognition=PointInTime(), ssp=Fraction(others))
    rest = Obligation(key="B", recognition=PointInTime(), residual=True, ssp_range=range_)
    if low <= residual <= low + more:
        assert selling_prices([known, rest], others + residual, 2)["B"] == residual
    else:
        with pytest.raises(Refusal, match="ssp_range: the residual"):
            selling_prices([known, rest], others + residual, 2)


def three(variable, events=()):
    """A contract of three obligations with odd selling prices."""
    obligations = [
        {"key": key, "name": key, "ssp": ssp, "recognition": {"method": "point_in_time"}}
        for key, ssp in {"A": 31.07, "B": 17.01, "C": 51.9}.items()
    ]
    contract = {"date": "2025-01-01", "fixed": 97.13, "obligations": obligations, "variable": variable}
    return {"currency": "USD", "contract": contract, "events": list(events), "at": ["2025-01-01"]}


def allocated(scenario):
    return [line.allocated for line in stands(scenario, days_of(scenario)[-1])[0].lines]


@properties
@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_06_a_new_estimate_is_shared_by_the_selling_prices_of_inception(first, second):
    estimate = {"date": "2025-02-01", "type": "estimate", "variable": "V", "amount": second / 100}
    scenario = three([{"key": "V", "amount": first / 100}], [estimate])
    total = 9713 + second
    assert allocated(scenario) == split(total, [3107, 1701, 5190])


@properties
@given(st.integers(0, 10**6), st.sampled_from("ABC"))
def test_07_an_amount_aimed_at_one_obligation_moves_no_other(amount, target):
    plain, aimed = (
        allocated(three([])),
        allocated(three([{"key": "V", "amount": amount / 100, "allocate_to": [target]}])),
    )
    moved = "ABC".index(target)
    assert aimed[moved] == plain[moved] + amount
    assert [one for n, one in enumerate(aimed) if n != moved] == [one for n, one in enumerate(plain) if n != moved]


@properties
@given(scenarios(PERFORMANCE))
def test_07_nothing_moves_an_allocation_but_a_price(scenario):
    days = days_of(scenario)
    first, last = stands(scenario, days[0], days[-1])
    plain = {"usage", "as_invoiced", "units"}
    kept = [o["key"] for o in scenario["contract"]["obligations"] if o["recognition"]["method"] not in plain]
    before, after = ({line.key: line.allocated for line in found.lines} for found in (first, last))
    assert [before[key] for key in kept] == [after[key] for key in kept]
    bonus = {"date": scenario["contract"]["date"], "type": "invoice", "amount": 1}
    assert allocated(with_events(scenario, bonus)) == allocated(scenario)
