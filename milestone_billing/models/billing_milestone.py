from odoo import api, fields, models
from odoo.addons.billing_base.engine.units import to_fraction, to_units
from odoo.exceptions import UserError

from ..engine.plan import Item
from .deferred import is_plan_deferred
from .mail_activity import DAYS

DUE_ON = [
    ("confirmation", "Order confirmation"),
    ("date", "Date"),
    ("offset", "Time after"),
    ("task", "Tasks done"),
    ("milestone", "Project milestone"),
    ("delivery", "Delivered quantity"),
    ("manual", "By hand or another system"),
]
AMOUNT_TYPES = [("percent", "Percent"), ("fixed", "Fixed amount"), ("balance", "Balance")]
OFFSET_UNITS = [("days", "Days"), ("business_days", "Business days"), ("months", "Months")]
OFFSET_FROM = [("confirmation", "Order confirmation"), ("milestone", "Another milestone")]
STATES = [
    ("planned", "Planned"),
    ("due", "To Bill"),
    ("blocked", "Blocked"),
    ("failed", "Failed"),
    ("partial", "Partly Billed"),
    ("drafted", "Draft Invoice"),
    ("invoiced", "Invoiced"),
    ("paid", "Paid"),
    ("credited", "Credited"),
    ("cancelled", "Cancelled"),
]
#: What makes a milestone a deliverable, shown to the project manager as a native project milestone.
DELIVERABLE = ("task", "milestone", "manual")
#: Who may read the invoice lines behind a milestone.
BOOKS_GROUPS = "account.group_account_invoice,account.group_account_readonly,sales_team.group_sale_salesman"
#: A change of one of these changes the plan.
PLAN_FIELDS = {"amount_type", "percent", "amount_fixed", "line_ids", "sequence", "schedule_id"}
#: A change of one of these may make the milestone due.
DUE_FIELDS = {
    "due_on",
    "date",
    "offset_number",
    "offset_unit",
    "offset_from",
    "offset_milestone_id",
    "task_ids",
    "task_pattern",
    "project_milestone_id",
    "line_ids",
}


