from odoo import models


class SubscriptionCharge(models.Model):
    """A charge that was billed elsewhere until a day is known to its contract from the day after it."""

    _inherit = "subscription.charge"

    def write(self, vals):
        result = super().write(vals)
        if "billed_until" in vals:
            contracts = self.sudo().line_id.revenue_contract_id
            contracts.filtered(lambda contract: contract.state != "cancelled")._follow_anew()
        return result
