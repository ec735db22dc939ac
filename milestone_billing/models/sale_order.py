from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError


class SaleOrder(models.Model):
    _inherit = "sale.order"

    billing_schedule_ids = fields.One2many("billing.schedule", "order_id", "Billing Schedules", copy=False)
    billing_milestone_ids = fields.One2many("billing.milestone", "order_id", "Billing Milestones", copy=False)
    billing_milestone_count = fields.Integer(compute="_compute_billing_milestone_count")
    billing_hold_ids = fields.One2many("billing.hold", "order_id", "Billing Holds", copy=False)
    billing_difference = fields.Monetary(
        "Not Planned", compute="_compute_billing_difference", help="What the billing schedules leave unbilled."
    )

    billing_excess = fields.Monetary(
        "Planned Too Much",
        compute="_compute_billing_difference",
        help="What the billing schedules bill beyond the lines.",
    )

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
        if "order_line" not in vals or self.env.context.get("billing_plan_deferred"):
            return super().write(vals)
        # Many lines may change at once: the plan follows them together, and says so once.
        result = super(SaleOrder, self.with_context(billing_plan_deferred=True)).write(vals)
        self._billing_follow_lines()
        return result

    def copy(self, default=None):
        copies = super().copy(default)
        for order, copied in zip(self, copies, strict=True):
            order.billing_schedule_ids._copy_to(copied)
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
        for order in self:
            order._billing_pick_schedule()
        result = super()._action_confirm()
        self.sudo().billing_schedule_ids._start()
        return result

    def _action_cancel(self):
        result = super()._action_cancel()
        self.sudo().billing_schedule_ids._stop()
        return result

    def _billing_pick_schedule(self):
        """Give this order the schedule that the rules say, unless it has one."""
        self.ensure_one()
        if self.billing_schedule_ids or not self.order_line.filtered(lambda line: line._is_schedulable()):
            return
        rule = self.env["billing.schedule.rule"]._pick(self)
        if rule:
            self.env["billing.schedule"].sudo().create(
                {
                    "order_id": self.id,
                    "name": rule.template_id.name,
                    "template_id": rule.template_id.id,
                    "rule_id": rule.id,
                }
            )

    def _billing_follow_lines(self):
        """Let the plans follow changed order lines: freely on a quotation, by the change rule once confirmed."""
        for order in self.sudo().filtered("billing_schedule_ids"):
            schedules = order.billing_schedule_ids
            if order.state == "sale":
                schedules._follow_change_order()
            else:
                schedules._cover_lines()
                schedules._plan()

    # === INVOICING === #

    def _get_invoiceable_lines(self, final=False):
        # OVERRIDE: a scheduled line of negative quantity is billed with its milestone, not only on a final invoice.
        lines = super()._get_invoiceable_lines(final)
        shares = self.order_line.filtered("billing_schedule_id")._billing_open_shares()
        missing = self.order_line.filtered(shares.get) - lines
        return (
            (lines | missing).sorted(lambda line: (line.is_downpayment, line.sequence, line.id)) if missing else lines
        )

    def _create_account_invoices(self, invoice_vals_list, final):
        # OVERRIDE: the native button bills milestones too: their round moves on, so that nothing is billed twice.
        moves = super()._create_account_invoices(invoice_vals_list, final)
        if not self.env.context.get("billing_draining"):
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
        """Give this order a billing schedule, by rule where one fits, else an empty one to fill in.

        :return: a window action on the schedule
        :raises UserError: when all lines of the order are scheduled already.
        """
        self.ensure_one()
        self.check_access("write")
        if self.billing_schedule_ids.filtered("cover_all"):
            raise UserError(self.env._("%s has a schedule that covers all its lines.", self.name))
        self._billing_pick_schedule()
        schedule = self.billing_schedule_ids[-1:] or self.env["billing.schedule"].create({"order_id": self.id})
        action = self.env["ir.actions.act_window"]._for_xml_id("milestone_billing.action_billing_schedule")
        return dict(action, res_id=schedule.id, views=[(False, "form")])

    # === TELLING === #

    def _billing_log(self, title, rows=()):
        """Log in the chatter: a title (text) and its rows (texts)."""
        body = Markup("<p>%s</p>") % title
        if rows:
            body += Markup("<ul>%s</ul>") % Markup("").join(Markup("<li>%s</li>") % row for row in rows)
        for order in self:
            order.sudo()._message_log(body=body)
