from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import format_date

from .days import impossible, is_possible


class BillingHold(models.Model):
    """A reason not to bill a customer or an order for a while. An addon may put holds on what else it bills.

    Whoever put a hold changes and releases it; managers do so with all. What it kept back goes on by itself.
    """

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
        "sale.order", index="btree_not_null", ondelete="cascade", help="Everything of this order is held."
    )
    company_id = fields.Many2one(
        "res.company",
        compute="_compute_company_id",
        store=True,
        index=True,
        help="Empty for a hold on a customer of all companies: it holds in every company.",
    )
    target_name = fields.Char("Held", compute="_compute_target_name", help="What the hold keeps from being billed.")
    reason = fields.Char(required=True, tracking=True, help="Whoever sees what is held reads it, customers apart.")
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
    may_release = fields.Boolean(
        compute="_compute_may_release", help="It is not released yet, and whoever reads this may release it."
    )
    billing_day_id = fields.Many2one(
        "billing.day", store=False, help="The billing day from which it is put: it is then shown anew."
    )

    #: A hold cannot be moved to another customer or order: make another one.
    _once_fields = frozenset({"partner_id", "order_id"})

    _one_target = models.Constraint(
        "CHECK(num_nonnulls(partner_id, order_id) <= 1)", "A hold is put on one customer or one order."
    )
    _period = models.Constraint("CHECK(date_to IS NULL OR date_to >= date_from)", "A hold cannot end before it begins.")

    # === COMPUTE METHODS === #

    @api.depends("order_id.company_id", "partner_id.company_id")
    def _compute_company_id(self):
        for hold in self:
            hold.company_id = hold.order_id.company_id or hold.partner_id.company_id

    @api.depends("partner_id", "order_id")
    def _compute_target_name(self):
        for hold in self:
            # Whoever may read the hold may know what it is on.
            hold.target_name = hold.sudo()._target_text()

    @api.depends("date_from", "date_to", "released_on")
    def _compute_is_active(self):
        for hold in self:
            hold.is_active = hold._is_in_force()

    @api.depends("released_on")
    @api.depends_context("uid")
    def _compute_may_release(self):
        changeable = self._origin._filtered_access("write")
        for hold in self:
            hold.may_release = not hold.released_on and hold._origin in changeable

    @api.constrains("date_from", "date_to")
    def _check_days(self):
        for hold in self:
            for day in (hold.date_from, hold.date_to):
                if not is_possible(day):
                    raise ValidationError(impossible(day, self.env))

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        rows = [dict(vals) for vals in vals_list]
        days = [row.pop("billing_day_id", False) for row in rows]
        for row in rows:
            if row.get("partner_id"):
                row["partner_id"] = self.env["res.partner"].browse(row["partner_id"]).commercial_partner_id.id
        holds = super().create(rows)
        for hold in holds:
            if not hold.sudo()._target_text():
                raise ValidationError(self.env._("Say what is held: “%s” is put on nothing.", hold.reason))
            hold._target_log(lambda hold: hold.env._("Billing hold put: %s", hold._describe()))
        self.env["billing.day"]._show_again(days)
        return holds

    def write(self, vals):
        before = self.filtered("is_active")
        result = super().write(vals)
        self._follow_change(before)
        return result

    def unlink(self):
        orders = self._held_orders()
        result = super().unlink()
        orders._billing_go_on()
        return result

    # === ACTIONS === #

    def action_release(self):
        """End these holds now; what waited for them is billed within seconds.

        :return: True
        :raises AccessError: for a hold that somebody else put, managers apart
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

    # === BEGINNING AND ENDING === #

    def _is_in_force(self):
        """Return whether this hold is in force today: by the day of its company; on a customer, of whoever put it."""
        self.ensure_one()
        hold = self.sudo()
        company = hold.company_id or hold.partner_id.company_id or hold.user_id.company_id or self.env.company
        today = company._billing_today()
        started = not hold.date_from or hold.date_from <= today
        return started and not (hold.date_to and hold.date_to < today) and not hold.released_on

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
        # What is held is computed from this field elsewhere: both have to be computed again.
        stale.modified(["date_from"])
        self.env.flush_all()
        stale._follow_change(before)

    def _follow_change(self, before):
        """Have what these holds no longer keep back go on.

        :param before: those of them that were in force (``billing.hold``)
        """
        (before - self.filtered("is_active"))._held_orders()._billing_go_on()

    def _held_orders(self):
        """Return the orders that these holds keep whole, of which the run or a rule keeps something back."""
        holds, orders = self.sudo(), self.env["sale.order"].sudo()
        domain = Domain("id", "in", holds.order_id.ids) | orders._billing_of_customers(holds.partner_id)
        return orders._billing_kept_back(domain)

    # === WORDS === #

    def _target_text(self):
        """Return what this hold is put on, as people call it; empty for nothing."""
        self.ensure_one()
        if self.partner_id:
            return self.env._("Customer %s", self.partner_id.name)
        return self.env._("Order %s", self.order_id.name) if self.order_id else ""

    def _describe(self):
        """Return a line that says who holds what back, why, and until when."""
        self.ensure_one()
        until = self.env._(" until %s", format_date(self.env, self.date_to)) if self.date_to else ""
        return self.env._("%(reason)s (%(user)s)%(until)s", reason=self.reason, user=self.user_id.name, until=until)

    def _logged_order(self):
        """Return the order whose history says what becomes of this hold; none for a hold on a customer."""
        return self.order_id

    def _target_log(self, text):
        """Say on what this hold is put on what ``text`` returns for the hold, in the language of its history."""
        self.ensure_one()
        hold = self.sudo()
        order = hold._logged_order()
        if order:
            order._billing_log(text(self.with_context(lang=order._billing_for_history().env.lang)))
        else:
            hold.partner_id._message_log(body=text(self))
