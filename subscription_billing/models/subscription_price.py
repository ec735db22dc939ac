from datetime import timedelta
from fractions import Fraction
from math import isfinite

from odoo import api, fields, models
from odoo.addons.record_protection.models.append_only import changed, make_trigger
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import SQL, format_date

from ..engine.money import ZERO
from ..engine.rating import Rating
from ..engine.terms import Price
from .subscription_charge_terms import exact

MODELS = [
    ("flat", "Per unit"),
    ("graduated", "Tiers, each at its own price"),
    ("volume", "Tiers, all at the price of the one reached"),
    ("stairstep", "Tiers, an amount for the one reached"),
    ("package", "Per started package"),
    ("percent", "Percent of each record's amount"),
]
STATES = [("draft", "Draft"), ("active", "In Force"), ("replaced", "Replaced"), ("withdrawn", "Withdrawn")]
TIERED = ("graduated", "volume", "stairstep")
#: Which further fields say what each model costs.
SAYS = {
    "flat": ("price", "per"),
    "graduated": ("per", "size"),
    "volume": ("per", "size"),
    "stairstep": (),
    "package": ("price", "size"),
    "percent": ("rate", "per_event", "free_events", "free_amount"),
}
NUMBERS = ("price", "per", "size", "rate", "per_event", "free_events", "free_amount")
#: What of a price that was activated never changes.
FACTS = ("book_id", "first_day", "model", *NUMBERS, "zero_fee")
ACTIVATED = ("activated_at", "activated_by_id")
#: What becomes of it once, when it is replaced or withdrawn.
ENDED = ("state", "ended_at")
#: Who puts prices in force.
MANAGERS = ("sales_team.group_sale_manager", "account.group_account_manager")
#: How far the first zone of the world is ahead of UTC.
FIRST_ZONE = timedelta(hours=14)
REFUSE_PRICE = """
CREATE OR REPLACE FUNCTION subscription_refuse_price() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' OR TG_OP = 'DELETE' OR OLD.state <> 'active' OR NEW.state NOT IN ('replaced', 'withdrawn')
        OR {facts}
    THEN
        RAISE EXCEPTION 'A usage price that was in force is never changed or deleted. Record a further one instead.'
            USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NEW;
END $$
"""


