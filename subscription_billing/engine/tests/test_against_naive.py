"""The engine and the naive implementation give the same lines, to the unit, on random scenarios."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings

from .. import simulate
from . import naive
from .published import FILES, read
from .strategies import PLACES, properties, scenarios

FOUND = json.loads((Path(__file__).parent / "found.json").read_text())


def plain(answer):
    """Return the results of runs as plain values that compare."""
    return [
        {
            "lines": [
                {key: value if isinstance(value, str) else round(float(value), 6) for key, value in line.items()}
                for line in run["lines"]
            ],
            "total": float(run["total"]),
            "balances": {key: float(value) for key, value in run["balances"].items()},
        }
        for run in answer["results"]
    ]


def assert_same(scenario):
    ours, naively = simulate(scenario, {"EUR": 2, **PLACES}), naive.simulate(scenario)
    assert plain(ours) == plain(naively)


# Two implementations that agree are worth more examples than one that is not contradicted.
thorough = settings(properties, max_examples=3 * properties.max_examples)


@thorough
@given(scenarios())
def test_the_same_lines(scenario):
    assert_same(scenario)


@properties
@given(scenarios(kinds=("recurring",), most=1))
def test_the_same_lines_of_recurring_charges(scenario):
    assert_same(scenario)


@properties
@given(scenarios(kinds=("usage",), most=1, rows=12))
def test_the_same_lines_of_usage(scenario):
    assert_same(scenario)


@properties
@given(scenarios(kinds=("usage", "recurring", "prepaid", "commitment"), most=4))
def test_the_same_lines_of_charges_that_cover_others(scenario):
    assert_same(scenario)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_published_runs(path):
    scenario = read(path)
    scenario["expect"] = [entry for entry in scenario.get("expect", ()) if "run" in entry]
    if "expect_error" not in scenario:
        assert_same(scenario)


@pytest.mark.parametrize("scenario", FOUND, ids=lambda scenario: scenario["title"])
def test_what_once_differed(scenario):
    assert_same(scenario)
