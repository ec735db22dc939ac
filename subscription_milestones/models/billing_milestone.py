from odoo import fields, models


class BillingMilestone(models.Model):
    """A milestone starts subscriptions of its order."""

    _inherit = "billing.milestone"

    subscription_line_ids = fields.One2many(
        "sale.order.line",
        "subscription_milestone_id",
        "Starts",
        readonly=True,
        copy=False,
        help="The subscriptions that start on the day on which it is attained in full.",
    )

    #: Entered on the order line.
    _kept_fields = frozenset({"subscription_line_ids"})
