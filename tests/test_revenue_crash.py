"""Closes under power cuts and two people at once: nothing is lost, nothing is booked twice, each refusal is named."""

import http.client
import os
import random
import subprocess
import time
import xmlrpc.client
from concurrent.futures import ThreadPoolExecutor

import pytest
from clusters import at_once, kill_workers
from revenue_world import clients, make_world, set_parameters
from stories import Refusal, XmlRpc

CONTRACTS = 40
DAY = "2026-01-31"
#: What the year's support earns in January, per contract, in cents.
EARNED = sum((2 * (1000 + number) * 100 * 31 + 365) // (2 * 365) for number in range(CONTRACTS))


@pytest.fixture(scope="module")
def founded(module_odoo_database):
    """A world without a server, and its people: each story copies it."""
    database = module_odoo_database()
    return database, make_world(database, CONTRACTS)


@pytest.fixture
def open_world(founded, odoo_database, odoo_server):
    """A factory of servers on copies of that world, with system parameters; returns a server and its clients."""

    def start(workers=0, max_cron_threads=0, **parameters):
        database = odoo_database(of=founded[0].name)
        set_parameters(database, **parameters)
        server = odoo_server(workers=workers, database=database, max_cron_threads=max_cron_threads)
        return server, clients(server, founded[1])

    return start


def run(people, login, step):
    """Take the close one step further."""
    return people[login].call("revenue.close", "run", company=1, date=DAY, step=step)


def attempt(call):
    """Run a call that may die with its worker."""
    try:
        return call()
    except (OSError, http.client.HTTPException, xmlrpc.client.ProtocolError):
        return None
    except Refusal as refusal:
        if "working on" not in refusal.message:
            raise
        return None


def state_of(server):
    """The state of the close, or "" where there is none."""
    rows = server.query("SELECT state FROM revenue_close WHERE date = %s AND kind = 'close' ORDER BY id DESC", DAY)
    return rows[0][0] if rows else ""


def assert_booked_once(server):
    """Each contract's revenue is in the subledger once, and the ledger says the same."""
    rows = server.query(
        """
        SELECT count(*), count(DISTINCT contract_id), sum(amount) FROM revenue_entry WHERE kind = 'revenue'
        """
    )
    assert [(count, contracts, round(amount * 100)) for count, contracts, amount in rows] == [
        (CONTRACTS, CONTRACTS, EARNED)
    ]
    ledger = server.query(
        """
        SELECT round(-sum(l.balance) * 100)
          FROM account_move_line l JOIN revenue_posting p ON p.id = l.revenue_posting_id
         WHERE p.kind = 'revenue' AND l.account_id = p.credit_account_id AND l.parent_state = 'posted'
        """
    )
    assert ledger == [(EARNED,)]
    assert server.query("SELECT count(*), count(DISTINCT (kind, debit_account_id)) FROM revenue_posting") == [(3, 3)]
    assert server.query(
        """
        SELECT count(*) FROM revenue_posting p
         WHERE kind != 'billing' AND (SELECT count(*) FROM account_move_line WHERE revenue_posting_id = p.id) != 2
        """
    ) == [(0,)]


def cut_power_until(server, people, login, step, done):
    """Repeat a step with workers killed at random moments, until it is done; then once more without."""
    moments = random.Random(606)
    for _round in range(8):
        with ThreadPoolExecutor(1) as pool:
            call = pool.submit(attempt, lambda: run(people, login, step))
            time.sleep(moments.uniform(0.02, 0.9))
            kill_workers(server)
            call.result()
        if state_of(server) in done:
            break
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            return run(people, login, step)
        except (OSError, Refusal) as error:
            if isinstance(error, Refusal) and "working on" not in error.message:
                raise
            time.sleep(0.2)
    return pytest.fail(f"{step} did not come through")


def test_killed_during_compute_and_post(open_world):
    """Whatever was killed is done by doing it again: once."""
    server, people = open_world(workers=2, postings_per_move=1)
    assert cut_power_until(server, people, "revenue_accountant", "compute", ("computed",))["state"] == "computed"
    assert run(people, "revenue_controller", "approve")["state"] == "approved"
    last = cut_power_until(server, people, "revenue_controller", "post", ("posted",))
    assert (last["state"], last["difference"]) == ("posted", 0.0)
    assert_booked_once(server)


def test_killed_in_the_background(open_world):
    """A large close goes on with the parts that are not done, with new workers, until all are."""
    server, people = open_world(
        workers=2, max_cron_threads=2, chunk=3, background=5, background_postings=1, postings_per_move=1
    )
    assert run(people, "revenue_accountant", "compute")["state"] in ("computing", "computed")
    follow(server, people, "revenue_accountant", "compute", "computed")
    wait_until(lambda: attempt(lambda: run(people, "revenue_controller", "approve")))
    wait_until(lambda: attempt(lambda: run(people, "revenue_controller", "post")))
    follow(server, people, "revenue_controller", "post", "posted")
    assert_booked_once(server)


def follow(server, people, login, step, wanted):
    """Wait for the background to finish a step, killing workers meanwhile; asking again wakes it."""
    moments = random.Random(25)
    end = time.monotonic() + 120
    kills = 0
    while state_of(server) != wanted:
        assert time.monotonic() < end, state_of(server)
        time.sleep(moments.uniform(0.05, 0.4))
        if kills < 6:
            kill_workers(server)
            kills += 1
        else:
            attempt(lambda: run(people, login, step))


def test_workers_take_different_parts(open_world):
    """One worker waits for somebody who has a contract locked; the other one does all other parts meanwhile."""
    server, people = open_world(workers=2, max_cron_threads=2, chunk=3, background=5)
    with server.database.psql() as somebody:
        somebody.execute("BEGIN; SELECT id FROM revenue_contract ORDER BY id LIMIT 1 OFFSET 1 FOR UPDATE")
        [(locked,)] = somebody.fetchall()
        assert run(people, "revenue_accountant", "compute")["state"] == "computing"
        wait_until(lambda: len(left(server)) == 1)
        [(first, last)] = left(server)
        assert first <= locked <= last
        assert state_of(server) == "computing"
        somebody.execute("COMMIT")
    wait_until(lambda: state_of(server) == "computed")
    assert left(server) == []
    wait_until(lambda: attempt(lambda: run(people, "revenue_controller", "approve")))
    wait_until(lambda: attempt(lambda: run(people, "revenue_controller", "post")))
    assert_booked_once(server)


STALE = """
from psycopg2.errors import SerializationFailure
close = env['revenue.close'].search([('state', '=', 'posting')])
with env.registry.cursor() as other:
    mine = close.with_env(close.env(cr=other))
    mine._lock_row()
    assert mine._post_part()
try:
    close._lock_row()
    close._post_part()
    env.cr.commit()
    print('posted what was posted')
except SerializationFailure:
    env.cr.rollback()
    print('had to look again')
"""


def test_who_looked_before_somebody_posted_looks_again(open_world):
    """Two transactions that begin at once and lock the close one after the other do not post the same part twice."""
    server, people = open_world(background_postings=1, postings_per_move=1)
    run(people, "revenue_accountant", "compute")
    run(people, "revenue_controller", "approve")
    assert run(people, "revenue_controller", "post")["state"] == "posting"
    assert "had to look again" in server.odoo_shell(STALE)
    server.execute_kw("ir.config_parameter", "set_param", ["revenue_recognition.background_postings", "100"])
    assert run(people, "revenue_controller", "post")["state"] == "posted"
    assert_booked_once(server)


def left(server):
    """The parts of the close that are not done: the first and the last contract of each."""
    return server.query("SELECT first_contract_id, last_contract_id FROM revenue_close_part WHERE NOT done")


def wait_until(condition):
    """Wait for what comes within a minute."""
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.1)


