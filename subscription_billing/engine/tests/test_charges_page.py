"""docs/charges.md names the whole scenario format and the whole answer, and its refusals are the engine's own."""

import json
import re
from pathlib import Path

import pytest

from .. import Refusal, simulate
from ..lines import PARTS
from ..reading import charges, events, prices, questions
from .lives import MONTH, api, plain, used
from .published import DECIMALS, FILES, question, read

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "charges.md").read_text(encoding="utf-8")


def unnamed(names):
    """Return what the page does not name, in backticks or in quotes."""
    return sorted(name for name in names if f"`{name}`" not in PAGE and f'"{name}"' not in PAGE)


def test_the_format_is_there():
    named = set(charges.SETTINGS) | {"grace"}
    for keys in (charges.KEYS, events.KEYS, prices.KEYS, questions.KEYS):
        named.update(keys)
        named.update(key for required, optional in keys.values() for key in f"{required} {optional}".split())
    for values in charges.SETTINGS.values():
        named.update(values)
    assert unnamed(named) == []


def test_the_answer_is_there():
    named = set(PARTS)
    for path in FILES:
        scenario = read(path)
        if "expect" in scenario:
            for result in simulate(question(scenario), DECIMALS)["results"]:
                named.update(result)
                named.update(key for one in (*result.get("lines", ()), *result.get("list", ())) for key in one)
    assert unnamed(named) == []
    assert {"balances", "fraction", "amounts", "quantity", "draw_down"} <= named


SEATS = {"key": "SEATS", "kind": "recurring", "start": "2026-01-01", "every": MONTH, "price": 1}
RESUME = {"type": "resume", "charge": "SEATS", "date": "2026-02-01"}

#: A scenario for each text of the table of refusals.
REFUSED = (
    plain(SEATS, {**RESUME, "charge": "SEAT"}),
    plain({**SEATS, "colour": "red"}),
    plain({key: value for key, value in SEATS.items() if key != "every"}),
    plain({key: value for key, value in SEATS.items() if key != "price"}),
    plain({**SEATS, "end": "2026-01-01"}),
    plain(SEATS, RESUME),
    plain(api(), used("2025-01-01", 1, "a"), used("2025-01-01", 2, "a")),
    plain(SEATS, runs=["2026-02-01", "2026-01-01"]),
)


def test_the_refusals_are_those_of_the_engine():
    said = re.findall(r"^\| `(.+?)` \| ", PAGE.partition("## What it refuses")[2], flags=re.MULTILINE)
    texts = []
    for scenario in REFUSED:
        with pytest.raises(Refusal) as refused:
            simulate(scenario, DECIMALS)
        texts.append(str(refused.value))
    assert said == texts


def test_the_request_can_be_sent_as_it_stands():
    body = re.search(r"HTTP/1\.1\n\n(\{\"scenario\".*?)```", PAGE, flags=re.DOTALL)[1]
    results = simulate(json.loads(body)["scenario"], DECIMALS)["results"]
    assert [[line["amount"] for line in run["lines"]] for run in results] == [[60], [15, 90]]
