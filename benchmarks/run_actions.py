"""What ``bin/bench run`` measures, each in transactions of its own as in real life.

Every function takes the registry first; it returns what JSON can carry.
"""

import time

from odoo import SUPERUSER_ID, api
from odoo.fields import Command
from odoo.tools import SQL

from benchmarks.billing_actions import environment

PRICE = 120.0
#: A customer's orders, of five lines together: what is ordered, and what is done. Odoo alone bills the latter by
#: delivered quantities; with a billing schedule, its milestone is due, and so is another source.
ORDERS = (("Bench ordered", 3), ("Bench done", 2))


def prepare(registry):
    """Set the company up; what a run bills is posted, where there are runs."""
    with environment(registry) as env:
        company = env.company
        if not company.chart_template:
            env["account.chart.template"].try_loading("generic_coa", company, install_demo=False)
        tax = env["account.tax"].search([("type_tax_use", "=", "sale"), ("company_id", "=", company.id)], limit=1)
        common = {"type": "service", "list_price": PRICE, "taxes_id": [Command.set(tax.ids)]}
        env["product.product"].create(
            [
                {**common, "name": "Bench ordered", "invoice_policy": "order"},
                {**common, "name": "Bench done", "invoice_policy": "delivery"},
            ]
        )
        if "billing.run" in env:
            # Milestones are left to the run.
            company.write({"billing_invoices": "post", "billing_automatic": "yes"})


def make_orders(registry, customers, number):
    """Create as many customers, each with two orders of which everything is due; return the ids of the orders."""
    with environment(registry) as env:
        partners = env["res.partner"].create(
            [{"name": f"Bench {number}/{index}", "email": "bench@bench.example"} for index in range(customers)]
        )
        orders = _make(env, partners, planned="billing.schedule" in env)
        _do(env, orders)
        return orders.ids


def _do(env, orders):
    """Do what is billed once it is done: attain its milestone, and have it left to the run; else deliver it."""
    done = orders.order_line.filtered(lambda line: line.product_id.name == "Bench done")
    milestones = done.order_id.billing_milestone_ids if "billing.schedule" in env else None
    if not milestones:
        done.qty_delivered = 2.0
        return
    milestones._attain(100.0, env.company._billing_today(), "manual")
    env["billing.attainment"]._drain()
    assert set(milestones.attainment_ids.mapped("state")) == {"run"}


def _make(env, partners, planned=False):
    """Return confirmed orders, two of each customer.

    :param bool planned: whether a milestone bills the second
    """
    products = {name: env["product.product"].search([("name", "=", name)]) for name, _lines in ORDERS}
    orders = env["sale.order"].create(
        [
            {
                "partner_id": partner.id,
                "user_id": False,
                "order_line": [
                    Command.create({"product_id": products[name].id, "product_uom_qty": 2.0, "name": f"Work {line}"})
                    for line in range(lines)
                ],
            }
            for partner in partners
            for name, lines in ORDERS
        ]
    )
    if planned:
        milestone = {"name": "Done", "due_on": "manual", "percent": 100.0}
        done = orders.order_line.filtered(lambda line: line.product_id.name == "Bench done").order_id
        env["billing.schedule"].create(
            [{"order_id": order.id, "milestone_ids": [Command.create(milestone)]} for order in done]
        )
    orders.action_confirm()
    return orders


def bill(registry, orders, number):
    """Bill these orders, an invoice per customer, and post; return the seconds, and what was made.

    By a run where there are runs, with the commits that it makes, else by Odoo's own methods in one go.
    """
    start, busy = time.perf_counter(), time.process_time()
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        if "billing.run" in env:
            runs = env["billing.run"]
            runs.start(str(env.company._billing_today()), None, f"bench {number}")
            runs._drain(float("inf"))
        else:
            env["sale.order"].browse(orders)._create_invoices(final=True).action_post()
    seconds = {"seconds": time.perf_counter() - start, "busy": time.process_time() - busy}
    with environment(registry) as env:
        moves = env["sale.order"].browse(orders).invoice_ids
        assert set(moves.mapped("state")) == {"posted"}, moves.mapped("state")
        found = {
            "invoices": len(moves),
            "lines": len(moves.invoice_line_ids.filtered(lambda line: line.display_type == "product")),
            "total": sum(moves.mapped("amount_total")),
        }
    return {**seconds, **found}


def fill(registry, orders, due):
    """Have so many confirmed orders in all, of ``due`` of which something is due: copies of one billed and one not."""
    with environment(registry) as env:
        partner = env["res.partner"].create({"name": "Bench many", "email": "bench@bench.example"})
        ready, billed = _make(env, partner)
        _do(env, billed)
        billed._create_invoices()
        env.flush_all()
        there = env["sale.order"].search_count([("state", "=", "sale")])
        copy_orders(env, billed, orders - there - due + 1)
        copy_orders(env, ready, due - 1)
    with registry.cursor() as cr:
        cr.execute("ANALYZE sale_order, sale_order_line, res_partner")


def copy_orders(env, order, count):
    """Copy the rows of an order and of its lines so many times; return the ids of the copies."""
    env.cr.execute(
        SQL(
            "INSERT INTO sale_order (%(names)s) SELECT %(names)s FROM sale_order, generate_series(1, %(count)s)"
            " WHERE id = %(order)s RETURNING id",
            names=_columns(env, "sale_order", "id"),
            count=count,
            order=order.id,
        )
    )
    made = [row for [row] in env.cr.fetchall()]
    env.cr.execute(
        SQL(
            "INSERT INTO sale_order_line (order_id, %(names)s) SELECT made, %(names)s"
            " FROM sale_order_line, unnest(%(made)s) AS made WHERE order_id = %(order)s",
            names=_columns(env, "sale_order_line", "id", "order_id"),
            made=made,
            order=order.id,
        )
    )
    return made


def _columns(env, table, *without):
    """Return the names of a table's columns as SQL."""
    env.cr.execute("SELECT column_name FROM information_schema.columns WHERE table_name = %s", [table])
    return SQL(", ").join(SQL.identifier(name) for [name] in env.cr.fetchall() if name not in without)


def find_due(registry):
    """Find the orders of which something is due, then work out what a run would bill of them; return milliseconds."""
    with environment(registry) as env:
        runs, today = env["billing.run"], env.company._billing_today()
        start = time.perf_counter()
        orders = runs._find_due(env.company, today)
        found = time.perf_counter()
        runs._plan(orders, today)
        end = time.perf_counter()
    return {"orders": len(orders), "find_ms": (found - start) * 1000, "preview_ms": (end - found) * 1000}
