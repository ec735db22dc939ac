"""The examples in the docstrings hold."""

import doctest
from importlib import import_module

import pytest

from .. import __name__ as package


@pytest.mark.parametrize("name", ["billing_days", "due", "forecast", "layout", "pace", "rules", "units"])
def test_examples_hold(name):
    found = doctest.testmod(import_module(f"{package}.{name}"), optionflags=doctest.IGNORE_EXCEPTION_DETAIL)
    assert found.attempted
    assert not found.failed
