"""The engine and the naive implementation give the same figures, to the unit, on random scenarios."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings

from .. import simulate
from . import naive
from .strategies import ALL, PLACES, properties, scenarios

AMOUNTS = (
    *("transaction_price", "revenue", "billed", "paid", "receivable", "contract_asset", "contract_liability"),
    *("refund_liability", "interest", "cost", "cost_asset", "loss_provision"),
)
FOUND = json.loads((Path(__file__).parent / "found.json").read_text())


def plain(found):
    """Return what a position says, as floats by name."""
    values = {name: float(found[name]) for name in AMOUNTS}
    for key, line in found["obligations"].items():
        values.update(
            {f"{key}.{name}": round(float(line[name]), 9) for name in ("allocated", "progress", "recognised")}
        )
    values["rpo"] = float(found["rpo"]["total"])
    values["bands"] = [float(band["amount"]) for band in found["rpo"]["bands"]]
    return {**values, "at": found["at"], "treatment": found["treatment"]}


def assert_same(scenario):
    ours, naively = (answer["positions"] for answer in (simulate(scenario, PLACES), naive.simulate(scenario)))
    assert [plain(found) for found in ours] == [plain(found) for found in naively]


# Two implementations that agree are worth more examples than one that is not contradicted.
thorough = settings(properties, max_examples=3 * properties.max_examples)


@thorough
@given(scenarios(ALL - {"financing"}))
def test_the_same_figures(scenario):
    assert_same(scenario)


@properties
@given(scenarios(frozenset({"money", "variable", "open"})))
def test_the_same_figures_without_modifications(scenario):
    assert_same(scenario)


@properties
@given(scenarios(frozenset({"money", "financing"}), max_size=4))
def test_the_same_figures_with_financing(scenario):
    assert_same(scenario)


@pytest.mark.parametrize("scenario", FOUND, ids=lambda scenario: scenario["title"])
def test_what_once_differed(scenario):
    assert_same(scenario)
