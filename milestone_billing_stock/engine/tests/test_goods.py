"""What is shipped, returned, changed and credited of goods, in any order, is billed to the unit and to the piece."""

import os
from fractions import Fraction

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ..goods import Share, credited, settle

# PROPERTY_EXAMPLES=5000 looks longer, for whoever changes the arithmetic.
properties = settings(
    max_examples=int(os.environ.get("PROPERTY_EXAMPLES", "100")),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
quantities = st.fractions(min_value=0, max_value=40, max_denominator=4)
ordered = st.fractions(min_value=Fraction(1, 4), max_value=40, max_denominator=4)
units = st.integers(1, 100_000)


@properties
@given(units, ordered, quantities, quantities)
def test_more_shipped_never_owes_less_and_all_owes_all(share, wanted, one, other):
    goods = Share(share, wanted)
    assert goods.due(Fraction(0)) == 0
    assert goods.due(wanted) == goods.due(wanted + 1) == share
    assert 0 <= goods.due(min(one, other)) <= goods.due(max(one, other)) <= share


@properties
@given(units, ordered, quantities, st.integers(0, 100_000), ordered)
def test_what_was_billed_stays_when_the_order_changes(share, wanted, shipped, more, larger):
    before = Share(share, wanted)
    counted = before.countable(shipped)
    billed = before.due(counted)
    after = Share(share + more, max(wanted, larger), counted, billed)
    if counted < after.ordered:
        assert after.due(counted) == billed
    assert after.due(after.ordered) == share + more


@properties
@given(units, ordered, quantities)
def test_the_quantity_of_what_is_billed_is_that_which_was_shipped(share, wanted, shipped):
    goods = Share(share, wanted)
    quantity = goods.quantity_of(goods.due(shipped))
    # Within what half a unit of money stands for.
    assert abs(quantity - goods.countable(shipped)) <= wanted / share


@given(
    st.lists(st.tuples(st.sampled_from(["ship", "return", "credit"]), quantities), max_size=12), units, ordered, units
)
def test_documents_of_any_life_come_to_what_is_due(acts, share, wanted, price):
    goods, documents, shipped = Share(share, wanted), [], Fraction(0)
    for act, quantity in acts:
        shipped = shipped + quantity if act == "ship" else max(Fraction(0), shipped - quantity)
        step = goods.due(shipped) - sum(money for _pieces, money in documents)
        pieces = goods.countable(shipped) - sum(taken for taken, _money in documents)
        if step > 0 or pieces > 0:
            portion = settle(step, pieces, int(price * pieces))
            assert portion.units + portion.rest == step
            documents.append((pieces, step))
        elif step < 0 or pieces < 0:
            notes = credited(-step, -pieces, documents[::-1])
            for place, (taken, money) in enumerate(notes):
                left, rest = documents[-1 - place]
                documents[-1 - place] = (left - taken, rest - money)
        assert sum(money for _pieces, money in documents) == goods.due(shipped)
        assert sum(taken for taken, _money in documents) == goods.countable(shipped)
        assert all(taken >= 0 and money >= 0 for taken, money in documents)
