"""An invoice run beside people and other servers: over both protocols, at the same moment, and killed half-way."""

import http.client
import random
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone

import pytest
from clusters import at_once, kill_workers, persistent
from stories import PROTOCOLS, Refusal, Stage, set_stage

RUN = "billing.run"
ORDERS, KILLS = 40, 5
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
#: After so many seconds a run that does not come to its end hangs; a busy machine is slow long before.
WAIT = 400


@pytest.fixture(scope="module")
def server(module_odoo_server):
    """A server with two workers and no clock: nothing is billed but what a story bills."""
    return module_odoo_server(workers=2, max_cron_threads=0)


@pytest.fixture(scope="module")
def stage(server):
    """The people on that server."""
    return set_stage(server, ["admin", "invoicing_user", "salesman", "nobody", "customer"])


@pytest.fixture(scope="module")
def stages(server, stage, module_odoo_server):
    """The same database through two servers, as in a cluster."""
    second = module_odoo_server(database=server.database, max_cron_threads=0)
    return stage, Stage(second, stage.people)


def today():
    """The day of the company, which keeps the days of UTC."""
    return datetime.now(timezone.utc).date().isoformat()


def customers(stage, count):
    """Make customers with two orders each; return their ids, and the orders."""
    found = [stage.make("res.partner", name=stage.key("Customer")) for _number in range(count)]
    return found, [stage.order(100.0, partner_id=customer) for customer in found for _number in range(2)]


def planned(stage, names):
    """Give customers an order with a plan each, of which a milestone of 400.00 is attained; return the orders."""
    orders, attained = [], []
    for customer in names:
        orders.append(stage.order(1000.0, partner_id=customer))
        attained += list(stage.plan(orders[-1], 40, {"balance": True})["milestones"].values())[:1]
    stage.attain(*attained)
    return orders


def begin(stage, key, names):
    """Begin a run of these customers; return the id of the run."""
    stage.admin.call(RUN, "start", day=today(), customers=names, key=key)
    return stage.find(RUN, [("key", "=", key)], "id")[0]["id"]


def go_on(stage, run):
    """Have a run go on to its end; return how far it is."""
    end = time.monotonic() + WAIT
    while time.monotonic() < end:
        persistent(lambda: stage.admin.call(RUN, "action_bill", ids=[run]))
        row = stage.read(RUN, run, "state", "open_count", "kept_count")
        if row["state"] == "done":
            return row
    return pytest.fail(f"Still at work after {WAIT} s: {row}")


def assert_billed_once(stage, orders):
    """Every line of these orders stands on exactly one invoice line, for its whole amount."""
    rows = stage.server.query(
        """
        SELECT line.id, line.price_subtotal, count(billed.id), sum(billed.price_subtotal)
          FROM sale_order_line line
     LEFT JOIN sale_order_line_invoice_rel link ON link.order_line_id = line.id
     LEFT JOIN account_move_line billed ON billed.id = link.invoice_line_id AND billed.parent_state <> 'cancel'
         WHERE line.order_id = ANY(%s)
      GROUP BY line.id
        """,
        list(orders),
    )
    assert len(rows) == len(orders)
    assert [row for row in rows if row[2] != 1 or row[1] != row[3]] == []


