from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ..parts import part_of_lines
from .strategies import properties

amounts = st.dictionaries(st.integers(1, 50), st.integers(1, 10**9), min_size=1, max_size=8)


@properties
@given(amounts, st.data())
def test_a_percentage_stands_for_the_lines(shares, data):
    accepted = data.draw(st.sets(st.sampled_from(sorted(shares)), min_size=1))
    part = part_of_lines(shares, accepted)
    total = sum(shares.values())
    assert part.units == sum(shares[line] for line in accepted)
    assert 0 <= part.percent <= 100
    assert (part.percent * 10**6).denominator == 1
    # A millionth of a percent is a hundred-millionth of the whole: no further off than half of it.
    assert abs(part.percent * total / 100 - part.units) <= Fraction(total, 2 * 10**8)
    assert part.exact or total > 10**8


@properties
@given(amounts)
def test_all_lines_are_the_whole(shares):
    assert part_of_lines(shares, shares).percent == 100


@pytest.mark.parametrize("shares", [{1: 0}, {1: -5, 2: 10}])
def test_lines_that_are_no_part_are_refused(shares):
    with pytest.raises(ValueError, match="no part"):
        part_of_lines(shares, [1])
