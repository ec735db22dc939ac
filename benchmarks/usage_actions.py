"""What ``bin/bench usage`` measures within Odoo; every function takes the registry first."""

import time
from datetime import date, timedelta

from benchmarks.billing_actions import environment


def make_analytic_lines(registry, rows):
    """Make an analytic item for each record of usage, as Odoo alone would keep them; return how many a second."""
    with environment(registry) as env:
        plan = env["account.analytic.plan"].search([], limit=1) or env["account.analytic.plan"].create(
            {"name": "Usage"}
        )
        account = env["account.analytic.account"].create({"name": "Usage", "plan_id": plan.id})
    start = time.perf_counter()
    with environment(registry) as env:
        field = env["account.analytic.plan"].browse(plan.id)._column_name()
        env["account.analytic.line"].create(
            [{"name": f"Usage {index}", "unit_amount": index / 8, field: account.id} for index in range(rows)]
        )
    return rows / (time.perf_counter() - start)


def fill(registry, rows):
    """Write so many rows of a year by SQL, and sum them up: the check reads them, keys it does not."""
    from odoo.addons.subscription_billing.ingest import rollups, tables

    with environment(registry) as env:
        tables.make_partitions(env.cr, [date(2024, month, 1) for month in range(1, 13)])
        env.cr.execute(
            """
            INSERT INTO subscription_usage (point_id, batch_id, at, quantity, dimension, key)
            SELECT p.id, 1, timestamp '2024-01-02' + interval '1 second' * (31104000.0 * n / %(rows)s),
                   n %% 1000 / 8.0, '', n
            FROM generate_series(0, %(rows)s - 1) AS n
            JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place, count(*) OVER () AS many
                  FROM subscription_metering_point) p ON p.place = n %% p.many
            """,
            {"rows": rows},
        )
        env.cr.execute("SELECT id, tz FROM subscription_metering_point")
        rollups.rebuild_points(env.cr, dict(env.cr.fetchall()))


def check(registry):
    """Return how many seconds the nightly check takes; nothing differs."""
    with environment(registry) as env:
        start = time.perf_counter()
        found = env["subscription.metering.point"]._cron_check()
        seconds = time.perf_counter() - start
    if found:
        raise AssertionError(f"Sums differ from their records: {found}")
    return seconds


# === BILLING === #

#: How many subscriptions share the roll-ups, and how many dimensions a day of each has.
CHARGES, DIMENSIONS = 100, 25
#: On which day usage that is rated begins.
RATED_FROM = date(2022, 1, 1)


def _prices(env):
    """Return the meter and the usage price of what is billed here."""
    meter = env["subscription.meter"].create({"name": "Billed", "code": "billed", "unit": "GB"})
    book = env["subscription.price.book"].create({"name": "Billed", "meter_id": meter.id})
    tiers = [(0, 0, {"up_to": 10_000, "price": 0.05}), (0, 0, {"up_to": 0, "price": 0.03})]
    price = {"book_id": book.id, "first_day": date(2020, 1, 1), "model": "graduated", "tier_ids": tiers}
    env["subscription.price"].create(price).activate()
    return meter, book


def _order(env, book, plan, subject, start):
    """Return a confirmed order of usage of a subject."""
    product = env["product.product"].search([("default_code", "=", "BENCH-USAGE")], limit=1)
    product = product or env["product.product"].create(
        {"name": "Usage", "default_code": "BENCH-USAGE", "type": "service", "invoice_policy": "order"}
    )
    line = {
        "product_id": product.id,
        "subscription_plan_id": plan.id,
        "subscription_kind": "usage",
        "subscription_price_book_id": book.id,
        "subscription_metered_as": subject,
        "subscription_start": start,
        "price_unit": 0.0,
    }
    partner = env["res.partner"].create({"name": subject})
    order = env["sale.order"].create({"partner_id": partner.id, "order_line": [(0, 0, line)]})
    order.action_confirm()
    return order


