"""What ``bin/bench usage`` measures within Odoo; every function takes the registry first."""

import time
from datetime import date

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
            SELECT p.id, 1, timestamp '2024-01-02' + interval '1 second' * (31104000.0 * n / %(rows)s), n %% 1000 / 8.0, '', n
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
