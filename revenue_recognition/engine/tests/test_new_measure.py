"""A new measure is a record: once it is registered, scenarios are read, worked out, explained and written with it."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import ClassVar

import pytest

from .. import simulate
from ..contract import Contract
from ..events import Progress
from ..measures import MEASURES, METHODS, Measure, Method, open_ended, register
from ..money import ZERO
from ..reading import read_scenario
from ..terms import Obligation, Recognition
from ..writing import ScenarioWriter

SCENARIO = {
    "currency": "USD",
    "contract": {
        "date": "2026-01-01",
        "obligations": [{"key": "A", "price": 900, "recognition": {"method": "thirds", "steps": 3}}],
    },
    "events": [{"date": "2026-01-10", "type": "progress", "obligation": "A", "progress": 0.5}],
    "at": ["2026-01-31"],
}


@dataclass(frozen=True, slots=True)
class Thirds(Recognition):
    """Recognised in whole steps of the fraction that is observed."""

    steps: int
    method: ClassVar[str] = "thirds"


class StepMeasure(Measure):
    """The steps that are complete."""

    __slots__ = ("observed", "steps")
    takes: ClassVar = {Progress: "observe"}

    def __init__(self, steps):
        super().__init__()
        self.steps, self.observed = steps, ZERO

    def observe(self, event):
        self.observed = event.progress

    def done(self, day):
        return Fraction(int(self.observed * self.steps), self.steps)

    def text(self, day, allocated):
        return f"steps of {allocated}"


def read(node):
    node.only("method", "steps")
    return Thirds(steps=int(node.above("steps")))


@pytest.fixture
def thirds():
    """Register the measure for the length of a test."""
    yield register(
        Method(
            terms=Thirds,
            measure=StepMeasure,
            starts=lambda one: StepMeasure(one.recognition.steps),
            read=read,
            write=lambda terms, money: {"steps": terms.steps},
        )
    )
    del METHODS["thirds"], MEASURES["thirds"]


@pytest.mark.usefixtures("thirds")
def test_registered_measure_is_worked_out():
    found = simulate(SCENARIO, {"USD": 2})["positions"][0]
    assert found["revenue"] == 300
    assert any("steps of 900" in step["text"] for step in found["steps"])


@pytest.mark.usefixtures("thirds")
def test_registered_measure_is_written_as_it_is_read():
    contract = read_scenario(SCENARIO, {"USD": 2}).contract
    written = ScenarioWriter(contract, "USD").write(["2026-01-31"])
    assert written["contract"]["obligations"][0]["recognition"] == {"method": "thirds", "steps": 3}


def test_a_name_is_taken_once(thirds):
    with pytest.raises(ValueError, match="thirds already"):
        register(thirds)
    assert "thirds" not in open_ended()
    obligation = Obligation(key="A", recognition=Thirds(steps=2), price=100)
    assert Contract(date=date(2026, 1, 1), obligations=(obligation,)).obligations[0].recognition.measure(obligation)
