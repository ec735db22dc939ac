"""What a hold keeps back reads *On Hold* also once it is attained, as it did before."""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Work the status of what waits out anew."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    waiting = env["billing.milestone"].search([("is_held", "=", True), ("state", "=", "blocked")])
    env.add_to_compute(waiting._fields["status"], waiting)
    waiting.flush_recordset(["status"])
