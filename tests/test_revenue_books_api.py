"""The books of revenue over both protocols: who may do what, and a month from evidence to lock by another system."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from revenue_world import make_world
from stories import CLIENTS, PROTOCOLS, ROLES, Refusal, hire

EXAMPLES = Path(__file__).parents[1] / "docs" / "examples"
EVERYBODY = (
    *("admin", "revenue_accountant", "revenue_controller", "auditor"),
    *("nobody", "salesman", "project_manager", "invoicing_user", "customer"),
)
ACCOUNTANTS = {"admin", "revenue_accountant", "revenue_controller"}
CONTROLLERS = {"admin", "revenue_controller"}
READERS = {*ACCOUNTANTS, "auditor"}
#: The models of revenue; salespeople and others see none of them.
MODELS = (
    *("revenue.contract", "revenue.obligation", "revenue.policy", "revenue.policy.version", "revenue.ssp"),
    *("revenue.evidence", "revenue.price.change", "revenue.contract.cost", "revenue.modification"),
    *("revenue.exception", "revenue.close", "revenue.posting", "revenue.entry"),
)
#: Of these nobody writes or deletes a record, also no administrator.
KEPT = ("revenue.evidence", "revenue.price.change", "revenue.contract.cost", "revenue.close", "revenue.posting")
DAY = "2026-01-31"
OBSERVED = """
product = env['product.product'].create({'name': 'Works', 'type': 'service', 'taxes_id': [(5,)]})
policy = env['revenue.policy'].create({'name': 'Surveyed', 'version_ids': [(0, 0, {
    'method': 'over_time', 'measure': 'observed', 'trigger': False})]})
product.revenue_policy_id = policy
order = env['sale.order'].create({'partner_id': env['res.partner'].create({'name': 'Quay'}).id, 'order_line': [
    (0, 0, {'product_id': product.id, 'price_unit': 10000, 'tax_ids': [(5,)]})]})
