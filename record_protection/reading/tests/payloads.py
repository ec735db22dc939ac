"""Payloads as programs with mistakes send them, for tests of what other systems call."""

import copy
import json
from contextlib import closing
from datetime import date, datetime
from xmlrpc.client import Binary, DateTime, dumps

from odoo.exceptions import UserError

#: Each is something that some program sends one day.
ODD = (
    None, False, True, 0, -1, 1, 2**31 - 1, 2**31, 2**63, -(10**400), 10**400, 0.1, -0.0, 1e16, 1e308, 1e-308,
    float("nan"), float("inf"), float("-inf"), "", " ", "\x00", "a\x00b", "\ud800", "\u202e", "x" * 10_000, "auto/1",
    "%s", "{0}", "<b>", "0001-01-01", "9999-12-31", "1900-01-01", "2999-12-31", "2026-02-30", "2026-1-1", "20260101",
    "2026-W01-1",
    date(2026, 1, 1), datetime(2026, 1, 1), DateTime(), Binary(b"x"), b"x", [], [[]], [[[[[[]]]]]], [None], {},
    {"": ""}, {"a": [None]}, ["x"] * 300, object(), 1j,
)  # fmt: skip


def mutated(rng, payload):
    """Return a copy of ``payload``, a list or a dictionary, with something odd in one place.

    :param random.Random rng: decides what, and where
    """
    result = copy.deepcopy(payload)
    holder, key = rng.choice(list(_places(result)) or [(None, None)])
    if holder is None or rng.random() < 0.1:
        return rng.choice(ODD)
    if isinstance(holder, dict) and rng.random() < 0.2:
        value = holder.pop(key)
        if rng.random() < 0.6:
            holder[rng.choice(("\ud800", "\x00", "x" * 500, "unknown", ""))] = value
    elif rng.random() < 0.1:
        holder[key] = [holder[key]] * rng.choice((0, 2, 3))
    else:
        holder[key] = rng.choice(ODD)
    return result


def _places(value):
    """Yield (holder, key) of every place inside a payload."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in list(pairs):
        yield value, key
        yield from _places(inner)


def fuzz(test, rng, rounds, call, *payloads):
    """Call with odd payloads, and accept an answer that every protocol carries, or a sentence; return the answers.

    :param test: the test case, for its database and its assertions
    :param call: takes one argument per payload; each time one of them is mutated
    """
    answers = []
    for number in range(rounds):
        arguments = list(payloads)
        place = rng.randrange(len(arguments))
        arguments[place] = mutated(rng, arguments[place])
        with test.subTest(round=number, sent=ascii(arguments)[:300]), closing(test.env.cr.savepoint()):
            try:
                answer = call(*copy.deepcopy(arguments))
            except UserError as error:
                test.assertTrue(str(error).encode())
                continue
            json.dumps(answer, ensure_ascii=False, allow_nan=False).encode()
            dumps((answer,), methodresponse=True)
            answers.append(answer)
    test.env.invalidate_all()
    return answers