def test_two_people_close_at_once(open_world):
    """Both get the same close; it is computed, posted and locked once."""
    server, people = open_world(workers=2)
    for login, step in (
        ("revenue_accountant", "compute"),
        ("revenue_controller", "approve"),
        ("revenue_controller", "post"),
        ("revenue_controller", "lock"),
    ):

        def both(login=login, step=step):
            while True:
                try:
                    return run(people, login, step)
                except Refusal as refusal:
                    named = ("working on", "one close at work", "serialize", "deadlock")
                    assert any(words in refusal.message for words in named), refusal.message

        assert len({answer["close"] for answer in at_once(*[both] * 4)}) == 1
    assert state_of(server) == "locked"
    assert server.query("SELECT count(*) FROM revenue_close") == [(1,)]
    assert_booked_once(server)


def test_restored_from_a_dump(open_world, odoo_server, odoo_database, tmp_path):
    """A dump taken between the steps is restored: its close goes on from there, to the same books."""
    server, people = open_world()
    run(people, "revenue_accountant", "compute")
    dump = tmp_path / "dump"
    connection = server.database.installation.database.connection(server.database.name)
    pg("pg_dump", connection, "--format=custom", f"--file={dump}", connection["dbname"])
    run(people, "revenue_controller", "approve")
    posted = run(people, "revenue_controller", "post")

    copy = odoo_database()
    pg("pg_restore", connection, "--clean", "--if-exists", "--no-owner", f"--dbname={copy.name}", str(dump))
    other = odoo_server(database=copy, max_cron_threads=0)
    assert state_of(other) == "computed"
    theirs = {login: XmlRpc(other, client.person) for login, client in people.items()}
    assert run(theirs, "revenue_accountant", "compute")["state"] == "computed"
    run(theirs, "revenue_controller", "approve")
    again = run(theirs, "revenue_controller", "post")
    assert again["postings"] == posted["postings"]
    assert_booked_once(other)


def pg(program, connection, *arguments):
    """Run a program of PostgreSQL against the cluster of the tests."""
    places = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD"}
    environment = {name: str(connection[key]) for key, name in places.items() if connection.get(key)}
    subprocess.run([program, *arguments], env={**os.environ, **environment}, check=True)
