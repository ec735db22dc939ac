from odoo import api, models


class SubscriptionChargeVersion(models.Model):
    """What is recorded of a subscription changes its revenue contract from its day on."""

    _inherit = "subscription.charge.version"

    @api.model_create_multi
    def create(self, vals_list):
        versions = super().create(vals_list)
        contracts = versions.sudo().charge_id.line_id.revenue_contract_id
        contracts.filtered(lambda contract: contract.state != "cancelled")._review()
        return versions
