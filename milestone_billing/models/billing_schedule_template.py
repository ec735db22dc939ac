from odoo import api, fields, models
from odoo.addons.billing_base.engine.units import to_fraction
from odoo.addons.billing_base.models.days import impossible, is_possible
from odoo.exceptions import ValidationError

from ..demo.story import load
from ..engine.patterns import matches
from .billing_milestone import AMOUNT_TYPES, DUE_ON, OFFSET_UNITS
from .billing_milestone_words import AMOUNT_FIELDS, WHEN_FIELDS
from .billing_schedule import ADVANCE_POLICIES, CHANGE_RULES, GROUPINGS, INVOICE_DATES, INVOICE_POLICIES
from .days import LONGEST_OFFSET
from .deferred import plan_deferred


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
    change_rule = fields.Selection(CHANGE_RULES, "On a Change Order", help="Left empty, as the company says.")
    advance_policy = fields.Selection(
        ADVANCE_POLICIES, "Down Payments Come Off", help="Left empty, as the company says."
    )
    payment_term_id = fields.Many2one(
        "account.payment.term",
        "Payment Terms",
        check_company=True,
        help="Left empty, the payment terms of the order apply. A milestone may have its own.",
    )
    show_to_customer = fields.Boolean(
        "Shown to the Customer",
        default=True,
        help="Schedules of this template are on the printed order, the portal and invoices.",
    )
    notify_customer = fields.Boolean(
        "Tell the Customer", help="Schedules of this template tell the customer by mail when a milestone is attained."
    )
    milestone_ids = fields.One2many("billing.schedule.template.milestone", "template_id", "Milestones", copy=True)

    @api.constrains("name", "milestone_ids")
    def _check_milestones(self):
        for template in self:
            if not template.milestone_ids:
                raise ValidationError(
                    self.env._("Template %s has no milestones, so it plans nothing: add one.", template.name)
                )
            template.milestone_ids._check_percents()

    @api.model
    def _load_demo(self):
        """Make the firms of the demo (called by the demo data)."""
        load(self.env)


class BillingScheduleTemplateMilestone(models.Model):
    """One milestone of a template."""

    _name = "billing.schedule.template.milestone"
    _inherit = ["billing.milestone.words"]
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
    category_ids = fields.Many2many(
        "product.category",
        "billing_template_milestone_category_rel",
        "milestone_id",
        "category_id",
        "Lines of Categories",
        help="It bills lines of products of these categories, or of one below them; left empty, all lines.",
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
    when_text = fields.Char("When", compute="_compute_when_text", help="What makes the milestone due.")
    amount_text = fields.Char("How Much", compute="_compute_amount_text", help="What the milestone bills.")

    _percent_range = models.Constraint(
        "CHECK(percent >= 0 AND percent <= 100)", "The percentage of a milestone lies between 0 and 100."
    )

    @api.depends(*WHEN_FIELDS, "offset_from_id.name", "task_pattern")
    def _compute_when_text(self):
        for milestone in self:
            milestone.when_text = milestone._due_text()

    @api.depends(*AMOUNT_FIELDS)
    def _compute_amount_text(self):
        for milestone in self:
            milestone.amount_text = milestone._amount_text()

    def _offset_start(self):
        return self.offset_from_id.name

    # === CONSTRAINT METHODS === #

    @api.constrains("date", "offset_number")
    def _check_days(self):
        for milestone in self:
            if not is_possible(milestone.date):
                raise ValidationError(impossible(milestone.date, self.env))
            if abs(milestone.offset_number) > LONGEST_OFFSET:
                raise ValidationError(
                    self.env._(
                        "%(milestone)s: “Time After” is at most %(number)s.",
                        milestone=milestone.name,
                        number=LONGEST_OFFSET,
                    )
                )

    @api.constrains("amount_type", "percent", "line_pattern", "category_ids")
    def _check_percents(self):
        for template in self.template_id:
            whole = template.milestone_ids.filtered(lambda row: row.amount_type == "percent" and not row._takes_some())
            total = sum(to_fraction(row.percent) for row in whole)
            if total > 1:
                raise ValidationError(
                    self.env._(
                        "The milestones of template %(template)s total %(percent)s %%, more than there is to bill. "
                        "Lower one of them.",
                        template=template.name,
                        percent=f"{float(100 * total):.6f}".rstrip("0").rstrip("."),
                    )
                )

    @api.constrains("amount_type", "amount_fixed")
    def _check_fixed(self):
        for milestone in self:
            if milestone.amount_type == "fixed" and milestone.amount_fixed < 0:
                raise ValidationError(
                    self.env._(
                        "Milestone %s has an amount below zero: what is to be credited is a line of the order.",
                        milestone.name,
                    )
                )

    # === PRIVATE BUSINESS === #

    def _takes_some(self):
        """Return whether this line of a template bills some lines of an order only: by their words or categories."""
        self.ensure_one()
        return bool(self.line_pattern or self.category_ids)

    def _takes(self, line):
        """Return whether this line of a template bills an order line (``sale.order.line``, saved or not)."""
        self.ensure_one()
        if not self._takes_some():
            return True
        path = f"/{line.product_id.categ_id.parent_path or ''}"
        by_category = any(f"/{category.id}/" in path for category in self.category_ids)
        by_words = self.line_pattern and matches(self.line_pattern, line.name, line.product_id.display_name)
        return bool(by_category or by_words)

    def _instantiate(self, schedule):
        """Create the milestones of ``schedule`` (``billing.schedule``) that these lines describe, and return them."""
        Milestone = plan_deferred(schedule.env["billing.milestone"])
        made = {line: Milestone.create(values) for line, values in self._prepare_milestones(schedule).items()}
        for line, milestone in made.items():
            if line.due_on == "offset" and line.offset_from_id in made:
                milestone.write({"offset_from": "milestone", "offset_milestone_id": made[line.offset_from_id].id})
        return Milestone.concat(*made.values())

    def _prepare_milestones(self, schedule):
        """Return ``{line: values}`` of the milestones that these lines describe, in their sequence.

        In the language of the customer; without those that bill lines of a kind the order has none of.
        """
        lines = self.with_context(lang=schedule.order_id.partner_id.lang or self.env.lang)
        lines = lines.sorted(lambda line: (line.sequence, line.id))
        prepared = {line: line._prepare_milestone(schedule) for line in lines}
        return {line: values for line, values in prepared.items() if values}

    def _prepare_milestone(self, schedule):
        """Return the values of the milestone of ``schedule`` that this line describes.

        None when the order has no line of the kind that it bills.
        """
        self.ensure_one()
        lines = schedule.order_id.order_line.filtered(lambda line: line._is_schedulable())
        own = lines.filtered(self._takes)
        if self._takes_some() and not own:
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
            "line_ids": [fields.Command.set(own.ids)] if self._takes_some() else False,
            "task_pattern": self.task_pattern,
            "payment_term_id": self.payment_term_id.id,
            "description": self.description,
        }
