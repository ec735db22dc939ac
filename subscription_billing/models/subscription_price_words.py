from markupsafe import Markup

from odoo import api, fields, models
from odoo.addons.billing_base.engine.units import from_units
from odoo.addons.record_protection.reading import values
from odoo.addons.record_protection.refusals import read_argument
from odoo.exceptions import ValidationError
from odoo.tools import formatLang

from ..engine.money import round_half_away
from .subscription_charge_terms import PLACES, exact
from .subscription_price import TIERED

#: Most quantities of one question, and most rows of the table on screen.
MOST_ASKED, MOST_SHOWN = 1000, 14
#: Amounts of a usage price that are told after its price.
BOUNDS = ("commitment", "minimum", "maximum")


def tell_number(env, number):
    """Return a number (float or fraction) with just the decimals it has, as the language writes it."""
    number = float(number)
    digits = next((digits for digits in range(PLACES) if round(number, digits) == round(number, PLACES)), PLACES)
    return formatLang(env, number, digits=digits)


def tell_money(env, amount, currency):
    """Return a price with all its decimals and its currency (``res.currency``)."""
    amount = float(amount)
    if round(amount, currency.decimal_places) == round(amount, PLACES):
        return currency.with_env(env).format(amount)
    number, symbol = tell_number(env, amount), currency.symbol or currency.name
    return f"{symbol}\xa0{number}" if currency.position == "before" else f"{number}\xa0{symbol}"


class SubscriptionPriceBook(models.Model):
    _inherit = "subscription.price.book"

    price_text = fields.Char(
        "Price Today",
        compute="_compute_price_text",
        help="What usage costs today, in words.",
    )

    @api.depends("price_ids.state", "price_ids.first_day", "free", "meter_id.unit", "currency_id")
    def _compute_price_text(self):
        today = self.env.company._billing_today()
        for book in self:
            in_force = book.price_ids.filtered(lambda price: price.state == "active")
            price = book._price_on(today) if in_force else in_force
            book.price_text = book._tell(self.env, price) if price else False

    def _tell(self, env, price=None):
        """Return what usage costs in words, with what is included, promised, and at least or at most charged.

        :param env: whose language it is told in
        :param price: ``subscription.price``; the one of today when left out
        """
        price = price or self._price_on(self.env.company._billing_today())
        told = [env._("%s included", price._units(self.free, env))] if self.free else []
        told.append(price._tell(env))
        for name, text in self._bounds(env):
            if self[name]:
                told.append(text % tell_money(env, self[name], self.currency_id))
        return "; ".join(told)

    @api.model
    def _bounds(self, env):
        told = (env._("commitment of %s"), env._("at least %s"), env._("at most %s"))
        return zip(BOUNDS, told, strict=True)


class SubscriptionPriceTier(models.Model):
    _inherit = "subscription.price.tier"

    usage = fields.Char(compute="_compute_usage", help="Which usage this tier is for.")

    @api.depends("up_to", "sequence", "price_id.tier_ids.up_to", "price_id.tier_ids.sequence", "price_id.size")
    def _compute_usage(self):
        for tier in self:
            price = tier.price_id
            before = [row.up_to for row in price._tiers() if row.up_to and (not tier.up_to or row.up_to < tier.up_to)]
            below = before and price._tier_units(max(before), self.env)
            if tier.up_to:
                units = price._tier_units(tier.up_to, self.env)
                both = below and self.env._("above %(below)s, up to %(units)s", below=below, units=units)
                tier.usage = both or self.env._("up to %s", units)
            else:
                tier.usage = self.env._("above %s", below) if below else self.env._("all")


