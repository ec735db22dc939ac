"""Whatever order, credit notes and changes by hand say: one price comes of it."""

from hypothesis import given
from hypothesis import strategies as st

from ..concession import WHOLE, Lines, follow

amounts = st.integers(0, 500)


@given(change=st.integers(-500, 500), credited=amounts)
def test_credit_note_and_order_are_one_concession(change, credited):
    """Of what is billed in full: the larger of both counts, once."""
    price = 1000
    billed = price - credited
    found = follow({"L": Lines(change=change, credited=credited, unbilled=price + change - billed)})
    given_back = credited - found.refuted.get("L", 0)
    assert found.delta - given_back == (min(change, -credited) if change < 0 else change - credited)


@given(order=st.lists(st.tuples(st.sampled_from("ABC"), amounts, amounts), max_size=4), raised=amounts)
def test_nothing_is_carried_twice(order, raised):
    """What is carried was there to be carried, and what is left adds up to the order's own change."""
    lines = {name: Lines(change=-change, credited=credited, unbilled=600) for name, change, credited in order}
    lines[WHOLE] = Lines(change=-50)
    found = follow(lines, raised)
    carried = -sum(found.carried.values())
    assert 0 <= carried <= sum(one.credited for one in lines.values())
    assert found.delta == sum(one.change for one in lines.values()) + carried
    assert found.delta == sum(found.left.values())
    for name, one in lines.items():
        assert 0 <= found.refuted.get(name, 0) <= one.credited


@given(change=st.integers(-500, 0), lost=amounts)
def test_what_a_credit_note_had_taken_off_is_given_back_once(change, lost):
    """But for what the order says by itself."""
    found = follow({"L": Lines(change=change, lost=lost)})
    assert found.lost.get("L", 0) == max(0, lost + change)
    assert found.delta == min(0, change + lost)


@given(credited=amounts, raised=amounts, billed=amounts)
def test_raised_again_after_both_said_it(credited, raised, billed):
    """It is a new price, whether billed or not, and what was credited is not billed again by it."""
    agreed = {"credited": credited}
    lowered = follow({"L": Lines(change=-credited, credited=credited, agreed=agreed)})
    again = Lines(change=raised - credited, credited=credited, unbilled=raised - min(billed, raised), agreed=agreed)
    found = follow({"L": again}, said=lowered.said)
    assert (lowered.delta, found.delta, found.refuted) == (0, raised, {})
    assert found.said == lowered.said
