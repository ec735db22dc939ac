from odoo import api, fields, models


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    revenue_contract_id = fields.Many2one(
        "revenue.contract",
        compute="_compute_revenue_contract_id",
        store=True,
        readonly=True,
        index="btree_not_null",
        help="The revenue contract that this line of an invoice belongs to.",
    )

    @api.depends("sale_line_ids.revenue_contract_id")
    def _compute_revenue_contract_id(self):
        for line in self:
            line.revenue_contract_id = line.sale_line_ids.revenue_contract_id[:1]
