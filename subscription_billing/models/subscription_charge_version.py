from odoo import fields, models

from ..engine.cadence import FOREVER
from ..engine.events import Change
from ..engine.money import rounded_to
from ..engine.pausing import Said
from ..engine.terms import unit_price
from .subscription_charge_terms import PLACES, exact

KINDS = [
    ("agreed", "Agreed"),
    ("price", "Price"),
    ("quantity", "Quantity"),
    ("reduction", "Reduction"),
    ("pause", "Pause"),
    ("resume", "Resumed"),
    ("end", "End"),
]


class SubscriptionChargeVersion(models.Model):
    """What was agreed of a charge from a day on: a fact, never changed. A correction is a further one.

    Of one day, what was recorded last counts. The first one says all, each further one what its kind names.
    """

    _name = "subscription.charge.version"
    _description = "Change of a Subscription Charge"
    _inherit = ["record.append.only"]
    _order = "id desc"
    _rec_name = "day"

    charge_id = fields.Many2one("subscription.charge", required=True, index=True, ondelete="restrict")
    company_id = fields.Many2one(related="charge_id.company_id", store=True, index=True, precompute=True)
    currency_id = fields.Many2one(related="charge_id.currency_id", store=True, precompute=True)
    kind = fields.Selection(KINDS, "What", required=True, help="What it says.")
    day = fields.Date("From", required=True, help="The first day on which it holds, in the customer's time zone.")
    quantity = fields.Float(digits="Product Unit", help="How much is charged in each period.")
    price_unit = fields.Float(
        "Unit Price", min_display_digits="Product Price", help="The price of one unit and period."
    )
    discount = fields.Float("Discount (%)", digits="Discount", help="What comes off the price.")
    reduction = fields.Float(
        "Reduction (%)", digits="Discount", help="What comes off the price for some time, beside the discount."
    )
    last_day = fields.Date(help="The last day that is charged, of a pause the last one that is not; empty for no end.")
    note = fields.Char("Why", help="Why it was changed.")
    user_id = fields.Many2one("res.users", "By", required=True, default=lambda self: self.env.user)
    create_date = fields.Datetime("Recorded On", readonly=True, help="When it was recorded.")

    # === FOR THE ENGINE === #

    def _price(self):
        """Return the price of this version, less its discount (``engine.terms.Price``)."""
        kept = 1 - exact(self.discount) / 100
        return unit_price(rounded_to(exact(self.price_unit) * kept, 2 * PLACES), self._price_decimals())

    def _price_decimals(self):
        """Return to how many decimals this price is rounded as it rises: the currency's, unless it has more."""
        money, price = self.charge_id.currency_id.decimal_places, exact(self.price_unit)
        return money if price == rounded_to(price, money) else PLACES

    def _change(self, listed):
        """Return this version as a change of what is charged, as the engine has it.

        :param int listed: its place among the changes
        """
        day = self.day.toordinal()
        return Change(
            day=day,
            recorded=day,
            listed=listed,
            quantity=exact(self.quantity) if self.kind == "quantity" else None,
            price=self._price() if self.kind == "price" else None,
            reduction=exact(self.reduction) if self.kind == "reduction" else None,
            applies="day",
        )

    def _said(self):
        """Return this version as a pause, or the end of one, as the engine has it."""
        to = self.last_day.toordinal() + 1 if self.last_day else FOREVER
        return Said(self.day.toordinal(), to if self.kind == "pause" else None)

    # === FOR OTHER SYSTEMS === #

    def _status(self):
        """Return what ``get_status`` says of this change."""
        self.ensure_one()
        said = {
            "agreed": ("quantity", "price_unit", "discount", "reduction", "last_day"),
            "price": ("price_unit", "discount"),
            "quantity": ("quantity",),
            "reduction": ("reduction",),
            "pause": ("last_day",),
            "resume": (),
            "end": ("last_day",),
        }
        found = {name: self[name] for name in said[self.kind]}
        if "last_day" in found:
            found["end"] = str(found.pop("last_day") or "") or False
        recorded = self.create_date.isoformat(sep=" ", timespec="seconds")
        return {
            "day": str(self.day),
            "what": self.kind,
            **found,
            "recorded": recorded,
            "by": self.user_id.name,
            "note": self.note or "",
        }
