"""The examples in the docstrings hold."""

import doctest

from .. import goods


def test_examples():
    assert not doctest.testmod(goods).failed
