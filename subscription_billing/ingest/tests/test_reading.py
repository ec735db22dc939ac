"""What senders say is read exactly, or refused with the value that is wrong; lines come out whatever the blocks."""

import csv
import doctest
import gzip
import io
import json
from datetime import datetime
from decimal import Decimal
from importlib import import_module

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ..lines import BLOCK, LONGEST_LINE, Broken, Lines, csv_rows, ndjson
from ..reading import Limits, Refused, read_event, read_events, read_quantity

LIMITS = Limits(datetime(2005, 1, 1), datetime(2025, 6, 1))
GOOD = {"meter": "traffic", "subject": "acme", "key": "1", "at": "2025-03-10T12:00:00Z", "quantity": 5}
WRONG = [
    ("at", ["2025-03-10T12:00:00", "2025-3-10", "10.03.2025", "", None, 5, [], {}, "Z", "2025-03-10Z", "2025-02-30"]),
    ("at", ["2025-13-01T00:00:00Z", "1999-01-01T00:00:00Z", "2030-01-01", "2025-06-03", "9999-12-31T23:00:00-10:00"]),
    (
        "quantity",
        ["", "five", "1,5", None, True, [], "1e30", 10**18, 10**5000, float("nan"), float("inf"), "0." + "1" * 10],
    ),
    ("key", ["", " ", None, 5, "x" * 251, "a\0b", "\ud800"]),
    ("subject", ["", 7, "\t"]),
    ("dimension", [5, "x" * 251, "a\0"]),
    ("replaces", ["x" * 251, 5, " "]),
]


@pytest.mark.parametrize("module", ["days", "lines", "reading", "tables"])
def test_examples_hold(module):
    found = doctest.testmod(import_module(f"odoo.addons.subscription_billing.ingest.{module}"))
    assert found.attempted and not found.failed


@pytest.mark.parametrize(("name", "found"), WRONG, ids=range(len(WRONG)))
def test_what_is_wrong_is_refused_by_its_name(name, found):
    for value in found:
        with pytest.raises(Refused) as refused:
            read_event({**GOOD, name: value}, LIMITS)
        assert refused.value.name == name


@pytest.mark.parametrize("event", [None, [], "x", 5, {**GOOD, "more": 1}, {}, {"key": "1"}])
def test_what_is_no_event_is_refused(event):
    [(place, found)] = read_events([(7, event)], LIMITS)
    assert (place, isinstance(found, Refused), found.sent) == (7, True, event)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=9, min_value=-(10**18) + 1, max_value=10**18 - 1))
def test_quantities_are_exact_in_one_notation(number):
    notations = {str(number), format(number, "f"), format(number.normalize(), "f"), format(number, "E")}
    [found] = {read_quantity(text) for text in notations}
    assert Decimal(found) == number
    assert read_quantity(found) == found


texts = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0\r\n"), min_size=1, max_size=20)


@given(st.lists(st.dictionaries(texts, texts | st.integers(), max_size=3)), st.integers(1, 50), st.booleans())
def test_json_lines_come_out_whatever_the_blocks(events, size, packed):
    body = b"".join(json.dumps(event, ensure_ascii=False).encode() + b"\n" for event in events)[:-1]
    stream = io.BytesIO(gzip.compress(body) if packed else body)
    lines = Lines(lambda _most: stream.read(size), ndjson, packed)
    assert list(lines) == list(enumerate(events, 1))


@given(st.lists(st.fixed_dictionaries({"key": texts, "subject": texts}), min_size=1), st.integers(1, 50))
def test_csv_comes_out_whatever_the_blocks(events, size):
    text = io.StringIO()
    writer = csv.DictWriter(text, ["key", "subject"], lineterminator="\n")
    writer.writeheader()
    writer.writerows(events)
    stream = io.BytesIO(text.getvalue().encode())
    assert list(Lines(lambda _most: stream.read(size), csv_rows)) == list(enumerate(events, 2))


def test_a_stray_quote_takes_one_line_of_csv_with_it():
    body = b'key,subject\n1,a\n2,"b\n3,c"\n4,"d"e\n"5","e,""f"""\r\n\n6,g,h\n' + b"x" * (LONGEST_LINE + 1) + b"\n7,i"
    found = list(Lines(io.BytesIO(body).read, csv_rows))
    refused = {number: item for number, item in found if isinstance(item, Refused)}
    assert {number: item["subject"] for number, item in found if number not in refused} == {
        2: "a", 4: 'c"', 6: 'e,"f"', 10: "i"
    }  # fmt: skip
    assert {number: (item.reason.expected, item.sent[:5]) for number, item in refused.items()} == {
        3: ("quotes", '2,"b'),
        5: ("quotes", '4,"d"'),
        8: ("line", "6,g,h"),
        9: ("line", "xxxxx"),
    }
    assert list(read_events([(3, refused[3])], LIMITS)) == [(3, refused[3])]


def test_a_line_of_csv_in_another_encoding_is_refused_and_never_guessed():
    body = "key,subject\n1,Müller\n2,Moller\n".encode("cp1252") + "3,Möller\n".encode()
    found = dict(Lines(io.BytesIO(body).read, csv_rows))
    assert (found[2].reason.expected, found[3]["subject"], found[4]["subject"]) == ("encoding", "Moller", "Möller")


@settings(max_examples=30)
@given(st.integers(-BLOCK, BLOCK))
def test_a_line_that_is_too_long_is_refused_once(more):
    length = max(LONGEST_LINE + 1, 2 * BLOCK + more)
    body = b'{"key": 1}\n' + b"x" * length + b'\n{"key": 2}\n'
    found = list(Lines(io.BytesIO(body).read, ndjson))
    assert [(number, isinstance(item, Refused)) for number, item in found] == [(1, False), (2, True), (3, False)]


# Named: a packed text has the time in it, and both workers have to name a test alike.
@pytest.mark.parametrize("body", [b"no gzip", gzip.compress(b'{"key": 1}\n')[:-4]], ids=["no gzip", "cut off"])
def test_a_packed_stream_that_is_cut_off_is_broken(body):
    with pytest.raises(Broken):
        list(Lines(io.BytesIO(body).read, ndjson, packed=True))


def test_a_stream_that_fails_is_broken():
    def read(_most):
        raise OSError("gone")

    with pytest.raises(Broken):
        list(Lines(read, ndjson))
