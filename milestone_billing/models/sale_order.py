from odoo import api, fields, models
from odoo.exceptions import UserError

from .billing_milestone_timeline import TIMELINE_LIMIT
from .deferred import is_plan_deferred, plan_deferred

#: A change of one of these may bring a quotation into another currency or company.
MOVES_PLAN = {"pricelist_id", "currency_id", "company_id", "partner_id"}


class SaleOrder(models.Model):
    _inherit = "sale.order"

    billing_schedule_ids = fields.One2many("billing.schedule", "order_id", "Billing Schedules", copy=False)
    billing_milestone_ids = fields.One2many("billing.milestone", "order_id", "Billing Milestones", copy=False)
    billing_milestone_count = fields.Integer(compute="_compute_billing_milestone_count")
    billing_difference = fields.Monetary(
        "Not Planned", compute="_compute_billing_difference", help="What the billing schedules leave unbilled."
    )

    billing_excess = fields.Monetary(
        "Planned Too Much",
        compute="_compute_billing_difference",
        help="What the billing schedules bill beyond the lines.",
    )

    #: A milestone is made with its schedule.
    _kept_fields = frozenset({"billing_milestone_ids"})

    @api.depends("billing_milestone_ids")
    def _compute_billing_milestone_count(self):
        for order in self:
            order.billing_milestone_count = len(order.billing_milestone_ids)

    @api.depends("billing_schedule_ids.amount_difference")
    def _compute_billing_difference(self):
        for order in self:
            order.billing_difference = sum(order.billing_schedule_ids.mapped("amount_difference"))
            order.billing_excess = max(-order.billing_difference, 0.0)

    def _compute_project_ids(self):
        # OVERRIDE: Odoo reads a field of Sales here, so that a project user could not open an order he may read.
        orders = self if self.env.user.has_group("sales_team.group_sale_salesman") else self.sudo()
        result = super(SaleOrder, orders)._compute_project_ids()
        for order in self:
            projects = order.sudo().project_ids.with_env(self.env)._filtered_access("read")
            order.project_ids = projects
            order.project_count = len(projects.filtered("active"))
        return result

    # === CRUD METHODS === #

    def write(self, vals):
        # Many lines may change at once: the plan follows them together, and says so once.
        follows = "order_line" in vals and not is_plan_deferred(self)
        before = self._billing_terms() if vals.keys() & MOVES_PLAN else {}
        orders = plan_deferred(self) if follows else self
        result = super(SaleOrder, orders).write(vals)
        if follows:
            self._billing_follow_lines()
        self._billing_follow_terms(before)
        return result

    def _billing_terms(self):
        """Return currency and company of those of these orders whose plan is not chosen anew: ``{order: (…, …)}``."""
        planned = self.filtered(lambda order: order.sudo().billing_schedule_ids and not order._billing_is_chosen())
        return {order: (order.currency_id, order.company_id) for order in planned}

    def _billing_follow_terms(self, before):
        """Let plans follow their quotations into another currency or company.

        :param dict before: what ``_billing_terms`` returned
        """
        for order, (currency, company) in before.items():
            schedules = order.sudo().billing_schedule_ids
            if order.company_id != company:
                schedules._follow_company()
            if order.currency_id != currency:
                schedules._follow_currency(currency)

    def copy(self, default=None):
        copies = super(SaleOrder, plan_deferred(self)).copy(default)
        copies = self.browse(copies.ids)
        for order, copied in zip(self, copies, strict=True):
            # What a rule chose for a quotation, it chooses for its copy.
            if not order._billing_is_chosen():
                order.billing_schedule_ids._copy_to(copied)
        copies._billing_apply_rules()
        return copies

    @api.ondelete(at_uninstall=False)
    def _unlink_except_attained(self):
        for order in self:
            if order.sudo().billing_milestone_ids.attainment_ids:
                raise UserError(
                    self.env._("%s has attained milestones, which stay on record: leave it cancelled.", order.name)
                )

    # === CONFIRMATION AND CANCELLATION === #

    def _action_confirm(self):
        self._billing_plan_confirmed()
        result = super()._action_confirm()
        self.sudo().billing_schedule_ids._start()
        return result

    def _action_cancel(self):
        result = super()._action_cancel()
        self.sudo().billing_schedule_ids._stop()
        return result

    def _billing_follow_lines(self):
        """Let the plans follow changed order lines: freely on a quotation, by the change rule once it runs."""
        fresh = self._billing_apply_rules()
        for order in (self - fresh).sudo().filtered("billing_schedule_ids"):
            schedules = order.billing_schedule_ids
            # Of an order that was cancelled and is a quotation again, what is billed stays as well.
            running = schedules.filtered(
                lambda plan: plan.order_id.state == "sale" or any(row._is_frozen() for row in plan.milestone_ids)
            )
            running._follow_change_order()
            (schedules - running)._cover_lines()
            (schedules - running)._plan()

    # === INVOICING === #

    def _get_invoiceable_lines(self, final=False):
        # OVERRIDE: a scheduled line of negative quantity is billed with its milestone, not only on a final invoice.
        lines, instruction = super()._get_invoiceable_lines(final), self._flag_value("billing_instruction")
        planned = self.order_line.filtered("billing_schedule_id")
        if instruction:
            # What a run bills was worked out under the same lock.
            planned = planned.filtered(lambda line: line.id in instruction.lines)
        else:
            planned = planned.filtered(planned._billing_open_shares().get)
        missing = planned - lines
        return (
            (lines | missing).sorted(lambda line: (line.is_downpayment, line.sequence, line.id)) if missing else lines
        )

    def _create_account_invoices(self, invoice_vals_list, final):
        # OVERRIDE: the native button bills milestones too: their round moves on, so that nothing is billed twice.
        moves = super()._create_account_invoices(invoice_vals_list, final)
        if not self._is_flagged("billing_draining"):
            moves.sudo().invoice_line_ids.filtered("billing_key").billing_milestone_id._billed_by_hand()
        return moves

    # === ACTIONS === #

    def action_view_billing_milestones(self):
        """Open the billing milestones of this order.

        :return: a window action
        """
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id("milestone_billing.action_billing_milestone")
        return dict(action, domain=[("order_id", "=", self.id)], context={"create": False})

    def action_create_billing_schedule(self):
        """Give this order a billing schedule, by template or rule where one fits, else an empty one to fill in.

        :return: a window action on the schedule
        :raises UserError: when all lines of the order are scheduled already.
        """
        self.ensure_one()
        self.check_access("write")
        if self.billing_schedule_ids.filtered("cover_all"):
            raise UserError(self.env._("%s has a schedule that covers all its lines.", self.name))
        if self._billing_pick_schedule():
            self.sudo().billing_plan_by_hand = False
        schedule = self.billing_schedule_ids[-1:] or self.env["billing.schedule"].create({"order_id": self.id})
        action = self.env["ir.actions.act_window"]._for_xml_id("milestone_billing.action_billing_schedule")
        return dict(action, res_id=schedule.id, views=[(False, "form")])

    # === API === #

    @api.readonly
    def get_billing_timeline(self, limit: int = TIMELINE_LIMIT) -> dict:
        """Return the billing plan of this order as its timeline shows it.

        :param int limit: how many milestones to return at most: those around the first that is not billed yet
        :return: ``{"count", "before", "after", "currency_id", "order_ids", "totals", "milestones"}``. ``count`` is how
            many milestones the plan has, of which ``before`` and ``after`` are left out on either side. ``totals``
            holds ``planned``, ``attained``, ``billed``, ``paid`` and ``waiting`` (attained and not billed), untaxed, in
            the currency of the order. Each milestone is ``{"id", "name", "schedule", "order_id", "order",
            "currency_id", "amount", "attained_percent" (cumulative), "billed", "planned_date", "attained_date",
            "status", "label", "is_late", "due", "effect", "undoing", "reason", "remedy", "holds", "invoices",
            "actions"}``: dates are ``"YYYY-MM-DD"`` or ``""``; ``due`` says what makes it due, ``effect`` what
            attaining it will do, ``undoing`` what taking the attainment back will do, ``reason`` and ``remedy`` what
            keeps it from being billed; ``actions`` are those the user may do now.
        :raises AccessError: for customers, and without access to the order or to milestones.
        :raises UserError: when ``limit`` is no number from 0 to 10,000.
        """
        self.ensure_one()
        self.check_access("read")
        return self.env["billing.milestone"]._get_timeline([("order_id", "=", self.id)], limit)
