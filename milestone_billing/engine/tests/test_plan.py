"""What people will find in a plan, by example."""

from fractions import Fraction

import pytest

from ..plan import Item, Line, PlanError, allocate


def percents(*points, start=1):
    return [Item(key, "percent", percent=Fraction(str(point)) / 100) for key, point in enumerate(points, start)]


def amounts(plan):
    return [plan.amount(item) for item in plan.shares]


def test_three_times_a_third_and_the_balance():
    items = [*percents(33.33, 33.33, 33.33), Item(4, "balance")]
    plan = allocate([Line(1, 10_000_000)], items)
    assert amounts(plan) == [3_333_000, 3_333_000, 3_333_000, 1000]
    assert plan.is_whole


def test_percents_short_of_100_say_by_how_much():
    plan = allocate([Line(1, 10_000_000), Line(2, 0), Line(3, 5)], percents(33.33, 33.33, 33.33))
    assert plan.lines_total == 10_000_005
    assert plan.total == 9_999_005
    assert plan.difference == 1000
    assert plan.differences == {1: 1000}
    assert plan.line_difference(1) == 1000
    assert plan.line_difference(2) == 0
    assert not plan.is_whole


def test_thirds_that_make_100_percent():
    plan = allocate([Line(1, 10_000_000)], percents(33.33, 33.33, 33.34))
    assert amounts(plan) == [3_333_000, 3_333_000, 3_334_000]


def test_thirds_of_six_decimals_are_meant_to_make_100_percent():
    thirds = percents(33.333333, 33.333333, 33.333333)
    assert amounts(allocate([Line(1, 10_000_000)], thirds)) == [3_333_333, 3_333_333, 3_333_334]
    sixths = percents(*[16.666667] * 6)
    plan = allocate([Line(1, 10_000), Line(2, 777)], sixths)
    assert plan.is_whole
    assert max(amounts(plan)) - min(amounts(plan)) <= 1


def test_a_difference_that_can_be_seen_is_not_rounding():
    plan = allocate([Line(1, 10**12)], percents(33.333333, 33.333333, 33.333333))
    assert plan.difference == 10_000
    plan = allocate([Line(1, 100)], percents(99.99))
    assert plan.total == 100
    plan = allocate([Line(key, 1) for key in range(10)], percents(60))
    assert plan.total == 6


@pytest.mark.parametrize(
    ("total", "expected"),
    [
        (100, [33, 33, 34]),
        (10_000, [3333, 3333, 3334]),
        (200, [67, 67, 66]),
        (-10_000, [-3333, -3333, -3334]),
    ],
    ids=["yen", "dinars", "francs", "cents off"],
)
def test_thirds_in_yen_dinars_and_francs(total, expected):
    third = Fraction(1, 3)
    items = [Item(key, "percent", percent=third) for key in (1, 2, 3)]
    plan = allocate([Line(1, total)], items)
    assert amounts(plan) == expected
    assert plan.is_whole


def test_a_discount_line_is_billed_along():
    plan = allocate([Line(1, 10_000), Line(2, -1000)], percents(30, 70))
    assert plan.shares == {1: {1: 3000, 2: -300}, 2: {1: 7000, 2: -700}}


def test_lines_that_come_to_nothing_each_get_their_share():
    plan = allocate([Line(1, 100), Line(2, -100)], percents(33.33, 33.33, 33.34))
    assert amounts(plan) == [0, 0, 0]
    assert plan.shares[1] == {1: 33, 2: -33}
    assert plan.is_whole


def test_a_free_line_gets_nothing_but_is_covered():
    plan = allocate([Line(1, 100), Line(2, 0)], [*percents(50), Item(2, "fixed", amount=7), Item(3, "balance")])
    assert plan.shares == {1: {1: 50, 2: 0}, 2: {1: 7, 2: 0}, 3: {1: 43, 2: 0}}


