"""Two servers on one database, power cuts, users at the same moment: nothing is billed twice, nothing is lost."""

import http.client
import random
import re
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from clusters import at_once, kill_workers, persistent
from stories import Stage, set_stage

ROUNDS = 80
KILLS = 10
#: After so many seconds a queue that does not come to its end hangs; a busy machine is slow long before.
WAIT = 400
#: First key of the advisory locks under which a batch is billed.
LOCK_SPACE = 606010


@pytest.fixture(scope="module")
def server(module_odoo_server):
    """A server with two workers and no clock: nothing is billed but what a story bills."""
    return module_odoo_server(workers=2, max_cron_threads=0)


@pytest.fixture(scope="module")
def stage(server):
    """The people on that server."""
    return set_stage(server, ["admin", "integration", "project_user"])


@pytest.fixture(scope="module")
def stages(server, stage, module_odoo_server):
    """The same database through two servers, as in a cluster."""
    second = module_odoo_server(database=server.database, max_cron_threads=0)
    return stage, Stage(second, stage.people)


def drain_to_the_end(stage):
    """Bill until nothing waits; return what is left, which is nothing."""
    end = time.monotonic() + WAIT
    while time.monotonic() < end:
        counts = stage.drain()
        assert counts["failed"] == 0, stage.find("billing.attainment", [("state", "=", "failed")], "reason")
        if not counts["pending"]:
            return
    pytest.fail(f"Still waiting after {WAIT} s: {counts}")


def assert_billed_once(stage, order):
    """Every milestone of the order stands on exactly one posted invoice line, for its whole amount."""
    rows = stage.server.query(
        """
        SELECT milestone.id, milestone.amount, count(line.id), sum(line.price_subtotal)
          FROM billing_milestone milestone
     LEFT JOIN account_move_line line ON line.billing_milestone_id = milestone.id AND line.parent_state = 'posted'
         WHERE milestone.order_id = %s
      GROUP BY milestone.id
        """,
        order,
    )
    assert [row for row in rows if row[2] != 1 or row[1] != row[3]] == []
    states = stage.server.query("SELECT state, count(*) FROM billing_attainment WHERE order_id = %s GROUP BY 1", order)
    assert dict(states).keys() == {"billed"}


def assert_books_whole(stage):
    """No draft or empty invoice is left behind, and the invoice numbers have no gaps."""
    moves = stage.server.query(
        """
        SELECT move.name, move.state, count(line.id)
          FROM account_move move
     LEFT JOIN account_move_line line ON line.move_id = move.id AND line.display_type = 'product'
         WHERE move.move_type = 'out_invoice'
      GROUP BY move.id
        """
    )
    assert [row for row in moves if row[1] != "posted" or not row[2]] == []
    numbers = sorted(int(re.search(r"(\d+)$", name).group(1)) for name, _state, _lines in moves)
    assert numbers == list(range(1, len(numbers) + 1))


# === AT THE SAME MOMENT === #


