"""Whatever is wrong with a scenario is refused in words that name the place; nothing else ever comes out."""

import json
import math
import xmlrpc.client
from copy import deepcopy
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from .. import Refusal, simulate
from .refusals import REFUSALS, SCENARIO, name_of, with_value
from .strategies import properties, scenarios

DECIMALS = {"EUR": 2, "USD": 2, "JPY": 0, "KWD": 3}


def deep(depth):
    """Return lists within lists."""
    value = []
    for _level in range(depth):
        value = [value]
    return value


#: What has no business anywhere in a scenario, or only in some places.
JUNK = {
    "nothing": None,
    "true": True,
    "false": False,
    "zero": 0,
    "minus_one": -1,
    "a_third": 1 / 3,
    "tiny": 5e-324,
    "huge": 10**14,
    "beyond_floats": 10**5000,
    "infinite": 1e400,
    "nan": math.nan,
    "decimal": Decimal("1e999999"),
    "signalling_nan": Decimal("sNaN"),
    "empty_text": "",
    "text": "SEATS",
    "surrogate": "\ud800",
    "zero_byte": "\0",
    "number_in_words": "1000",
    "early": "1900-01-01",
    "late": "2099-12-31",
    "week_date": "2025-W01-1",
    "date": date(2025, 1, 1),
    "bytes": b"2025-01-01",
    "empty_list": [],
    "list": [None, 1, "SEATS", [], {}],
    "deep": deep(900),
    "empty_object": {},
    "object": {"key": "SEATS", "date": "2025-01-01", "type": "satisfy"},
    "numbered_object": {1: 2, None: 3},
}


def every_path(value, path=()):
    """Yield the way to everything in a scenario."""
    if path:
        yield path
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in parts:
        yield from every_path(part, (*path, key))


def ends_well(scenario):
    """Check that a scenario is refused in words or answered in plain values; return whether it is answered."""
    try:
        answer = simulate(scenario, DECIMALS)
    except Refusal as refusal:
        place, colon, reason = str(refusal).partition(": ")
        assert place and colon and reason
        str(refusal).encode()
        return False
    json.dumps(answer, allow_nan=False, ensure_ascii=False).encode()
    xmlrpc.client.dumps((answer,), allow_none=False)
    return True


def test_the_scenario_is_well_formed():
    assert simulate(SCENARIO, DECIMALS)["results"][0]["total"]


@pytest.mark.parametrize("wrong", REFUSALS, ids=name_of)
def test_what_is_wrong_is_named(wrong):
    with pytest.raises(Refusal) as refusal:
        simulate(with_value(wrong.path, wrong.value), DECIMALS)
    place, _colon, reason = str(refusal.value).partition(": ")
    assert (place, wrong.word in reason) == (wrong.place, True), str(refusal.value)


@pytest.mark.parametrize("junk", JUNK.values(), ids=JUNK)
def test_junk_in_any_place(junk):
    answered = [ends_well(with_value(path, junk)) for path in every_path(SCENARIO)]
    assert not all(answered)


@pytest.mark.parametrize("junk", JUNK.values(), ids=JUNK)
def test_junk_instead_of_a_scenario(junk):
    assert not ends_well(junk)


@pytest.mark.parametrize("key", [None, 1, "", "\ud800", ("a",)], ids=repr)
def test_an_odd_key_in_any_object(key):
    objects = {path[:-1] for path in every_path(SCENARIO) if isinstance(path[-1], str)}
    for path in objects:
        assert not ends_well(with_value((*path, key), 1)), path


@properties
@given(scenarios(), st.data())
def test_junk_in_several_places_of_any_scenario(scenario, data):
    scenario = deepcopy(scenario)
    for _number in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from(list(every_path(scenario))))
        where = scenario
        for step in path[:-1]:
            where = where[step]
        # A copy: the next place may lie in it.
        where[path[-1]] = deepcopy(data.draw(st.sampled_from(list(JUNK.values()))))
    ends_well(scenario)
