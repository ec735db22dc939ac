"""A contract written as a scenario and read again is the same contract."""

import pytest
from hypothesis import given

from ..reading import read_scenario
from ..simulate import Simulation
from ..writing import ScenarioWriter
from .published import DECIMALS, FILES, question, read
from .strategies import properties, scenarios


def rewritten(plain, decimals):
    """The scenario written from what was read of it."""
    scenario = read_scenario(plain, decimals)
    asked = [question.at.isoformat() for question in scenario.questions]
    writer = ScenarioWriter(scenario.contract, plain["currency"])
    written = writer.write(asked)
    if scenario.rates is not None:
        writer.add_rates(written, scenario.rates, plain["company_currency"])
    return written


def answers(plain, decimals):
    """The positions of a scenario, without bands and their explanations."""
    answer = Simulation(read_scenario(plain, decimals)).run()
    dropped = {"rpo", "steps"}
    return [{key: value for key, value in one.items() if key not in dropped} for one in answer["positions"]]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_published_examples(path):
    """Every figure of every published example."""
    plain = {key: value for key, value in question(read(path)).items() if key != "book"}
    assert answers(rewritten(plain, DECIMALS), DECIMALS) == answers(plain, DECIMALS)


@properties
@given(scenarios())
def test_random_lives(plain):
    """Whatever happened to a contract."""
    assert answers(rewritten(plain, DECIMALS), DECIMALS) == answers(plain, DECIMALS)
