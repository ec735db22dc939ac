from odoo import fields, models

PARTIAL_DELIVERIES = [("part", "Bill what was shipped"), ("complete", "Bill once all is shipped")]


class ResCompany(models.Model):
    _inherit = "res.company"

    billing_partial_deliveries = fields.Selection(
        PARTIAL_DELIVERIES,
        default="part",
        required=True,
        string="Partial Deliveries",
        help="What a milestone due by delivery bills of goods while a part of them is on backorder. "
        "A schedule or its template may say otherwise.",
    )
    billing_hold_shipping = fields.Boolean(
        "No Deliveries on Hold",
        help="While a billing hold is on a customer or an order, its deliveries cannot be validated. "
        "A customer may be treated otherwise.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    billing_partial_deliveries = fields.Selection(related="company_id.billing_partial_deliveries", readonly=False)
    billing_hold_shipping = fields.Boolean(related="company_id.billing_hold_shipping", readonly=False)
