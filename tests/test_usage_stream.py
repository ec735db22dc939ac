"""Usage over the streaming route: real HTTP, broken off, sent twice, two at once, the server killed half-way."""

import gzip
import http.client
import json
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
from stories import CLIENTS, PROTOCOLS, Refusal, hire

URL = "/subscription_billing/usage"
PEOPLE = {
    "feeder": ("subscription_billing.group_usage_recorder",),
    "nobody": (),
    "seller": ("sales_team.group_sale_manager",),
}


class Feeder:
    """A metering system with an API key."""

    def __init__(self, server, people):
        self.server = server
        self.people = people
        self.database = server.database

    def send(self, body, login="feeder", kind="application/x-ndjson", headers=None, **params):
        """POST a body; return the status and the answer."""
        request = urllib.request.Request(
            f"{self.server.url}{URL}?{urlencode(params)}",
            data=body,
            headers=self.headers(login, kind) | (headers or {}),
        )
        return self._answer(request)

    def lines(self, stream, login="feeder"):
        """Ask how many lines of a stream are stored."""
        request = urllib.request.Request(
            f"{self.server.url}{URL}?{urlencode({'stream': stream})}", headers=self.headers(login, "")
        )
        return self._answer(request)

    def headers(self, login, kind):
        return {
            "Authorization": f"Bearer {self.people[login].key}",
            "Content-Type": kind,
            "X-Odoo-Database": self.database.name,
        }

    def sums(self, subject):
        """What a subject used, and in how many records."""
        [found] = self.database.query(
            """SELECT coalesce(sum(d.sum), 0)::float, coalesce(sum(d.count), 0)::int FROM subscription_usage_day d
            JOIN subscription_metering_point p ON p.id = d.point_id WHERE p.name = %s""",
            subject,
        )
        return found

    def rows(self, subject):
        """How many rows there are of a subject."""
        [[found]] = self.database.query(
            """SELECT count(*) FROM subscription_usage u
            JOIN subscription_metering_point p ON p.id = u.point_id WHERE p.name = %s""",
            subject,
        )
        return found

    def _answer(self, request):
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            body = error.read()
            return error.code, json.loads(body) if body.startswith(b"{") else {}


def event(key, subject="acme", quantity=1, at="2025-03-10T12:00:00Z", meter="traffic", **more):
    return {"meter": meter, "subject": subject, "key": f"{subject}-{key}", "at": at, "quantity": quantity, **more}


def ndjson(*events):
    return b"".join(json.dumps(row).encode() + b"\n" for row in events)


@pytest.fixture(scope="module")
def feeder(module_odoo_server):
    """A server without a clock, with a meter, and a system that feeds it."""
    server = module_odoo_server(max_cron_threads=0)
    people = hire(server, PEOPLE)
    server.execute_kw("subscription.meter", "create", [[{"name": "Traffic", "code": "traffic"}]])
    return Feeder(server, people)


def test_a_stream_is_stored_and_answered_line_by_line(feeder):
    lines = (
        ndjson(event(1, quantity=1.5), event(2), event(1, quantity=1.5)) + b"nonsense\n\n" + ndjson(event(3, meter="x"))
    )
    status, answer = feeder.send(lines + ndjson(event(2, quantity=5)), stream="first")
    assert status == 200
    problems = answer.pop("problems")
    assert answer == {
        "lines": 7, "recorded": 2, "repeated": 1, "refused": 2, "aside": 1, "complete": True, "error": ""
    }  # fmt: skip
    assert [row["line"] for row in problems] == [4, 6, 7]
    assert '"quantity": "5"' in problems[2]["reason"]
    assert feeder.sums("acme") == (2.5, 2)
    assert feeder.lines("first") == (200, {"lines": 7})
    assert feeder.lines("unheard") == (200, {"lines": 0})
    status, answer = feeder.send(lines, start=100)
    assert (answer["recorded"], answer["repeated"], answer["lines"]) == (0, 3, 106)
    assert [row["line"] for row in answer["problems"]] == [104, 106]


