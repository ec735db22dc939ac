from odoo import fields, models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    revenue_contract_id = fields.Many2one(
        "revenue.contract", index="btree_not_null", copy=False, readonly=True, check_company=True
    )
