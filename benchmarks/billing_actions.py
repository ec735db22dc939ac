"""The actions that are measured, each in transactions of its own as in real life.

Every function takes the registry first; it returns what JSON can carry.
"""

import time
from contextlib import contextmanager

from odoo import SUPERUSER_ID, api, fields

from benchmarks import billing_data, views


@contextmanager
def environment(registry, user=SUPERUSER_ID):
    """Yield an environment with nothing cached, as a request or a cron gets it; commit at the end."""
    with registry.cursor() as cr:
        yield api.Environment(cr, user, {})


def prepare(registry):
    """Set the company up."""
    with environment(registry) as env:
        billing_data.set_up(env)


def make(registry, kind, **arguments):
    """Create orders; return their ids."""
    with environment(registry) as env:
        return getattr(billing_data, kind)(env, **arguments).ids


# === ODOO ALONE === #


def reach(registry, orders, step):
    """Reach the native milestones of a step."""
    with environment(registry) as env:
        lines = env["sale.order"].browse(orders).order_line
        env["project.milestone"].search([("sale_line_id", "in", lines.ids), ("sequence", "=", step)]).write(
            {"is_reached": True}
        )


def native_batch(registry, orders):
    """Invoice and post many orders in one go."""
    start = time.perf_counter(), time.process_time()
    with environment(registry) as env:
        moves = env["sale.order"].browse(orders)._create_invoices(grouped=True)
        moves.action_post()
    return measured(registry, start, moves.ids)


def native_one_by_one(registry, orders):
    """Invoice and post order by order, a transaction each, as a person or a script does."""
    start, ids = (time.perf_counter(), time.process_time()), []
    for order in orders:
        with environment(registry) as env:
            moves = env["sale.order"].browse(order)._create_invoices()
            moves.action_post()
            ids += moves.ids
    return measured(registry, start, ids)


# === OURS === #


def finish_tasks(registry, orders, step):
    """Do the tasks of a step, which attains its milestones."""
    with environment(registry) as env:
        milestones = env["billing.milestone"].search([("order_id", "in", orders), ("sequence", "=", step)])
        milestones.task_ids.write({"state": "1_done"})


def attain(registry, orders, steps):
    """Attain milestones by hand, as another system does."""
    with environment(registry) as env:
        milestones = env["billing.milestone"].search([("order_id", "in", orders), ("sequence", "in", steps)])
        milestones._attain(100.0, fields.Date.today(), "manual")


def drain(registry):
    """Bill what is pending, as the cron does."""
    start, busy = time.perf_counter(), time.process_time()
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        before = cr.sql_log_count
        counts = env["billing.attainment"]._drain()
        queries = cr.sql_log_count - before
    seconds = {"seconds": time.perf_counter() - start, "busy": time.process_time() - busy}
    return {**seconds, "queries": queries, **counts}


# === BOTH === #


def measured(registry, start, ids):
    """The seconds since ``start``, and what was made."""
    seconds, busy = time.perf_counter() - start[0], time.process_time() - start[1]
    with environment(registry) as env:
        moves = env["account.move"].browse(ids)
        assert set(moves.mapped("state")) == {"posted"}, moves.mapped("state")
        lines = len(moves.invoice_line_ids)
    return {"seconds": seconds, "busy": busy, "invoices": len(ids), "lines": lines}


def task_done(registry, tasks):
    """Do tasks one by one as the project manager; return the milliseconds of each, commit included.

    By the clock, and those the process itself was busy: the latter hardly change on a machine with other work.
    """
    with environment(registry) as env:
        user = env["res.users"].search([("login", "=", "bench")]).id
    result = []
    for task in tasks:
        start, busy = time.perf_counter(), time.process_time()
        with registry.cursor() as cr:
            api.Environment(cr, user, {})["project.task"].browse(task).write({"state": "1_done"})
        result.append([(time.perf_counter() - start) * 1000, (time.process_time() - busy) * 1000])
    return result


def tasks_of(registry, orders):
    """The ids of the open tasks of the orders."""
    with environment(registry) as env:
        return env["project.task"].search([("sale_order_id", "in", orders), ("state", "=", "01_in_progress")]).ids


def open_list(registry, model, domain):
    """The milliseconds the server takes for a list, as the web client asks for it."""
    return views.open_list(registry, model, domain)


def open_form(registry, model, record):
    """The milliseconds the server takes for a form, as the web client asks for it."""
    return views.open_form(registry, model, record)
