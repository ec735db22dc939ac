from odoo import models


class SaleOrder(models.Model):
    """An order whose texts change while its customer is asked."""

    _inherit = "sale.order"

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & {"name", "partner_id"}:
            self.sudo().billing_milestone_ids._renew_acceptances()
        return result
