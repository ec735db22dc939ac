from odoo import api, models


class BillingAttainment(models.Model):
    """What starts with a milestone starts right after its attainment: the invoice run looks after it."""

    _inherit = "billing.attainment"

    @api.model_create_multi
    def create(self, vals_list):
        rows = super().create(vals_list)
        if rows.milestone_id.subscription_line_ids:
            self.env["billing.run"].sudo()._wake()
        return rows
