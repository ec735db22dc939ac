from odoo import api, fields, models
from odoo.tools import float_compare, format_date
from odoo.tools.misc import formatLang

WHEN_FIELDS = ("due_on", "date", "offset_number", "offset_unit")
AMOUNT_FIELDS = ("amount_type", "percent", "amount_fixed")


class BillingMilestoneWords(models.AbstractModel):
    """When a milestone of a plan or of a template is due, and how much it bills, in one short text each."""

    _name = "billing.milestone.words"
    _description = "Billing Milestone in Words"

    def _due_text(self):
        """Return when this milestone is due: “On order”, “30 days after Design”, a day, or what it waits for."""
        self.ensure_one()
        if self.due_on == "date":
            return format_date(self.env, self.date) if self.date else self.env._("On a date")
        if self.due_on == "offset":
            start = self._offset_start() or self.env._("the order")
            return self._time_after(start) if self.offset_number else self.env._("With %s", start)
        if self.due_on == "task" and self.task_pattern:
            return self.env._("Tasks like “%s” done", self.task_pattern)
        return {
            "confirmation": self.env._("On order"),
            "task": self.env._("Task done"),
            "milestone": self.env._("Project milestone"),
            "delivery": self.env._("On delivery"),
            "manual": self.env._("By hand"),
        }.get(self.due_on, "")

    def _amount_text(self):
        """Return how much this milestone bills by its definition: “40 %”, “12,000.00”, “Balance”."""
        self.ensure_one()
        if self.amount_type == "percent":
            digits = next(
                (count for count in range(6) if not float_compare(self.percent, round(self.percent, count), 6)), 6
            )
            return f"{formatLang(self.env, self.percent, digits=digits)} %"
        if self.amount_type == "fixed":
            return self._fixed_amount_text()
        return self.env._("Balance")

    def _fixed_amount_text(self):
        return formatLang(self.env, self.amount_fixed, digits=2)

    def _offset_start(self):
        """Return the name of the milestone that this one counts from, or "" when it counts from the order."""
        raise NotImplementedError

    def _time_after(self, start):
        """Return the offset of this milestone from what it counts from, a text: “30 days after the order”."""
        values = {"number": self.offset_number, "start": start}
        if self.offset_number == 1:
            texts = {
                "days": self.env._("1 day after %(start)s", **values),
                "business_days": self.env._("1 business day after %(start)s", **values),
                "months": self.env._("1 month after %(start)s", **values),
            }
        else:
            texts = {
                "days": self.env._("%(number)s days after %(start)s", **values),
                "business_days": self.env._("%(number)s business days after %(start)s", **values),
                "months": self.env._("%(number)s months after %(start)s", **values),
            }
        return texts[self.offset_unit or "days"]


class BillingMilestone(models.Model):
    _name = "billing.milestone"
    _inherit = ["billing.milestone", "billing.milestone.words"]

    when_text = fields.Char("When", compute="_compute_when_text", help="What makes the milestone due.")
    amount_text = fields.Char("How Much", compute="_compute_amount_text", help="What the milestone bills.")

    @api.depends(
        *WHEN_FIELDS, "offset_from", "offset_milestone_id.name", "task_pattern", "task_ids", "project_milestone_id"
    )
    def _compute_when_text(self):
        for milestone in self:
            milestone.when_text = milestone._due_text()

    @api.depends(
        *AMOUNT_FIELDS, "currency_id", "amount", "schedule_id.line_ids.price_subtotal", "line_ids.price_subtotal"
    )
    def _compute_amount_text(self):
        for milestone in self:
            milestone.amount_text = milestone._amount_text()

    def _due_text(self):
        # OVERRIDE: once its tasks or its project milestone are known, they are what it waits for.
        if self.due_on == "task" and self.task_ids:
            names = ", ".join(self.sudo().task_ids.mapped("name"))
            return self.env._("Done: %s", names)
        if self.due_on == "milestone" and self.project_milestone_id:
            return self.env._("Reached: %s", self.sudo().project_milestone_id.name)
        return super()._due_text()

    def _amount_text(self):
        # OVERRIDE: what is billed stays when the order changes, and its percentage is one of another total then.
        if self._origin and self.amount_type == "percent" and self._is_frozen() and not self._is_near_definition():
            return self.currency_id.format(self.amount)
        return super()._amount_text()

    def _fixed_amount_text(self):
        return self.currency_id.format(self.amount_fixed) if self.currency_id else super()._fixed_amount_text()

    def _offset_start(self):
        return self.offset_milestone_id.name if self.offset_from == "milestone" else ""
