"""What ``bin/bench subscriptions`` measures, each in transactions of its own as in real life.

Every function takes the registry first; it returns what JSON can carry.
"""

import time
from fractions import Fraction

from odoo.fields import Command
from odoo.tools import SQL

from benchmarks.billing_actions import environment
from benchmarks.run_actions import bill, copy_orders

__all__ = ["bill", "fill", "find_due", "make_orders", "prepare", "should_have"]

PRICE = 29.0
LINES = 2


def prepare(registry):
    """Set the company up, and a product that is a subscription where there are any."""
    with environment(registry) as env:
        company = env.company
        if not company.chart_template:
            env["account.chart.template"].try_loading("generic_coa", company, install_demo=False)
        tax = env["account.tax"].search([("type_tax_use", "=", "sale"), ("company_id", "=", company.id)], limit=1)
        values = {"type": "service", "list_price": PRICE, "invoice_policy": "order", "taxes_id": [Command.set(tax.ids)]}
        product = env["product.product"].create({**values, "name": "Bench seat"})
        if "subscription.charge" in env:
            company.billing_invoices = "post"
            product.subscription_plan_id = env["subscription.plan"].create({"name": "Bench monthly"})


def make_orders(registry, customers, number):
    """Create as many customers, each with an order of which everything is due; return the ids of the orders."""
    with environment(registry) as env:
        partners = env["res.partner"].create(
            [{"name": f"Bench {number}/{index}", "email": "bench@bench.example"} for index in range(customers)]
        )
        return _make(env, partners).ids


def _make(env, partners):
    product = env["product.product"].search([("name", "=", "Bench seat")])
    line = {"product_id": product.id, "product_uom_qty": 3.0}
    orders = env["sale.order"].create(
        [
            {"partner_id": partner.id, "user_id": False, "order_line": [Command.create(line) for _row in range(LINES)]}
            for partner in partners
        ]
    )
    orders.action_confirm()
    return orders


def fill(registry, charges, due):
    """Have so many charges in all, ``due`` of which are due: copies of an order that is due and of one that is not."""
    with environment(registry) as env:
        partner = env["res.partner"].create({"name": "Bench many", "email": "bench@bench.example"})
        ready, later = _make(env, partner), _make(env, partner)
        env.flush_all()
        env.cr.execute("UPDATE subscription_charge SET next_due = next_due + 20 WHERE order_id = %s", [later.id])
        there = env["subscription.charge"].search_count([])
        _copy(env, ready, due // LINES - 1)
        _copy(env, later, (charges - there - due) // LINES + 1)
    with registry.cursor() as cr:
        cr.execute("ANALYZE sale_order, sale_order_line, res_partner, subscription_charge")


def _copy(env, order, count):
    """Copy the rows of an order, of its lines and of their charges so many times."""
    made = copy_orders(env, order, count)
    names = _columns(env, "subscription_charge", "id", "order_id", "line_id")
    env.cr.execute(
        SQL(
            "INSERT INTO subscription_charge (order_id, line_id, %(names)s) SELECT line.order_id, line.id, %(charge)s"
            " FROM sale_order_line line, subscription_charge charge"
            " WHERE line.order_id = ANY(%(made)s) AND charge.id = %(id)s",
            names=SQL(", ").join(map(SQL.identifier, names)),
            charge=SQL(", ").join(SQL.identifier("charge", name) for name in names),
            made=made,
            id=order.order_line.subscription_charge_ids[0].id,
        )
    )


def _columns(env, table, *without):
    env.cr.execute("SELECT column_name FROM information_schema.columns WHERE table_name = %s", [table])
    return [name for [name] in env.cr.fetchall() if name not in without]


def find_due(registry):
    """Find the orders of which a charge is due; return milliseconds."""
    with environment(registry) as env:
        start = time.perf_counter()
        orders = env["billing.source.charge"]._find_orders(env.company, env.company._billing_today(), None)
        end = time.perf_counter()
    return {"charges": LINES * len(orders), "find_ms": (end - start) * 1000}


def should_have(registry, periods, changes, times):
    """Return the milliseconds it takes to work out what is to be billed of a charge that was never billed."""
    from odoo.addons.subscription_billing.engine.cadence import Cadence, Step
    from odoo.addons.subscription_billing.engine.events import Change, History
    from odoo.addons.subscription_billing.engine.standing import open_parts
    from odoo.addons.subscription_billing.engine.terms import Recurring, unit_price
    from odoo.addons.subscription_billing.engine.zone import Zone

    first = 735_000
    terms = Recurring(
        key="SEATS",
        kind="recurring",
        place=0,
        first=first,
        in_advance=True,
        price=unit_price(Fraction("29.99")),
        calendar=Cadence.on(first, Step(1, "months")),
    )
    known = History(
        changes=tuple(
            Change(
                day=first + 100 * (number + 1),
                recorded=first + 100 * (number + 1),
                listed=number,
                quantity=Fraction(number + 2),
                price=None,
                applies="day",
            )
            for number in range(changes)
        )
    )
    last = terms.calendar.start(periods - 1)
    zone, start = Zone("UTC"), time.perf_counter()
    for _time in range(times):
        found = open_parts(terms, known, {}, last, zone, 100)
    seconds = time.perf_counter() - start
    assert len(found) == periods, len(found)
    return seconds / times * 1000
