from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ProductTemplate(models.Model):
    _inherit = "product.template"

    subscription_plan_id = fields.Many2one(
        "subscription.plan",
        check_company=True,
        help="How it is charged again and again, where it is sold as a subscription. Order lines may say otherwise.",
    )

    @api.constrains("subscription_plan_id", "type")
    def _check_subscription_plan(self):
        for product in self:
            if product.subscription_plan_id and product.type != "service":
                raise ValidationError(self.env._("%s: services alone are sold as subscriptions.", product.display_name))