def test_two_servers_attain_and_drain_the_same_milestones(stages):
    orders = [stages[0].order(100000.0) for _number in range(4)]
    plans = [stages[0].plan(order, *[2] * (ROUNDS // 4))["milestones"] for order in orders]
    milestones = [milestone for plan in plans for milestone in plan.values()]
    statuses, invoices = Counter(), 0
    for milestone in milestones:
        event = {"key": f"race-{milestone}", "milestone": milestone}

        def attain_and_drain(stage, event=event):
            [result] = persistent(lambda: stage.attain(event))
            return result["status"], persistent(stage.drain)["invoices"]

        for status, made in at_once(*(lambda stage=stage: attain_and_drain(stage) for stage in stages)):
            statuses[status] += 1
            invoices += made
    drain_to_the_end(stages[0])
    assert statuses == {"accepted": ROUNDS, "duplicate": ROUNDS}
    for order in orders:
        assert len(stages[0].invoices(order)) == ROUNDS // 4
        assert_billed_once(stages[0], order)
    assert_books_whole(stages[0])


def test_duplicate_events_of_two_clients_are_recorded_once(stages):
    order = stages[0].order(1000.0)
    milestones = list(stages[0].plan(order, *[2] * 50)["milestones"].values())
    for percent in range(10, 101, 10):
        events = [{"key": f"both-{row}-{percent}", "milestone": row, "percent": percent} for row in milestones]
        answers = at_once(
            lambda events=events: persistent(lambda: stages[0].attain(*events)),
            lambda events=events: persistent(lambda: stages[1].attain(*events[::-1])),
        )
        statuses = Counter((row["key"], row["status"]) for rows in answers for row in rows)
        assert set(statuses.values()) == {1}
        assert Counter(status for _key, status in statuses) == {"accepted": 50, "duplicate": 50}
    query = (
        "SELECT count(*), count(DISTINCT key), count(DISTINCT milestone_id) FROM billing_attainment WHERE order_id=%s"
    )
    assert stages[0].server.query(query, order) == [(500, 500, 50)]
    drain_to_the_end(stages[0])
    assert_billed_once(stages[0], order)


LAST_TASKS = """
from odoo import api
order = env['sale.order'].browse({order})
milestone = order.billing_milestone_ids
first, last = milestone.task_ids
user = env['res.users'].search([('login', '=', 'project_user')]).id
with env.registry.cursor() as one, env.registry.cursor() as two:
    mine, theirs = api.Environment(one, user, {{}}), api.Environment(two, user, {{}})
    for cursor in (one, two):
        cursor.execute("SET lock_timeout = '5s'")
    assert mine['project.task'].browse(last.id).state != '1_done'
    theirs['project.task'].browse(last.id).state = '1_done'
    theirs.flush_all()
    mine['project.task'].browse(first.id).state = '1_done'
    mine.flush_all()
    two.commit()
    one.commit()
env.cr.rollback()
env.invalidate_all()
print('before:', milestone.attained_percent, len(milestone.attainment_ids))
"""


def test_two_users_finish_the_last_two_tasks_at_the_same_moment(stage):
    order = stage.order(1000.0, product=stage.task_service)
    project = stage.find("project.project", [("sale_order_id", "=", order)], "id")[0]["id"]
    tasks = [stage.make("project.task", name=f"Part {number}", project_id=project) for number in (1, 2)]
    stage.plan(order, {"percent": 100, "due": {"on": "task", "tasks": tasks}})
    output = stage.server.odoo_shell(LAST_TASKS.format(order=order))
    assert "before: 0.0 0" in output, "neither user could see that the other was finishing"
    drain_to_the_end(stage)
    assert [row["amount_untaxed"] for row in stage.invoices(order)] == [1000.0]
    assert_billed_once(stage, order)


def test_an_order_is_edited_while_it_is_drained(stages):
    order = stages[0].order(40000.0)
    milestones = list(stages[0].plan(order, *[2.5] * 40)["milestones"].values())
    line = stages[0].find("sale.order.line", [("order_id", "=", order)], "id")[0]["id"]
    prices = [40000.0 + 100 * number for number in range(1, 11)]

    def edit():
        for price in prices:
            change = {"price_unit": price}
            persistent(lambda change=change: stages[1].admin.call("sale.order.line", "write", ids=[line], vals=change))

    for start in range(0, 30, 10):
        stages[0].attain(*milestones[start : start + 10])
        at_once(lambda: persistent(stages[0].drain), edit)
    stages[0].attain(*milestones[30:])
    drain_to_the_end(stages[0])
    planned = stages[0].read("billing.milestone", milestones, "amount", "billed_amount")
    assert [row for row in planned if row["amount"] != row["billed_amount"]] == []
    assert round(sum(row["amount_untaxed"] for row in stages[0].invoices(order)), 2) == prices[-1]
    assert stages[0].read("sale.order.line", line, "qty_invoiced", "invoice_status") == {
        "id": line,
        "qty_invoiced": 1.0,
        "invoice_status": "invoiced",
    }
    assert_billed_once(stages[0], order)


# === POWER CUTS === #


def wait_for_billing(server, seconds=60):
    """Wait until a batch is being billed."""
    end = time.monotonic() + seconds
    query = """
        SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
         WHERE datname = current_database() AND locktype = 'advisory' AND classid = %s AND objid <> 0
    """
    with server.psql() as cursor:
        while time.monotonic() < end:
            cursor.execute(query, [LOCK_SPACE])
            if cursor.fetchone()[0]:
                return
    pytest.fail("Nothing is being billed.")


def test_killed_in_the_middle_of_the_drain(server, stage):
    orders = [stage.order(1000.0) for _number in range(KILLS // 5 * 4)]
    plans = [list(stage.plan(order, *[4] * 25)["milestones"].values()) for order in orders]
    random.seed(KILLS)
    cut = 0
    for number in range(KILLS):
        # Five milestones of each of four orders.
        four, first = number // 5 * 4, number % 5 * 5
        stage.attain(*(milestone for plan in plans[four : four + 4] for milestone in plan[first : first + 5]))

        def drain():
            try:
                stage.drain()
            except (OSError, http.client.HTTPException):
                return True
            return False

        with ThreadPoolExecutor(1) as pool:
            draining = pool.submit(drain)
            wait_for_billing(server)
            # The cut comes at any moment: before, in, and after the billing of the batch.
            time.sleep(random.uniform(0, 1.2))
            kill_workers(server)
            cut += draining.result()
    assert cut > KILLS / 4, f"only {cut} of {KILLS} cuts hit a drain"
    drain_to_the_end(stage)
    for order in orders:
        assert len(stage.invoices(order)) == 25
        assert sum(row["amount_untaxed"] for row in stage.invoices(order)) == 1000.0
        assert_billed_once(stage, order)
    assert_books_whole(stage)


# === THE END === #


UNINSTALL = """
env['ir.module.module'].search([('name', '=', 'milestone_billing')]).button_immediate_uninstall()
"""
AFTERWARDS = """
order = env['sale.order'].browse({order})
for record in (order, *order.invoice_ids):
    view = record.get_views([(False, 'form'), (False, 'list')])['views']['form']
    record.web_read({{name: {{}} for name in record.fields_get() if '"' + name + '"' in view['arch']}})
print('found:', [(move.state, move.amount_untaxed) for move in order.invoice_ids.sorted('id')],
      [(line.price_subtotal, line.qty_invoiced, line.qty_to_invoice) for line in order.order_line],
      order.state, 'billing.schedule' in env)
order.invoice_ids.sorted('id')[0]._reverse_moves(cancel=True)
other = order.copy()
other.action_confirm()
print('billed natively:', other._create_invoices().amount_untaxed)
"""


def test_the_uninstalled_addon_leaves_orders_and_invoices(odoo_server):
    stage = set_stage(odoo_server(max_cron_threads=0), ["admin", "integration"])
    order = stage.order(1000.0, product=stage.task_service)
    milestones = list(
        stage.plan(order, 30, {"percent": 30, "due": {"on": "task"}}, {"balance": True})["milestones"].values()
    )
    stage.make("billing.hold", order_id=order, reason="Not yet", date_to="2020-01-01", date_from="2020-01-01")
    stage.attain(*milestones[:2])
    stage.drain()
    stage.server.stop()
    stage.server.odoo_shell(UNINSTALL)
    output = stage.server.odoo_shell(AFTERWARDS.format(order=order))
    lines = "[(400.0, 0.0, 1.0), (600.0, 2.0, 0.0)]"
    assert f"found: [('posted', 300.0), ('posted', 300.0)] {lines} sale False" in output
    assert "billed natively: 1000.0" in output


def test_an_order_of_a_thousand_milestones_is_billed_exactly(stage):
    count = 1000
    order = stage.order(33333.33)
    amounts = stage.find("sale.order.line", [("order_id", "=", order)], "price_subtotal")
    planned = stage.plan(order, *[0.1] * (count - 1), {"balance": True}, grouping="order")["milestones"]
    results = stage.attain(*planned.values())
    assert Counter(row["status"] for row in results) == {"accepted": count}
    drain_to_the_end(stage)
    billed = stage.server.query(
        """
        SELECT sale_line.id, sum(line.price_subtotal)
          FROM account_move_line line
          JOIN sale_order_line_invoice_rel link ON link.invoice_line_id = line.id
          JOIN sale_order_line sale_line ON sale_line.id = link.order_line_id
         WHERE sale_line.order_id = %s AND line.parent_state = 'posted'
      GROUP BY sale_line.id
        """,
        order,
    )
    assert {line: float(amount) for line, amount in billed} == {row["id"]: row["price_subtotal"] for row in amounts}
    status = stage.find("sale.order", [("id", "=", order)], "invoice_status", "amount_to_invoice")[0]
    assert status == {"id": order, "invoice_status": "invoiced", "amount_to_invoice": 0.0}