def assert_attained_billed_once(stage, orders):
    """Of each of these orders the attained milestone, and nothing else, stands on one invoice line."""
    rows = stage.server.query(
        """
        SELECT line.order_id, count(billed.id), sum(billed.price_subtotal)
          FROM sale_order_line line
          JOIN sale_order_line_invoice_rel link ON link.order_line_id = line.id
          JOIN account_move_line billed ON billed.id = link.invoice_line_id AND billed.parent_state <> 'cancel'
         WHERE line.order_id = ANY(%s)
      GROUP BY line.order_id
        """,
        list(orders),
    )
    assert sorted((order, count, float(amount)) for order, count, amount in rows) == [
        (order, 1, 400.0) for order in sorted(orders)
    ]
    open_ = "SELECT count(*) FROM billing_attainment WHERE order_id = ANY(%s) AND state <> 'billed'"
    assert stage.server.query(open_, list(orders)) == [(0,)]


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_other_systems_begin_and_follow_runs(stage, protocol):
    client = stage.client("invoicing_user", protocol)
    [customer], orders = customers(stage, 1)
    preview = client.call(RUN, "preview", day=today(), customers=[customer])
    assert [row["total"] for row in preview["invoices"]] == [200.0]
    begun = client.call(RUN, "start", day=today(), customers=[customer], key=f"{protocol} run")
    assert (begun["state"], begun["counts"]["to_bill"]) == ("running", 1)
    assert client.call(RUN, "start", day=today(), customers=[customer], key=f"{protocol} run") == begun
    go_on(stage, stage.find(RUN, [("key", "=", f"{protocol} run")], "id")[0]["id"])
    status = client.call(RUN, "get_status", key=f"{protocol} run")
    assert (status["state"], status["totals"]) == ("done", preview["totals"])
    assert_billed_once(stage, orders)
    with pytest.raises(Refusal, match="day: ") as refusal:
        client.call(RUN, "start", day="today")
    assert refusal.value.kind == "user"
    for login in ("salesman", "nobody", "customer"):
        for method, arguments in (
            ("preview", {"day": today()}),
            ("start", {"day": today()}),
            ("get_status", {"key": f"{protocol} run"}),
        ):
            with pytest.raises(Refusal) as refusal:
                stage.client(login, protocol).call(RUN, method, **arguments)
            assert refusal.value.kind == "access", (login, method)


def test_the_same_run_begun_on_two_servers_at_once_is_one(stages):
    names, orders = customers(stages[0], 3)

    def start(stage):
        return stage.admin.call(RUN, "start", day=today(), customers=names, key="both")["counts"]["to_bill"]

    assert at_once(*(lambda stage=stage: start(stage) for stage in stages)) == [3, 3]
    [row] = stages[0].find(RUN, [("key", "=", "both")], "id")
    at_once(*(lambda stage=stage: stage.admin.call(RUN, "action_bill", ids=[row["id"]]) for stage in stages))
    go_on(stages[0], row["id"])
    assert_billed_once(stages[0], orders)


