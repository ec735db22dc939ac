from datetime import date

from odoo import models
from odoo.addons.billing_base.engine.units import from_units, to_units
from odoo.tools import format_date, formatLang

from ..engine.proration import fraction
from .subscription_charge_terms import exact


class SubscriptionCharge(models.Model):
    """What is to be billed of a charge as a line of an invoice: exact, and told in the customer's words."""

    _inherit = "subscription.charge"

    def _invoice_line(self, line, one, **optional_values):
        """Return the values of the invoice line that bills what is open of a period.

        Its amount is that of the engine, on the price's side of taxes; Odoo works out taxes from it as from any price.

        :param line: the order line (``sale.order.line``) in the language, the company and the round of the invoice
        :param one: what is open (``engine.standing.Open``)
        """
        self.ensure_one()
        part, ahead = one.part, line._flag_value("billing_rounds_ahead")
        values = line._prepare_invoice_line(**optional_values)
        values.update(
            self._priced(one),
            name=f"{values['name']}\n{self._tell_open(one, line.env)}",
            extra_tax_data=False,
            subscription_charge_id=self.id,
            subscription_period=part.number,
            subscription_from=date.fromordinal(part.start),
            subscription_to=date.fromordinal(part.to - 1),
        )
        if ahead is not None:
            values["billing_key"] = f"charge/{self.id}/{part.number}/{line.order_id.billing_round + ahead}"
        return values

    def _priced(self, one):
        """Return quantity, price and discount that come to what is open, exactly."""
        unit = self.currency_id.rounding
        segments = one.should.segments
        if len(segments) == 1 and not one.stands and one.part[1:3] == one.part[3:5]:
            quantity, price = float(segments[0].quantity), float(segments[0].rating.price)
            if quantity > 0 and self._comes_to(quantity, price, one.units):
                return {"quantity": quantity, "price_unit": price, "discount": 0.0}
        amount = from_units(abs(one.units), unit)
        return {"quantity": 1.0 if one.units >= 0 else -1.0, "price_unit": amount, "discount": 0.0}

    def _comes_to(self, quantity, price, units):
        """Return whether quantity times price is so many units, exactly: taxes of all lines are rounded together.

        A cent that each line rounds by itself would be missing on the invoice.
        """
        return exact(quantity) * exact(price) * self._scale() == units

    # === WORDS === #

    def _tell_open(self, one, env):
        """Return the period, its prices with their proration, and what stands on invoices already, in lines of text."""
        told = [self._tell_segment(one.part, segment, env) for segment in one.should.segments]
        if not told:
            told = [env._("%s: not charged", self._tell_days(one.part.start, one.part.to, env))]
        if one.stands:
            told.append(env._("Invoiced before: %s", self._tell_money(from_units(one.stands, self._unit()), env)))
        return "\n".join(told)

    def _unit(self):
        return self.currency_id.rounding

    def _tell_segment(self, part, segment, env):
        facts = {
            "days": self._tell_days(segment.start, segment.to, env),
            "quantity": self._tell_number(segment.quantity, env),
            "price": self._tell_money(float(segment.rating.price), env),
            "share": self._tell_share(part, segment, env),
        }
        if (segment.start, segment.to) == part[3:5] or self.proration == "none":
            return env._("%(days)s: %(quantity)s × %(price)s", **facts)
        return env._("%(days)s (%(share)s): %(quantity)s × %(price)s", **facts)

    def _tell_share(self, part, segment, env):
        """Return which share of its full period a segment is, in words."""
        share = fraction(self.proration, self._cadence(), part.number, segment.start, segment.to)
        days, of = segment.to - segment.start, part.full_to - part.full_start
        if share * of == days:
            return env._("%(days)s of %(of)s days", days=days, of=of)
        return env._("%s of the period", f"{share.numerator}/{share.denominator}")

    def _tell_days(self, start, to, env):
        first, last = (format_date(env, date.fromordinal(day)) for day in (start, to - 1))
        return env._("%(first)s to %(last)s", first=first, last=last)

    def _tell_number(self, number, env, grouping=True):
        digits = 0 if number == int(number) else env["decimal.precision"].precision_get("Product Unit")
        return formatLang(env, float(number), digits=digits, grouping=grouping)

    def _tell_money(self, amount, env):
        """Return an amount with its currency, and with all decimals of a price."""
        currency = self.currency_id.with_env(env)
        if to_units(amount, currency.rounding) * exact(currency.rounding) == exact(amount):
            return currency.format(amount)
        return f"{formatLang(env, amount, digits=6)} {currency.name}"
