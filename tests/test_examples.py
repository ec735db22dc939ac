"""The examples of the documentation do what they say, against a real server."""

import json
import re
import subprocess
import sys
import threading
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from stories import hire, set_stage

DOCS = Path(__file__).parents[1] / "docs"
EXAMPLES = DOCS / "examples"


@pytest.fixture(scope="module")
def stage(module_odoo_server):
    """One server without a clock."""
    return set_stage(module_odoo_server(max_cron_threads=0), ["admin", "integration", "nobody"])


def run(example, *arguments, check=True):
    """Run an example as a person does; return the finished process."""
    command = [sys.executable, EXAMPLES / example, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=check, timeout=120)


def credentials(stage, example, login="integration"):
    """What an example takes to log in."""
    key = stage.people[login].key
    start = [stage.server.url, stage.server.database.name]
    return [*start, login, key] if example == "xmlrpc_client.py" else [*start, key]


@pytest.mark.parametrize("example", ["xmlrpc_client.py", "json2_client.py"])
def test_a_client_bills_half_an_order_once(stage, example):
    order = stage.order(1000.0)
    name = stage.read("sale.order", order, "name")["name"]
    first, again = (json.loads(run(example, *credentials(stage, example), name).stdout) for _number in range(2))
    assert (first["plan"], first["event"], first["pending"]) == ("created", "accepted", 0)
    assert (again["plan"], again["event"], again["pending"]) == ("unchanged", "duplicate", 0)
    assert [row["amount"] for row in again["milestone"]["invoices"]] == [500.0]
    assert [row["amount_untaxed"] for row in stage.invoices(order)] == [500.0]


@pytest.mark.parametrize("example", ["xmlrpc_client.py", "json2_client.py"])
def test_a_client_says_what_is_wrong(stage, example):
    unknown = run(example, *credentials(stage, example), "S-UNKNOWN", check=False)
    assert (unknown.returncode, "S-UNKNOWN" in unknown.stderr) == (1, True)
    forbidden = run(example, *credentials(stage, example, "nobody"), "S-UNKNOWN", check=False)
    assert forbidden.returncode == 1
    assert re.search(r"Odoo refused \((4|403)\)", forbidden.stderr), forbidden.stderr
    assert "Traceback" not in unknown.stderr + forbidden.stderr


@pytest.mark.parametrize("example", ["subscriptions_xmlrpc.py", "subscriptions_json2.py"])
def test_a_client_takes_a_subscription_over_once(stage, example):
    people = hire(stage.server, {"seller": ("sales_team.group_sale_manager", "account.group_account_invoice")})
    name = f"Taken over by {example}"
    stage.make("res.partner", name=name)
    stage.make("product.product", name=f"Seats of {example}", type="service", taxes_id=[])
    stage.make("subscription.plan", name=f"Monthly of {example}", alignment="day", day_of_month=1)
    start = [stage.server.url, stage.server.database.name]
    login = ["seller"] if "xmlrpc" in example else []
    said = [name, f"Seats of {example}", f"Monthly of {example}", f"CRM-{example}"]
    answers = [run(example, *start, *login, people["seller"].key, *said, check=False) for _number in range(2)]
    assert [answer.stderr for answer in answers] == ["", ""]
    first, again = (json.loads(answer.stdout) for answer in answers)
    assert (first["import"], first["change"]) == ("created", "accepted")
    assert (again["import"], again["change"]) == ("unchanged", "duplicate")
    assert first["coming"] == again["coming"]
    assert [row["amount"] for row in first["coming"][1:]] == [145.0, 145.0]
    assert first["coming"][0]["from"] == str(date.today().replace(day=1)), "what was billed before is not billed"
    unknown = run(example, *start, *login, people["seller"].key, "No such firm", *said[1:3], "X", check=False)
    assert (unknown.returncode, "No such firm" in unknown.stderr) == (1, True)


def test_the_what_if_prints_what_the_page_shows(stage):
    people = hire(stage.server, {"asking_auditor": ("revenue_recognition.group_revenue_auditor",)})
    start = [stage.server.url, stage.server.database.name]
    printed = run("whatif_client.py", *start, people["asking_auditor"].key).stdout
    assert f"```\n{printed}```" in (DOCS / "api.md").read_text()
    forbidden = run("whatif_client.py", *start, stage.people["nobody"].key, check=False)
    assert forbidden.returncode == 1
    assert "Odoo refused (403)" in forbidden.stderr
    assert "Traceback" not in forbidden.stderr


class Unreliable(BaseHTTPRequestHandler):
    """A network between client and Odoo that loses the first answer, refuses the second request, and then works."""

    target, failures, seen = None, ["lose", "refuse"], []

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.seen.append([event["key"] for event in json.loads(body)["events"]])
        failure = self.failures.pop(0) if self.failures else None
        if failure == "refuse":
            self.send_error(503)
            return
        answer = self.target(json.loads(body))
        if failure == "lose":
            self.connection.close()
            return
        content = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *arguments):
        """Say nothing."""