class BillingMilestone(models.Model):
    """One line of a billing schedule: what makes it due, how much it bills, where it stands."""

    _name = "billing.milestone"
    _description = "Billing Milestone"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "schedule_id desc, sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True)
    sequence = fields.Integer(default=lambda self: self._next_sequence())
    schedule_id = fields.Many2one("billing.schedule", required=True, index=True, ondelete="cascade")
    order_id = fields.Many2one(related="schedule_id.order_id", store=True, index=True, ondelete="cascade")
    order_state = fields.Selection(related="order_id.state", string="Order Status")
    company_id = fields.Many2one(related="schedule_id.company_id", store=True, index=True, precompute=True)
    currency_id = fields.Many2one(related="schedule_id.currency_id", store=True, precompute=True)
    partner_id = fields.Many2one(related="schedule_id.partner_id", store=True, index=True, precompute=True)
    external_key = fields.Char(
        index="btree_not_null", copy=False, help="The key under which another system knows this milestone."
    )
    is_change_order = fields.Boolean(copy=False, readonly=True)

    # What makes it due
    due_on = fields.Selection(
        DUE_ON, required=True, default="task", help="What the milestone waits for. Then it is attained, and billed."
    )
    date = fields.Date("Due Date", help="The day on which the milestone is due.")
    offset_number = fields.Integer("Time After", help="How long after that it becomes due.")
    offset_unit = fields.Selection(OFFSET_UNITS, "Unit", default="days")
    offset_from = fields.Selection(
        OFFSET_FROM, "Counted From", default="confirmation", help="What the time counts from."
    )
    offset_milestone_id = fields.Many2one(
        "billing.milestone",
        "From Milestone",
        domain="[('schedule_id', '=', schedule_id), ('id', '!=', id)]",
        ondelete="restrict",
        index="btree_not_null",
        help="The time counts from the day this milestone is attained.",
    )
    task_ids = fields.Many2many(
        "project.task",
        "billing_milestone_task_rel",
        "milestone_id",
        "task_id",
        "Tasks",
        copy=False,
        help="Attained when all these tasks are done. A cancelled task does not count as done.",
    )
    task_pattern = fields.Char(
        help="Words of the names of the project's tasks to take, such as “design*”, when no task is chosen."
    )
    project_milestone_id = fields.Many2one(
        "project.milestone",
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The milestone in Project that stands for this one: attaining either attains the other.",
    )
    project_id = fields.Many2one(
        related="project_milestone_id.project_id", store=True, index="btree_not_null", string="Project"
    )
    planned_date = fields.Date(
        compute="_compute_planned_date",
        store=True,
        readonly=False,
        recursive=True,
        help="When the milestone is expected. Milestones counted from this one move with it; amounts never do.",
    )
    due_date = fields.Date(
        "Falls Due On",
        compute="_compute_due_date",
        store=True,
        recursive=True,
        index="btree_not_null",
        help="The day the clock attains it.",
    )

    # How much it bills
    amount_type = fields.Selection(
        AMOUNT_TYPES,
        required=True,
        default="percent",
        help="Percent of the lines covered, an amount of its own, or what the other milestones leave.",
    )
    percent = fields.Float(digits=(16, 6), help="Percent of the untaxed total of the lines it covers.")
    amount_fixed = fields.Monetary("Fixed Amount", help="Untaxed, in the currency of the order.")
    line_ids = fields.Many2many(
        "sale.order.line",
        "billing_milestone_line_rel",
        "milestone_id",
        "line_id",
        "Own Lines",
        copy=False,
        domain="[('billing_schedule_id', '=', schedule_id)]",
        help="Left empty, the milestone bills a share of every line of the schedule.",
    )
    payment_term_id = fields.Many2one(
        "account.payment.term",
        "Payment Terms",
        check_company=True,
        help="Of its invoices; left empty, those of the schedule.",
    )
    description = fields.Char(
        "Invoice Line Text",
        translate=False,
        help="Text of the invoice line. {milestone}, {line}, {percent}, {order} and {date} are filled in.",
    )
    allocation_ids = fields.One2many(
        "billing.milestone.allocation", "milestone_id", "Allocations", copy=False, groups="base.group_user"
    )
    amount = fields.Monetary(compute="_compute_amount", store=True, help="Untaxed, in the currency of the order.")

    # Where it stands
    attainment_ids = fields.One2many(
        "billing.attainment", "milestone_id", "Attainments", copy=False, groups="base.group_user"
    )
    attained_percent = fields.Float(
        "Attained (cumulative %)",
        digits=(16, 6),
        compute="_compute_attained",
        store=True,
        help="Cumulative: attaining 40 and then 100 bills the difference.",
    )
    attained_date = fields.Date(compute="_compute_attained", store=True, help="The day on which it was attained.")
    invoice_line_ids = fields.One2many(
        "account.move.line", "billing_milestone_id", "Invoice Lines", copy=False, groups=BOOKS_GROUPS
    )
    invoice_ids = fields.Many2many("account.move", compute="_compute_invoices", string="Invoices", groups=BOOKS_GROUPS)
    due_amount = fields.Monetary(
        compute="_compute_due_amount",
        store=True,
        string="Attained Amount",
        help="What was attained so far, untaxed, billed or not.",
    )
    billed_amount = fields.Monetary(
        compute="_compute_billed_amounts", store=True, help="Invoices less credit notes, untaxed."
    )
    credited_amount = fields.Monetary(
        compute="_compute_billed_amounts", store=True, help="Credit notes that stand, untaxed."
    )
    to_bill_amount = fields.Monetary(
        compute="_compute_to_bill_amount", store=True, string="To Bill", help="Attained and not billed yet, untaxed."
    )
    state = fields.Selection(
        STATES,
        compute="_compute_state",
        store=True,
        groups="base.group_user",
        index=True,
        group_expand="_group_by_state",
        help="Where it stands between the plan and the payment.",
    )
    block_reason = fields.Text(
        compute="_compute_block_reason",
        compute_sudo=True,
        groups="base.group_user",
        help="What keeps it from being billed.",
    )
    hold_ids = fields.One2many("billing.hold", "milestone_id", "Holds", copy=False, groups="base.group_user")
    is_held = fields.Boolean(
        "On Hold",
        compute="_compute_is_held",
        store=True,
        groups="base.group_user",
        help="A hold on it, its order or its customer keeps it from being billed.",
    )

    _external_key_unique = models.UniqueIndex(
        "(schedule_id, external_key) WHERE external_key IS NOT NULL",
        "Another milestone of this schedule already has this external key.",
    )
    _percent_range = models.Constraint(
        "CHECK(percent >= 0 AND percent <= 100)", "The percentage of a milestone lies between 0 and 100."
    )

    #: Their rows are made by what happens to the milestone, not with it.
    _kept_fields = frozenset({"allocation_ids", "attainment_ids", "invoice_line_ids"})

    # === COMPUTE METHODS === #

    @api.depends("attainment_ids.percent", "attainment_ids.date")
    def _compute_attained(self):
        for milestone in self:
            milestone.attained_percent, milestone.attained_date = milestone._attained_until()[-1][1:]

    # A method for each amount: attaining changes ``due_amount``, and must not recompute what depends on billed amounts.

    @api.depends("allocation_ids.amount")
    def _compute_amount(self):
        self._sum_shares("amount")
        self._push_changes()

    @api.depends("allocation_ids.due_amount")
    def _compute_due_amount(self):
        self._sum_shares("due_amount")

    @api.depends("allocation_ids.billed_amount", "allocation_ids.credited_amount")
    def _compute_billed_amounts(self):
        self._sum_shares("billed_amount", "credited_amount")

    @api.depends("allocation_ids.to_bill_amount")
    def _compute_to_bill_amount(self):
        self._sum_shares("to_bill_amount")

    def _sum_shares(self, *names):
        """Set each of these amount fields to the sum of the field of the same name on the milestone's shares."""
        for milestone in self:
            currency = milestone.currency_id
            for name in names:
                total = sum(milestone.allocation_ids.mapped(name))
                milestone[name] = currency.round(total) if currency else total

    @api.depends("invoice_line_ids.move_id")
    def _compute_invoices(self):
        for milestone in self:
            milestone.invoice_ids = milestone.sudo().invoice_line_ids.move_id

    # === CRUD METHODS === #

    @api.model
    def _prepare_create_values(self, vals_list):
        # OVERRIDE: precomputed by Odoo, its provisional records would stay among the order's cached milestones.
        Schedule, default = self.env["billing.schedule"], self.env.context.get("default_schedule_id")
        for vals in vals_list:
            if schedule := vals.get("schedule_id") or default:
                vals["order_id"] = Schedule.browse(schedule).order_id.id
        return super()._prepare_create_values(vals_list)

    @api.model_create_multi
    def create(self, vals_list):
        milestones = super().create(vals_list)
        if not is_plan_deferred(self):
            milestones.schedule_id._plan()
            milestones._activate()
        return milestones

    def write(self, vals):
        if vals.keys() & PLAN_FIELDS:
            self.check_access("write")
            self._check_definition_open(vals)
        schedules = self.schedule_id
        result = super().write(vals)
        deferred = is_plan_deferred(self)
        if vals.keys() & PLAN_FIELDS and not deferred:
            (self.schedule_id | schedules)._plan()
        if vals.keys() & DUE_FIELDS and not deferred:
            self._activate()
            self.filtered(lambda milestone: milestone.due_on != "manual")._stop_asking(DAYS)
        if vals.keys() & DUE_FIELDS and any(self.mapped("trigger_gone")):
            self.env["billing.attainment"]._wake()
        self._push_changes()
        return result

    def unlink(self):
        self._push_changes()
        schedules = self.schedule_id
        self._stop_asking()
        result = super().unlink()
        if not is_plan_deferred(self):
            schedules.exists()._plan()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_attained(self):
        for milestone in self:
            if milestone.attainment_ids or milestone.sudo().invoice_line_ids:
                raise UserError(
                    self.env._(
                        "Milestone %s was attained or billed: it is history now. Undo it, or credit its invoice.",
                        milestone.display_name,
                    )
                )

    def _check_definition_open(self, vals):
        """Refuse to change the amount of a billed milestone: it is in the books already.

        :raises UserError: naming the milestone and the remedy.
        """
        for milestone in self.filtered(lambda milestone: milestone._is_frozen()):
            changed = vals.keys() & (PLAN_FIELDS - {"sequence"})
            if any(self._fields[name].convert_to_write(milestone[name], milestone) != vals[name] for name in changed):
                raise UserError(
                    self.env._(
                        "Milestone %s is billed, so its amount stays. Change the milestones that remain, "
                        "or credit its invoice first.",
                        milestone.display_name,
                    )
                )

    # === PRIVATE BUSINESS === #

    def _activate(self):
        """Link these milestones of confirmed orders to their project, and attain what is due already.

        Milestones whose attainment a person undid are left out.
        """
        running = self.filtered(lambda milestone: milestone.order_id.state == "sale" and not milestone._is_taken_back())
        running._link_deliverables()
        fresh = running.filtered(lambda milestone: not milestone.attained_percent)
        fresh.filtered(lambda milestone: milestone.due_on == "confirmation")._attain_now("confirmation")
        fresh._attain_complete()
        fresh._attain_dated()

    def _engine_item(self):
        """Return this milestone as the engine's ``Item`` (amounts in units of the order's currency)."""
        self.ensure_one()
        rounding = self.currency_id.rounding
        frozen = None
        if self._is_frozen():
            frozen = {row.line_id.id: row._frozen_units() for row in self.allocation_ids}
        own = frozenset((self.line_ids & self.schedule_id.line_ids).ids)
        return Item(
            key=self.id,
            kind=self.amount_type,
            percent=to_fraction(self.percent),
            amount=to_units(self.amount_fixed, rounding),
            lines=own if self.line_ids else None,
            frozen=frozen,
        )

    def _is_frozen(self):
        """Return whether an invoice that stands bills this milestone, so that its amounts no longer move."""
        self.ensure_one()
        return any(line.parent_state != "cancel" for line in self.sudo().invoice_line_ids)
