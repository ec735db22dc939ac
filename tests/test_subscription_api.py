"""What charges would bill, asked by another system over XML-RPC and JSON-2."""

import datetime
import math

import pytest
from stories import CLIENTS, PROTOCOLS, ROLES, Refusal, hire

from odoo.addons.subscription_billing.engine.tests.published import FILES, question, read, wrong

PLAN = "subscription.plan"
WHO_MAY = ("admin", "salesman", "invoicing_user", "billing_manager")
WHO_MAY_NOT = ("nobody", "project_user", "customer")


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
    """A function that asks what charges would bill."""

    def simulate(scenario, protocol, login="salesman"):
        return CLIENTS[protocol](server, people[login]).call(PLAN, "simulate", scenario=scenario)

    return simulate


def seats(**event):
    """Three seats, one more from the middle of January."""
    charge = {"key": "SEATS", "kind": "recurring", "start": "2026-01-01", "price": 10, "quantity": 3}
    change = {"type": "change", "charge": "SEATS", "date": "2026-01-16", "quantity": 4}
    return {
        "id": "SEATS",
        "title": "Three seats",
        "source": "this test",
        "currency": "USD",
        "charges": [{**charge, "every": {"count": 1, "unit": "months"}}],
        "events": [{**change, **event}],
        "expect": [{"run": "2026-01-01"}],
    }


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_the_published_examples_come_out_exactly(ask, protocol):
    for path in FILES:
        scenario = read(path)
        if "expect_error" in scenario:
            with pytest.raises(Refusal) as refusal:
                ask(question(scenario), protocol)
            assert refusal.value.kind == "user"
            assert refusal.value.message.startswith(f"{scenario['expect_error']}: ")
        else:
            assert wrong(scenario, ask(question(scenario), protocol)) == [], path.stem


def test_both_protocols_answer_the_same(ask):
    for path in FILES:
        asked = question(read(path))
        if asked["expect"]:
            assert ask(asked, "xmlrpc") == ask(asked, "json2"), path.stem


REFUSED = [
    (seats(charge="C"), 'events[0].charge: no charge "C"'),
    (seats(colour="red"), "events[0].colour: unknown key"),
    (seats(date="2025-12-31"), "events[0].date: before the start"),
    (seats(quantity=math.nan), "events[0].quantity: not a number: nan"),
    (seats(quantity=True), "events[0].quantity: not a number: True"),
    (seats(charge="two\nlines"), 'events[0].charge: no charge "two?lines"'),
    ({**seats(), "currency": "QQQ"}, 'currency: no currency "QQQ"'),
    ({}, "id: needed, but there is no id"),
    ([seats()], "scenario: not an object"),
    ("seats", 'scenario: not an object: "seats"'),
    (5, "scenario: not an object: 5"),
    (False, "scenario: not an object: False"),
]
ONLY_OVER = {
    "json2": [
        (None, "scenario: not an object: nothing"),
        (seats(charge="\ud800"), "events[0].charge: not a text"),
        (seats(charge="a\0b"), "events[0].charge: not a text"),
        (seats(quantity=2**70), "events[0].quantity: too large"),
    ],
    "xmlrpc": [
        (seats(date=datetime.datetime(2026, 1, 31)), "events[0].date: not an ISO date"),
        (seats(charge=b"SEATS"), "events[0].charge: not a text"),
    ],
}


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_what_is_wrong_is_said_in_one_sentence_without_a_traceback(server, ask, protocol):
    read_before = server.log.stat().st_size
    for scenario, sentence in REFUSED + ONLY_OVER[protocol]:
        with pytest.raises(Refusal) as refusal:
            ask(scenario, protocol)
        assert refusal.value.kind == "user", (scenario, refusal.value)
        assert refusal.value.message.startswith(sentence), (scenario, refusal.value)
        assert len(refusal.value.message.splitlines()) == 1
    assert b"Traceback" not in server.log.read_bytes()[read_before:]


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_who_may_ask(ask, protocol):
    for login in WHO_MAY:
        assert ask(seats(), protocol, login)["results"][0]["total"] == 30.0
    for login in WHO_MAY_NOT:
        for scenario in (seats(), {}):
            with pytest.raises(Refusal) as refusal:
                ask(scenario, protocol, login)
            assert refusal.value.kind == "access", (login, refusal.value)