@pytest.fixture
def unreliable(stage):
    """The URL of a network that fails twice."""
    Unreliable.target = staticmethod(
        lambda body: stage.client("integration", "json2").call("billing.milestone", "attain", **body)
    )
    network = ThreadingHTTPServer(("127.0.0.1", 0), Unreliable)
    threading.Thread(target=network.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{network.server_port}"
    network.shutdown()
    network.server_close()


def test_the_retrying_client_loses_and_repeats_nothing(stage, unreliable, tmp_path):
    outbox = tmp_path / "outbox"
    milestones = list(stage.plan(stage.order(1000.0), 40, 60, key="first-plan")["milestones"].values())
    keys = [json.loads(run("retrying_psa.py", "add", outbox, f"first-plan-{number}").stdout) for number in (1, 2)]
    run("retrying_psa.py", "add", outbox, "no-such-milestone")
    key = stage.key("plan")
    stage.plan(stage.order(500.0), 100, key=key)
    run("retrying_psa.py", "add", outbox, f"{key}-1", 40)
    before = outbox.read_text()
    down = run("retrying_psa.py", "send", outbox, "http://127.0.0.1:9", "any", "key", 1, check=False)
    assert down.returncode
    assert outbox.read_text() == before, "what was not sent stays"

    sent = run("retrying_psa.py", "send", outbox, unreliable, stage.server.database.name, "any", 5)
    assert json.loads(sent.stdout) == {"accepted": 0, "duplicate": 3, "refused": 1}, "the first answer was lost"
    assert sent.stderr.count("again in") == 2
    assert len(Unreliable.seen) == 3
    assert Unreliable.seen[0] == Unreliable.seen[1] == Unreliable.seen[2]
    assert outbox.read_text() == ""
    assert "no-such-milestone" in Path(f"{outbox}.refused").read_text()
    recorded = stage.find("billing.attainment", [("key", "in", keys)], "milestone_id", "percent")
    assert sorted(row["milestone_id"][0] for row in recorded) == sorted(milestones)
    run("retrying_psa.py", "add", outbox, f"{key}-1", 100)
    direct = run("retrying_psa.py", "send", outbox, *credentials(stage, "retrying_psa.py"))
    assert json.loads(direct.stdout) == {"accepted": 1, "duplicate": 0, "refused": 0}


def test_a_client_reads_what_is_to_come(stage):
    order = stage.order(1000.0)
    stage.plan(order, 100)
    answer = json.loads(run("forecast_json2.py", *credentials(stage, "forecast_json2.py"), "week").stdout)
    assert answer["by"] == "week"
    assert order in [item["order"] for item in answer["undated"]["items"]]
    refused = run("forecast_json2.py", *credentials(stage, "forecast_json2.py", "nobody"), check=False)
    assert "Odoo refused (403)" in refused.stderr


def test_a_client_asks_the_customer_to_accept_once(stage):
    order = stage.order(1000.0)
    name = stage.read("sale.order", order, "name")["name"]
    key = stage.people["integration"].key
    start = [stage.server.url, stage.server.database.name, "integration", key, name]
    first, again = (json.loads(run("acceptance_xmlrpc.py", *start).stdout) for _number in range(2))
    assert (first["plan"], first["request"]) == ("created", "accepted")
    assert (again["plan"], again["request"]) == ("unchanged", "duplicate")
    for answer in (first, again):
        found = answer["acceptance"]
        assert (found["state"], found["percent_asked"], found["amount"]) == ("open", 100.0, 1000.0)
    assert len(stage.find("billing.acceptance", [("milestone_id.order_id", "=", order)], "state")) == 1
    assert stage.invoices(order) == [], "the customer has not accepted"
    unknown = run("acceptance_xmlrpc.py", *start[:-1], "S-UNKNOWN", check=False)
    assert (unknown.returncode, "S-UNKNOWN" in unknown.stderr) == (1, True)


def test_a_client_sets_a_budget_once(stage):
    people = hire(stage.server, {"planner": ("project.group_project_manager",)})
    project = stage.make("project.project", name="Budgeted by a client")
    start = [stage.server.url, stage.server.database.name, people["planner"].key, "Budgeted by a client", "PSA-1"]
    first, again = (json.loads(run("budgets_json2.py", *start, 40, 2000).stdout) for _number in range(2))
    assert (first["budget"], again["budget"]) == ("accepted", "duplicate")
    assert first["version"] == again["version"]
    assert (again["total"]["hours"]["budget"], again["total"]["cost"]["budget"]) == (40.0, 2000.0)
    assert stage.find("project.budget", [("project_id", "=", project)], "number")[0]["number"] == 1
    refused = run("budgets_json2.py", *start[:-2], "No such project", "PSA-2", 1, 1, check=False)
    assert (refused.returncode, "No such project" in refused.stderr) == (1, True)


def test_the_page_names_every_public_method_and_field(stage):
    page = (DOCS / "api.md").read_text()
    billing = ("import_schedules", "attain", "get_status", "run_pending")
    for name in (*billing, "simulate", "get_position", "get_scenario", "get_waterfall", "record", "import_rows", "run"):
        assert f"`{name}(" in page
    for example in EXAMPLES.glob("*.py"):
        assert f"examples/{example.name}" in page
    [milestone] = stage.plan(stage.order(10.0), 100)["milestones"].values()
    stage.attain(milestone)
    drained = stage.drain()
    [status] = stage.status(milestone)
    missing = [name for name in (*status, *status["invoices"][0], *drained) if f"`{name}`" not in page]
    assert missing == []