class SubscriptionPrice(models.Model):
    """A price in words, and what some quantities cost by it."""

    _inherit = "subscription.price"

    summary = fields.Char("In Words", compute="_compute_summary", help="What it says, as a customer reads it.")
    examples = fields.Html(
        "What It Costs", compute="_compute_examples", sanitize=False, help="What some quantities of one period cost."
    )

    @api.depends(lambda self: self._told_of())
    def _compute_summary(self):
        for price in self:
            price.summary = price._tell(self.env) if not price._problem() else False

    @api.depends(lambda self: self._told_of())
    def _compute_examples(self):
        for price in self:
            problem = price._problem()
            price.examples = Markup("<p class='text-muted'>%s</p>") % problem if problem else price._tell_examples()

    @api.model
    def _told_of(self):
        own = ("model", "price", "per", "size", "zero_fee", "rate", "per_event", "free_events", "free_amount")
        tiers = ("up_to", "price", "flat", "sequence")
        book = ("free", "commitment", "commitment_factor", "true_up", "minimum", "maximum", "currency_id", "meter_id")
        return [*own, *(f"tier_ids.{name}" for name in tiers), *(f"book_id.{name}" for name in book)]

    def _problem(self):
        """Return why nothing can be worked out by this price yet, in words; nothing where it can."""
        try:
            self._check_price()
        except ValidationError as error:
            return error.args[0]
        return None

    # === WORDS === #

    def _tell(self, env, short=False):
        """Return this price in words.

        :param env: whose language it is told in
        :param bool short: for one line, where tiers do not fit
        """
        self.ensure_one()
        if self.model == "percent":
            return self._tell_percent(env)
        if self.model == "package":
            said = {"price": self._money(self.price, env), "size": self._units(self.size, env)}
            return env._("%(price)s for each started %(size)s", **said)
        if self.model == "flat":
            return self._tell_each(self.price, env)
        if short and len(self.tier_ids) > 1:
            return env._("%(count)s tiers, by %(unit)s", count=len(self.tier_ids), unit=self._unit_word(env))
        return self._tell_tiers(env)

    def _tell_percent(self, env):
        told = [env._("%s %% of the amount", tell_number(env, self.rate))] if self.rate else []
        if self.per_event:
            told.append(env._("%s a record", self._money(self.per_event, env)))
        if self.free_events:
            told.append(env._("the first %s records free", tell_number(env, self.free_events)))
        if self.free_amount:
            told.append(env._("the first %s free", self._money(self.free_amount, env)))
        return ", ".join(told) or env._("nothing")

    def _tell_each(self, amount, env):
        """Return what a unit costs, or so many as the price is for."""
        said = {"price": self._money(amount, env)}
        if self.model in TIERED and self.size:
            return env._("%(price)s for each started %(size)s", **said, size=self._units(self.size, env))
        if self.per != 1:
            return env._("%(price)s per %(units)s", **said, units=self._units(self.per, env))
        return env._("%(price)s per %(unit)s", **said, unit=self._unit_word(env))

    def _tell_tiers(self, env):
        told = [self._tell_tier(tier, place, env) for place, tier in enumerate(self._tiers())]
        text = ", ".join(told)
        if self.zero_fee:
            text = env._("%(tiers)s, the fixed amount also without usage", tiers=text)
        return env._("all units at the price of the tier reached: %s", text) if self.model == "volume" else text

    def _tell_tier(self, tier, place, env):
        said = {"costs": self._tell_tier_costs(tier, env), "units": self._tier_units(tier.up_to, env)}
        if self.model != "graduated":
            return env._("up to %(units)s %(costs)s", **said) if tier.up_to else env._("above %(costs)s", **said)
        if not tier.up_to:
            return env._("then %(costs)s", **said) if place else said["costs"]
        return (
            env._("then up to %(units)s at %(costs)s", **said)
            if place
            else env._("first %(units)s at %(costs)s", **said)
        )

    def _tier_units(self, up_to, env):
        """Return to how many units a tier goes, also where it counts packages, in words."""
        return self._units(exact(up_to) * exact(self.size or 1.0), env)

    def _tell_tier_costs(self, tier, env):
        flat = self._money(tier.flat, env)
        if self.model == "stairstep":
            return env._("%s in all", flat)
        costs = self._tell_each(tier.price, env)
        if not tier.flat:
            return costs
        if not tier.price:
            return env._("%s once", flat)
        return env._("%(costs)s and %(flat)s once", costs=costs, flat=flat)

    def _money(self, amount, env):
        return tell_money(env, amount, self.currency_id)

    def _units(self, number, env):
        return env._("%(number)s %(unit)s", number=tell_number(env, number), unit=self._unit_word(env, number))

    def _unit_word(self, env, number=1):
        return self.unit or (env._("unit") if number == 1 else env._("units"))

    # === WHAT IT COSTS === #

    @api.readonly
    def get_costs(self, quantities: list) -> list[dict]:
        """Return what quantities of one full period cost by this price, with all settings of its usage price.

        :param quantities: numbers: each all of a period's usage; of prices by percent the amount of one record
        :return: ``[{"quantity", "amount"}, …]``, in the currency, rounded as a bill is
        :raises AccessError: for who may not read it
        :raises UserError: when a quantity is no number
        """
        self.ensure_one()
        self.check_access("read")
        asked = read_argument(self.env, "quantities", values.items, quantities, MOST_ASKED)
        read = [read_argument(self.env, f"quantities[{place}]", values.number, one) for place, one in enumerate(asked)]
        return [{"quantity": float(quantity), "amount": self._cost(quantity)} for quantity in read]

    def _cost(self, quantity):
        """Return what a quantity (fraction) of one full period costs, in the currency."""
        unit = self.currency_id.rounding
        return from_units(round_half_away(self.book_id._cost(self._rating(), quantity) / exact(unit)), unit)

    def _tell_examples(self):
        """Return a table of what some quantities cost, as HTML."""
        env, rows = self.env, Markup()
        for quantity in self._shown_quantities():
            amount = self._cost(quantity)
            each = tell_money(env, round(amount / float(quantity), 6), self.currency_id)
            cells = (self._units(quantity, env), tell_money(env, amount, self.currency_id), each)
            rows += Markup("<tr>%s</tr>") % Markup().join(
                Markup("<td class='text-end'>%s</td>") % cell for cell in cells
            )
        heads = (env._("Usage of a Period"), env._("Costs"), env._("Each"))
        head = Markup().join(Markup("<th class='text-end'>%s</th>") % text for text in heads)
        return Markup("<table class='table table-sm w-auto'><thead><tr>%s</tr></thead><tbody>%s</tbody></table>") % (
            head,
            rows,
        )

    def _shown_quantities(self):
        """Return quantities worth showing: powers of ten, and where something changes; fractions."""
        size = exact(self.size) if self.model in (*TIERED, "package") and self.size else 1
        edges = [exact(tier.up_to) * size for tier in self._tiers() if tier.up_to and self.model in TIERED]
        if self.book_id.free:
            edges.append(exact(self.book_id.free))
        if self.model == "flat":
            edges.append(exact(self.per))
        if self.model == "package":
            edges.append(size)
        top, powers = max([*edges, 1000]), [1]
        while powers[-1] <= top:
            powers.append(powers[-1] * 10)
        return sorted({*powers, *edges})[-MOST_SHOWN:]
