from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .subscription_plan import MOST, UNITS

#: The most days before the end of a term on which something is done about it.
MOST_DAYS = 3650


class SubscriptionPlan(models.Model):
    """How long a customer is bound, and what is done before a term ends."""

    _inherit = "subscription.plan"

    notice_count = fields.Integer(
        "Notice", help="How long before its end it has to be cancelled, in its unit; 0 for no notice."
    )
    notice_unit = fields.Selection(UNITS, default="months", help="The unit of the notice.")
    minimum_count = fields.Integer(
        "Minimum Term", help="Before so long, in its unit, it is ended by sales managers only; 0 for no minimum."
    )
    minimum_unit = fields.Selection(UNITS, default="months", help="The unit of the minimum term.")
    reminder_days = fields.Integer(
        "Reminder, Days Before",
        help="So many days before the last day of a term the salesperson is reminded by an activity; 0 for never.",
    )
    quotation_days = fields.Integer(
        "Renewal Quotation, Days Before",
        default=30,
        help="So many days before the last day of a term the quotation that renews it is made.",
    )
    quotation_send = fields.Boolean(
        "Send Renewal Quotation",
        default=True,
        help="The quotation is sent to the customer when it is made; else the salesperson sends it.",
    )

    _bound_not_negative = models.Constraint(
        "CHECK(COALESCE(notice_count, 0) >= 0 AND COALESCE(minimum_count, 0) >= 0)",
        "A notice or a minimum term is not below zero.",
    )
    _days_before_not_negative = models.Constraint(
        "CHECK(COALESCE(reminder_days, 0) >= 0 AND COALESCE(quotation_days, 0) >= 0)",
        "A number of days before the end of a term is not below zero.",
    )

    @api.constrains("notice_count", "minimum_count", "reminder_days", "quotation_days")
    def _check_bound(self):
        for plan in self:
            if max(plan.notice_count, plan.minimum_count) > MOST:
                raise ValidationError(
                    self.env._("%(plan)s: a length of time is at most %(most)s.", plan=plan.name, most=MOST)
                )
            if max(plan.reminder_days, plan.quotation_days) > MOST_DAYS:
                raise ValidationError(
                    self.env._("%(plan)s: at most %(most)s days before the end.", plan=plan.name, most=MOST_DAYS)
                )

    @api.constrains("renewal", "term_count")
    def _check_renewal(self):
        for plan in self:
            if plan.renewal == "quotation" and not plan.term_count:
                raise ValidationError(
                    self.env._("%s: only a term can be renewed by a quotation. Enter how long it is.", plan.name)
                )
