"""What was paid in advance comes off what is billed: all of it, once, and never more than is asked for."""

from hypothesis import given
from hypothesis import strategies as st

from ..advances import Advance, comes_off, set_against, split_off
from .strategies import properties

units = st.integers(0, 40) | st.integers(0, 10**12)
whens = st.sampled_from(["next", "pro_rata", "last"])
groups = st.sampled_from(["21", "6", "none"])


@properties
@given(st.integers(-40, 40) | units, st.integers(-40, 40) | units, units, whens)
def test_never_more_than_the_charge_and_never_more_than_is_left(left, charge, later, when):
    off = comes_off(left, charge, later, when)
    assert off == left if left <= 0 else 0 <= off <= min(left, max(charge, 0))


@properties
@given(units, st.lists(units, min_size=1, max_size=8), whens)
def test_all_of_it_comes_off_in_the_end(advance, charges, when):
    left = advance
    for index, charge in enumerate(charges):
        left -= comes_off(left, charge, sum(charges[index + 1 :]), when)
    assert left == max(0, advance - sum(charges))


@properties
@given(
    st.lists(st.tuples(groups, units), min_size=1, max_size=4), st.lists(st.tuples(groups, units), max_size=8), whens
)
def test_every_group_is_used_up_and_no_invoice_falls_below_zero(given_advances, bills, when):
    left = dict(enumerate(amount for _group, amount in given_advances))
    for index, (group, charge) in enumerate(bills):
        later = {}
        for other, amount in bills[index + 1 :]:
            later[other] = later.get(other, 0) + amount
        advances = [Advance(key, given_advances[key][0], amount) for key, amount in left.items()]
        off = set_against(advances, {group: charge}, later, when)
        assert 0 <= sum(off.values()) <= charge
        for key, amount in off.items():
            assert 0 < amount <= left[key]
            left[key] -= amount
            # Its own group comes first: another's charge only once nothing of its own will be billed.
            assert given_advances[key][0] == group or not later.get(given_advances[key][0])


@properties
@given(st.lists(units, min_size=1, max_size=4), st.lists(st.integers(1, 40), min_size=1, max_size=6))
def test_net_and_each_tax_come_off_exactly(amounts, weights):
    left = dict(enumerate(amounts))
    total = sum(amounts)
    steps = [total * weight // sum(weights) for weight in weights[:-1]]
    for step in [*steps, total - sum(steps)]:
        taken = split_off(left, step)
        assert sum(taken.values()) == step
        assert all(0 <= taken[key] <= left[key] for key in left)
        left = {key: left[key] - taken[key] for key in left}
    assert not any(left.values())
