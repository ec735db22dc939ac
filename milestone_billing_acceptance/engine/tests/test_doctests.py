"""The examples in the docstrings hold."""

import doctest
from importlib import import_module
from pkgutil import iter_modules

import pytest

from .. import __name__ as package
from .. import __path__ as path

MODULES = [module.name for module in iter_modules(path) if not module.ispkg]


@pytest.mark.parametrize("name", MODULES)
def test_examples(name):
    result = doctest.testmod(import_module(f"{package}.{name}"))
    assert result.attempted
    assert not result.failed
