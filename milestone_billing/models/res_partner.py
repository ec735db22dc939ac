from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    billing_hold_ids = fields.One2many("billing.hold", "partner_id", string="Billing Holds", copy=False)
