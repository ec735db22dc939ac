from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import format_date

from .days import impossible, is_possible


class BillingHold(models.Model):
    """A reason not to bill a customer, an order or a milestone for a while."""

    _name = "billing.hold"
    _description = "Billing Hold"
    _inherit = ["mail.thread"]
    _order = "is_active desc, date_from desc, id desc"
    _rec_name = "reason"

    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        index="btree_not_null",
        ondelete="cascade",
        help="Every order of this customer is held.",
    )
    order_id = fields.Many2one(
        "sale.order", index="btree_not_null", ondelete="cascade", help="Every milestone of this order is held."
    )
    milestone_id = fields.Many2one("billing.milestone", index="btree_not_null", ondelete="cascade")
    company_id = fields.Many2one(
        "res.company",
        compute="_compute_company_id",
        store=True,
        index=True,
        help="Empty for a hold on a customer: it holds in every company.",
    )
    target_name = fields.Char("Held", compute="_compute_target_name", help="What the hold keeps from being billed.")
    reason = fields.Char(required=True, tracking=True, help="Whoever sees the milestone reads it, customers apart.")
    date_from = fields.Date(
        "From", required=True, default=lambda self: self.env.company._billing_today(), tracking=True
    )
    date_to = fields.Date("Until", tracking=True, help="The last day of the hold. Left empty, until it is released.")
    user_id = fields.Many2one("res.users", "Put by", default=lambda self: self.env.user, readonly=True)
    released_by_id = fields.Many2one("res.users", readonly=True, copy=False, tracking=True)
    released_on = fields.Datetime(readonly=True, copy=False)
    is_active = fields.Boolean(
        "In Force", compute="_compute_is_active", store=True, index=True, help="Whether it keeps billing back today."
    )

    #: A hold cannot be moved to another customer, order or milestone: make another one.
    _once_fields = frozenset({"partner_id", "order_id", "milestone_id"})

    _one_target = models.Constraint(
        "CHECK(num_nonnulls(partner_id, order_id, milestone_id) = 1)",
        "A hold is put on one customer, one order or one milestone.",
    )
    _period = models.Constraint("CHECK(date_to IS NULL OR date_to >= date_from)", "A hold cannot end before it begins.")

    @api.depends("order_id.company_id", "milestone_id.company_id")
    def _compute_company_id(self):
        for hold in self:
            hold.company_id = hold.order_id.company_id or hold.milestone_id.company_id

    @api.depends("partner_id", "order_id", "milestone_id")
    def _compute_target_name(self):
        for hold in self:
            # Whoever may read the hold may know what it is on.
            target = hold.sudo()
            if target.partner_id:
                hold.target_name = self.env._("Customer %s", target.partner_id.name)
            elif target.order_id:
                hold.target_name = self.env._("Order %s", target.order_id.name)
            else:
                milestone = target.milestone_id
                hold.target_name = self.env._(
                    "Milestone %(milestone)s of %(order)s", milestone=milestone.name, order=milestone.order_id.name
                )

    @api.depends("date_from", "date_to", "released_on")
    def _compute_is_active(self):
        for hold in self:
            hold.is_active = hold._is_in_force()

    @api.constrains("date_from", "date_to")
    def _check_days(self):
        for hold in self:
            for day in (hold.date_from, hold.date_to):
                if not is_possible(day):
                    raise ValidationError(impossible(day, self.env))

    def _is_in_force(self):
        """Return whether this hold is in force today: by the day of its company; on a customer, of whoever put it."""
        self.ensure_one()
        hold = self.sudo()
        company = hold.company_id or hold.partner_id.company_id or hold.user_id.company_id or self.env.company
        today = company._billing_today()
        started = not hold.date_from or hold.date_from <= today
        return started and not (hold.date_to and hold.date_to < today) and not hold.released_on

    @api.model_create_multi
    def create(self, vals_list):
        partners = self.env["res.partner"]
        for vals in vals_list:
            if vals.get("partner_id"):
                vals["partner_id"] = partners.browse(vals["partner_id"]).commercial_partner_id.id
        holds = super().create(vals_list)
        for hold in holds:
            hold._target_log(lambda hold: hold.env._("Billing hold put: %s", hold._describe()))
        holds._held_milestones().allocation_ids.line_id._billing_refresh()
        return holds

    def write(self, vals):
        before = self.filtered("is_active")
        result = super().write(vals)
        self._follow_change(before)
        return result

    def unlink(self):
        milestones, orders = self._held_milestones(), self._held_orders()
        result = super().unlink()
        milestones._resume()
        orders._billing_go_on()
        return result

    def action_release(self):
        """End these holds now; what waited for them is billed within seconds.

        :return: True
        :raises UserError: for a hold that is released already.
        """
        self.check_access("write")
        for hold in self:
            if hold.released_on:
                raise UserError(self.env._("The hold “%s” is released already.", hold.reason))
        self.sudo().write({"released_by_id": self.env.uid, "released_on": fields.Datetime.now()})
        for hold in self:
            hold._target_log(lambda hold: hold.env._("Billing hold released: %s", hold._describe()))
        return True

    @api.model
    def _refresh(self):
        """Start and end holds whose day has come (called by the clock)."""
        days = self.env["res.company"]._billing_days()
        ended = Domain("is_active", "=", True) & Domain("date_to", "<", max(days))
        begun = Domain("is_active", "=", False) & Domain("date_from", "<=", max(days))
        lasting = Domain("date_to", "=", False) | Domain("date_to", ">=", min(days))
        changing = self.search(Domain("released_on", "=", False) & (ended | begun & lasting))
        stale = changing.filtered(lambda hold: hold.is_active != hold._is_in_force())
        before = stale.filtered("is_active")
        # ``is_held`` of the milestones is computed from this field: both have to be computed again.
        stale.modified(["date_from"])
        self.env.flush_all()
        stale._follow_change(before)

    def _follow_change(self, before):
        """Update the milestones that these holds now block, and queue those again that they no longer block.

        :param before: those of them that were in force (``billing.hold``)
        """
        after = self.filtered("is_active")
        (after - before)._held_milestones().allocation_ids.line_id._billing_refresh()
        (before - after)._held_milestones()._resume()
        (before - after)._held_orders()._billing_go_on()

    def _held_milestones(self):
        """Return the milestones that these holds concern (``billing.milestone``)."""
        milestones = self.env["billing.milestone"].sudo()
        held = milestones.search([("order_id", "in", self.order_id.ids)]) if self.order_id else milestones
        if self.partner_id:
            held |= milestones.search([("partner_id.commercial_partner_id", "in", self.partner_id.ids)])
        return held | self.sudo().milestone_id

    def _held_orders(self):
        """Return the orders that these holds keep whole, of which the run or a rule keeps something back."""
        orders = self.env["sale.order"].sudo()
        customers = self.sudo().partner_id.ids
        domain = Domain("id", "in", self.sudo().order_id.ids)
        domain |= Domain("partner_id.commercial_partner_id", "in", customers)
        domain |= Domain("partner_invoice_id.commercial_partner_id", "in", customers)
        return orders._billing_kept_back(domain)

    def _describe(self):
        """Return a line that says who holds what back, why, and until when."""
        self.ensure_one()
        until = self.env._(" until %s", format_date(self.env, self.date_to)) if self.date_to else ""
        return self.env._("%(reason)s (%(user)s)%(until)s", reason=self.reason, user=self.user_id.name, until=until)

    def _target_log(self, text):
        """Say on what this hold is put on what ``text`` returns for the hold, in the language of its history."""
        self.ensure_one()
        target = self.sudo()
        order = target.order_id or target.milestone_id.order_id
        if order:
            order._billing_log(text(self.with_context(lang=order._billing_for_history().env.lang)))
        else:
            target.partner_id._message_log(body=text(self))
