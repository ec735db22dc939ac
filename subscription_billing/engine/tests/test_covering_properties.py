"""Invariants of commitments and prepaid funds, by their numbers."""

from datetime import date

from hypothesis import assume, given
from hypothesis import strategies as st

from ..covering import Grant, Payable, draw, grants
from ..life import due_parts, end_of
from ..reading import read_scenario
from ..terms import Prepaid
from .lives import api, last, ledger, lines, plain, sums, used
from .strategies import PLACES, properties, scenarios

january = st.lists(st.tuples(st.integers(1, 31), st.integers(0, 40)), max_size=6)


def usage(found, **values):
    """Return rows of January."""
    return [used(f"2025-01-{day:02}", quantity, f"r{n}", **values) for n, (day, quantity) in enumerate(found)]


def of(part, found):
    """Return what the lines of a part come to."""
    return round(sum(line["amount"] for line in found if line["part"] == part), 2)


@properties
@given(january, st.integers(0, 120), st.integers(0, 120), st.booleans())
def test_34_a_period_comes_to_what_was_promised(found, promised, maximum, by_minimum):
    promise = {"minimum": promised} if by_minimum else {"commitment": {"amount": promised}}
    total = sum(line["amount"] for line in lines(plain(api(**promise, maximum=maximum), *usage(found)), "2025-02-01"))
    assert total >= min(promised, maximum)
    assert total <= maximum


@properties
@given(january, january, st.integers(0, 120))
def test_34_late_usage_takes_from_the_true_up(found, late, promised):
    rows = usage(found)
    rows += [{**row, "key": f"late{n}", "received": "2025-02-10"} for n, row in enumerate(usage(late))]
    charge = api(commitment={"amount": promised})
    first = lines(plain(charge, *rows), "2025-02-01")
    both = lines(plain(charge, *rows), "2025-02-01", "2025-02-10")
    on_time = sum(quantity for _day, quantity in found)
    with_late = on_time + sum(quantity for _day, quantity in late)
    assert of("true_up", first) == max(0, promised - on_time)
    assert of("true_up", both) == max(0, promised - with_late)


@properties
@given(january, st.integers(0, 120), st.sampled_from((0.5, 1, 1.5)))
def test_35_true_up_and_overage_exclude_each_other(found, promised, factor):
    billed = lines(plain(api(commitment={"amount": promised, "factor": factor}), *usage(found)), "2025-02-01")
    overage = of("overage", billed)
    assert not (of("true_up", billed) and overage)
    assert of("usage", billed) + overage / factor == sum(quantity for _day, quantity in found)


@st.composite
def drawn_grants(draw):
    """Draw grants of two prepaid charges, and parts of two charges."""
    made = []
    for place in (0, 1):
        for _n in range(draw(st.integers(0, 3))):
            day = draw(st.integers(1, 50))
            of = draw(st.sampled_from(((2,), (2, 3))))
            made.append(Grant(place, of, day, day + draw(st.integers(1, 60)), draw(st.integers(0, 90))))
    days = st.tuples(st.integers(1, 100), st.sampled_from((2, 3)))
    return made, [
        Payable(*key, n, draw(st.integers(-50, 120))) for n, key in enumerate(draw(st.lists(days, max_size=6)))
    ]


@properties
@given(drawn_grants())
def test_36_and_37_draws_never_exceed_grants_or_parts(drawn):
    made, parts = drawn
    granted = {place: sum(grant.left for grant in made if grant.place == place) for place in (0, 1)}
    draws = draw(made, parts)
    assert all(grant.left >= 0 for grant in made)
    for part in parts:
        paid = sum(units for (_place, other, number), units in draws.items() if (other, number) == part[1:3])
        assert 0 <= paid <= max(0, part.total)
    for place in (0, 1):
        left = sum(grant.left for grant in made if grant.place == place)
        assert granted[place] == left + sum(units for key, units in draws.items() if key[0] == place)


@properties
@given(drawn_grants())
def test_38_the_grant_that_expires_sooner_is_emptied_first(drawn):
    made, parts = drawn
    before = [(grant, grant.left) for grant in made]
    for part in sorted(parts):
        draw(made, [part])
        alive = [(grant, was) for grant, was in before if grant.lives_on(part.day) and part.place in grant.of]
        for grant, was in alive:
            later = [other for other, other_was in alive if other.expiry > grant.expiry and other.left < other_was]
            assert not later or grant.left == 0 or was == 0
        before = [(grant, grant.left) for grant in made]


@properties
@given(scenarios(kinds=("prepaid", "usage", "recurring"), happens=("usage", "change", "cancel"), most=4))
def test_36_and_37_in_the_lines(scenario):
    assume(any(charge["kind"] == "prepaid" for charge in scenario["charges"]))
    read, books = read_scenario(scenario, PLACES), ledger(scenario)
    drawn = {}
    for day in read.runs:
        run = books.run(day)
        for line in run.lines:
            if line.part == "draw_down":
                drawn[line.place] = drawn.get(line.place, 0) - line.amount
        for charge, history in zip(read.charges, read.histories, strict=True):
            if isinstance(charge, Prepaid):
                found = due_parts(charge, end_of(charge, history.known(day)), day)
                granted = grants(charge, found, read.scale)
                expired = sum(grant.left for grant in granted if not grant.lives_on(day))
                total = sum(grant.left for grant in granted)
                left, paid = run.balances[charge.place], drawn.get(charge.place, 0)
                assert left >= 0
                assert left + paid <= total <= left + paid + expired


def test_a_balance_falls_when_funds_expire():
    funds = {"key": "FUNDS", "kind": "prepaid", "start": "2025-01-01", "price": 9, "of": ["API"]}
    scenario = plain(api(), charges=[{**funds, "expires": {"count": 1, "unit": "months"}}, api()])
    books = ledger(scenario)
    days = [date(2025, 1, 31).toordinal(), date(2025, 2, 1).toordinal()]
    assert [books.run(day).balances[0] for day in days] == [900, 0]


@properties
@given(scenarios(kinds=("recurring", "usage", "prepaid"), happens=("usage", "change"), most=3))
def test_funds_leave_what_is_charged_as_it_is(scenario):
    def without_draws(found):
        return {key: total for key, total in sums(found).items() if key[1] != "draw_down"}

    bare = {
        **scenario,
        "charges": [{**charge, "of": []} if "of" in charge else charge for charge in scenario["charges"]],
    }
    end = last(scenario)
    assert without_draws(lines(scenario, end)) == without_draws(lines(bare, end))
