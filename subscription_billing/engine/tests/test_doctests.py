"""The examples in the docstrings hold."""

import doctest
from importlib import import_module
from pkgutil import walk_packages

import pytest

from .. import __name__ as package
from .. import __path__ as path

MODULES = [
    module.name for module in walk_packages(path, f"{package}.") if ".tests" not in module.name and not module.ispkg
]
#: What explains itself without an example: terms, and what only reads, bills or answers.
WITH_EXAMPLES = {
    *("cadence", "covering", "earning", "enforceable", "errors", "events", "metering", "money", "proration", "rating"),
    *("settling", "standing", "tracks", "wording", "zone", "reading.node"),
}


@pytest.mark.parametrize("name", [package, *MODULES])
def test_examples_hold(name):
    assert not doctest.testmod(import_module(name)).failed


@pytest.mark.parametrize("name", sorted(WITH_EXAMPLES))
def test_there_are_examples(name):
    assert doctest.testmod(import_module(f"{package}.{name}")).attempted
