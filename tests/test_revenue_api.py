"""What a contract would earn, asked by another system over XML-RPC and JSON-2."""

import datetime
import json
import math

import pytest
from stories import CLIENTS, PROTOCOLS, ROLES, Refusal, hire

from odoo.addons.revenue_recognition.engine.tests.published import FILES, question, read, wrong

CONTRACT = "revenue.contract"
WHO_MAY = ("admin", "revenue_accountant", "revenue_controller", "auditor")
WHO_MAY_NOT = ("nobody", "salesman", "project_manager", "invoicing_user", "customer")
CHANGES = """
    SELECT 'SELECT ' || quote_literal(tablename) || ', count(*), coalesce(max(xmin::text::bigint), 0) FROM '
        || quote_ident(tablename)
    FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename
"""


@pytest.fixture(scope="module")
def server(module_odoo_server):
    """A server without a clock: nothing changes but what a story changes."""
    return module_odoo_server(max_cron_threads=0)


@pytest.fixture(scope="module")
def people(server):
    """People by their logins."""
    return hire(server, {login: ROLES[login] for login in (*WHO_MAY, *WHO_MAY_NOT)})


@pytest.fixture
def ask(server, people):
    """A function that asks what a contract would earn."""

    def simulate(scenario, protocol, login="auditor"):
        return CLIENTS[protocol](server, people[login]).call(CONTRACT, "simulate", scenario=scenario)

    return simulate


def licence(**event):
    """A licence that is delivered on the last day of January."""
    obligation = {"key": "LICENCE", "name": "Licence", "price": 1000.0, "recognition": {"method": "point_in_time"}}
    delivery = {"date": "2026-01-31", "type": "satisfy", "obligation": "LICENCE"}
    return {
        "currency": "USD",
        "contract": {"date": "2026-01-01", "obligations": [obligation]},
        "events": [{**delivery, **event}],
        "at": ["2026-01-31"],
    }


def rows_and_sequences(server):
    """How many rows each table has, the latest transaction that wrote one, and where the sequences stand."""
    tables = [server.query(statement)[0] for (statement,) in server.query(CHANGES)]
    return tables, server.query("SELECT sequencename, last_value FROM pg_sequences ORDER BY sequencename")


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_published_example_comes_out_exactly(ask, path, protocol):
    scenario = read(path)
    asked = question(scenario)
    assert not {name for entry in asked["expect"] for name in entry} - {"at", "bands"}
    assert wrong(scenario, ask(asked, protocol)) == []


def test_the_administrator_asks_by_position_and_password(server):
    """As the command does that runs a folder of scenarios."""
    for path in FILES:
        scenario = read(path)
        assert wrong(scenario, server.execute_kw(CONTRACT, "simulate", [question(scenario)])) == [], path.stem


def test_both_protocols_answer_the_same(ask):
    for path in FILES:
        asked = question(read(path))
        assert ask(asked, "xmlrpc") == ask(asked, "json2"), path.stem


REFUSED = [
    (licence(obligation="C"), 'events[0].obligation: no obligation "C"'),
    (licence(colour="red"), "events[0].colour: unknown key"),
    (licence(date="2025-12-31"), "events[0].date: 2025-12-31 is before 2026-01-01"),
    (licence(share=math.nan), "events[0].share: not a number: nan"),
    (licence(share=True), "events[0].share: not a number: True"),
    ({**licence(), "currency": "QQQ"}, 'currency: no currency "QQQ"'),
    ({}, "scenario.currency: needed, but there is no currency"),
    ([licence()], "scenario: not an object"),
    ("licence", 'scenario: not an object: "licence"'),
    (5, "scenario: not an object: 5"),
    (False, "scenario: not an object: False"),
]
ONLY_OVER = {
    "json2": [
        (None, "scenario: not an object: nothing"),
        (licence(obligation="\ud800"), "events[0].obligation: not a text"),
        (licence(share=2**70), "events[0].share: too large"),
    ],
    "xmlrpc": [
        (licence(date=datetime.datetime(2026, 1, 31)), "events[0].date: not an ISO date"),
        (licence(obligation=b"LICENCE"), "events[0].obligation: not a text"),
    ],
}


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_what_is_wrong_is_said_in_one_sentence_without_a_traceback(server, ask, protocol):
    read_before = server.log.stat().st_size
    for scenario, sentence in REFUSED + ONLY_OVER[protocol]:
        with pytest.raises(Refusal) as refusal:
            ask(scenario, protocol)
        assert refusal.value.kind == "user", (scenario, refusal.value)
        assert refusal.value.message.startswith(sentence)
        assert len(refusal.value.message.splitlines()) == 1
    assert b"Traceback" not in server.log.read_bytes()[read_before:]


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_who_may_ask(ask, protocol):
    for login in WHO_MAY:
        assert ask(licence(), protocol, login)["positions"][0]["revenue"] == 1000.0
    for login in WHO_MAY_NOT:
        for scenario in (licence(), {}):
            with pytest.raises(Refusal) as refusal:
                ask(scenario, protocol, login)
            assert refusal.value.kind == "access", (login, refusal.value)
            assert "revenue accountants" in refusal.value.message


def test_asking_many_times_leaves_the_database_as_it_was(server, ask):
    for protocol in PROTOCOLS:
        ask(licence(), protocol)
    before = rows_and_sequences(server)
    for number in range(100):
        scenario = question(read(FILES[number % len(FILES)]))
        ask(scenario, PROTOCOLS[number % 2], WHO_MAY[number % 4])
        with pytest.raises(Refusal):
            ask({**scenario, "currency": "QQQ"}, PROTOCOLS[number % 2])
    assert rows_and_sequences(server) == before


def test_an_answer_is_plain_values(ask):
    """Nothing that a language without nulls or large integers would stumble over."""
    allowed = {dict, list, str, float}

    def types(value):
        parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        return {type(value)}.union(*map(types, parts))

    for path in FILES:
        answer = ask(question(read(path)), "json2")
        assert types(answer) <= allowed, path.stem
        json.dumps(answer, allow_nan=False)