class SubscriptionPrice(models.Model):
    """What usage costs from a day on. A draft is edited; once in force it never changes: a further one follows."""

    _name = "subscription.price"
    _description = "Price of Usage"
    _order = "first_day desc, id desc"

    book_id = fields.Many2one(
        "subscription.price.book", "Usage Price", required=True, index=True, ondelete="cascade", help="Which it is of."
    )
    company_id = fields.Many2one(related="book_id.company_id")
    currency_id = fields.Many2one(related="book_id.currency_id")
    unit = fields.Char(related="book_id.meter_id.unit")
    state = fields.Selection(
        STATES,
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        help="A draft bills nothing. In force, it is what usage costs from its day on, and never changes.",
    )
    first_day = fields.Date(
        "From",
        required=True,
        default=lambda self: self.env.company._billing_today(),
        help="The first day whose usage costs it, in the customer's time zone. The first price holds before, too.",
    )
    model = fields.Selection(MODELS, "How", required=True, default="flat", help="How an amount is found of a quantity.")
    price = fields.Float(min_display_digits="Product Price", help="Of one unit, or one package.")
    per = fields.Float(
        "For How Many Units", default=1.0, min_display_digits=0, help="So many units cost the price, as in 1,000 calls."
    )
    size = fields.Float(
        "Size of a Package",
        min_display_digits=0,
        help="How many units are one package. A started one counts. In tiers, 0 where they are counted in units.",
    )
    zero_fee = fields.Boolean(
        "Flat Fee Without Usage", help="Where nothing is used, the fixed amount of the first tier is charged."
    )
    rate = fields.Float("Percent", min_display_digits=0, help="Which share of each record's amount is charged.")
    per_event = fields.Float(
        "Per Record", min_display_digits="Product Price", help="What each record costs beside that."
    )
    free_events = fields.Float(
        "Free Records", min_display_digits=0, help="How many records cost nothing; 0 for no such limit."
    )
    free_amount = fields.Float(
        min_display_digits="Product Price",
        help="Up to which sum records cost nothing; 0 for no such limit.",
    )
    tier_ids = fields.One2many("subscription.price.tier", "price_id", "Tiers", copy=True, help="In rising order.")
    note = fields.Char("Why", help="Why it costs that.")
    activated_at = fields.Datetime("In Force Since", readonly=True, copy=False, help="When it was put in force.")
    activated_by_id = fields.Many2one("res.users", "By", readonly=True, copy=False, help="Who put it in force.")
    ended_at = fields.Datetime(
        "Until", readonly=True, copy=False, help="When it was withdrawn, or replaced by another one of its day."
    )

    _day_unique = models.UniqueIndex("(book_id, first_day) WHERE state = 'active'", "Of a day, one price is in force.")

    def init(self):
        """Make the triggers anew, with each installation and update."""
        facts = changed((*FACTS, *ACTIVATED)).code
        self.env.cr.execute(REFUSE_PRICE.replace("{facts}", facts))
        table, settled = SQL.identifier(self._table), SQL("OLD.state <> 'draft'")
        for suffix, when in {
            "rows": SQL("BEFORE DELETE ON %s FOR EACH ROW WHEN (%s)", table, settled),
            "facts": SQL(
                "BEFORE UPDATE ON %s FOR EACH ROW WHEN (%s AND %s)",
                table,
                settled,
                changed((*FACTS, *ACTIVATED, *ENDED)),
            ),
            "truncate": SQL("BEFORE TRUNCATE ON %s FOR EACH STATEMENT", table),
        }.items():
            make_trigger(self.env.cr, self._table, suffix, when, "subscription_refuse_price")
        return super().init()

    @api.depends("book_id.name", "first_day")
    def _compute_display_name(self):
        for price in self:
            day = format_date(self.env, price.first_day) if price.first_day else ""
            price.display_name = self.env._("%(book)s from %(day)s", book=price.book_id.name or "", day=day)

    # === WHAT IS REFUSED === #

    @api.constrains("model", *NUMBERS, "tier_ids", "book_id")
    def _check_price(self):
        for price in self:
            price._check_numbers(*SAYS[price.model])
            if "per" in SAYS[price.model] and price.per <= 0:
                price._refuse("per", self.env._("above zero, please"))
            if price.size < 0 or (price.model == "package" and not price.size):
                price._refuse("size", self.env._("above zero, please"))
            for name in ("free_events", "free_amount"):
                if price[name] < 0:
                    price._refuse(name, self.env._("not below zero, please"))
            price._check_tiers()
        self._check_with_book()

    def _check_numbers(self, *names):
        """Refuse what is no number, or one that would be rounded."""
        for name in names:
            if not is_written(self[name]):
                self._refuse(name, self.env._("at most nine decimals; name the price of more units"))

    def _check_tiers(self):
        """Refuse tiers that do not rise, or of which another than the last is open."""
        if self.model not in TIERED:
            return
        if not self.tier_ids:
            self._refuse("tier_ids", self.env._("at least one is needed"))
        before, tiers = 0.0, self._tiers()
        for number, tier in enumerate(tiers, 1):
            if not all(is_written(tier[name]) for name in ("up_to", "price", "flat")):
                self._refuse_tier(number, self.env._("at most nine decimals; name the price of more units"))
            if not tier.up_to and number < len(tiers):
                self._refuse_tier(number, self.env._("only the last one is without an end"))
            if tier.up_to and tier.up_to <= before:
                self._refuse_tier(number, self.env._("it ends above the one before it, please"))
            before = tier.up_to

    def _check_with_book(self):
        """Refuse prices by percent beside included units, and of what is no sum of records."""
        for price in self.filtered(lambda row: row.model == "percent"):
            book = price.book_id
            if book.free:
                price._refuse(
                    "model", self.env._("a percentage goes with free records or a free amount, not with units")
                )
            if book.meter_id.aggregation not in ("sum", "count"):
                price._refuse("model", self.env._("a percentage is taken of records that are added up"))

    def _refuse(self, name, reason):
        label = self._fields[name].get_description(self.env, ["string"])["string"]
        place = {"price": self.display_name, "field": label, "reason": reason}
        raise ValidationError(self.env._("%(price)s, %(field)s: %(reason)s.", **place))

    def _refuse_tier(self, number, reason):
        place = {"price": self.display_name, "number": number, "reason": reason}
        raise ValidationError(self.env._("%(price)s, tier %(number)s: %(reason)s.", **place))

    def write(self, vals):
        # OVERRIDE: what was in force stays as it was.
        kept = self.filtered(lambda price: price.state != "draft")
        if kept._changed_fields(vals, frozenset(FACTS)) or (kept and vals.get("tier_ids")):
            raise kept[:1]._kept_error()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_drafts_alone(self):
        for price in self.filtered(lambda row: row.state != "draft"):
            raise price._kept_error()

    def _kept_error(self):
        return UserError(
            self.env._("%s was put in force: it stays as it is. Make a further price from a day on.", self.display_name)
        )

    # === ACTIONS === #

    def action_open(self):
        """Open this price.

        :return: a window action
        :raises AccessError: for who may not read it
        """
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Price of Usage"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
        }

    def activate(self) -> bool:
        """Put drafts in force, each from its day on; the one in force from the same day is replaced by it.

        Usage of days that were billed by another price is billed by the difference. Days before the first price of a
        book that is used stay with the price that was the first one.

        :return: true
        :raises AccessError: for who is no manager of sales or accounting
        :raises UserError: when one is no draft
        """
        self._check_may_decide()
        for price in self:
            if price.state != "draft":
                raise UserError(self.env._("%s is no draft. Make a further price.", price.display_name))
            price._check_price()
            price.book_id.sudo()._keep_days_before(price.first_day)
            same = price.book_id.price_ids.filtered(
                lambda row, day=price.first_day: row.state == "active" and row.first_day == day
            )
            same.sudo()._settle("replaced", ended_at=fields.Datetime.now())
            price.sudo()._settle("active", activated_at=fields.Datetime.now(), activated_by_id=self.env.uid)
        self.book_id._follow_prices()
        return True

    def withdraw(self) -> bool:
        """Take prices out of force of which nothing was billed: those of days to come, or of books nobody uses.

        :return: true
        :raises AccessError: for who is no manager of sales or accounting
        :raises UserError: when one is not in force, or may have been billed
        """
        self._check_may_decide()
        for price in self:
            if price.state != "active":
                raise UserError(self.env._("%s is not in force.", price.display_name))
            if price._may_be_billed():
                raise UserError(
                    self.env._(
                        "%s is what usage costs already: it stays. Make a further price from a day on.",
                        price.display_name,
                    )
                )
            price.sudo()._settle("withdrawn", ended_at=fields.Datetime.now())
        self.book_id._follow_prices()
        return True

    def _settle(self, state, **values):
        if self:
            self.write({"state": state, **values})
            # Written at once: of one day, one price is in force.
            self.flush_recordset()

    def _check_may_decide(self):
        self.check_access("write")
        if not (self.env.su or any(self.env.user.has_group(group) for group in MANAGERS)):
            raise AccessError(
                self.env._("Prices are put in force by managers of Sales or Accounting. Ask one of them.")
            )

    def _may_be_billed(self):
        """Return whether something may be billed by this price: its day has come somewhere, and somebody uses it."""
        today, days = (fields.Datetime.now() + FIRST_ZONE).date(), [self.first_day]
        if self == self.book_id._price_before(self.book_id._in_force()):
            # Days before the first one are charged by it, too.
            days += self.book_id._charges().mapped("first_day")
        return min(days) <= today and self.book_id._is_used()

    def _was_active(self, moment=None):
        """Return whether this price was in force at a moment (datetime in UTC), left out for now."""
        if not moment:
            return self.state == "active"
        return bool(self.activated_at) and self.activated_at <= moment and (not self.ended_at or self.ended_at > moment)

    # === FOR THE ENGINE === #

    def _tiers(self):
        """Return the tiers in the order of the list, also on a form that is not saved."""
        return self.tier_ids.sorted("sequence")

    def _rating(self):
        """Return this price as the engine has it (``engine.rating.Rating``)."""
        self.ensure_one()
        says = SAYS[self.model]
        tiers = self._tiers() if self.model in TIERED else self.tier_ids.browse()
        return Rating(
            self.model,
            price=exact(self.price) if "price" in says else ZERO,
            per=exact(self.per) if "per" in says else Fraction(1),
            size=exact(self.size) if "size" in says and self.size else None,
            tiers=tuple(tier._tier() for tier in tiers),
            zero_fee=self.model in TIERED and self.zero_fee,
            rate=exact(self.rate) / 100 if "rate" in says else ZERO,
            per_event=exact(self.per_event) if "per_event" in says else ZERO,
            free_events=exact(self.free_events) if "free_events" in says and self.free_events else None,
            free_amount=exact(self.free_amount) if "free_amount" in says and self.free_amount else None,
        )

    def _engine_price(self):
        """Return this price as a charge has it (``engine.terms.Price``): uplifts never raise it."""
        return Price(self._rating(), is_unit=False)


def is_written(number):
    """Return whether the engine keeps all decimals of a number (a float)."""
    return isfinite(number) and Fraction(repr(float(number))) == exact(number)
