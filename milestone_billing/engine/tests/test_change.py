"""What a change order does to a plan, by example."""

import pytest

from ..change import Billed, Change, Move, redistribute
from ..plan import Line

PLAN = {1: {10: 300}, 2: {10: 300}, 3: {10: 400}}
FIRST_BILLED = {1: Billed({10: 300}, is_closed=True)}
ALL_BILLED = {item: Billed(given, is_closed=True) for item, given in PLAN.items()}
RULES = ["pro_rata", "last", "new"]


def change(amount, rule, billed=FIRST_BILLED, shares=PLAN, own=()):
    return redistribute([Line(10, amount)], shares, list(shares), billed, rule, own)


@pytest.mark.parametrize("rule", ["pro_rata", "last", "new"])
def test_no_change_is_no_change(rule):
    assert change(1000, rule) == Change(PLAN)


@pytest.mark.parametrize(
    ("rule", "expected", "added"),
    [("pro_rata", [300, 600, 800], {}), ("last", [300, 300, 1100], {}), ("new", [300, 300, 400], {10: 700})],
)
def test_more_goes_where_the_rule_says(rule, expected, added):
    result = change(1700, rule)
    assert [sum(shares.values()) for shares in result.shares.values()] == expected
    assert result.added == added
    assert not result.uncovered


@pytest.mark.parametrize(
    ("rule", "expected"), [("pro_rata", [300, 150, 200]), ("last", [300, 300, 50]), ("new", [300, 300, 50])]
)
def test_less_comes_off_what_is_not_billed(rule, expected):
    result = change(650, rule)
    assert [sum(shares.values()) for shares in result.shares.values()] == expected
    assert not result.added
    assert not result.uncovered


def test_a_reduction_larger_than_the_last_walks_back():
    result = change(400, "last")
    assert result.shares == {1: {10: 300}, 2: {10: 100}, 3: {10: 0}}
    assert result.moved == [Move(2, 300, 100), Move(3, 400, 0)]


@pytest.mark.parametrize("rule", RULES)
def test_what_is_billed_beyond_the_new_amount_is_uncovered(rule):
    result = change(250, rule)
    assert result.shares == {1: {10: 250}, 2: {10: 0}, 3: {10: 0}}
    assert result.uncovered == {10: -50}


@pytest.mark.parametrize("rule", RULES)
def test_when_all_is_billed_more_is_added_and_less_uncovered(rule):
    assert change(1100, rule, billed=ALL_BILLED) == Change(PLAN, added={10: 100})
    less = change(900, rule, billed=ALL_BILLED)
    assert less.uncovered == {10: -100}
    assert less.moved == [Move(3, 400, 300)]


@pytest.mark.parametrize("rule", RULES)
def test_what_is_billed_too_much_comes_off_the_last_that_billed_it(rule):
    less = change(200, rule, billed=ALL_BILLED)
    assert less.shares == {1: {10: 200}, 2: {10: 0}, 3: {10: 0}}
    again = redistribute([Line(10, 1000)], less.shares, [1, 2, 3], ALL_BILLED, rule)
    assert (again.shares, again.added, again.uncovered) == (PLAN, {}, {})


def test_what_was_billed_counts_rather_than_what_was_planned():
    less = {1: Billed({10: 250}, is_closed=True)}
    assert change(900, "last", billed=less).shares == {1: {10: 250}, 2: {10: 300}, 3: {10: 350}}


@pytest.mark.parametrize(
    ("rule", "amount", "expected", "added"),
    [
        ("pro_rata", 600, [500 + 20, 80], {}),
        ("last", 600, [500 + 100, 0], {}),
        ("new", 600, [500 + 100, 0], {}),
        ("pro_rata", 1500, [500 + 200, 800], {}),
        ("last", 1500, [600, 900], {}),
        ("new", 1500, [600, 400], {10: 500}),
        ("pro_rata", 500, [500, 0], {}),
        ("last", 450, [450, 0], {}),
    ],
)
def test_only_what_is_billed_of_an_item_stays(rule, amount, expected, added):
    result = change(amount, rule, billed={1: Billed({10: 500})}, shares={1: {10: 600}, 2: {10: 400}})
    assert [sum(given.values()) for given in result.shares.values()] == expected
    assert result.added == added
    assert result.uncovered == ({10: -50} if amount == 450 else {})


