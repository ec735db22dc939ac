from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .subscription_plan import KINDS


class ProductTemplate(models.Model):
    _inherit = "product.template"

    subscription_plan_id = fields.Many2one(
        "subscription.plan",
        check_company=True,
        help="How it is charged again and again, where it is sold as a subscription. Order lines may say otherwise.",
    )
    subscription_price_book_id = fields.Many2one(
        "subscription.price.book",
        "Usage Price",
        check_company=True,
        help="What its usage costs, where it is sold by what is metered. Order lines may say otherwise.",
    )

    subscription_kind = fields.Selection(
        KINDS,
        "What Is Charged",
        compute="_compute_subscription_kind",
        store=True,
        readonly=False,
        help="What a subscription of it bills in each period: its price; what was used, by a usage price; what usage "
        "of its order falls short of its price; or its price, as funds that pay usage.",
    )

    @api.depends("subscription_price_book_id")
    def _compute_subscription_kind(self):
        for product in self:
            if product.subscription_price_book_id:
                product.subscription_kind = "usage"
            elif product.subscription_kind in (False, "usage"):
                product.subscription_kind = "recurring"

    @api.constrains("subscription_plan_id", "subscription_price_book_id", "type")
    def _check_subscription_plan(self):
        for product in self:
            sold_so = product.subscription_plan_id or product.subscription_price_book_id
            if sold_so and product.type != "service":
                raise ValidationError(self.env._("%s: services alone are sold as subscriptions.", product.display_name))
