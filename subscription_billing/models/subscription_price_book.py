from odoo import api, fields, models
from odoo.addons.record_protection.models.append_only import changed, make_trigger
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

from ..engine.money import ZERO
from ..engine.settling import hold, keep_promise, rate_group
from ..engine.spans import rated_by_row
from ..engine.terms import Promise, QuantityRounding, Version
from .subscription_charge_terms import exact

GROUPS = [
    ("period", "All of a period"),
    ("day", "Each day by itself"),
    ("hour", "Each hour by itself"),
    ("record", "Each record by itself"),
    ("dimension", "Each dimension by itself"),
]
LADDERS = [("restart", "Begins anew"), ("continue", "Goes on where the price before ended")]
FREE_UNITS = [("whole", "In full, also in a part of a period"), ("prorated", "Prorated in a part of a period")]
#: What stays as it is while one of its prices is in force.
SETTINGS = (
    *("meter_id", "currency_id", "company_id", "group_by", "ladder", "free", "free_units"),
    *("minimum", "maximum", "commitment", "commitment_factor", "true_up"),
)
#: The function of the trigger: settings are changed where nothing is priced by them.
REFUSE_SETTINGS = """
CREATE OR REPLACE FUNCTION subscription_refuse_price_settings() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM subscription_price WHERE book_id = OLD.id AND state = 'active') THEN
        RAISE EXCEPTION 'Settings of a usage price are never changed while it is in force. Copy it instead.'
            USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NEW;
END $$
"""


