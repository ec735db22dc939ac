from odoo import api, fields, models

from ..demo.story import load
from ..engine.patterns import matches
from .billing_milestone import AMOUNT_TYPES, DUE_ON, OFFSET_UNITS
from .billing_schedule import CHANGE_RULES, GROUPINGS, INVOICE_DATES, INVOICE_POLICIES


class BillingScheduleTemplate(models.Model):
    """A plan to start from: the milestones that a new schedule gets."""

    _name = "billing.schedule.template"
    _description = "Billing Schedule Template"
    _order = "sequence, name, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", help="Left empty, every company may use it.")
    note = fields.Text("For Whom", translate=True, help="When to choose this plan.")
    invoice_policy = fields.Selection(INVOICE_POLICIES, "Invoices", help="Left empty, as the company says.")
    grouping = fields.Selection(GROUPINGS, help="Left empty, as the company says.")
    invoice_date_policy = fields.Selection(INVOICE_DATES, "Invoice Date", help="Left empty, as the company says.")
    change_rule = fields.Selection(CHANGE_RULES, "Change Orders Go To", help="Left empty, as the company says.")
    payment_term_id = fields.Many2one(
        "account.payment.term",
        "Payment Terms",
        check_company=True,
        help="Left empty, the payment terms of the order apply. A milestone may have its own.",
    )
    milestone_ids = fields.One2many("billing.schedule.template.milestone", "template_id", "Milestones", copy=True)

    @api.model
    def _load_demo(self):
        """Make the firms of the demo (called by the demo data)."""
        load(self.env)


class BillingScheduleTemplateMilestone(models.Model):
    """One milestone of a template."""

    _name = "billing.schedule.template.milestone"
    _description = "Billing Schedule Template Milestone"
    _order = "template_id, sequence, id"

    template_id = fields.Many2one("billing.schedule.template", required=True, index=True, ondelete="cascade")
    sequence = fields.Integer(default=10)
    name = fields.Char(required=True, translate=True)
    due_on = fields.Selection(
        DUE_ON, required=True, default="task", help="What the milestone waits for. Then it is attained, and billed."
    )
    date = fields.Date("Due Date", help="The day on which the milestone is due.")
    offset_number = fields.Integer("Time After", help="How long after that it becomes due.")
    offset_unit = fields.Selection(OFFSET_UNITS, "Unit", default="days")
    offset_from_id = fields.Many2one(
        "billing.schedule.template.milestone",
        "From Milestone",
        domain="[('template_id', '=', template_id), ('id', '!=', id)]",
        ondelete="set null",
        help="Left empty, counted from the confirmation of the order.",
    )
    amount_type = fields.Selection(
        AMOUNT_TYPES,
        required=True,
        default="percent",
        help="Percent of the lines covered, an amount of its own, or what the other milestones leave.",
    )
    percent = fields.Float(digits=(16, 6), help="Percent of the untaxed total of the lines it covers.")
    amount_fixed = fields.Float("Fixed Amount", help="In the currency of the order.")
    line_pattern = fields.Char(
        "Lines Like", help="Words of a product or description, such as “licence*”; left empty, all lines."
    )
    task_pattern = fields.Char("Tasks Like", help="Words of a task's name, such as “design*”.")
    payment_term_id = fields.Many2one(
        "account.payment.term", "Payment Terms", help="Of its invoices; left empty, those of the schedule."
    )
    description = fields.Char(
        "Invoice Line Text",
        translate=True,
        help="Text of the invoice line. {milestone}, {line}, {percent}, {order} and {date} are filled in.",
    )

    _percent_range = models.Constraint(
        "CHECK(percent >= 0 AND percent <= 100)", "The percentage of a milestone lies between 0 and 100."
    )

    def _instantiate(self, schedule):
        """Create the milestones of ``schedule`` (``billing.schedule``) that these lines describe, and return them."""
        Milestone = self.env["billing.milestone"].with_context(billing_plan_deferred=True)
        made = {}
        for line in self.with_context(lang=schedule.order_id.partner_id.lang).sorted(
            lambda line: (line.sequence, line.id)
        ):
            values = line._prepare_milestone(schedule)
            if values:
                made[line] = Milestone.create(values)
        for line, milestone in made.items():
            if line.due_on == "offset" and line.offset_from_id in made:
                milestone.write({"offset_from": "milestone", "offset_milestone_id": made[line.offset_from_id].id})
        return Milestone.concat(*made.values())

    def _prepare_milestone(self, schedule):
        """Return the values of the milestone of ``schedule`` that this line describes.

        None when the order has no line of the kind that it bills.
        """
        self.ensure_one()
        lines = schedule.order_id.order_line.filtered(lambda line: line._is_schedulable())
        own = lines.filtered(lambda line: matches(self.line_pattern, line.name, line.product_id.display_name))
        if self.line_pattern and not own:
            return None
        return {
            "schedule_id": schedule.id,
            "name": self.name,
            "sequence": self.sequence,
            "due_on": self.due_on,
            "date": self.date,
            "offset_number": self.offset_number,
            "offset_unit": self.offset_unit,
            "amount_type": self.amount_type,
            "percent": self.percent,
            "amount_fixed": self.amount_fixed,
            "line_ids": [fields.Command.set(own.ids)] if self.line_pattern else False,
            "task_pattern": self.task_pattern,
            "payment_term_id": self.payment_term_id.id,
            "description": self.description,
        }