@pytest.mark.parametrize("rule", RULES)
def test_half_billed_items_alone_on_a_line_follow_it(rule):
    half = {1: Billed({10: 500})}
    assert change(600, rule, billed=half, shares={1: {10: 1000}}).shares == {1: {10: 600}}
    assert change(400, rule, billed=half, shares={1: {10: 1000}}).uncovered == {10: -100}


def test_several_items_billed_in_part_share_what_is_left():
    part = {1: Billed({10: 300}, is_closed=True), 2: Billed({10: 200}), 3: Billed({10: 100})}
    assert change(800, "pro_rata", billed=part).shares == {1: {10: 300}, 2: {10: 250}, 3: {10: 250}}
    assert change(800, "last", billed=part).shares == {1: {10: 300}, 2: {10: 300}, 3: {10: 200}}


@pytest.mark.parametrize("rule", RULES)
def test_what_a_line_loses_was_credited_already(rule):
    """A concession by credit note, and then on the order: it counts once."""
    conceded = {1: Billed({10: 300}, {10: 100}, is_closed=True)}
    result = change(900, rule, billed=conceded)
    assert result.shares == {1: {10: 200}, 2: {10: 300}, 3: {10: 400}}
    result = change(960, rule, billed=conceded)
    assert result.shares == {1: {10: 260}, 2: {10: 300}, 3: {10: 400}}
    more = change(1100, "last", billed=conceded)
    assert more.shares == {1: {10: 300}, 2: {10: 300}, 3: {10: 500}}


@pytest.mark.parametrize("rule", RULES)
def test_a_line_that_is_gone_is_worth_nothing(rule):
    result = redistribute([], PLAN, [1, 2, 3], FIRST_BILLED, rule)
    assert result.shares == {1: {10: 0}, 2: {10: 0}, 3: {10: 0}}
    assert result.uncovered == {10: -300}


@pytest.mark.parametrize(
    ("rule", "expected", "added"),
    [
        ("pro_rata", {1: {10: 300}, 2: {10: 300, 11: 30}, 3: {10: 400, 11: 40}}, {}),
        ("last", {1: {10: 300}, 2: {10: 300}, 3: {10: 400, 11: 70}}, {}),
        ("new", PLAN, {11: 70}),
    ],
)
def test_a_new_line_follows_the_items_amounts(rule, expected, added):
    result = redistribute([Line(10, 1000), Line(11, 70)], PLAN, [1, 2, 3], FIRST_BILLED, rule)
    assert result.shares == expected
    assert result.added == added


def test_a_new_line_is_shared_equally_over_items_without_amount():
    result = redistribute([Line(10, 9)], {1: {}, 2: {}, 3: {}}, [1, 2, 3], {}, "pro_rata")
    assert result.shares == {1: {10: 3}, 2: {10: 3}, 3: {10: 3}}


@pytest.mark.parametrize("rule", ["pro_rata", "last"])
def test_an_item_on_chosen_lines_takes_no_other(rule):
    shares = {1: {10: 50}, 2: {10: 50}, 3: {11: 20}}
    lines = [Line(10, 100), Line(11, 20), Line(12, 10)]
    result = redistribute(lines, shares, [1, 2, 3], {}, rule, own={3})
    assert 12 not in result.shares[3]
    result = redistribute(lines, shares, [1, 2, 3], {}, rule, own={1, 2, 3})
    assert result.shares == shares
    assert result.added == {12: 10}


