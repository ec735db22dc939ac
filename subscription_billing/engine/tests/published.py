"""The published worked examples: how they are read, asked, and compared with an answer."""

import json
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "tests" / "scenarios" / "published"
FILES = sorted(FOLDER.glob("*.json"))
DECIMALS = {"EUR": 2, "USD": 2, "GBP": 2, "JPY": 0, "KWD": 3}
NOISE, EXACT = Decimal("1e-6"), Decimal("1e-9")
ANSWERS = ("lines", "total", "balances", "list", "quantity", "amount", "amounts")


def read(path):
    """Return a scenario with its answers."""
    return json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)


def question(scenario):
    """Return a scenario as a client sends it: without its answers, floats for decimals."""
    asked = [{key: value for key, value in entry.items() if key not in ANSWERS} for entry in scenario.get("expect", ())]
    sent = {key: value for key, value in scenario.items() if key not in ("expect", "expect_error")}
    return json.loads(json.dumps({**sent, "expect": asked}, default=float))


def wrong(scenario, answer):
    """Return every figure that a scenario names and an answer does not have."""
    expected = [{key: value for key, value in entry.items() if key in ANSWERS} for entry in scenario["expect"]]
    return list(differences(expected, answer["results"], "expect"))


def differences(expected, got, path):
    """Yield (path, expected, got) where they differ: amounts exactly, measures to the decimals they are given with."""
    if isinstance(expected, dict):
        for key, value in expected.items():
            yield from differences(value, got.get(key), f"{path}.{key}")
    elif isinstance(expected, list):
        if len(expected) != len(got):
            yield f"{path} (length)", expected, got
        for number, (one, other) in enumerate(zip(expected, got, strict=False)):
            yield from differences(one, other, f"{path}[{number}]")
    elif not _equal(expected, got, path.endswith((".fraction", ".quantity"))):
        yield path, expected, got


def _equal(expected, got, is_measure):
    if not isinstance(expected, int | Decimal):
        return expected == got
    try:
        value = Decimal(str(got))
    except InvalidOperation:
        return False
    if not is_measure:
        return abs(value - expected) <= NOISE
    digits = max(0, -Decimal(expected).normalize().as_tuple().exponent)
    rounded = value.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    return abs(value - expected) <= EXACT or (3 <= digits <= 10 and rounded == expected)
