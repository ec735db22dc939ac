"""Where charges stand, and their revenue, is read from what older ones lack."""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Say of older charges when they began, since when they are cancelled, and how their revenue moved."""
    cr.execute(
        """
        UPDATE subscription_charge charge
           SET begins_on = LEAST(charge.first_day, line.subscription_start)
          FROM sale_order_line line
         WHERE line.id = charge.line_id AND charge.begins_on IS NULL
        """
    )
    cr.execute("UPDATE subscription_charge SET cancelled_on = write_date::date WHERE state = 'cancelled'")
    env = api.Environment(cr, SUPERUSER_ID, {})
    charges = env["subscription.charge"].search([])
    env.add_to_compute(charges._fields["movements_until"], charges)
    charges.flush_recordset(["movements_until"])
