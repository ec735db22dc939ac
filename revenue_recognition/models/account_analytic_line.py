from odoo import fields, models


class AccountAnalyticLine(models.Model):
    _inherit = "account.analytic.line"

    revenue_cost_kind = fields.Selection(
        [("normal", "Normal"), ("uninstalled", "Uninstalled"), ("installed", "Installed"), ("wasted", "Wasted")],
        default="normal",
    )
