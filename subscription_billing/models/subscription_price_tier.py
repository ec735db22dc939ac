from odoo import api, fields, models
from odoo.addons.record_protection.models.append_only import make_trigger
from odoo.tools import SQL

from ..engine.rating import Tier
from .subscription_charge_terms import exact

REFUSE_TIER = """
CREATE OR REPLACE FUNCTION subscription_refuse_price_tier() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' OR EXISTS (
        SELECT FROM subscription_price WHERE id IN (OLD.price_id, NEW.price_id) AND state <> 'draft'
    ) THEN
        RAISE EXCEPTION 'Tiers of a usage price that was in force are never changed. Record a further price instead.'
            USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME;
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END $$
"""


class SubscriptionPriceTier(models.Model):
    """A tier of a price: up to and with which quantity, what a unit in it costs, and what it costs once."""

    _name = "subscription.price.tier"
    _description = "Tier of a Usage Price"
    _order = "sequence, id"

    price_id = fields.Many2one("subscription.price", required=True, index=True, ondelete="cascade")
    currency_id = fields.Many2one(related="price_id.currency_id")
    sequence = fields.Integer(default=10)
    up_to = fields.Float(
        "Up To and With",
        min_display_digits=0,
        help="The last quantity of this tier, in units, or packages where the price has a size; 0 in the last tier: "
        "without an end.",
    )
    price = fields.Float("Unit Price", min_display_digits="Product Price", help="What a unit in this tier costs.")
    flat = fields.Float(
        "Fixed Amount", min_display_digits="Product Price", help="What this tier costs once when it is reached."
    )

    def init(self):
        """Make the triggers anew, with each installation and update."""
        self.env.cr.execute(REFUSE_TIER)
        table = SQL.identifier(self._table)
        for suffix, when in {
            "rows": SQL("BEFORE INSERT OR UPDATE OR DELETE ON %s FOR EACH ROW", table),
            "truncate": SQL("BEFORE TRUNCATE ON %s FOR EACH STATEMENT", table),
        }.items():
            make_trigger(self.env.cr, self._table, suffix, when, "subscription_refuse_price_tier")
        return super().init()

    @api.model_create_multi
    def create(self, vals_list):
        prices = self.env["subscription.price"].browse({vals.get("price_id") for vals in vals_list} - {None, False})
        self._check_drafts(prices)
        return super().create(vals_list)

    def write(self, vals):
        self._check_drafts(self.price_id | self.price_id.browse(vals.get("price_id") or ()))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_of_drafts_alone(self):
        self._check_drafts(self.price_id)

    def _check_drafts(self, prices):
        for price in prices.filtered(lambda row: row.state != "draft"):
            raise price._kept_error()

    def _tier(self):
        """Return this tier as the engine has it (``engine.rating.Tier``)."""
        stairs = self.price_id.model == "stairstep"
        return Tier(
            up_to=exact(self.up_to) if self.up_to else None,
            price=exact(0.0 if stairs else self.price),
            flat=exact(self.flat),
        )
