from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .subscription_plan import MOST, UNITS

#: The most days that usage waits for late rows.
MOST_GRACE = 366


class SubscriptionPlan(models.Model):
    """When usage of a period is billed, and how long prepaid funds are good for."""

    _inherit = "subscription.plan"

    grace_days = fields.Integer(
        "Grace (Days)",
        help="How many days after the end of a period its usage, or what it falls short of a commitment, is billed: "
        "what comes later than that is billed by its difference.",
    )
    expiry_count = fields.Integer(
        "Funds Expire After", help="So long, in its unit, prepaid funds pay usage; 0 where they never expire."
    )
    expiry_unit = fields.Selection(UNITS, default="years", help="The unit of the time for which funds are good.")

    @api.constrains("grace_days", "expiry_count")
    def _check_usage_days(self):
        for plan in self:
            if not 0 <= plan.grace_days <= MOST_GRACE:
                raise ValidationError(
                    self.env._("%(plan)s: grace lies between 0 and %(most)s days.", plan=plan.name, most=MOST_GRACE)
                )
            if not 0 <= plan.expiry_count <= MOST:
                raise ValidationError(
                    self.env._("%(plan)s: a length of time is at most %(most)s.", plan=plan.name, most=MOST)
                )
