from datetime import date

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..demo import cloud, story
from ..engine.cadence import Step

UNITS = [("days", "Days"), ("weeks", "Weeks"), ("months", "Months"), ("years", "Years")]
TIMING = [("advance", "In advance"), ("arrears", "In arrears")]
PRORATION = [
    ("months", "Whole months by months, the rest by days"),
    ("days", "By days"),
    ("actual_30", "By days, of months of 30 days"),
    ("thirty_360", "30/360"),
    ("none", "None: a part costs as much as the whole"),
]
ALIGNMENT = [
    ("start", "On the day it starts"),
    ("customer", "On the customer's billing day"),
    ("day", "On a day of the month"),
]
FIRST_PERIOD = [("charged", "Charged for its part"), ("free", "Free until the first whole period")]
RENEWAL = [
    ("automatic", "Renewed by itself"),
    ("quotation", "Renewed by a quotation that the customer accepts"),
    ("end", "Ends"),
]
#: What a period is billed by.
KINDS = [
    ("recurring", "A price for each period"),
    ("usage", "Usage"),
    ("commitment", "A commitment that usage comes to"),
    ("prepaid", "Prepaid funds for usage"),
]
#: Kinds that are told by what was used.
OF_USAGE = ("usage", "commitment")
#: What a charge takes over of its plan when its order is confirmed: later changes of the plan are for later orders.
TERMS = (
    *("interval_count", "interval_unit", "timing", "proration"),
    *("term_count", "term_unit", "renewal", "uplift_percent"),
    *("notice_count", "notice_unit", "minimum_count", "minimum_unit"),
    *("grace_days", "expiry_count", "expiry_unit"),
)
#: Longest count of days, weeks, months or years.
MOST = 1200


class SubscriptionPlan(models.Model):
    """How something is charged again and again."""

    _name = "subscription.plan"
    _description = "Subscription Plan"
    _order = "sequence, name, id"

    name = fields.Char(required=True, translate=True, help="What people call it, such as “Monthly, in advance”.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", index=True, help="Left empty, every company may use it.")
    interval_count = fields.Integer("Every", required=True, default=1, help="The length of a period, in its unit.")
    interval_unit = fields.Selection(UNITS, "Period", required=True, default="months", help="The unit of a period.")
    timing = fields.Selection(
        TIMING, "Billed", required=True, default="advance", help="On the first day of a period, or once it is over."
    )
    alignment = fields.Selection(
        ALIGNMENT,
        "Periods Begin",
        required=True,
        default="start",
        help="On which day periods begin. The customer's billing day is the first one of his Billing Days of the "
        "month; without such days, and in periods of days or weeks, they begin on the day it starts.",
    )
    day_of_month = fields.Integer(default=1, help="1 to 31; a month that is shorter has its last day instead.")
    first_period = fields.Selection(
        FIRST_PERIOD,
        required=True,
        default="charged",
        help="Where it starts between two of these days: whether the part before the first whole period is charged.",
    )
    proration = fields.Selection(
        PRORATION, required=True, default="months", help="What some days of a period cost of the whole one."
    )
    free_count = fields.Integer("Free at First", help="So long, in its unit, nothing is charged.")
    free_unit = fields.Selection(UNITS, default="months", help="The unit of the free time.")
    term_count = fields.Integer("Term", help="The length of a term, in its unit; 0 where it has no end.")
    term_unit = fields.Selection(UNITS, default="years", help="The unit of a term.")
    renewal = fields.Selection(
        RENEWAL, "After the Term", required=True, default="automatic", help="What happens when the term is over."
    )
    uplift_percent = fields.Float(
        "Uplift (%)", digits=(16, 4), help="By how much the price rises on the first day of each further term."
    )

    step_ids = fields.One2many(
        "subscription.plan.step",
        "plan_id",
        "Reductions at First",
        copy=True,
        help="What comes off the price for the first periods, one step after the other; then the price is charged.",
    )

    _interval_positive = models.Constraint("CHECK(interval_count > 0)", "A period has a length above zero.")
    _counts_not_negative = models.Constraint(
        "CHECK(COALESCE(term_count, 0) >= 0 AND COALESCE(free_count, 0) >= 0)", "A length of time is not below zero."
    )
    _uplift_above = models.Constraint("CHECK(COALESCE(uplift_percent, 0) > -100)", "A price falls by less than 100 %.")

    @api.constrains("interval_count", "term_count", "free_count")
    def _check_counts(self):
        for plan in self:
            if max(plan.interval_count, plan.term_count, plan.free_count) > MOST:
                raise ValidationError(
                    self.env._("%(plan)s: a length of time is at most %(most)s.", plan=plan.name, most=MOST)
                )

    @api.constrains("alignment", "day_of_month")
    def _check_day_of_month(self):
        for plan in self:
            if plan.alignment == "day" and not 1 <= plan.day_of_month <= 31:
                raise ValidationError(self.env._("%s: the day of the month lies between 1 and 31.", plan.name))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_sold(self):
        used = self.env["subscription.charge"].sudo().search([("plan_id", "in", self.ids)], limit=1).plan_id
        if used:
            raise UserError(self.env._("%s was sold: archive it instead.", used.name))

    def _length(self, name):
        """Return a length of time of this plan (``engine.Step``): such as ``interval`` or ``term``; None for none."""
        self.ensure_one()
        count = self[f"{name}_count"]
        return Step(count, self[f"{name}_unit"]) if count else None

    def _reductions(self, first, cadence):
        """Return what comes off the price from which days on: a list of (date, percent), in order.

        :param int first: the first day that is charged; a period that it cuts is the first one
        :param cadence: its periods (``engine.cadence.Cadence``)
        """
        number, found = cadence.holding(first), []
        for step in self.step_ids:
            found.append((date.fromordinal(max(first, cadence.start(number))), step.reduction))
            number += step.periods
        return [*found, (date.fromordinal(cadence.start(number)), 0.0)] if found else []

    @api.model
    def _load_demo(self):
        """Make the firms of the demo (called by the demo data)."""
        story.load(self.env)
        cloud.load(self.env)


class SubscriptionPlanStep(models.Model):
    """So many periods at the beginning of which some percent of the price are not charged."""

    _name = "subscription.plan.step"
    _description = "Reduction of a Subscription Plan"
    _order = "sequence, id"

    plan_id = fields.Many2one("subscription.plan", required=True, index=True, ondelete="cascade")
    sequence = fields.Integer(default=10)
    periods = fields.Integer(required=True, default=1, help="For how many periods.")
    reduction = fields.Float("Reduction (%)", digits="Discount", required=True, help="What comes off the price.")

    _periods_positive = models.Constraint("CHECK(periods BETWEEN 1 AND 1200)", "A step has 1 to 1200 periods.")
    _reduction_percent = models.Constraint(
        "CHECK(reduction BETWEEN 0 AND 100)", "Of a price, 0 to 100 percent come off."
    )