def test_csv_and_packed_streams_are_read(feeder):
    text = (
        'meter,subject,key,at,quantity,dimension\n"traffic",csv,"a,1",2025-03-10,2.25,eu\ntraffic,csv,b,2025-03-10,x,\n'
    )
    status, answer = feeder.send(text.encode(), kind="text/csv; charset=utf-8")
    assert (status, answer["recorded"], [row["line"] for row in answer["problems"]]) == (200, 1, [3])
    assert feeder.sums("csv") == (2.25, 1)
    packed = gzip.compress(ndjson(event(1, "packed"))) + gzip.compress(ndjson(event(2, "packed")))
    assert feeder.send(packed, headers={"Content-Encoding": "gzip"})[1]["recorded"] == 2
    status, answer = feeder.send(packed[:-10], headers={"Content-Encoding": "gzip"})
    assert (answer["complete"], bool(answer["error"])) == (False, True)
    assert feeder.sums("packed") == (2.0, 2)


def test_a_stream_in_pieces_without_a_length_is_read(feeder):
    connection = http.client.HTTPConnection(urlsplit(feeder.server.url).netloc, timeout=60)
    parts = (ndjson(event(number, "pieces")) for number in range(1000))
    connection.request("POST", URL, parts, feeder.headers("feeder", "application/x-ndjson"), encode_chunked=True)
    answer = json.loads(connection.getresponse().read())
    assert (answer["recorded"], answer["complete"]) == (1000, True)


def test_a_connection_that_breaks_stores_whole_lines_only(feeder):
    body = ndjson(*(event(number, "broken") for number in range(30_000)))
    place = urlsplit(feeder.server.url)
    with socket.create_connection((place.hostname, place.port)) as link:
        head = [f"POST {URL}?stream=broken HTTP/1.1", f"Host: {place.netloc}", f"Content-Length: {len(body)}"]
        head += [f"{name}: {value}" for name, value in feeder.headers("feeder", "application/x-ndjson").items()]
        link.sendall("\r\n".join([*head, "", ""]).encode() + body[: len(body) - 100])
    assert wait_for(lambda: feeder.lines("broken")[1]["lines"]) == 25_000
    assert feeder.sums("broken") == (25_000.0, 25_000)
    rest = body.split(b"\n", 25_000)[-1]
    assert feeder.send(rest, stream="broken", start=25_000)[1]["lines"] == 30_000
    assert feeder.sums("broken") == (30_000.0, 30_000)


def test_the_feeder_of_the_documentation_follows_a_folder(feeder, tmp_path):
    feeder_path = Path(__file__).parents[1] / "docs/examples/usage_feeder.py"
    identity = [feeder.server.url, feeder.database.name, feeder.people["feeder"].key]

    def run(key=identity[2]):
        command = [sys.executable, feeder_path, *identity[:2], key, tmp_path, "--once"]
        return subprocess.run(command, capture_output=True, text=True, timeout=120)

    whole, half = ndjson(event(1, "fed"), event(2, "fed")) + b"nonsense\n", ndjson(event(3, "fed"))
    (tmp_path / "may.ndjson").write_bytes(whole + half[:20])
    first = run()
    assert (first.returncode, "may.ndjson:3: " in first.stderr) == (0, True), first.stderr
    assert feeder.sums("fed") == (2.0, 2)
    (tmp_path / "may.ndjson").write_bytes(whole + half)
    (tmp_path / "june.ndjson").write_bytes(ndjson(event(4, "fed")))
    assert run().returncode == 0
    assert feeder.sums("fed") == (4.0, 4)
    (tmp_path / ".sent.json").unlink()
    assert "recorded 0 repeated 3" in run().stdout
    assert feeder.sums("fed") == (4.0, 4)
    (tmp_path / "july.ndjson").write_bytes(ndjson(event(5, "fed")))
    refused = run("nothing")
    assert (refused.returncode, "Odoo refused (401)" in refused.stderr) == (1, True), refused.stderr


def test_two_streams_of_the_same_at_once_count_once(feeder):
    body = ndjson(*(event(number, f"twice-{number % 50}") for number in range(60_000)))
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(feeder.send(body))) for _number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {status for status, _answer in answers} == {200}
    assert sum(answer["recorded"] for _status, answer in answers) == 60_000
    assert sum(answer["repeated"] for _status, answer in answers) == 60_000
    assert {feeder.sums(f"twice-{number}") for number in range(50)} == {(1200.0, 1200)}


