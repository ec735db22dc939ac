from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

from odoo import api, fields, models
from odoo.fields import Command
from odoo.tools import SQL

from ..engine.cadence import FOREVER
from ..engine.figures import Kin, closing_level, movements
from ..engine.life import end_of
from ..engine.money import rounded_to
from .subscription_charge_terms import PLACES, exact

#: How far ahead uplifts of terms to come are counted; it is looked after once half of it has passed.
AHEAD = timedelta(days=732)
#: On what the net part of a price is worked out: taxes in the price are a share of it.
GROSS = 1_000_000
#: What movements follow from, as far as it is there.
FOLLOWED = (
    *("state", "cancelled_on", "version_ids", "term_ids", "line_id.tax_ids", "order_id.currency_rate"),
    *("previous_id.version_ids", "previous_id.state", "next_ids.version_ids", "next_ids.state"),
)


class SubscriptionCharge(models.Model):
    """The recurring revenue of a charge: what it comes to in a month, and how that moves."""

    _inherit = "subscription.charge"

    movement_ids = fields.One2many(
        "subscription.movement", "charge_id", "Recurring Revenue", compute="_compute_movement_ids", store=True
    )
    movements_until = fields.Date(
        compute="_compute_movement_ids", store=True, help="Before which day what is known to come is counted."
    )
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency", help="The currency of the company."
    )
    mrr = fields.Monetary(
        "MRR (Own Currency)",
        compute="_compute_mrr",
        help="What it comes to in a month today, without taxes: less its discount, at its quantity, by the calendar.",
    )
    company_mrr = fields.Monetary(
        "MRR",
        currency_field="company_currency_id",
        compute="_compute_mrr",
        help="What it comes to in a month today, without taxes, at the rate of its order.",
    )

    @api.depends(lambda self: [name for name in FOLLOWED if name.partition(".")[0] in self._fields])
    def _compute_movement_ids(self):
        horizon = fields.Date.to_date(fields.Datetime.now()) + AHEAD
        for charge in self:
            uplifted = charge.version_ids and charge._has_uplift() and charge._terms()[0].renewal_percent
            charge.movements_until = horizon if uplifted else False
            moves = charge._movements(horizon.toordinal() if uplifted else FOREVER) if charge.version_ids else []
            charge.movement_ids = [Command.clear(), *map(Command.create, charge._movement_values(moves))]

    @api.depends("movement_ids.day", "movement_ids.amount", "tz")
    def _compute_mrr(self):
        now = fields.Datetime.now()
        for charge in self:
            today = charge._day(now)
            moves = charge.sudo().movement_ids.filtered(lambda move, today=today: move.day <= today)
            charge.mrr = sum(moves.mapped("amount"))
            charge.company_mrr = sum(moves.mapped("company_amount"))

    def _movements(self, until):
        """Return how the monthly revenue of this charge moves (``engine.figures.Movement``).

        :param int until: the first day that does not count
        """
        terms, known = self._terms_counted()
        return movements(terms, known, until, self._kin(end_of(terms, known)))

    def _terms_counted(self):
        """Return what the engine is told of this charge (as of ``_terms``), until its order was cancelled."""
        terms, known = self._terms()
        if self.cancelled_on:
            terms = replace(terms, end=min(terms.end, self.cancelled_on.toordinal()))
        return terms, known

    def _kin(self, end):
        """Return what this charge goes on from, and whether it goes on as another (``engine.figures.Kin``).

        :param int end: the first day on which it is charged no more
        """
        if "previous_id" not in self._fields:
            return Kin()
        first = self.first_day.toordinal()
        following = self.next_ids.filtered(lambda row: row.state == "running" and row._charged_until() > row.first_day)
        goes_on = any(row.first_day.toordinal() == end for row in following)
        previous = self.previous_id
        while previous and previous._charged_until() <= previous.first_day:
            previous = previous.previous_id
        if not previous:
            return Kin(goes_on=goes_on)
        if previous._charged_until() < self.first_day:
            return Kin(returns=True, goes_on=goes_on)
        terms, known = previous._terms_counted()
        return Kin(before=closing_level(terms, known, first), goes_on=goes_on)

    def _charged_until(self):
        """Return the first day (date) on which this charge is charged no more; its first day where it never is."""
        return date.fromordinal(end_of(*self._terms_counted()))

    def _movement_values(self, moves):
        """Yield the values of movements: sums are rounded, so that what is lost is what was won."""
        share, rate, total = self._untaxed_share(), self._company_rate(), Fraction(0)
        for move in moves:
            before, total = total, total + move.amount * share
            values = {"day": date.fromordinal(move.day), "kind": move.kind}
            for name, factor in (("amount", 1), ("company_amount", 1 / rate), ("company_arr", 12 / rate)):
                values[name] = float(rounded_to(total * factor, PLACES) - rounded_to(before * factor, PLACES))
            yield values

    def _untaxed_share(self):
        """Return which share (a fraction) of the price is without taxes: all of it, unless they are in the price."""
        line = self.line_id
        if not any(tax.price_include for tax in line.tax_ids.flatten_taxes_hierarchy()):
            return Fraction(1)
        taxes = line.tax_ids.compute_all(
            GROSS, currency=self.currency_id, quantity=1.0, product=line.product_id, partner=self.partner_id
        )
        return exact(taxes["total_excluded"]) / GROSS

    def _company_rate(self):
        """Return how much of the currency one of the company's is (a fraction), on the day of the first order."""
        order = self.order_id
        if "previous_id" in self._fields:
            first = self
            while first.previous_id:
                first = first.previous_id
            order = first.order_id if first.currency_id == self.currency_id else order
        return Fraction(repr(order.currency_rate)) if order.currency_rate else Fraction(1)

    @api.model
    def _extend_movements(self, company):
        """Have uplifts to come counted of a company's charges that are looked at less far ahead by now."""
        day = company._billing_today() + AHEAD / 2
        behind = self.search([("company_id", "=", company.id), ("movements_until", "<", day)])
        behind._safely_by_order("_extend")

    def _extend(self):
        self.env.add_to_compute(self._fields["movements_until"], self)
        self.flush_recordset(["movements_until"])

    def _revenue_sql(self, alias, name):
        """Return what charges come to in a month today, as an expression on a table of theirs.

        :param str name: of the field of a movement
        """
        Movement = self.env["subscription.movement"]
        columns = {
            field: SQL.identifier("movement", field, to_flush=Movement._fields[field]) for field in (name, "day")
        }
        return SQL(
            """(SELECT COALESCE(SUM(%(amount)s), 0) FROM subscription_movement movement
                 WHERE movement.charge_id = %(id)s AND %(day)s <= %(today)s)""",
            amount=columns[name],
            day=columns["day"],
            id=SQL.identifier(alias, "id"),
            today=self._today_sql(SQL.identifier(alias, "tz", to_flush=self._fields["tz"])),
            to_flush=self._fields["movements_until"],
        )

    def _field_to_sql(self, alias, field_expr, query=None):
        # OVERRIDE: what they come to today is summed and ordered by, too.
        if field_expr == "mrr":
            return self._revenue_sql(alias, "amount")
        if field_expr == "company_mrr":
            return self._revenue_sql(alias, "company_amount")
        return super()._field_to_sql(alias, field_expr, query)


class BillingRun(models.Model):
    _inherit = "billing.run"

    @api.model
    def _begin_automatic_of(self, company):
        # OVERRIDE: once a day.
        self.env["subscription.charge"]._extend_movements(company)
        return super()._begin_automatic_of(company)
