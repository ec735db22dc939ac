"""docs/api.md names the whole scenario format and the whole answer, and its refusals are the engine's own."""

import json
import re
from pathlib import Path

import pytest

from .. import Refusal, simulate
from ..events import CostKind, Treatment
from ..measures import MEASURES
from ..reading.events import READERS
from ..reading.obligations import OBLIGATION
from ..reading.scenario import SCENARIO
from .published import DECIMALS, FILES, question, read

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "api.md").read_text(encoding="utf-8")
SECTION = PAGE.partition("## What-if")[2].partition("\n## ")[0]
CONTRACT = ("date", "fixed", "variable", "discount", "financing", "obligations")
POINT = {"method": "point_in_time"}
UNITS = {"key": "U", "quantity": 120, "recognition": {"method": "units"}}


def unnamed(names):
    """Return what the section does not name, in backticks or in quotes."""
    return sorted(name for name in names if f"`{name}`" not in SECTION and f'"{name}"' not in SECTION)


def test_the_format_is_there():
    keys = {key for keys, _event, _reader in READERS.values() for key in keys}
    assert unnamed([*SCENARIO, *CONTRACT, *OBLIGATION, *READERS, *keys, *MEASURES]) == []
    assert unnamed([kind.value for kind in CostKind] + [treatment.value for treatment in Treatment]) == []


def test_the_answer_is_there():
    named = set()
    for path in FILES:
        answer = simulate(question(read(path)), DECIMALS)
        for position in answer["positions"]:
            named.update(position, position.get("company", ()), position["rpo"])
            named.update(key for band in position["rpo"]["bands"] for key in band)
            named.update(key for one in position["obligations"].values() for key in one)
            named.update(key for step in position["steps"] for key in step)
            named.update(step["topic"] for step in position["steps"])
        for line in answer["journal"]:
            named.update([*line, line["kind"], line["account"]])
    assert unnamed(named) == []
    assert {"fx", "company_debit", "treatment_reason", "paragraph"} <= named


def asked(obligations, *events, **terms):
    contract = {"date": "2025-01-01", "obligations": obligations, **terms}
    return {"currency": "USD", "contract": contract, "events": list(events), "at": ["2025-12-31"]}


def event(kind, **values):
    return {"date": "2025-02-01", "type": kind, **values}


def work(**values):
    return {"key": "A", "recognition": {"method": "manual"}, **values}


PRICED = [{"key": key, "ssp": ssp, "recognition": POINT} for key, ssp in (("A", 40), ("B", 55), ("C", 45))]
RESIDUAL = {"key": "D", "ssp_method": "residual", "ssp_range": [15, 45], "recognition": POINT}
STAGES = {"method": "milestones", "milestones": {"one": 0.4, "two": 0.5}}

#: A scenario for each text of the table of refusals.
REFUSED = (
    asked([work()], *[event("progress", obligation="A", progress=0.1)] * 3, event("satisfy", obligation="C")),
    asked([work(colour="red")]),
    asked([work(ssp=1), {"key": "B", "recognition": POINT}], fixed=10),
    asked([work()], fixed=10.005),
    asked([work(recognition=STAGES)]),
    asked([*PRICED, RESIDUAL], fixed=105, discount=[{"amount": 40, "allocate_to": ["B", "C"]}]),
    asked([work()], event("satisfy", obligation="A")),
    asked([UNITS], event("deliver", obligation="U", units=100), event("deliver", obligation="U", units=30)),
)


def test_the_refusals_are_those_of_the_engine():
    table = SECTION.partition("### What it refuses")[2].partition("###")[0]
    said = re.findall(r"^\| `(.+?)` \| ", table, flags=re.MULTILINE)
    texts = []
    for scenario in REFUSED:
        with pytest.raises(Refusal) as refused:
            simulate(scenario, DECIMALS)
        texts.append(str(refused.value))
    assert said == texts


def test_the_request_can_be_sent_as_it_stands():
    body = re.search(r"HTTP/1\.1\n\n(\{\"scenario\".*?)```", SECTION, flags=re.DOTALL)[1]
    positions = simulate(json.loads(body)["scenario"], DECIMALS)["positions"]
    assert [position["revenue"] for position in positions] == [0, 1000]