class SubscriptionPriceBook(models.Model):
    """What usage of a meter costs: how it is taken together, what is included, and its prices from their days on."""

    _name = "subscription.price.book"
    _description = "Usage Price"
    _order = "name, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True, help="What people call it, such as “Traffic, standard”.")
    active = fields.Boolean(default=True)
    meter_id = fields.Many2one(
        "subscription.meter", required=True, index=True, check_company=True, ondelete="restrict", help="What is priced."
    )
    unit = fields.Char(related="meter_id.unit")
    company_id = fields.Many2one("res.company", index=True, help="Left empty, every company may use it.")
    currency_id = fields.Many2one(
        "res.currency", required=True, default=lambda self: self.env.company.currency_id, help="Of all its amounts."
    )
    group_by = fields.Selection(
        GROUPS,
        "Priced Together",
        required=True,
        default="period",
        help="Which usage is added up before tiers, included units and a commitment are looked at.",
    )
    ladder = fields.Selection(
        LADDERS,
        "Tiers After a New Price",
        required=True,
        default="restart",
        help="Where in the tiers a price begins that comes into force within a period.",
    )
    free = fields.Float(
        "Included Units", min_display_digits=0, help="How much of what is priced together costs nothing."
    )
    free_units = fields.Selection(
        FREE_UNITS,
        "Included Units Are Given",
        required=True,
        default="whole",
        help="How many of them are included where a period is cut short.",
    )
    minimum = fields.Monetary(help="What a period costs at least, prorated where it is cut short; 0 for none.")
    maximum = fields.Monetary(help="What a period costs at most, prorated where it is cut short; 0 for none.")
    commitment = fields.Monetary(help="What the customer promised to use, as an amount; 0 for none.")
    commitment_factor = fields.Float(
        "Factor Above It",
        default=1.0,
        min_display_digits=0,
        help="By what usage above the commitment is multiplied: 1 costs as much as below, 1.5 half as much again.",
    )
    true_up = fields.Boolean(
        "Fill Up", default=True, help="What is missing to the commitment is charged when the period is over."
    )
    price_ids = fields.One2many(
        "subscription.price", "book_id", "Prices", help="From which day on usage costs what; the latest first."
    )
    before_day = fields.Date(
        "Days Before Charged as On",
        readonly=True,
        copy=False,
        help="The first day of the price that days before all prices are charged by, where a price from an earlier day "
        "came into force later. Empty for the first price.",
    )

    _never_below_zero = models.Constraint(
        "CHECK(COALESCE(free, 0) >= 0 AND COALESCE(commitment, 0) >= 0 AND COALESCE(minimum, 0) >= 0"
        " AND COALESCE(maximum, 0) >= 0 AND commitment_factor >= 0)",
        "Included units, commitment, factor, minimum and maximum are not below zero.",
    )
    _maximum_above = models.Constraint(
        "CHECK(COALESCE(maximum, 0) = 0 OR maximum >= COALESCE(minimum, 0))", "The maximum is not below the minimum."
    )

    def init(self):
        """Make the trigger anew, with each installation and update."""
        self.env.cr.execute(REFUSE_SETTINGS)
        when = SQL("BEFORE UPDATE ON %s FOR EACH ROW WHEN (%s)", SQL.identifier(self._table), changed(SETTINGS))
        make_trigger(self.env.cr, self._table, "settings", when, "subscription_refuse_price_settings")
        return super().init()

    @api.constrains("meter_id", "group_by", "free")
    def _check_settings(self):
        for book in self:
            if book.meter_id.aggregation == "time_weighted" and book.group_by != "period":
                raise ValidationError(
                    self.env._("%s: levels over time are priced by all of a period.", book.display_name)
                )
            book.price_ids._check_with_book()

    def write(self, vals):
        kept = self.filtered(lambda book: "active" in book.sudo().price_ids.mapped("state"))
        for name in kept._changed_fields(vals, frozenset(SETTINGS)):
            said = {"field": self._fields[name].get_description(self.env, ["string"])["string"]}
            raise UserError(
                self.env._(
                    "%(book)s has a price in force: %(field)s stays what it is. Copy it and change the copy, or, "
                    "before anybody uses it, withdraw its price.",
                    book=kept[:1].display_name,
                    **said,
                )
            )
        return super().write(vals)

    def copy_data(self, default=None):
        # OVERRIDE: Odoo's copies are called so.
        rows = super().copy_data(default)
        return [dict(row, name=self.env._("%s (copy)", book.name)) for book, row in zip(self, rows, strict=True)]

    def copy(self, default=None):
        # OVERRIDE: prices come along as drafts, but for those that count no more.
        copies = super().copy(default)
        for book, made in zip(self, copies, strict=True):
            for price in book.price_ids.filtered(lambda row: row.state in ("draft", "active")):
                price.copy({"book_id": made.id})
        return copies

    def action_new_price(self):
        """Open a draft of a further price, made like the last one where there is one.

        :return: a window action
        :raises AccessError: for who may not write prices
        """
        self.ensure_one()
        self.price_ids.check_access("create")
        latest = self.price_ids.filtered(lambda row: row.state in ("draft", "active")).sorted("first_day")[-1:]
        made = latest.copy({"first_day": self.env.company._billing_today()}) if latest else latest
        return made.action_open() | {"context": {"default_book_id": self.id}}

    # === FOR THE ENGINE === #

    def _in_force(self, moment=None):
        """Return the active prices of this book, the earliest first.

        :param moment: datetime in UTC: those that were active then, if any; left out for now
        :raises UserError: when there is none
        """
        self.ensure_one()
        found = self.price_ids.filtered(lambda price: price._was_active(moment)).sorted("first_day")
        if not found and moment:
            return self._in_force()
        if not found:
            raise UserError(self.env._("%s has no price in force. Activate one.", self.display_name))
        return found

    def _price_on(self, day):
        """Return the price (``subscription.price``) of a day (date); before all begin, the one of ``_price_before``."""
        prices = self._in_force()
        return prices.filtered(lambda price: price.first_day <= day)[-1:] or self._price_before(prices)

    def _price_before(self, prices):
        """Return the one of ``prices`` that holds for days before all of them: the first since this book is used.

        :param prices: ``subscription.price``, in order of their days
        """
        return prices.filtered(lambda price: price.first_day == self.sudo().before_day)[:1] or prices[:1]

    def _keep_days_before(self, day):
        """Have days before the first price stay with it where one from an earlier day is put in force.

        :param day: date: from which the other one is to be in force
        """
        found = self.price_ids.filtered(lambda price: price.state == "active").sorted("first_day")
        if found and day < found[0].first_day and self._is_used():
            self.before_day = self._price_before(found).first_day

    def _price_of(self, rating, day):
        """Return the price of this book that the engine rated a day by, none where it is not there any more.

        :param rating: ``engine.rating.Rating``
        :param int day: ordinal
        """
        found = self.price_ids.filtered(lambda price: price.state != "draft" and price._rating() == rating)
        return found.sorted(lambda price: (price.first_day.toordinal() <= day, price.first_day))[-1:]

    def _usage_terms(self, prices=None):
        """Return what the engine's ``Usage`` is told of this book, as keyword arguments.

        :param prices: ``subscription.price``, in order of their days; those in force when left out
        :raises UserError: when it has no price in force
        """
        prices = self._in_force() if prices is None else prices
        first = self._price_before(prices)
        further = prices - first if first == prices[0] else prices
        return {
            **self._settings(),
            "price": first._engine_price(),
            "versions": tuple(
                Version(price.first_day.toordinal(), price._engine_price(), applies="day") for price in further
            ),
        }

    def _settings(self):
        """Return what the engine's ``Usage`` is told of this book but for its prices."""
        meter = self.meter_id
        rounding = None
        if meter.rounding_method != "none":
            rounding = QuantityRounding(meter.rounding_decimals, meter.rounding_method)
        promise = None
        if self.commitment:
            promise = Promise(exact(self.commitment), exact(self.commitment_factor), self.true_up)
        return {
            "aggregation": meter.aggregation,
            "rounding": rounding,
            "group_by": self.group_by,
            "free": exact(self.free),
            "free_units": self.free_units,
            "ladder": self.ladder,
            "promise": promise,
            "minimum": exact(self.minimum) if self.minimum else None,
            "maximum": exact(self.maximum) if self.maximum else None,
        }

    def _looks_at_records(self):
        """Return whether any price of this book, drafts among them, looks at each record, so that records stay."""
        ratings = [price._rating() for price in self.price_ids]
        return rated_by_row(self.group_by, self.meter_id.aggregation, ratings)

    def _included(self, share):
        """Return how many units of a period are included, where all of it is priced together; none else.

        :param share: a fraction: of the full period that is charged
        """
        if self.group_by != "period":
            return 0
        return exact(self.free) * share if self.free_units == "prorated" else exact(self.free)

    def _cost(self, rating, quantity):
        """Return what a quantity of one full period costs, exactly, in the currency: of one group, at one price.

        :param rating: ``engine.rating.Rating``
        :param quantity: a fraction; of prices by percent the amount of one row
        """
        says = self._settings()
        promise = says["promise"]
        amounts = rate_group([rating], [quantity], [(quantity,)], says["free"])
        settled = keep_promise(amounts, promise, promise.amount if promise else ZERO)
        hold(settled, says["minimum"], says["maximum"])
        return settled.total

    # === WHO USES IT === #

    def _charges(self):
        """Return what is charged by these books (``subscription.charge``), with all rights."""
        charges = self.env["subscription.charge"].sudo()
        return charges.search([("price_book_id", "in", self.ids)])

    def _is_used(self):
        """Return whether something is charged by one of these books."""
        return bool(self._charges())

    def _follow_prices(self):
        """Work out anew what is due of what is charged by these books: another price is in force."""
        charges = self._charges().filtered(lambda charge: charge.state == "running")
        charges._work_out_due()
