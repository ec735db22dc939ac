from odoo import fields, models


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    revenue_contract_id = fields.Many2one(
        "revenue.contract", index="btree_not_null", copy=False, readonly=True, check_company=True
    )
    revenue_obligation_ids = fields.Many2many(
        "revenue.obligation",
        "revenue_obligation_sale_line_rel",
        "sale_line_id",
        "obligation_id",
        string="Obligations",
        copy=False,
        readonly=True,
    )
    revenue_start = fields.Date(string="Service From", help="The first day of what is earned by time, or its date.")
    revenue_end = fields.Date(string="Service To", help="The last day of what is earned by time.")
