"""The scheduled actions that go on with closes look every five minutes, not every hour, for what no trigger told."""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Shorten the interval where nobody chose another one."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    for name in ("cron_close", "cron_close_help"):
        cron = env.ref(f"revenue_recognition.{name}", raise_if_not_found=False)
        if cron and (cron.interval_number, cron.interval_type) == (1, "hours"):
            cron.write({"interval_number": 5, "interval_type": "minutes"})
