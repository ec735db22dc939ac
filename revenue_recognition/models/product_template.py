from odoo import models

from .policy_holder import policy_field


class ProductTemplate(models.Model):
    _name = "product.template"
    _inherit = ["product.template", "revenue.policy.holder"]

    revenue_policy_id = policy_field()
