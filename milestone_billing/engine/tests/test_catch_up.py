"""A change order under which the percentages stay, by example."""

from fractions import Fraction

import pytest

from ..catch_up import catch_up
from ..change import Change, Move
from ..plan import Item, Line, allocate

PLAN = {1: {10: 300}, 2: {10: 300}, 3: {10: 400}}
FIRST_BILLED = {1: {10: 300}}


def change(amount, frozen=FIRST_BILLED, **options):
    """Change the one line of a plan of 30, 30 and 40 % that comes to 1,000."""
    lines = [Line(10, amount)]
    percents = {1: 30, 2: 30, 3: 40}
    claims = allocate(lines, [Item(key, "percent", Fraction(percent, 100)) for key, percent in percents.items()]).shares
    return catch_up(lines, PLAN, [1, 2, 3], frozen, claims, **options)


def test_no_change_is_no_change():
    assert change(1000) == Change(PLAN)
    assert change(1000, frozen={}) == Change(PLAN)


def test_what_is_billed_catches_up_with_the_next():
    result = change(1500)
    assert result.shares == {1: {10: 300}, 2: {10: 450 + 150}, 3: {10: 600}}
    assert result.moved == [Move(2, 300, 600), Move(3, 400, 600)]
    assert not result.added and not result.uncovered


def test_the_next_is_the_first_that_is_not_billed():
    assert change(1500, {2: {10: 300}}).shares == {1: {10: 450 + 150}, 2: {10: 300}, 3: {10: 600}}
    assert change(1500, {1: {10: 300}, 2: {10: 300}}).shares == {1: {10: 300}, 2: {10: 300}, 3: {10: 900}}


def test_without_anything_billed_each_has_its_percent():
    assert change(1500, frozen={}).shares == {1: {10: 450}, 2: {10: 450}, 3: {10: 600}}


def test_what_is_billed_beyond_its_percent_comes_off_the_next():
    assert change(600).shares == {1: {10: 300}, 2: {10: 60}, 3: {10: 240}}


def test_what_the_next_has_too_little_of_comes_off_those_after_it():
    assert change(400).shares == {1: {10: 300}, 2: {10: 0}, 3: {10: 100}}


def test_what_is_billed_beyond_the_line_is_uncovered():
    result = change(250)
    assert result.shares == {1: {10: 300}, 2: {10: 0}, 3: {10: 0}}
    assert result.uncovered == {10: -50}


def test_when_all_is_billed_what_is_missing_is_added():
    assert change(1100, PLAN) == Change(PLAN, added={10: 100})
    assert change(900, PLAN) == Change(PLAN, uncovered={10: -100})


def test_two_changes_come_to_what_one_does():
    once = change(1300)
    claims = {1: {10: 450}, 2: {10: 450}, 3: {10: 600}}
    assert catch_up([Line(10, 1500)], once.shares, [1, 2, 3], FIRST_BILLED, claims).shares == change(1500).shares


def test_what_no_definition_claims_goes_to_the_next_too():
    """Of a plan of amounts alone, and of one that leaves a part unplanned."""
    assert catch_up([Line(10, 1500)], PLAN, [1, 2, 3], FIRST_BILLED, PLAN).shares == {
        1: {10: 300},
        2: {10: 800},
        3: {10: 400},
    }


def test_an_item_on_chosen_lines_takes_no_other():
    shares = {1: {10: 100}, 2: {11: 20}}
    result = catch_up(
        [Line(10, 150), Line(11, 20)], shares, [1, 2], {1: {10: 100}}, {1: {10: 150}, 2: {11: 20}}, own=[2]
    )
    assert result.shares == shares
    assert result.added == {10: 50}


def test_a_new_line_is_caught_up_as_well():
    claims = {1: {10: 300, 11: 30}, 2: {10: 300, 11: 30}, 3: {10: 400, 11: 40}}
    result = catch_up([Line(10, 1000), Line(11, 100)], PLAN, [1, 2, 3], FIRST_BILLED, claims)
    assert result.shares == {1: {10: 300}, 2: {10: 300, 11: 60}, 3: {10: 400, 11: 40}}


def test_on_a_discount_what_is_missing_is_a_larger_discount():
    shares = {1: {10: -30}, 2: {10: -70}}
    more = catch_up([Line(10, -200)], shares, [1, 2], {1: {10: -30}}, {1: {10: -60}, 2: {10: -140}})
    assert more.shares == {1: {10: -30}, 2: {10: -170}}
    less = catch_up([Line(10, -20)], shares, [1, 2], {1: {10: -30}}, {1: {10: -6}, 2: {10: -14}})
    assert (less.shares, less.uncovered) == ({1: {10: -30}, 2: {10: 0}}, {10: 10})


def test_a_charge_that_became_a_discount():
    result = change(-100)
    assert result.shares == {1: {10: 300}, 2: {10: -30 - 330}, 3: {10: -40}}


def test_a_line_that_is_gone_is_worth_nothing():
    result = catch_up([], PLAN, [1, 2, 3], FIRST_BILLED, {})
    assert result.shares == {1: {10: 300}, 2: {10: 0}, 3: {10: 0}}
    assert result.uncovered == {10: -300}


def test_what_is_billed_in_part_is_kept_at_least():
    half = {2: {10: 150}}
    assert change(1500, floors=half).shares == {1: {10: 300}, 2: {10: 600}, 3: {10: 600}}
    assert change(400, floors=half).shares == {1: {10: 300}, 2: {10: 150}, 3: {10: 0}}
    assert change(400, floors=half).uncovered == {10: -50}
    assert change(-100, floors=half).shares[2] == {10: 150}


def test_nonsense_is_refused():
    for lines, sequence, claims in (
        ([Line(10, 1), Line(10, 2)], [1, 2, 3], {}),
        ([], [1, 2, 3, 3], {}),
        ([], [1, 2], {}),
        ([], [1, 2, 3], {4: {10: 5}}),
    ):
        with pytest.raises(ValueError):
            catch_up(lines, PLAN, sequence, {}, claims)
