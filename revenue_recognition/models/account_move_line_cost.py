from odoo import fields, models

from .account_analytic_line import COST_KINDS


class AccountMoveLine(models.Model):
    """The kind of cost is entered on lines of vendor bills; their analytic lines inherit it."""

    _inherit = "account.move.line"

    revenue_cost_kind = fields.Selection(
        COST_KINDS,
        string="Kind of Cost",
        help="What it says about progress measured by cost (ASC 606-10-55-21); normal when empty. Passed on to the "
        "analytic lines when the bill is posted.",
    )

    def _prepare_analytic_distribution_line(self, distribution, account_ids, distribution_on_each_plan):
        values = super()._prepare_analytic_distribution_line(distribution, account_ids, distribution_on_each_plan)
        return {**values, "revenue_cost_kind": self.revenue_cost_kind or "normal"}