order.action_confirm()
order.revenue_contract_id.date = '2026-01-01'
env.cr.commit()
print('order:' + order.name)
"""


@pytest.fixture(scope="module")
def server(module_odoo_server):
    """A server without a clock, with a few contracts."""
    server = module_odoo_server(max_cron_threads=0)
    make_world(server, 3)
    return server


@pytest.fixture(scope="module")
def order(server):
    """The name of an order whose progress is observed."""
    output = server.odoo_shell(OBSERVED)
    return next(line[6:] for line in output.splitlines() if line.startswith("order:"))


@pytest.fixture(scope="module")
def people(server):
    """Somebody of each role, by login."""
    return hire(server, {login: ROLES[login] for login in EVERYBODY})


@pytest.fixture(params=PROTOCOLS)
def ask(request, server, people):
    """A function that calls as somebody, over one of the protocols."""

    def call(login, model, method, ids=None, **arguments):
        return CLIENTS[request.param](server, people[login]).call(model, method, ids=ids, **arguments)

    call.protocol = request.param
    return call


def who_may(ask, model, method, ids=None, **arguments):
    """Return who is not refused a call for lack of rights; other refusals count as allowed."""
    allowed = set()
    for login in EVERYBODY:
        try:
            ask(login, model, method, ids=ids, **arguments)
        except Refusal as refusal:
            assert refusal.kind in ("access", "user"), (login, refusal)
            if refusal.kind == "access":
                continue
        allowed.add(login)
    return allowed


@pytest.mark.parametrize("model", MODELS)
def test_who_reads(ask, model):
    assert who_may(ask, model, "search_read", domain=[], fields=["id"], limit=1) == READERS


@pytest.mark.parametrize("model", KEPT)
def test_nobody_rewrites_history(server, ask, model):
    rows = server.query(f"SELECT id FROM {model.replace('.', '_')} LIMIT 1")
    ids = [rows[0][0]] if rows else [1]
    for login in EVERYBODY:
        for method, arguments in (("write", {"vals": {"company_id": 1}}), ("unlink", {})):
            with pytest.raises(Refusal):
                ask(login, model, method, ids=ids, **arguments)


def test_nobody_writes_the_subledger(ask):
    assert who_may(ask, "revenue.entry", "create", vals_list=[{"kind": "revenue", "amount": 1}]) == set()
    assert who_may(ask, "revenue.posting", "create", vals_list=[{"kind": "revenue"}]) == set()


def test_who_calls_what(ask):
    assert who_may(ask, "revenue.contract", "get_position", contracts_or_orders=[], at=DAY) == READERS
    assert who_may(ask, "revenue.contract", "get_scenario", contracts_or_orders=[], at=DAY) == READERS
    period = {"domain": [], "date_from": "2026-01-01", "date_to": "2026-12-31"}
    assert who_may(ask, "revenue.contract", "get_waterfall", **period) == READERS
    assert who_may(ask, "revenue.evidence", "record", items=[]) == ACCOUNTANTS
    assert who_may(ask, "revenue.ssp", "import_rows", rows=[]) == ACCOUNTANTS
    steps = {
        step: who_may(ask, "revenue.close", "run", company=1, date="2020-01-31", step=step)
        for step in ("approve", "post", "lock")
    }
    assert steps == dict.fromkeys(steps, CONTROLLERS)
    assert who_may(ask, "revenue.close", "run", company="nobody's", date=DAY, step="compute") == ACCOUNTANTS


def test_a_month_by_another_system(ask, order):
    """Evidence, position, and a close by two people; every call twice."""
    key = f"survey {ask.protocol}"
    day, value = ("2026-01-31", 0.25) if ask.protocol == "xmlrpc" else ("2026-02-28", 0.5)
    fact = {"key": key, "order": order, "date": day, "kind": "progress", "value": value}
    answers = [ask("revenue_accountant", "revenue.evidence", "record", items=[fact])[0]["status"] for _n in range(2)]
    assert answers == ["recorded", "duplicate"]
    [position] = ask("auditor", "revenue.contract", "get_position", contracts_or_orders=[{"order": order}], at=day)
    assert (position["revenue"], position["contract_asset"]) == (10000 * value, 10000 * value)

    def step(login, name):
        return [ask(login, "revenue.close", "run", company=1, date=day, step=name) for _n in range(2)]

    first, again = step("revenue_controller", "compute")
    assert first == again
    with pytest.raises(Refusal, match="colleague"):
        ask("revenue_controller", "revenue.close", "run", company=1, date=day, step="approve")
    for name, state in (("approve", "approved"), ("post", "posted"), ("lock", "locked")):
        first, again = step("admin", name)
        assert first == again
        assert (first["state"], first["difference"]) == (state, 0.0)
    waterfall = ask(
        "auditor",
        "revenue.contract",
        "get_waterfall",
        domain=[],
        date_from="2026-01-01",
        date_to=day,
        group_by="contract",
    )
    row = next(row for row in waterfall["rows"] if row["name"] == order)
    assert sum(row["recognised"].values()) == 10000 * value
    with pytest.raises(Refusal, match="compute it first"):
        ask("admin", "revenue.close", "run", company=1, date="2025-12-31", step="post")
    with pytest.raises(Refusal, match="locked through"):
        ask("admin", "revenue.close", "run", company=1, date="2025-12-31", step="compute")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"step": "close"}, "step: One of compute, approve, post, lock is expected, not"),
        ({"step": ["compute"]}, "step: One of compute, approve, post, lock is expected, not"),
        ({"step": {}}, "step: One of compute, approve, post, lock is expected, not"),
        ({"date": "31/01/2026"}, "date: An ISO date like 2026-01-31, as text, is expected, not"),
        ({"date": 20260131}, "date: An ISO date like 2026-01-31, as text, is expected, not"),
        ({"date": "9999-12-31"}, "date: A date between 1900 and 2999 is expected"),
        ({"date": "0001-01-01"}, "date: A date between 1900 and 2999 is expected"),
        ({"company": True}, "company: none of yours"),
        ({"company": [1]}, "company: none of yours"),
    ],
)
def test_a_wrong_call_says_where(ask, wrong, words):
    """One sentence, with the place."""
    with pytest.raises(Refusal, match=words):
        ask("revenue_accountant", "revenue.close", "run", **{"company": 1, "date": DAY, "step": "compute", **wrong})


def test_the_client_of_the_page(server, people, order):
    """Twice: the same progress once, the same close."""
    command = [sys.executable, EXAMPLES / "close_client.py", server.url, server.database.name]
    command += [people["revenue_accountant"].key, "1", order, "2026-03-31", "0.75"]
    company = server.query("SELECT name FROM res_company WHERE id = 1")[0][0]
    command[-4] = company
    first, again = (
        json.loads(subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout)
        for _n in range(2)
    )
    assert (first["evidence"], again["evidence"]) == ("recorded", "duplicate")
    assert (first["revenue"], first["close"]) == (7500.0, "computed")
    assert {**again, "evidence": "recorded"} == first
    command[-2] = "2026-13-31"
    wrong = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert wrong.returncode == 1
    assert "items[0].date" in wrong.stderr
    assert "Traceback" not in wrong.stderr