def test_an_item_on_chosen_lines_takes_one_it_has_a_share_of_0_on():
    shares = {1: {10: 0}}
    assert redistribute([Line(10, 7)], shares, [1], {}, "last", own={1}).shares == {1: {10: 7}}


def test_on_a_discount_more_is_a_larger_discount():
    shares = {1: {10: -30}, 2: {10: -70}}
    assert redistribute([Line(10, -150)], shares, [1, 2], {}, "new").added == {10: -50}
    assert redistribute([Line(10, -150)], shares, [1, 2], {}, "last").shares == {1: {10: -30}, 2: {10: -120}}
    assert redistribute([Line(10, -20)], shares, [1, 2], {}, "last").shares == {1: {10: -20}, 2: {10: 0}}
    billed = {1: Billed({10: -30}, is_closed=True)}
    assert redistribute([Line(10, -20)], shares, [1, 2], billed, "last").uncovered == {10: 10}
    assert redistribute([Line(10, -40)], shares, [1, 2], {2: Billed({10: -25})}, "last").shares[2] == {10: -25}


@pytest.mark.parametrize(
    ("rule", "expected", "added"),
    [
        ("pro_rata", {1: {10: 300}, 2: {10: -171}, 3: {10: -229}}, {}),
        ("last", {1: {10: 300}, 2: {10: 0}, 3: {10: -400}}, {}),
        ("new", {1: {10: 300}, 2: {10: 0}, 3: {10: 0}}, {10: -400}),
    ],
)
def test_a_charge_that_became_a_discount(rule, expected, added):
    result = change(-100, rule)
    assert result.shares == expected
    assert result.added == added


def test_rounding_does_not_all_go_to_the_first():
    """Ten lines each a unit up: three equal items share the ten units."""
    shares = {item: dict.fromkeys(range(10), 100) for item in (1, 2, 3)}
    result = redistribute([Line(key, 301) for key in range(10)], shares, [1, 2, 3], {}, "pro_rata")
    assert sorted(move.after for move in result.moved) == [1003, 1003, 1004]


def test_rounding_does_not_move_a_line_that_has_not_changed():
    """The first two lines leave items 1 and 2 so much to make up that it would."""
    shares = {1: {10: 6, 12: 10}, 2: {11: 4, 12: 10}, 3: {10: 7}, 4: {10: 7}, 5: {11: 3}, 6: {11: 3}}
    result = redistribute([Line(10, 2), Line(11, 1), Line(12, 20)], shares, list(shares), {}, "pro_rata")
    assert result.shares[1] == {10: 0, 12: 10}
    assert result.shares[2] == {11: 1, 12: 10}


def test_rounding_follows_the_lines_by_their_keys():
    shares = {1: {10: 1, 11: 1}, 2: {10: 1, 11: 1}}
    result = redistribute([Line(11, 3), Line(10, 3)], shares, [1, 2], {}, "pro_rata")
    assert result.shares == {1: {10: 2, 11: 1}, 2: {10: 1, 11: 2}}


def test_rounding_makes_no_charge_a_discount():
    shares = {1: {10: 2, 11: 2}, 2: {10: 1, 11: 3}, 3: {10: 3, 11: 1}}
    result = redistribute([Line(10, 1), Line(11, 1)], shares, [1, 2, 3], {}, "pro_rata")
    assert min(units for given in result.shares.values() for units in given.values()) == 0


def test_nonsense_is_refused():
    with pytest.raises(ValueError):
        redistribute([], PLAN, [1, 2], {}, "last")
    with pytest.raises(ValueError):
        redistribute([], {}, [1], {2: Billed({10: 5})}, "last")
    with pytest.raises(ValueError):
        redistribute([], PLAN, [1, 2, 3, 3], {}, "last")
    with pytest.raises(ValueError):
        redistribute([Line(10, 1), Line(10, 2)], PLAN, [1, 2, 3], {}, "last")
    with pytest.raises(ValueError):
        redistribute([], PLAN, [1, 2, 3], {}, "first")
