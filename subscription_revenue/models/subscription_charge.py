from odoo import models
from odoo.addons.subscription_billing.engine.money import round_half_away


class SubscriptionCharge(models.Model):
    """A charge that was billed elsewhere until a day is known to its contract from the day after it."""

    _inherit = "subscription.charge"

    def _bound(self, until=None):
        # OVERRIDE: taxes that are in the price are no revenue.
        found, share = super()._bound(until), self._untaxed_share()
        if share == 1:
            return found
        return [one._replace(units=round_half_away(one.units * share)) for one in found]

    def write(self, vals):
        result = super().write(vals)
        if "billed_until" in vals:
            contracts = self.sudo().line_id.revenue_contract_id
            contracts.filtered(lambda contract: contract.state != "cancelled")._follow_anew()
        return result
