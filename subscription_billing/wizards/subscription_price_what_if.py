from odoo import api, fields, models
from odoo.fields import Command

from ..models.subscription_price_what_if import MOST_PERIODS, PERIODS


class SubscriptionPriceWhatIf(models.TransientModel):
    """See what a price would have cost each customer, before it is put in force."""

    _name = "subscription.price.what.if"
    _description = "What Would It Have Cost"

    price_id = fields.Many2one(
        "subscription.price", required=True, readonly=True, ondelete="cascade", help="The price that is tried."
    )
    currency_id = fields.Many2one(related="price_id.currency_id")
    periods = fields.Integer(
        "Last Periods", required=True, default=PERIODS, help="How many past periods of each subscription are looked at."
    )
    line_ids = fields.One2many(
        "subscription.price.what.if.line", "what_if_id", "Customers", compute="_compute_line_ids", store=True
    )
    before = fields.Monetary(
        "So Far", compute="_compute_line_ids", store=True, help="What these periods cost by the prices in force."
    )
    after = fields.Monetary(
        "By This Price", compute="_compute_line_ids", store=True, help="What they would have cost by this price alone."
    )
    difference = fields.Monetary(compute="_compute_line_ids", store=True, help="How much more, or less, that is.")

    _periods_few = models.Constraint(
        f"CHECK(periods BETWEEN 1 AND {MOST_PERIODS})", f"Choose 1 to {MOST_PERIODS} periods."
    )

    @api.model_create_multi
    def create(self, vals_list):
        # OVERRIDE: worked out at once, in the name of who opened it.
        return super().create(vals_list)._worked_out()

    def write(self, vals):
        # OVERRIDE: as when it is made.
        done = super().write(vals)
        self._worked_out()
        return done

    def _worked_out(self):
        for dialog in self:
            dialog.price_id.sudo(False).check_access("read")
            dialog.line_ids.mapped("difference")
        return self

    @api.depends("price_id", "periods")
    def _compute_line_ids(self):
        for dialog in self:
            # Stored, so computed with all rights: worked out for who opened it.
            price = dialog.price_id._origin.sudo(False)
            found = price.what_if(min(max(dialog.periods, 1), MOST_PERIODS)) if price else {"customers": []}
            dialog.before, dialog.after = found.get("before", 0.0), found.get("after", 0.0)
            dialog.difference = found.get("difference", 0.0)
            names = ("partner_id", "quantity", "before", "after", "difference")
            rows = [{name: customer[name] for name in names} for customer in found["customers"]]
            dialog.line_ids = [Command.clear(), *map(Command.create, rows)]


class SubscriptionPriceWhatIfLine(models.TransientModel):
    """What a customer would have paid."""

    _name = "subscription.price.what.if.line"
    _description = "What It Would Have Cost a Customer"
    _order = "id"

    what_if_id = fields.Many2one("subscription.price.what.if", required=True, index=True, ondelete="cascade")
    currency_id = fields.Many2one(related="what_if_id.currency_id")
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True, help="Who uses it.")
    quantity = fields.Float("Usage", min_display_digits=0, readonly=True, help="What he used in these periods.")
    before = fields.Monetary("So Far", readonly=True, help="What it cost by the prices in force.")
    after = fields.Monetary("By This Price", readonly=True, help="What it would have cost by this price alone.")
    difference = fields.Monetary(readonly=True, help="How much more, or less, that is.")
