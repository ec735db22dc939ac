"""The naive implementation gives every published figure."""

import json
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from .naive import simulate

FILES = sorted((Path(__file__).parents[2] / "tests" / "scenarios" / "published").glob("*.json"))
OUT_OF_SCOPE = ("company",)


def read(path):
    return json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)


def decimals(value):
    return max(0, -value.normalize().as_tuple().exponent)


def same_progress(expected, got):
    if abs(got - Fraction(expected)) <= Fraction(1, 10**9):
        return True
    digits = decimals(Decimal(expected))
    rounded = (Decimal(got.numerator) / got.denominator).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    return 4 <= digits <= 8 and rounded == expected


def differences(expected, got, path):
    """Yield every named figure that is not what it should be."""
    if isinstance(expected, dict):
        for key, value in expected.items():
            yield from differences(value, got[key], f"{path}.{key}")
    elif isinstance(expected, list):
        for number, (one, other) in enumerate(zip(expected, got, strict=True)):
            yield from differences(one, other, f"{path}[{number}]")
    elif path.endswith(".progress"):
        if not same_progress(expected, got):
            yield path, expected, got
    elif expected != got:
        yield path, expected, got


def test_there_are_published_files():
    assert len(FILES) >= 30


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_published(path):
    scenario = read(path)
    positions = simulate(scenario)["positions"]
    skipped = ("bands", *OUT_OF_SCOPE)
    expected = [{key: value for key, value in entry.items() if key not in skipped} for entry in scenario["expect"]]
    assert not list(differences(expected, positions, "expect"))
