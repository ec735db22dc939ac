from dataclasses import replace
from datetime import date
from typing import NamedTuple

from odoo import api, fields, models
from odoo.addons.billing_base.engine.units import from_units, to_units

from ..engine.bill import bills, rounded
from ..engine.cadence import FOREVER, Part, Step
from ..engine.covering import balance, draw, grants, payable
from ..engine.events import History
from ..engine.life import due_parts, end_of, parts
from ..engine.standing import open_parts
from ..engine.terms import Commitment, Prepaid
from .subscription_charge_terms import exact
from .subscription_plan import UNITS


class OpenDraw(NamedTuple):
    """What funds pay of a period of usage and no invoice says yet, below zero what is put back.

    :param charge: of the usage (``subscription.charge``)
    :param units: in units of the currency
    """

    charge: models.Model
    part: Part
    units: int

    @property
    def since(self):
        """The day (date) on which the usage is due."""
        return date.fromordinal(self.part.to + self.charge.grace_days)


class SubscriptionCharge(models.Model):
    """Charges that look at the usage of their order: a commitment that it comes to, prepaid funds that pay it."""

    _inherit = "subscription.charge"

    funds = fields.Monetary(readonly=True, help="What each period's purchase may pay of usage.")
    expiry_count = fields.Integer("Funds Expire After", readonly=True, help="How long funds are good, in their unit.")
    expiry_unit = fields.Selection(UNITS, readonly=True, help="The unit of the time for which funds are good.")
    funds_left = fields.Monetary(
        compute="_compute_funds_left", help="What is left today of funds that are bought and not expired."
    )

    def _compute_funds_left(self):
        prepaid = self.sudo().filtered(lambda row: row.kind == "prepaid" and row.state == "running")
        (self - prepaid).funds_left = 0.0
        for _order, charges in prepaid.grouped("order_id").items():
            today = charges.company_id._billing_today()
            granted, _draws, _parts = charges.order_id._subscription_prepaid()._draws_by(today)
            for charge in charges:
                units = balance(granted, charge.id, today.toordinal())
                charge.funds_left = from_units(units, charge.currency_id.rounding)

    # === FOR THE ENGINE === #

    def _agreed_terms(self):
        # OVERRIDE: what was promised, or bought, of all usage of the order.
        terms, known = super()._agreed_terms()
        if self.kind not in ("commitment", "prepaid"):
            return terms, known
        agreed, covered = self._agreed(), self._covered()
        shared = {
            "key": terms.key,
            "kind": self.kind,
            "place": self._origin.id or 0,
            "calendar": terms.calendar,
            "first": terms.first,
            "end": end_of(terms, known),
            "of": tuple(covered.ids),
        }
        amount = agreed._price().rating.price * exact(agreed.quantity)
        if self.kind == "prepaid":
            expires = Step(self.expiry_count, self.expiry_unit) if self.expiry_count else None
            funds = exact(self.funds)
            return Prepaid(**shared, in_advance=True, price=amount, funds=funds, expires=expires), History()
        promised = Commitment(**shared, grace=self.grace_days, amount=amount)
        promised = replace(promised, grace=self._grace_of(promised, covered))
        return promised, self._known_by(self.company_id._billing_today())

    def _grace_of(self, promised, covered):
        """Return after how many days what is missing is known: once all usage that begins in its period is due.

        :param promised: ``engine.terms.Commitment``
        :param covered: the charges that it looks at
        """
        days, today = [promised.grace], self.company_id._billing_today().toordinal()
        for usage in covered:
            calendar, first = usage._cadence(), usage.first_day.toordinal()
            end = usage.last_day.toordinal() + 1 if usage.last_day else FOREVER
            for part in parts(promised, promised.end):
                if part.start > today:
                    break
                last = calendar.part(calendar.holding(part.to - 1), first, end)
                if last and last.start < part.to:
                    days.append(last.to + usage.grace_days - part.to)
        return max(days)

    def _known_by(self, day):
        """Return what is known of a commitment by a day (date): what is due of the usage that it looks at.

        A discount comes off once it is known what is missing.
        """
        rated = (one for charge in self._covered() for one in charge._rated_by(day))
        return History(covered=tuple(undiscounted for _terms, _bill, undiscounted in rated))

    def _open(self, stands, day):
        # OVERRIDE: by a day to come more usage is due.
        if self.kind != "commitment":
            return super()._open(stands, day)
        terms, _known = self._terms()
        reached = self._reached(day).toordinal()
        return open_parts(terms, self._known_by(day), stands, reached, self._zone(), self._scale())

    def _reached(self, day):
        # OVERRIDE: what is missing is known once the usage is, whose days may be those of another place.
        reached = super()._reached(day)
        covered = self._covered() if self.kind == "commitment" else ()
        return min([reached, *(usage._reached(day) for usage in covered)])

    def _covered(self):
        """Return the charges of usage of the order of this charge."""
        lines = self.line_id.order_id.order_line
        return lines._subscription_running().filtered(lambda row: row.kind == "usage")

    def _rated_by(self, day):
        """Yield what periods of this charge come to that are due by a day (date).

        :return: of each its terms, what is billed of it, and what that would be without a discount
        """
        terms, known = self._terms()
        found = due_parts(terms, end_of(terms, known), self._reached(day).toordinal())
        billed = bills(terms, known, found, self._zone(), self._scale())
        whole = billed
        if any(percent for _day, percent in terms.discounts):
            whole = bills(replace(terms, discounts=()), known, found, self._zone(), self._scale())
        for bill, undiscounted in zip(billed, whole, strict=True):
            yield terms, rounded(bill), rounded(undiscounted)

    # === RENEWED === #

    def _renewal_offer(self):
        # OVERRIDE: what is used is priced by its usage price; what was promised or prepaid goes on as it is.
        if self.kind == "recurring":
            return super()._renewal_offer()
        agreed = self._agreed()
        return {"price_unit": agreed.price_unit, "discount": self.discount, "product_uom_qty": agreed.quantity}

    def _renewal_line_values(self, env):
        # OVERRIDE: the same is charged in the next term.
        return {
            **super()._renewal_line_values(env),
            "subscription_kind": self.kind,
            "subscription_price_book_id": self.price_book_id.id,
            "subscription_funds": self.funds,
        }

    # === WHAT FUNDS PAY === #

    def _draws_by(self, day):
        """Return what funds of these charges, those of one order, pay of what is due by a day.

        :param day: date
        :return: funds with what is left of them (``engine.covering.Grant``), what they pay (``engine.covering.Draws``,
            places are ids), and the parts paid, by (id of the charge, number)
        """
        granted, owed, spans = [], [], {}
        for charge in self.sorted("id"):
            terms, known = charge._terms()
            granted += grants(terms, due_parts(terms, end_of(terms, known), day.toordinal()), charge._scale())
        for usage in self[:1]._covered():
            for terms, bill, undiscounted in usage._rated_by(day):
                owed.append(payable(terms, bill, undiscounted)._replace(place=usage.id))
                spans[usage.id, bill.part.number] = bill.part
        return granted, draw(granted, owed), spans

    def _open_draws(self, day):
        """Return what funds of these charges, those of one order, pay and no invoice says.

        :param day: date
        :return: ``{charge: [OpenDraw]}``
        """
        found = {charge: [] for charge in self}
        if not self:
            return found
        _granted, draws, spans = self._draws_by(day)
        drawn = self._drawn()
        for key in sorted({*draws, *drawn}):
            units = draws.get(key, 0) - drawn.get(key, 0)
            if units:
                source, paid, number = key
                usage = self.browse(paid)
                part = spans.get((paid, number)) or self._span_paid(usage, number)
                found[self.browse(source)].append(OpenDraw(usage, part, units))
        return found

    @api.model
    def _span_paid(self, usage, number):
        """Return a period (``engine.cadence.Part``) of a charge that it does not reach any more."""
        calendar = usage._cadence()
        start, to = calendar.start(number), calendar.start(number + 1)
        return Part(number, start, to, start, to)

    def _drawn(self):
        """Return what invoices say that funds of these charges paid: units by (id, id of the usage, number)."""
        found = {}
        domain = [
            ("subscription_charge_id", "in", self.ids),
            ("subscription_pays_id", "!=", False),
            ("parent_state", "!=", "cancel"),
        ]
        for line in self.env["account.move.line"].sudo().search(domain):
            key = line.subscription_charge_id.id, line.subscription_pays_id.id, line.subscription_period
            units = to_units(-line._subscription_amount(), line.subscription_charge_id.currency_id.rounding)
            found[key] = found.get(key, 0) + units
        return found

    def _draw_line(self, line, one, **optional_values):
        """Return the values of the invoice line that says what funds of this charge pay.

        :param line: the order line of the funds, in the language and the round of the invoice
        :param one: what they pay (:class:`OpenDraw`)
        """
        values, ahead = line._prepare_invoice_line(**optional_values), line._flag_value("billing_rounds_ahead")
        days = self._tell_days(one.part.start, one.part.to, line.env)
        name = line.env._("Paid from prepaid funds: %(usage)s, %(days)s", usage=one.charge._title(line.env), days=days)
        if one.units < 0:
            name = line.env._(
                "Put back to prepaid funds: %(usage)s, %(days)s", usage=one.charge._title(line.env), days=days
            )
        values.update(
            name=name,
            quantity=-1.0 if one.units > 0 else 1.0,
            price_unit=from_units(abs(one.units), self.currency_id.rounding),
            discount=0.0,
            extra_tax_data=False,
            subscription_charge_id=self.id,
            subscription_pays_id=one.charge.id,
            subscription_period=one.part.number,
            subscription_from=date.fromordinal(one.part.start),
            subscription_to=date.fromordinal(one.part.to - 1),
        )
        if ahead is not None:
            round_number = line.order_id.billing_round + ahead
            values["billing_key"] = f"charge/{self.id}/pays/{one.charge.id}/{one.part.number}/{round_number}"
        return values

    def _title(self, env):
        """Return the first line of what is charged, in the language of an environment."""
        charge = self.with_env(env)
        name = charge.line_id.name
        return name.splitlines()[0] if name else charge.display_name


class SaleOrder(models.Model):
    """Prepaid funds pay on the invoice of what they pay."""

    _inherit = "sale.order"

    def _get_invoiceable_lines(self, final=False):
        # OVERRIDE: funds are invoiced where they pay, too, before down payments.
        lines = super()._get_invoiceable_lines(final)
        drawing = self._subscription_drawing() - lines if lines else lines
        if not drawing:
            return lines
        advances = lines.filtered("is_downpayment")
        return lines.browse([*(lines - advances).ids, *drawing.ids, *advances.ids])

    def _subscription_drawing(self):
        """Return the lines of funds of this order that pay something on its next invoice."""
        prepaid = self._subscription_prepaid()
        if not prepaid:
            return prepaid.line_id
        instruction = self._flag_value("billing_instruction")
        if instruction:
            return prepaid.line_id.filtered(lambda line: line.id in instruction.lines)
        draws = prepaid._open_draws((self.company_id or self.env.company)._billing_today())
        return prepaid.filtered(lambda charge: draws[charge]).line_id

    def _subscription_prepaid(self):
        """Return the charges of prepaid funds of these orders that run (``subscription.charge``)."""
        return self.order_line._subscription_running().filtered(lambda row: row.kind == "prepaid")
