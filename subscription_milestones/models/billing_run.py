from odoo import api, models


class BillingRun(models.Model):
    _inherit = "billing.run"

    @api.model
    def _begin_automatic_of(self, company):
        # OVERRIDE: what starts with a milestone starts before the run looks for what is due.
        self.env["sale.order.line"]._subscription_follow_milestones(company)
        return super()._begin_automatic_of(company)
