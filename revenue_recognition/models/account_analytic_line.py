from odoo import fields, models
from odoo.tools import sql

COST_KINDS = [
    ("normal", "Normal"),
    ("uninstalled", "Uninstalled Materials"),
    ("installed", "Installed by Now"),
    ("wasted", "Wasted"),
]


class AccountAnalyticLine(models.Model):
    """Whether a cost counts for progress measured by cost, or is uninstalled material or waste."""

    _inherit = "account.analytic.line"

    revenue_cost_kind = fields.Selection(
        COST_KINDS,
        string="Kind of Cost",
        default="normal",
        help="What it says about progress measured by cost (ASC 606-10-55-21). Uninstalled materials earn revenue of "
        "their cost, and no margin. Installed by now: as much of the uninstalled materials is installed. What is "
        "wasted earns nothing.",
    )

    def _auto_init(self):
        # With a default, PostgreSQL adds the column at once; Odoo would write it to each of millions of rows.
        if not sql.column_exists(self.env.cr, self._table, "revenue_cost_kind"):
            self.env.cr.execute(
                "ALTER TABLE account_analytic_line ADD COLUMN revenue_cost_kind varchar DEFAULT 'normal'"
            )
            self.env.cr.execute("ALTER TABLE account_analytic_line ALTER COLUMN revenue_cost_kind DROP DEFAULT")
        return super()._auto_init()