def test_a_fixed_amount_is_shared_in_proportion():
    plan = allocate([Line(1, 300), Line(2, 100), Line(3, 55)], [Item(1, "fixed", amount=41, lines=frozenset({1, 2}))])
    assert plan.shares == {1: {1: 31, 2: 10}}


@pytest.mark.parametrize(
    ("total", "parts"),
    [
        (101, [({1, 2}, 101), ({2, 3}, 101), ({1, 3}, 101)]),
        # One swap between two lines of an item.
        (1, [({2, 3}, 1), ({1, 4}, 1), ({1, 2}, 1), ({3, 4}, 1)]),
        # A chain of swaps, by way of a line that is exact already.
        (2, [(pair, 1) for pair in ({1, 2}, {3, 4}, {1, 4}, {3, 4}, {2, 3}, {1, 2}, {1, 4}, {2, 3})]),
        # The shortest swap would leave a share below nothing.
        (2, [(ring, 1) for ring in ({1, 2, 3}, {1, 4}, {1, 2, 4}, {2, 3, 4}, {1, 3, 4}, {2, 3}, {3, 4}, {1, 2})]),
    ],
)
def test_fixed_amounts_that_come_to_the_lines_are_kept_and_the_lines_exact(total, parts):
    lines = [Line(key, total) for key in sorted(set.union(*[cover for cover, _amount in parts]))]
    items = [Item(key, "fixed", amount=amount, lines=frozenset(cover)) for key, (cover, amount) in enumerate(parts)]
    plan = allocate(lines, items)
    assert amounts(plan) == [amount for _cover, amount in parts]
    assert plan.is_whole
    assert min(units for shares in plan.shares.values() for units in shares.values()) >= 0


def test_a_line_that_fixed_amounts_come_to_is_exact_at_the_cost_of_those_they_do_not():
    parts = [({1, 3}, 2), ({2, 3}, 3), ({1, 4}, 3), ({1, 2}, 5)]
    items = [Item(key, "fixed", amount=amount, lines=frozenset(cover)) for key, (cover, amount) in enumerate(parts)]
    plan = allocate([Line(key, 5) for key in (1, 2, 3, 4)], items)
    assert amounts(plan) == [2, 3, 3, 5]
    assert plan.line_difference(1) == 0


def test_a_fixed_amount_needs_lines_that_are_worth_something():
    with pytest.raises(PlanError) as caught:
        allocate([Line(1, 50), Line(2, -50)], [*percents(10), Item(2, "fixed", amount=5)])
    assert caught.value.item == 2
    with pytest.raises(PlanError):
        allocate([Line(1, 50)], [Item(1, "fixed", amount=5, lines=frozenset({99}))])
    assert allocate([Line(1, 0)], [Item(1, "fixed", amount=0)]).shares == {1: {1: 0}}


def test_a_fixed_amount_billed_stays_when_its_lines_are_worth_nothing_any_more():
    items = [Item(1, "fixed", amount=30, lines=frozenset({1}), frozen={1: 30}), *percents(50, 50, start=2)]
    plan = allocate([Line(1, 0), Line(2, 9)], items)
    assert plan.shares == {1: {1: 30}, 2: {1: 0, 2: 5}, 3: {1: 0, 2: 4}}
    assert plan.differences == {1: -30}


def test_the_balance_comes_before_the_last_percent_in_making_good():
    thirds = percents(33.333333, 33.333333, 33.333333)
    plan = allocate([Line(1, 10_000_000)], [*thirds, Item(4, "balance")])
    assert amounts(plan) == [3_333_333, 3_333_333, 3_333_333, 1]
    billed = Item(1, "percent", Fraction(1, 2), frozen={1: 30})
    plan = allocate([Line(1, 100)], [billed, *percents(50, start=2), Item(3, "balance")])
    assert amounts(plan) == [30, 50, 20]


def test_percents_that_make_100_make_good_what_a_balance_has_billed():
    plan = allocate([Line(1, 100)], [Item(9, "balance", frozen={1: 10}), *percents(50, 50)])
    assert amounts(plan) == [10, 50, 40]