def test_who_may_send(feeder):
    for login, status in (("nobody", 403), ("seller", 403), ("feeder", 200)):
        assert feeder.send(ndjson(event(1, "rights")), login)[0] == status, login
        assert feeder.lines("rights", login)[0] == status, login
    headers = {"Authorization": "Bearer nothing"}
    assert feeder.send(b"", headers=headers)[0] == 401
    assert feeder.send(ndjson(event(1)), company=999999)[0] == 403
    assert feeder.send(ndjson(event(1)), company="x")[0] == 422
    assert feeder.send(ndjson(event(1)), kind="text/html")[0] == 415
    assert feeder.send(ndjson(event(1)), headers={"Content-Encoding": "br"})[0] == 422


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_who_may_call(feeder, protocol):
    def record(login, **more):
        client = CLIENTS[protocol](feeder.server, feeder.people[login])
        return client.call("subscription.usage", "record", events=[event(protocol, "calls")], **more)

    assert [row["status"] for row in record("feeder", dry_run=True)] == ["recorded"]
    assert [row["status"] for row in record("feeder")] == ["recorded"]
    assert [row["status"] for row in record("feeder")] == ["repeated"]
    client = CLIENTS[protocol](feeder.server, feeder.people["feeder"])
    assert client.call("subscription.usage.batch", "search_read", domain=[], fields=["recorded"], limit=1)
    for login in ("nobody", "seller"):
        with pytest.raises(Refusal) as refusal:
            record(login)
        assert refusal.value.kind == "access"
    for model in ("subscription.usage", "subscription.metering.point", "subscription.meter", "subscription.charge"):
        with pytest.raises(Refusal) as refusal:
            client.call(model, "search_read", domain=[], fields=["display_name"], limit=1)
        assert refusal.value.kind == "access", model
    for model in ("subscription.usage", "subscription.usage.batch", "subscription.usage.day"):
        with pytest.raises(Refusal) as refusal:
            client.call(model, "create", vals_list=[{}])
        assert refusal.value.kind == "access", model


def wait_for(ask, seconds=30):
    """Ask until the answer is not false; return it."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := ask():
            return found
        time.sleep(0.2)
    return None


def test_a_server_killed_half_way_stores_each_row_once(odoo_server):
    server = odoo_server(max_cron_threads=0)
    feeder = Feeder(server, hire(server, {"feeder": PEOPLE["feeder"]}))
    server.execute_kw("subscription.meter", "create", [[{"name": "Traffic", "code": "traffic"}]])
    body = ndjson(*(event(number, f"k{number % 100}") for number in range(150_000)))
    outcome = []

    def send():
        try:
            outcome.append(feeder.send(body, stream="killed"))
        except OSError as error:
            outcome.append(error)

    thread = threading.Thread(target=send)
    thread.start()
    assert wait_for(lambda: server.database.query("SELECT count(*) FROM subscription_usage_batch")[0][0])
    server.kill()
    thread.join()
    assert isinstance(outcome[0], OSError)
    [[stored]] = server.database.query("SELECT count(*) FROM subscription_usage")
    again = Feeder(odoo_server(database=server.database, max_cron_threads=0), feeder.people)
    [[left]] = server.database.query("SELECT max(lines) FROM subscription_usage_batch")
    assert 0 < stored == left < 150_000
    assert again.lines("killed")[1] == {"lines": stored}
    answer = again.send(body, stream="killed")[1]
    assert (answer["recorded"], answer["repeated"]) == (150_000 - stored, stored)
    assert {again.sums(f"k{number}") for number in range(100)} == {(1500.0, 1500)}


def test_archives_are_made_while_usage_comes_in(feeder):
    old = event(1, "archived", meter="archived")
    feeder.server.execute_kw(
        "subscription.meter", "create", [[{"name": "Archived", "code": "archived", "keep_months": 1}]]
    )
    assert feeder.send(ndjson(old, event(2, "archived", meter="archived")))[1]["recorded"] == 2
    with feeder.server.psql() as cursor:
        # As a batch does that is being stored.
        cursor.execute("BEGIN")
        cursor.execute("UPDATE subscription_metering_point SET last_batch = last_batch + 1 WHERE name = 'archived'")
        archive = threading.Thread(
            target=feeder.server.odoo_shell, args=("env['subscription.usage.archive']._cron_archive()",)
        )
        archive.start()
        waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = %s"
        assert wait_for(lambda: feeder.database.query(waits, feeder.database.name)[0][0])
        cursor.execute("COMMIT")
    archive.join()
    assert feeder.rows("archived") == 0
    assert feeder.sums("archived") == (2.0, 2)
