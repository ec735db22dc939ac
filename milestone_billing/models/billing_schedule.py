from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from .billing_milestone_timeline import TIMELINE_LIMIT
from .deferred import is_plan_deferred, plan_deferred

INVOICE_POLICIES = [("draft", "Leave in draft"), ("post", "Post"), ("send", "Post and send")]
GROUPINGS = [
    ("milestone", "One invoice per milestone"),
    ("order", "One invoice per order"),
    ("customer", "One invoice per customer"),
]
INVOICE_DATES = [("today", "The day of invoicing"), ("attained", "The day of attainment")]
CHANGE_RULES = [
    ("pro_rata", "Change the milestones not yet billed, pro rata"),
    ("last", "Change the last milestone not yet billed"),
    ("new", "Add a new milestone"),
    ("keep", "Keep the percentages, and catch up what is billed"),
]
ADVANCE_POLICIES = [
    ("next", "The next invoices, until used up"),
    ("pro_rata", "Each invoice, pro rata"),
    ("last", "The last invoices"),
]


class BillingSchedule(models.Model):
    """A plan that says when, and by how much, some lines of one sale order are billed."""

    _name = "billing.schedule"
    _description = "Billing Schedule"
    _inherit = ["mail.thread"]
    _order = "order_id desc, sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, default=lambda self: self.env._("Billing schedule"))
    sequence = fields.Integer(default=10)
    order_id = fields.Many2one("sale.order", required=True, index=True, ondelete="cascade", check_company=True)
    company_id = fields.Many2one(related="order_id.company_id", store=True, index=True, precompute=True)
    currency_id = fields.Many2one(related="order_id.currency_id", store=True, precompute=True)
    partner_id = fields.Many2one(related="order_id.partner_id", store=True, index=True, precompute=True)
    commercial_partner_id = fields.Many2one(
        related="order_id.partner_id.commercial_partner_id", store=True, index=True, string="Customer Company"
    )
    user_id = fields.Many2one(related="order_id.user_id", string="Salesperson")
    external_key = fields.Char(
        index="btree_not_null", copy=False, help="The key under which another system knows this schedule."
    )
    external_content = fields.Char(copy=False, readonly=True)
    template_id = fields.Many2one(
        "billing.schedule.template", ondelete="set null", check_company=True, help="The plan this one began as."
    )
    rule_id = fields.Many2one(
        "billing.schedule.rule",
        "Chosen by Rule",
        ondelete="set null",
        readonly=True,
        copy=False,
        check_company=True,
        help="The rule that chose the template.",
    )

    cover_all = fields.Boolean(
        "Covers All Lines",
        default=True,
        help="Every line of the order, also lines added later. Otherwise only the lines chosen here.",
    )
    line_ids = fields.One2many("sale.order.line", "billing_schedule_id", "Lines Covered", copy=False)
    milestone_ids = fields.One2many("billing.milestone", "schedule_id", "Milestones", copy=True)

    invoice_policy = fields.Selection(
        INVOICE_POLICIES,
        required=True,
        compute="_compute_settings",
        store=True,
        readonly=False,
        precompute=True,
        string="Invoices",
        help="What becomes of the invoices that make themselves, where neither the order nor its customer says it.",
    )
    grouping = fields.Selection(
        GROUPINGS,
        required=True,
        compute="_compute_settings",
        store=True,
        readonly=False,
        precompute=True,
        help="What goes on one invoice, of what is due at the same time, where neither the order nor its customer "
        "says it.",
    )
    invoice_date_policy = fields.Selection(
        INVOICE_DATES,
        required=True,
        compute="_compute_settings",
        store=True,
        readonly=False,
        precompute=True,
        string="Invoice Date",
        help="Which day the invoices are dated.",
    )
    change_rule = fields.Selection(
        CHANGE_RULES,
        required=True,
        compute="_compute_settings",
        store=True,
        readonly=False,
        precompute=True,
        string="On a Change Order",
        help="Where the difference goes when the order changes after it was confirmed. What is billed stays. "
        "When percentages are kept, every milestone has its percentage of the new total: what is billed "
        "too little or too much by now is made good with the next milestone.",
    )
    advance_policy = fields.Selection(
        ADVANCE_POLICIES,
        required=True,
        compute="_compute_settings",
        store=True,
        readonly=False,
        precompute=True,
        string="Down Payments Come Off",
        help="Which invoices a posted down payment of the order comes off. What does not fit waits for the next.",
    )
    payment_term_id = fields.Many2one(
        "account.payment.term",
        "Payment Terms",
        check_company=True,
        help="Left empty, the payment terms of the order apply. A milestone may have its own.",
    )
    show_to_customer = fields.Boolean(
        "Shown to the Customer",
        compute="_compute_customer_settings",
        store=True,
        readonly=False,
        precompute=True,
        help="The plan is on the printed quotation and order and on the customer's portal page, and invoices say what "
        "remains of it. Otherwise he reads of its milestones on the lines of his invoices only.",
    )
    notify_customer = fields.Boolean(
        "Tell the Customer",
        compute="_compute_customer_settings",
        store=True,
        readonly=False,
        precompute=True,
        help="The customer of the order gets a mail, in his language, when a milestone is attained. "
        "Invoices are sent by “Post and send”, with or without this.",
    )
    notify_partner_ids = fields.Many2many(
        "res.partner",
        "billing_schedule_notify_rel",
        string="Notify",
        compute="_compute_notify_partner_ids",
        store=True,
        readonly=False,
        help="Told by mail of every milestone attained and invoiced.",
    )

    state = fields.Selection(
        [("draft", "Quotation"), ("running", "Running"), ("done", "Fully Billed"), ("cancelled", "Cancelled")],
        compute="_compute_state",
        store=True,
        index=True,
        help="Where the plan stands: it runs once the order is confirmed.",
    )
    amount_lines = fields.Monetary(
        "Lines Covered Total", compute="_compute_amounts", help="Untaxed total of the lines."
    )
    amount_planned = fields.Monetary("Planned", compute="_compute_amounts", help="Untaxed total of the milestones.")
    amount_difference = fields.Monetary(
        "Not Planned", compute="_compute_amounts", help="What the plan leaves unbilled; negative: what it has too much."
    )
    amount_attained = fields.Monetary(
        "Attained", compute="_compute_amounts", help="What was attained so far, untaxed, billed or not."
    )
    amount_billed = fields.Monetary("Billed", compute="_compute_amounts", help="Invoices less credit notes, untaxed.")

    _external_key_unique = models.UniqueIndex(
        "(company_id, external_key) WHERE external_key IS NOT NULL",
        "Another schedule of this company already has this external key.",
    )

    # === COMPUTE METHODS === #

    @api.depends("template_id")
    def _compute_customer_settings(self):
        for schedule in self:
            template = schedule.template_id
            schedule.show_to_customer = template.show_to_customer if template else True
            schedule.notify_customer = template.notify_customer

    @api.depends("template_id", "company_id")
    def _compute_settings(self):
        for schedule in self:
            company = schedule.company_id or self.env.company
            template = schedule.template_id
            schedule.invoice_policy = (
                template.invoice_policy or schedule.invoice_policy or company.billing_invoice_policy
            )
            schedule.grouping = template.grouping or schedule.grouping or company.billing_grouping
            schedule.invoice_date_policy = (
                template.invoice_date_policy or schedule.invoice_date_policy or company.billing_invoice_date
            )
            schedule.change_rule = template.change_rule or schedule.change_rule or company.billing_change_rule
            schedule.advance_policy = (
                template.advance_policy or schedule.advance_policy or company.billing_advance_policy
            )

    @api.depends("company_id")
    def _compute_notify_partner_ids(self):
        for schedule in self:
            schedule.notify_partner_ids = schedule.notify_partner_ids or schedule.company_id.billing_notify_partner_ids

    @api.depends("order_id.state", "milestone_ids.amount", "milestone_ids.billed_amount")
    def _compute_state(self):
        billed = ("invoiced", "paid", "cancelled")
        # Asked of the database, as one milestone's step must not read the thousand others of its schedule.
        unbilled = self.env["billing.milestone"]._read_group(
            [("schedule_id", "in", self.ids), ("state", "not in", billed)], ["schedule_id"]
        )
        unfinished = self.browse(schedule.id for [schedule] in unbilled)
        for schedule in self:
            if schedule.order_id.state == "cancel":
                schedule.state = "cancelled"
            elif schedule.order_id.state != "sale":
                schedule.state = "draft"
            elif schedule._origin not in unfinished and schedule.milestone_ids:
                schedule.state = "done"
            else:
                schedule.state = "running"

    @api.depends(
        "line_ids.price_subtotal", "milestone_ids.amount", "milestone_ids.due_amount", "milestone_ids.billed_amount"
    )
    def _compute_amounts(self):
        for schedule in self:
            currency = schedule.currency_id or schedule.company_id.currency_id
            schedule.amount_lines = currency.round(sum(schedule.line_ids.mapped("price_subtotal")))
            schedule.amount_planned = currency.round(sum(schedule.milestone_ids.mapped("amount")))
            schedule.amount_difference = currency.round(schedule.amount_lines - schedule.amount_planned)
            schedule.amount_attained = currency.round(sum(schedule.milestone_ids.mapped("due_amount")))
            schedule.amount_billed = currency.round(sum(schedule.milestone_ids.mapped("billed_amount")))

    @api.depends("title", "order_id.name")
    def _compute_display_name(self):
        for schedule in self:
            schedule.display_name = f"{schedule.sudo().order_id.name or ''} · {schedule.title or ''}"

    # === CONSTRAINT METHODS === #

    @api.constrains("order_id", "cover_all")
    def _check_one_covers_all(self):
        for schedule in self.filtered("cover_all"):
            others = schedule.order_id.billing_schedule_ids.filtered("cover_all") - schedule
            if others:
                raise ValidationError(
                    self.env._(
                        "%(order)s already has a schedule that covers all its lines (%(other)s). "
                        "Choose the lines of one of them instead.",
                        order=schedule.order_id.name,
                        other=others[0].name,
                    )
                )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        plain, vals_list, chosen = self._split_line_commands(vals_list)
        schedules = super(BillingSchedule, plan_deferred(plain)).create(vals_list)
        schedules = self.browse(schedules.ids)
        for schedule, commands in zip(schedules, chosen, strict=True):
            if commands:
                schedule._cover_chosen_lines(commands)
            # A copy has the milestones of what it was copied from, also where those are no longer the template's.
            copying = self._is_flagged("billing_copying")
            if schedule.template_id and not schedule.milestone_ids and not copying:
                schedule._add_template_milestones()
        schedules._cover_lines()
        schedules._plan()
        if not is_plan_deferred(self):
            schedules.milestone_ids._activate()
        return schedules

    def write(self, vals):
        if "order_id" in vals and any(schedule.order_id.id != vals["order_id"] for schedule in self):
            raise UserError(self.env._("A schedule stays with its order: make a new one on the other order."))
        own = {name: value for name, value in vals.items() if name != "line_ids"}
        if "line_ids" in vals:
            self.check_access("write")
            for schedule in self:
                schedule._cover_chosen_lines(vals["line_ids"])
        result = super(BillingSchedule, plan_deferred(self)).write(own)
        if vals.keys() & {"milestone_ids", "line_ids", "cover_all"}:
            self._cover_lines()
            self._plan()
            self.milestone_ids._activate()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        for schedule in self:
            if schedule.milestone_ids.attainment_ids:
                raise UserError(
                    self.env._(
                        "%(schedule)s has attained milestones and is part of the books' history. "
                        "Remove its milestones that were not attained instead.",
                        schedule=schedule.display_name,
                    )
                )

    # === ACTIONS === #

    def action_apply_template(self):
        """Replace the milestones that were not attained by those of the template.

        :return: True
        :raises UserError: when no template is chosen, or when a milestone was attained already.
        """
        self.check_access("write")
        for schedule in self:
            if not schedule.template_id:
                raise UserError(self.env._("Choose a template for %s first.", schedule.display_name))
            if schedule.milestone_ids.attainment_ids:
                raise UserError(
                    self.env._(
                        "%s has attained milestones: change the milestones that remain by hand.", schedule.display_name
                    )
                )
            schedule.milestone_ids.unlink()
            schedule._add_template_milestones()
            schedule._plan()
            schedule.milestone_ids._activate()
        return True

    def action_view_milestones(self):
        """Open the milestones of these schedules.

        :return: a window action
        """
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id("milestone_billing.action_billing_milestone")
        return dict(action, domain=[("schedule_id", "in", self.ids)], context={"create": False})

    # === API === #

    @api.readonly
    def get_billing_timeline(self, limit: int = TIMELINE_LIMIT) -> dict:
        """Return this schedule as its timeline shows it: see ``sale.order.get_billing_timeline``.

        :param int limit: how many milestones to return at most
        :return: the same dictionary
        :raises AccessError: for customers, and without access to the schedule or to milestones.
        :raises UserError: when ``limit`` is no number from 0 to 10,000.
        """
        self.ensure_one()
        self.check_access("read")
        return self.env["billing.milestone"]._get_timeline([("schedule_id", "=", self.id)], limit)

    # === PRIVATE BUSINESS === #

    def _add_template_milestones(self):
        """Create the milestones that the template of each schedule describes."""
        for schedule in self:
            schedule.template_id.milestone_ids._instantiate(schedule)

    def _responsible(self):
        """Return the user who gets the activities of this schedule (a ``res.users`` record)."""
        self.ensure_one()
        order = self.sudo().order_id
        return order.company_id.billing_manager_id or order.user_id or self.env.ref("base.user_admin")
