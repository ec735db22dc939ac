from datetime import date

from odoo import api, fields, models
from odoo.addons.billing_base.engine.units import to_units
from odoo.fields import Domain

from ..engine.cadence import FOREVER
from .subscription_plan import PRORATION, RENEWAL, TIMING, UNITS

STATES = [("running", "Running"), ("cancelled", "Cancelled")]


class SubscriptionCharge(models.Model):
    """What one order line charges again and again: how, since when, and what of it is on invoices.

    Periods and rules are those of its plan on the day of confirmation; prices, quantities and its end are versions
    (``subscription.charge.version``). What is to be billed follows from them and from invoices that stand, each time.
    """

    _name = "subscription.charge"
    _description = "Subscription Charge"
    _order = "id desc"

    line_id = fields.Many2one(
        "sale.order.line", "Order Line", required=True, readonly=True, index=True, ondelete="restrict"
    )
    order_id = fields.Many2one(related="line_id.order_id", store=True, index=True, precompute=True)
    company_id = fields.Many2one(related="line_id.company_id", store=True, index=True, precompute=True)
    currency_id = fields.Many2one(related="line_id.currency_id", store=True, precompute=True)
    partner_id = fields.Many2one(related="order_id.partner_id", store=True, index=True, precompute=True)
    name = fields.Text(related="line_id.name", help="What is charged.")
    plan_id = fields.Many2one(
        "subscription.plan", required=True, readonly=True, index=True, ondelete="restrict", help="How it began."
    )
    state = fields.Selection(STATES, required=True, default="running", readonly=True, help="Whether its order stands.")
    previous_id = fields.Many2one(
        "subscription.charge",
        "Goes On From",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="What it goes on from: with another plan, for another customer, or after an end.",
    )
    next_ids = fields.One2many("subscription.charge", "previous_id", "Goes On As", readonly=True)
    tz = fields.Char(
        "Time Zone", required=True, readonly=True, help="Days are those of the customer when the order was confirmed."
    )

    # === TERMS === #

    first_day = fields.Date("Start", required=True, readonly=True, help="The first day that is charged.")
    anchor = fields.Date("Counted From", required=True, readonly=True, help="A day on which a period begins.")
    day_of_month = fields.Integer(
        required=True, readonly=True, help="On which periods of months begin; in shorter months, on the last one."
    )
    interval_count = fields.Integer("Every", required=True, readonly=True, help="The length of a period, in its unit.")
    interval_unit = fields.Selection(UNITS, "Period", required=True, readonly=True, help="The unit of a period.")
    timing = fields.Selection(
        TIMING, "Billed", required=True, readonly=True, help="On the first day of a period, or once it is over."
    )
    proration = fields.Selection(
        PRORATION, required=True, readonly=True, help="What some days of a period cost of the whole one."
    )
    term_count = fields.Integer("Term", readonly=True, help="The length of a term, in its unit; 0 where there is none.")
    term_unit = fields.Selection(UNITS, readonly=True, help="The unit of a term.")
    renewal = fields.Selection(RENEWAL, "After the Term", readonly=True, help="What happens when the term is over.")
    uplift_percent = fields.Float(
        "Uplift (%)", digits=(16, 4), readonly=True, help="By how much the price rises with each further term."
    )

    # === WHAT IS AGREED === #

    version_ids = fields.One2many(
        "subscription.charge.version",
        "charge_id",
        "Changes",
        readonly=True,
        help="Price, quantity, pauses and end by their day.",
    )
    quantity = fields.Float(
        digits="Product Unit", compute="_compute_agreed", store=True, help="The quantity that holds today."
    )
    price_unit = fields.Float(
        "Unit Price",
        min_display_digits="Product Price",
        compute="_compute_agreed",
        store=True,
        help="The price that holds today.",
    )
    discount = fields.Float(
        "Discount (%)", digits="Discount", compute="_compute_agreed", store=True, help="The discount that holds today."
    )
    reduction = fields.Float(
        "Reduction (%)",
        digits="Discount",
        compute="_compute_agreed",
        store=True,
        help="What comes off the price today, by the steps of its plan.",
    )
    paused_from = fields.Date(
        compute="_compute_agreed", store=True, help="The first day of its pause, or the next one."
    )
    paused_until = fields.Date(
        compute="_compute_agreed", store=True, help="The last day of that pause; empty while nobody knows."
    )
    last_day = fields.Date(
        "End", compute="_compute_agreed", store=True, help="The last day that is charged; empty where it has no end."
    )

    next_change = fields.Date(
        compute="_compute_agreed", store=True, help="The next day from which something else is agreed already."
    )

    # === BILLING === #

    invoice_line_ids = fields.One2many(
        "account.move.line",
        "subscription_charge_id",
        "Invoice Lines",
        readonly=True,
        groups="account.group_account_invoice,account.group_account_readonly",
    )
    next_due = fields.Date(
        compute="_compute_next_due",
        store=True,
        help="The day on which something of it is to be billed, or given back, next.",
    )
    revision = fields.Integer(
        compute="_compute_next_due",
        store=True,
        help="How often it was worked out: two transactions that change what is due are in each other's way.",
    )

    _running_unique = models.UniqueIndex(
        "(line_id) WHERE state = 'running' AND previous_id IS NULL", "An order line has one charge."
    )
    _next_unique = models.UniqueIndex(
        "(previous_id) WHERE state = 'running' AND previous_id IS NOT NULL", "A charge goes on as one other."
    )
    _change_idx = models.Index("(company_id, next_change) WHERE next_change IS NOT NULL")
    _due_idx = models.Index("(company_id, next_due, order_id) WHERE next_due IS NOT NULL")

    def _compute_display_name(self):
        for charge in self:
            charge.display_name = (
                f"{charge.order_id.name}: {(charge.name or '').splitlines()[0] if charge.name else ''}"
            )

    @api.depends("version_ids")
    def _compute_agreed(self):
        for charge in self:
            today = charge._today()
            recorded = charge.version_ids.sorted(lambda version: version._origin.id or 0)
            charge.last_day = recorded.filtered(lambda version: version.kind in ("agreed", "end"))[-1:].last_day
            price = charge._price_in_force(today)
            charge.price_unit, charge.discount = price["price_unit"], price["discount"]
            charge.quantity = charge._holding("quantity", today).quantity
            charge.reduction = charge._holding("reduction", today).reduction
            charge.paused_from, charge.paused_until = charge._next_pause(today)
            charge.next_change = charge._find_next_change()

    def _find_next_change(self):
        """Return the next day (date) from which something else is agreed than today; False for none."""
        days = {row.day.toordinal() for row in self.version_ids}
        days.update(day for stretch in self._paused_stretches() for day in stretch if day < FOREVER)
        day = min((day for day in days if day > self._now().toordinal()), default=False)
        return day and date.fromordinal(day)

    def _next_pause(self, day):
        """Return the first and the last day (dates) of the pause of a day, or of the next one; False for none."""
        for start, to in self._paused_stretches():
            if to > day.toordinal():
                return date.fromordinal(start), date.fromordinal(to - 1) if to < FOREVER else False
        return False, False

    def _holding(self, kind, day):
        """Return the version of this charge that says what holds on a day.

        :param str kind: of the version
        :param day: date
        """
        versions = self.version_ids.filtered(lambda row: row.kind in ("agreed", kind) and row.day <= day)
        return versions.sorted(lambda row: (row.day, row._origin.id or 0))[-1:]

    @api.depends(
        *("state", "version_ids", "currency_id", "invoice_line_ids.subscription_period"),
        *(f"invoice_line_ids.{name}" for name in ("quantity", "price_unit", "discount", "currency_id", "parent_state")),
    )
    def _compute_next_due(self):
        stands = self._stands()
        for charge in self:
            charge.next_due = charge._find_next_due(stands.get(charge, {})) if charge.state == "running" else False
            # Written also where the day stays: a transaction that saw less than another one then begins anew.
            charge.revision += 1

    def _stands(self):
        """Return what of these charges stands on invoices: ``{charge: {number of the period: units}}``."""
        lines = (
            self.env["account.move.line"]
            .sudo()
            .search_fetch(
                Domain("subscription_charge_id", "in", self.ids)
                & Domain("subscription_pays_id", "=", False)
                & Domain("parent_state", "!=", "cancel"),
                ["subscription_charge_id", "subscription_period", "quantity", "price_unit", "discount", "currency_id"],
            )
        )
        return {charge: charge._standing(own) for charge, own in lines.grouped("subscription_charge_id").items()}

    def _standing(self, lines):
        """Return what some invoice lines bill of this charge: ``{number of the period: units}``."""
        found = {}
        for line in lines.filtered(lambda line: line.subscription_charge_id == self):
            units = to_units(line._subscription_amount(), self.currency_id.rounding)
            found[line.subscription_period] = found.get(line.subscription_period, 0) + units
        return found

    # === DAYS === #

    def _day(self, moment):
        """Return the customer's day of a moment (datetime in UTC)."""
        return fields.Datetime.context_timestamp(self.with_context(tz=self.tz), moment).date()

    def _now(self):
        """Return the customer's day (date) of now."""
        return self._day(fields.Datetime.now())

    def _today(self):
        """Return the customer's day (date) of now, the first day of the charge where that is to come."""
        self.ensure_one()
        return max(self.first_day, self._now())