def test_percents_that_make_100_make_good_a_fixed_amount_on_lines_now_worth_nothing_in_all():
    billed = Item(9, "fixed", amount=30, frozen={1: 30})
    plan = allocate([Line(1, 50), Line(2, -50)], [billed, *percents(50, 50)])
    assert plan.shares == {9: {1: 30}, 1: {1: 20, 2: -25}, 2: {1: 0, 2: -25}}


def test_the_balance_takes_what_later_items_leave():
    plan = allocate([Line(1, 1000)], [Item(1, "balance"), *percents(30, 30, start=2), Item(9, "fixed", amount=150)])
    assert amounts(plan) == [250, 300, 300, 150]


def test_the_first_of_two_balances_takes_it():
    lines = [Line(1, 1000), Line(2, 500)]
    plan = allocate(lines, [Item(1, "balance", lines=frozenset({1})), *percents(10, start=2), Item(3, "balance")])
    assert plan.shares == {1: {1: 900}, 2: {1: 100, 2: 50}, 3: {1: 0, 2: 450}}


def test_a_balance_gives_back_what_the_others_take_too_much():
    plan = allocate([Line(1, 1000)], [*percents(80, 80), Item(9, "balance")])
    assert amounts(plan) == [800, 800, -600]


def test_each_item_on_its_own_lines():
    items = [
        Item(1, "percent", percent=Fraction(1), lines=frozenset({1})),
        Item(2, "percent", percent=Fraction(1, 2), lines=frozenset({2, 3})),
        Item(3, "percent", percent=Fraction(1, 2), lines=frozenset({2, 3})),
    ]
    plan = allocate([Line(1, 99), Line(2, 5), Line(3, 5)], items)
    assert plan.is_whole
    assert amounts(plan) == [99, 5, 5]


def test_what_is_billed_stays_and_the_last_percent_makes_it_good():
    """The line doubled after a third of it was billed."""
    first, *rest = percents(33.33, 33.33, 33.34)
    billed = Item(first.key, first.kind, first.percent, frozen={1: 3333})
    assert amounts(allocate([Line(1, 20_000)], [billed, *rest])) == [3333, 6666, 10_001]


def test_what_is_billed_too_much_is_taken_from_the_last_ones_but_not_below_nothing():
    first, *rest = percents(33.33, 33.33, 33.34)
    billed = Item(first.key, first.kind, first.percent, frozen={1: 3333})
    assert amounts(allocate([Line(1, 4000)], [billed, *rest])) == [3333, 667, 0]
    plan = allocate([Line(1, 3000)], [billed, *rest])
    assert amounts(plan) == [3333, 0, 0]
    assert plan.difference == -333


def test_a_line_known_only_by_what_was_billed_on_it_shows():
    plan = allocate([Line(1, 100)], [Item(1, "balance"), Item(2, "fixed", amount=9, frozen={7: 9})])
    assert plan.shares == {1: {1: 100}, 2: {7: 9}}
    assert plan.line_totals == {7: 0, 1: 100}
    assert plan.differences == {7: -9}


def test_many_small_parts_end_on_the_line_and_not_below():
    """1,000 times 0.1 % of 105: each would round to nothing or to 1, and the last would pay for it."""
    for total in (105, 500, 501, 10_500, 10_499):
        plan = allocate([Line(1, total)], percents(*[0.1] * 1000))
        assert plan.is_whole
        assert max(amounts(plan)) - min(amounts(plan)) <= 1


def test_nothing_to_plan():
    assert allocate([], []).is_whole
    assert allocate([], percents(100)).shares == {1: {}}
    assert allocate([Line(1, 5)], []).differences == {1: 5}
    assert allocate([Line(1, 5)], [Item(1, "percent", Fraction(1), lines=frozenset())]).shares == {1: {}}


def test_a_key_comes_once():
    with pytest.raises(ValueError):
        allocate([Line(1, 5), Line(1, 6)], [])
    with pytest.raises(ValueError):
        allocate([], percents(1) + percents(2))
