"""A plan can no longer be archived: what was goes on, and follows what became of its order meanwhile."""

from odoo import SUPERUSER_ID, api
from odoo.tools.sql import column_exists


def migrate(cr, version):
    """Let archived plans of running orders follow their lines, which they did not."""
    if not column_exists(cr, "billing_schedule", "active"):
        return
    cr.execute("SELECT id FROM billing_schedule WHERE active IS NOT TRUE")
    env = api.Environment(cr, SUPERUSER_ID, {})
    plans = env["billing.schedule"].browse(row[0] for row in cr.fetchall())
    plans.filtered(lambda plan: plan.order_id.state == "sale")._follow_change_order()