def test_two_runs_on_two_servers_the_queue_and_a_person_bill_everything_once(stages):
    names, orders = customers(stages[0], ORDERS // 2)
    plans = planned(stages[0], names[::2])
    runs = [begin(stage, f"run-{number}", names) for number, stage in enumerate(stages)]

    def create_invoices():
        for order in orders[::3]:
            dialog = stages[1].make("sale.advance.payment.inv", sale_order_ids=[(6, 0, [order])])
            try:
                persistent(
                    lambda d=dialog: stages[1].admin.call("sale.advance.payment.inv", "create_invoices", ids=[d])
                )
            except Refusal as refusal:
                # The run was first, and nothing is left.
                assert refusal.kind == "user", refusal

    at_once(
        lambda: stages[0].admin.call(RUN, "action_bill", ids=[runs[0]]),
        lambda: stages[1].admin.call(RUN, "action_bill", ids=[runs[1]]),
        lambda: persistent(stages[1].drain),
        create_invoices,
    )
    for run in runs:
        assert go_on(stages[0], run)["kept_count"] == 0
    stages[0].drain()
    assert_billed_once(stages[0], orders)
    assert_attained_billed_once(stages[0], plans)


def test_milestones_wait_for_the_billing_day_and_are_billed_on_it(stage):
    [customer], orders = customers(stage, 1)
    [plan] = planned(stage, [customer])
    days = stage.make("billing.calendar", name="Every day", kind="weekly", every=1, **dict.fromkeys(WEEKDAYS, True))
    rules = {"billing_when": "days", "billing_calendar_id": days}
    stage.admin.call("res.partner", "write", ids=[customer], vals=rules)
    stage.drain()
    assert stage.invoices(plan) == []
    go_on(stage, begin(stage, "billing day", [customer]))
    assert_attained_billed_once(stage, [plan])
    assert_billed_once(stage, orders)
    assert len({row["id"] for order in (plan, *orders) for row in stage.invoices(order)}) == 1


def test_a_run_bills_of_a_plan_what_is_due_of_it(stage):
    customer = stage.make("res.partner", name="Planner")
    order = stage.order(1000.01, partner_id=customer)
    milestones = stage.plan(order, 33.33, {"balance": True}, invoice_policy="draft")["milestones"]
    stage.attain(*list(milestones.values())[:1])
    stage.drain()
    [invoice] = stage.invoices(order)
    stage.admin.call("account.move", "unlink", ids=[invoice["id"]])
    preview = stage.admin.call(RUN, "preview", day=today(), customers=[customer])
    run = begin(stage, "plan", [customer])
    go_on(stage, run)
    stage.drain()
    assert [row["untaxed"] for row in preview["invoices"]] == [333.30]
    assert [row["amount_untaxed"] for row in stage.invoices(order)] == [333.30]
    assert stage.read("billing.milestone", list(milestones.values())[0], "billed_amount")["billed_amount"] == 333.30
    stage.attain(*list(milestones.values())[1:])
    stage.drain()
    assert sum(row["amount_untaxed"] for row in stage.invoices(order)) == 1000.01


OLDER_SNAPSHOT = """
from psycopg2 import OperationalError
from odoo import api
with env.registry.cursor() as one, env.registry.cursor() as two:
    mine, theirs = api.Environment(one, 1, {{}}), api.Environment(two, 1, {{}})
    assert mine['sale.order'].browse({order}).invoice_status == 'to invoice'
    theirs['sale.order'].browse({order})._create_invoices()
    theirs.flush_all()
    two.commit()
    try:
        mine['sale.order'].browse({order})._create_invoices()
        print('found: billed twice')
    except OperationalError as error:
        print('found:', type(error).__name__)
    one.rollback()
"""


def test_who_saw_the_order_before_it_was_billed_is_tried_again(stage):
    order = stage.order(100.0)
    assert "found: SerializationFailure" in stage.server.odoo_shell(OLDER_SNAPSHOT.format(order=order))
    assert_billed_once(stage, [order])


def test_killed_half_way_what_is_posted_is_to_be_sent(server, stage):
    names, orders = customers(stage, ORDERS // 4)
    stage.admin.call(
        "res.partner", "write", ids=names, vals={"billing_invoices": "send", "email": "books@harbour.example"}
    )
    run = begin(stage, "sent", names)
    for pause in (0.4, 0.9, 0):
        with ThreadPoolExecutor(1) as pool:
            pool.submit(stage.admin.call, RUN, "action_bill", ids=[run])
            time.sleep(pause)
            kill_workers(server)
    go_on(stage, run)
    assert_billed_once(stage, orders)
    moves = [row["move_id"][0] for row in stage.find("billing.run.invoice", [("run_id", "=", run)], "move_id")]
    assert len(set(moves)) == len(names)
    stuck = "SELECT id FROM account_move WHERE id = ANY(%s) AND (state <> 'posted' OR sending_data IS NULL)"
    assert stage.server.query(stuck, moves) == [], "posted and to be sent, in one step"


def test_killed_half_way_a_run_ends_right(server, stage):
    random.seed(KILLS)
    cut = 0
    for number in range(KILLS):
        names, orders = customers(stage, ORDERS // 2)
        plans = planned(stage, names[::4])
        run = begin(stage, f"cut-{number}", names)

        def bill(run=run):
            try:
                stage.admin.call(RUN, "action_bill", ids=[run])
            except (OSError, http.client.HTTPException):
                return True
            return False

        with ThreadPoolExecutor(1) as pool:
            billing = pool.submit(bill)
            time.sleep(random.uniform(0.3, 1.5))
            kill_workers(server)
            cut += billing.result()
        go_on(stage, run)
        stage.drain()
        assert_billed_once(stage, orders)
        assert_attained_billed_once(stage, plans)
        assert stage.read(RUN, run, "billed_count")["billed_count"] == len(names)
    assert cut, "no cut hit a run"
