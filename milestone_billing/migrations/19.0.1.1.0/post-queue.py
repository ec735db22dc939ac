"""The scheduled actions that bill look every five minutes, not every hour, for what no trigger woke them for."""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Shorten the interval where nobody chose another one."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    for name in ("ir_cron_drain_1", "ir_cron_drain_2"):
        cron = env.ref(f"milestone_billing.{name}", raise_if_not_found=False)
        if cron and (cron.interval_number, cron.interval_type) == (1, "hours"):
            cron.write({"interval_number": 5, "interval_type": "minutes"})
