"""What ``bin/bench usage`` measures within Odoo; every function takes the registry first."""

import time

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
