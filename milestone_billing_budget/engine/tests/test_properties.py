"""What holds of budgets, whatever the figures."""

import os
from fractions import Fraction

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ..alerts import ahead, late_step, step
from ..position import Figures, position
from ..spread import spread

CENTS = Fraction(1, 100)
properties = settings(
    max_examples=int(os.environ.get("PROPERTY_EXAMPLES", "100")),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
amounts = st.integers(0, 10**9).map(lambda cents: cents * CENTS)
signed = st.integers(-(10**9), 10**9).map(lambda cents: cents * CENTS)
figures = st.builds(Figures, budget=amounts, expected=amounts, spent=signed, committed=amounts)


@properties
@given(st.lists(figures, max_size=6))
def test_the_end_is_what_is_spent_committed_and_still_to_come(rows):
    both = position(rows)
    assert both.at_completion == both.spent + both.committed + both.to_complete
    assert both.left == both.budget - both.spent - both.committed
    assert both.to_complete >= 0
    assert both.at_completion >= sum((row.expected for row in rows), Fraction(0))


@properties
@given(figures, amounts)
def test_spending_what_is_expected_moves_no_end(row, more):
    """Until the expected is reached, an hour worked changes the way and not the end."""
    before = position([row])
    after = position([Figures(row.budget, row.expected, row.spent + more, row.committed)])
    if more <= before.to_complete:
        assert after.at_completion == before.at_completion
    assert after.at_completion >= before.at_completion


@properties
@given(amounts, st.dictionaries(st.integers(0, 20), signed, max_size=8))
def test_shares_total_what_is_shared(total, weights):
    shares = spread(total, weights, CENTS)
    assert shares.keys() == {key for key, weight in weights.items() if weight > 0}
    if shares:
        assert sum(shares.values()) == total
        whole = sum(weights[key] for key in shares)
        assert all(abs(share - total * weights[key] / whole) < CENTS for key, share in shares.items())
        assert all(share >= 0 for share in shares.values())


@properties
@given(signed, amounts, st.fractions(0, 1), st.integers(1, 200).map(lambda percent: Fraction(percent, 100)))
def test_steps_grow_with_spending_and_fall_with_attainment(spent, budget, attained, threshold):
    now = step(ahead(spent, budget, attained), threshold)
    assert now >= 0
    assert step(ahead(spent + 1, budget, attained), threshold) >= now
    assert step(ahead(spent, budget, Fraction(1)), threshold) <= now
    if budget and spent <= attained * budget:
        assert now == 0


@properties
@given(amounts, st.integers(1, 100).map(Fraction))
def test_the_first_hour_after_billing_is_a_step(hours, threshold):
    assert (late_step(hours, threshold) > 0) == (hours > 0)
