from odoo import fields, models


class SubscriptionPlan(models.Model):
    _inherit = "subscription.plan"

    portal_quantity = fields.Boolean(
        "Customer Changes Quantity", help="Whether customers may change the quantity in the portal, from that day on."
    )
    portal_least = fields.Float(
        "At Least", digits="Product Unit", default=1.0, help="The least quantity that they may choose."
    )
    portal_most = fields.Float("At Most", digits="Product Unit", help="The most that they may choose; 0 for any.")
    portal_cancel = fields.Boolean(
        "Customer Cancels",
        help="Whether customers may cancel in the portal: to the end of the running period, later where notice, a "
        "minimum term or the term binds them.",
    )

    _portal_least_positive = models.Constraint(
        "CHECK(NOT portal_quantity OR (portal_least > 0 AND (portal_most = 0 OR portal_most >= portal_least)))",
        "The least quantity is above zero, and not above the most.",
    )
