"""What ``bin/bench forecast`` measures. Every function takes the registry first; it returns what JSON can carry."""

import time
from datetime import timedelta

from odoo.fields import Command
from odoo.tools import SQL

from benchmarks.billing_actions import environment
from benchmarks.run_actions import _columns

FIELDS = ["name", "planned_date", "amount", "open_amount", "order_id", "state"]


def fill(registry, orders, milestones):
    """Have so many confirmed orders of two lines and so many dated milestones: copies of one, with terms and taxes."""
    with environment(registry) as env:
        company = env.company
        if not company.chart_template:
            env["account.chart.template"].try_loading("generic_coa", company, install_demo=False)
        tax = env["account.tax"].search([("type_tax_use", "=", "sale"), ("company_id", "=", company.id)], limit=1)
        product = env["product.product"].create(
            {"name": "Bench planned", "type": "service", "invoice_policy": "order", "taxes_id": [Command.set(tax.ids)]}
        )
        days = env["billing.calendar"].create({"name": "Mid and end", "days_of_month": "15, last"})
        company.write({"billing_when": "days", "billing_calendar_id": days.id})
        terms = env["account.payment.term"].create(
            {
                "name": "Bench halves",
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": 50, "nb_days": days}) for days in (14, 45)
                ],
            }
        )
        partners = env["res.partner"].create([{"name": f"Bench payer {number}"} for number in range(100)])
        line = {"product_id": product.id, "product_uom_qty": 1.0, "price_unit": 12345.67}
        order = env["sale.order"].create(
            {
                "partner_id": partners[0].id,
                "payment_term_id": terms.id,
                "order_line": [Command.create({**line, "name": f"Work {number}"}) for number in range(2)],
            }
        )
        today = company._billing_today()
        plan = [
            {
                "name": f"Step {number}",
                "due_on": "manual",
                "percent": 100.0 / milestones,
                "planned_date": today + timedelta(days=30 * number + 5),
            }
            for number in range(milestones)
        ]
        env["billing.schedule"].create(
            {"order_id": order.id, "milestone_ids": [Command.create(values) for values in plan]}
        )
        order.action_confirm()
        env.flush_all()
        for number in range(1, orders):
            _copy(env, order, partners[number % len(partners)])
    with registry.cursor() as cr:
        cr.execute("ANALYZE")


def _copy(env, order, partner):
    """Copy the rows of an order and its plan, for another customer and some days later."""
    partners = dict.fromkeys(("partner_id", "partner_invoice_id", "partner_shipping_id"), partner.id)
    [new] = _copy_rows(env, "sale_order", order.ids, partners).values()
    lines = _copy_rows(env, "sale_order_line", order.order_line.ids, {"order_id": new})
    schedule = order.billing_schedule_ids
    [plan] = _copy_rows(env, "billing_schedule", schedule.ids, {"order_id": new}).values()
    env.cr.execute(
        SQL("UPDATE sale_order_line SET billing_schedule_id = %s WHERE id = ANY(%s)", plan, list(lines.values()))
    )
    values = {"schedule_id": plan, "order_id": new, "partner_id": partner.id, "project_milestone_id": None}
    steps = _copy_rows(env, "billing_milestone", schedule.milestone_ids.ids, values)
    for share in schedule.milestone_ids.allocation_ids:
        _copy_rows(
            env,
            "billing_milestone_allocation",
            share.ids,
            {"milestone_id": steps[share.milestone_id.id], "line_id": lines[share.line_id.id]},
        )


def _copy_rows(env, table, ids, values):
    """Copy rows with some other values; return the ids of the copies by those of the rows."""
    found = {}
    for number in ids:
        env.cr.execute(
            SQL(
                "INSERT INTO %(table)s (%(others)s, %(names)s) SELECT %(values)s, %(names)s FROM %(table)s"
                " WHERE id = %(id)s RETURNING id",
                table=SQL.identifier(table),
                others=SQL(", ").join(map(SQL.identifier, values)),
                values=SQL(", ").join(SQL("%s::int", value) for value in values.values()),
                names=_columns(env, table, "id", *values),
                id=number,
            )
        )
        [found[number]] = env.cr.fetchone()
    return found


def ask(registry):
    """Ask for the forecast by month, as a request does; return milliseconds and how many milestones were invoiced."""
    with environment(registry) as env:
        start, busy = time.perf_counter(), time.process_time()
        answer = env["billing.forecast"].get(
            by="month", date_to=str(env.company._billing_today() + timedelta(days=800))
        )
        took = {"ms": (time.perf_counter() - start) * 1000, "busy": (time.process_time() - busy) * 1000}
        assert answer["rows"]
        return {**took, "milestones": env["billing.milestone"].search_count([("open_amount", ">", 0)])}


def open_screen(registry):
    """Open the screen: work out all rows, store them, and group them as the graph does; return milliseconds."""
    with environment(registry) as env:
        start = time.perf_counter()
        action = env["billing.forecast"].action_open()
        rows = env["billing.forecast.line"]
        rows.formatted_read_group(action["domain"], ["day:month", "kind"], ["amount:sum"])
        return {"ms": (time.perf_counter() - start) * 1000, "rows": rows.search_count(action["domain"])}


def read(registry):
    """Read the same milestones with Odoo's own method; return milliseconds."""
    with environment(registry) as env:
        start = time.perf_counter()
        env["billing.milestone"].search([("open_amount", ">", 0)]).read(FIELDS)
        return {"ms": (time.perf_counter() - start) * 1000}
