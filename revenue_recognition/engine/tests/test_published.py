"""The engine, and beside it the naive implementation, give every published figure."""

import pytest

from .. import simulate
from . import naive
from .published import DECIMALS, FILES, question, read, wrong


def test_the_published_examples_are_there():
    assert len(FILES) >= 30


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_engine(path):
    scenario = read(path)
    assert not wrong(scenario, simulate(question(scenario), DECIMALS))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_naive_implementation(path):
    scenario = read(path)
    for entry in scenario["expect"]:
        entry.pop("company", None)  # out of its scope
    assert not wrong(scenario, as_floats(naive.simulate(question(scenario))))


def as_floats(value):
    """Return an answer of the naive implementation as plain values."""
    if isinstance(value, dict):
        return {key: as_floats(part) for key, part in value.items()}
    if isinstance(value, list):
        return [as_floats(part) for part in value]
    return value if isinstance(value, str) else float(value)
