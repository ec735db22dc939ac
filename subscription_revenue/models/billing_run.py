from odoo import api, models


class BillingRun(models.Model):
    _inherit = "billing.run"

    @api.model
    def _begin_automatic_of(self, company):
        # OVERRIDE: with the day, more of subscriptions is enforceable.
        self.env["revenue.contract"]._refresh_subscriptions(company)
        return super()._begin_automatic_of(company)