def sell(registry, rollups):
    """Sell usage to some customers, and write as many roll-ups of their days as are asked for, shared evenly."""
    days = rollups // CHARGES // DIMENSIONS
    with environment(registry) as env:
        _meter, book = _prices(env)
        plan = env["subscription.plan"].create({"name": "Bench, by usage", "timing": "arrears"})
        orders = [_order(env, book, plan, f"rated-{number}", RATED_FROM) for number in range(CHARGES)]
        last_month = env.company._billing_today().replace(day=1) - timedelta(days=20)
        for name in ("bench-many", "bench-few"):
            _order(env, book, plan, name, last_month.replace(day=1))
        points = [order.order_line.subscription_charge_ids.metering_point_id.id for order in orders]
        env.flush_all()
        env.cr.execute(
            """
            INSERT INTO subscription_usage_day
                (point_id, day, dimension, sum, count, max, last, last_at, last_batch, first_at, batch_id)
            SELECT point, %(first)s + n, 'd' || d, n %% 90 + d, 5, 9, 1, %(first)s + n, 1, %(first)s + n, 1
            FROM unnest(%(points)s) AS point, generate_series(0, %(days)s - 1) AS n,
                 generate_series(1, %(dimensions)s) AS d
            """,
            {"first": RATED_FROM, "points": points, "days": days, "dimensions": DIMENSIONS},
        )
    with registry.cursor() as cr:
        cr.connection.autocommit = True
        cr.execute("ANALYZE subscription_usage_day")


def rate(registry):
    """Return how many roll-up rows a second become what their subscriptions should have billed."""
    from odoo.addons.subscription_billing.engine.bill import bills
    from odoo.addons.subscription_billing.engine.life import due_parts, end_of

    with environment(registry) as env:
        charges = env["subscription.charge"].search([("metering_point_id.name", "like", "rated-")])
        env.cr.execute(
            "SELECT count(*) FROM subscription_usage_day WHERE point_id = ANY(%s)", [charges.metering_point_id.ids]
        )
        [rows] = env.cr.fetchone()
        charges.version_ids.mapped("day")
        start = time.perf_counter()
        for charge in charges:
            terms, known = charge._terms()
            day = env.company._billing_today().toordinal()
            found = due_parts(terms, end_of(terms, known), day)
            bills(terms, known, found, charge._zone(), charge._scale())
        return rows / (time.perf_counter() - start)


def use(registry, name, rows):
    """Write so many rows of last month for a metering point, and sum them up."""
    from odoo.addons.subscription_billing.ingest import rollups, tables

    with environment(registry) as env:
        point = env["subscription.metering.point"].search([("name", "=", name)])
        first = (env.company._billing_today().replace(day=1) - timedelta(days=20)).replace(day=1)
        tables.make_partitions(env.cr, [first])
        env.cr.execute(
            """
            INSERT INTO subscription_usage (point_id, batch_id, at, quantity, dimension, key)
            SELECT %(point)s, 1,
                   %(first)s::timestamp + interval '12 hours' + interval '1 second' * (2160000.0 * n / %(rows)s),
                   1 + n %% 1000 / 800.0, '', %(name)s || n
            FROM generate_series(0, %(rows)s - 1) AS n
            """,
            {"rows": rows, "point": point.id, "first": first, "name": name},
        )
        rollups.rebuild_points(env.cr, {point.id: point.tz})


def invoice(registry, name):
    """Return how many seconds an invoice over the rows of a metering point takes; it is not kept."""
    from odoo import SUPERUSER_ID
    from odoo.api import Environment

    with registry.cursor() as cr:
        env = Environment(cr, SUPERUSER_ID, {})
        charge = env["subscription.charge"].search([("metering_point_id.name", "=", name)])
        order = charge.order_id
        charge._work_out_due()
        env.flush_all()
        env.invalidate_all()
        start = time.perf_counter()
        move = order._create_invoices(final=True)
        env.flush_all()
        seconds = time.perf_counter() - start
        if not move.amount_untaxed:
            raise AssertionError(f"Nothing was billed of {name}")
        cr.rollback()
    return seconds
