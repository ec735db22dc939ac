from fractions import Fraction

from odoo import models
from odoo.addons.billing_base.engine.units import from_units
from odoo.tools import float_round, formatLang

from ..engine.proration import fraction
from ..engine.settling import prorated
from ..engine.steps import steps
from .subscription_price_words import tell_money

#: How many decimals of a quantity are told, and how many of one that has still more.
DECIMALS, FEW = 9, 3


class SubscriptionCharge(models.Model):
    """What usage came to, in the words of the invoice: quantities, tiers, what was promised, what is estimated."""

    _inherit = "subscription.charge"

    def _invoice_line(self, line, one, **optional_values):
        # OVERRIDE: which usage was known is said by the last batch of it.
        values = super()._invoice_line(line, one, **optional_values)
        if self.kind == "usage":
            values["subscription_watermark"] = self.env["subscription.usage.batch"]._last_known(self.company_id)
        return values

    def _priced(self, one):
        # OVERRIDE: a quantity that Odoo's decimals hold is shown with its price where both come to the amount.
        if self.kind == "recurring":
            return super()._priced(one)
        segments, unit = one.should.segments, self.currency_id.rounding
        if self.kind == "usage" and len(segments) == 1 and not one.stands and segments[0].rating.model == "flat":
            quantity, price = float(segments[0].quantity), float(segments[0].rating.price / segments[0].rating.per)
            digits = self.env["decimal.precision"].precision_get("Product Unit")
            whole = quantity > 0 and float_round(quantity, precision_digits=digits) == quantity
            if whole and self._comes_to(quantity, price, one.units):
                return {"quantity": quantity, "price_unit": price, "discount": 0.0}
        amount = from_units(abs(one.units), unit)
        return {"quantity": 1.0 if one.units >= 0 else -1.0, "price_unit": amount, "discount": 0.0}

    def _tell_open(self, one, env):
        # OVERRIDE: usage is told by its quantities, a promise by what is missing.
        if self.kind == "recurring":
            return super()._tell_open(one, env)
        told = list(getattr(self, f"_tell_{self.kind}")(one.should, env))
        if one.stands:
            told.append(env._("Invoiced before: %s", self._tell_money(from_units(one.stands, self._unit()), env)))
        return "\n".join(told)

    def _tell_prepaid(self, bill, env):
        days = self._tell_days(bill.part.start, bill.part.to, env)
        funds = self._tell_money(self.funds, env)
        yield env._("%(days)s: prepaid funds of %(funds)s", days=days, funds=funds)

    def _tell_commitment(self, bill, env):
        agreed = self._agreed()
        amount = self._tell_money(float(agreed._price().rating.price) * agreed.quantity, env)
        days = self._tell_days(bill.part.start, bill.part.to, env)
        yield env._("%(days)s: what usage falls short of the commitment of %(amount)s", days=days, amount=amount)

    def _tell_usage(self, bill, env):
        """Yield what usage of a period comes to, in lines of text."""
        if not bill.segments:
            yield env._("%s: not charged", self._tell_days(bill.part.start, bill.part.to, env))
            return
        if bill.estimated:
            yield env._("Estimated, as no usage is known yet: what is known later is billed by the difference.")
        for segment, units in zip(bill.segments, bill.amounts, strict=True):
            yield from self._tell_used(bill, segment, units, env)
        yield from self._tell_bounds(bill, env)

    def _tell_used(self, bill, segment, units, env):
        """Yield the quantity of some days of one price, and the tiers that it reaches."""
        facts = {
            "days": self._tell_days(segment.start, segment.to, env),
            "quantity": self._tell_usage_quantity(segment.quantity, env),
            "amount": self._tell_money(from_units(units, self._unit()), env),
        }
        reached = self._steps_told(bill, segment)
        if len(reached) == 1 and not reached[0].flat and segment.rating.model != "stairstep":
            price = self._tell_step_price(segment, reached[0], env)
            yield env._("%(days)s: %(quantity)s, %(price)s", price=price, **facts)
            return
        yield env._("%(days)s: %(quantity)s = %(amount)s", **facts)
        for step in reached:
            yield "– " + self._tell_step(segment, step, env)

    def _steps_told(self, bill, segment):
        """Return the tiers of a quantity, where they alone say what it comes to: one price, rated as a whole."""
        book = self.price_book_id
        if len(bill.segments) > 1 or book.group_by != "period":
            return []
        free = self._free_units(bill.part)
        return steps(segment.rating, segment.quantity - min(free, max(segment.quantity, 0)))

    def _free_units(self, part):
        """Return how many units of a period cost nothing, exactly."""
        terms = self.price_book_id._usage_terms()
        share = fraction(self.proration, self._cadence(), part.number, part.start, part.to)
        return prorated(terms["free"], share) if terms["free_units"] == "prorated" else terms["free"]

    def _tell_bounds(self, bill, env):
        """Yield what is above a commitment, and what is missing to it or to a minimum."""
        part = bill.part
        free = self._free_units(part)
        if free:
            yield env._("Included: %s", self._tell_usage_quantity(free, env))
        if bill.overage:
            yield env._("Above the commitment: %s", self._tell_money(from_units(bill.overage, self._unit()), env))
        if bill.true_up:
            amount = self._tell_money(from_units(bill.true_up, self._unit()), env)
            yield env._("Up to what is due at least: %s", amount)
        discount = self._discount_on(part.to - 1)
        if discount:
            yield env._("Less %s %%", formatLang(env, float(discount), digits=2))

    def _discount_on(self, day):
        found = [percent for since, percent in self._discounts() if since <= day]
        return found[-1] if found else 0

    def _tell_usage_quantity(self, quantity, env):
        unit = self.price_book_id.with_env(env).meter_id.unit or ""
        return f"{self._tell_exactly(quantity, env)} {unit}".strip()

    def _tell_step(self, segment, step, env):
        facts = {"quantity": self._tell_exactly(step.quantity, env), "price": self._tell_step_price(segment, step, env)}
        if segment.rating.model == "stairstep":
            return env._("%(quantity)s: %(flat)s", flat=self._tell_money(float(step.flat), env), **facts)
        if step.flat:
            flat = self._tell_money(float(step.flat), env)
            return env._("%(quantity)s, %(price)s, and %(flat)s once", flat=flat, **facts)
        return f"{facts['quantity']}, {facts['price']}"

    def _tell_step_price(self, segment, step, env):
        price = self._tell_price(step.price, env)
        unit = self.price_book_id.with_env(env).meter_id.unit or env._("unit")
        if segment.rating.size is not None:
            return env._(
                "%(price)s per %(size)s %(unit)s",
                price=price,
                size=self._tell_exactly(segment.rating.size, env),
                unit=unit,
            )
        if step.per != 1:
            return env._(
                "%(price)s per %(size)s %(unit)s", price=price, size=self._tell_exactly(step.per, env), unit=unit
            )
        return env._("%(price)s per %(unit)s", price=price, unit=unit)

    def _tell_price(self, price, env):
        """Return a price with its currency and as many decimals as it has."""
        return tell_money(env, price, self.currency_id)

    def _tell_exactly(self, number, env):
        """Return a number with as many decimals as it has."""
        return formatLang(env, float(number), digits=decimals_of(number))


def decimals_of(number):
    """Return how many decimals a number has; of one that has more than ``DECIMALS``, those that are told: ``FEW``."""
    if Fraction(number) * 10**DECIMALS % 1:
        return FEW
    text = f"{float(number):.{DECIMALS}f}".rstrip("0")
    return len(text.partition(".")[2])
