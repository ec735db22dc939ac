from odoo import api, fields, models
from odoo.tools import float_compare


class SubscriptionChargeChange(models.TransientModel):
    """Change what was agreed of a subscription from a day on; see before what that bills or gives back."""

    _name = "subscription.charge.change"
    _description = "Change a Subscription"

    charge_id = fields.Many2one("subscription.charge", required=True, readonly=True, help="What is changed.")
    currency_id = fields.Many2one(related="charge_id.currency_id")
    day = fields.Date("From", required=True, help="The first day on which it holds: today or earlier.")
    price_unit = fields.Float("Unit Price", min_display_digits="Product Price", help="Of one unit and period.")
    quantity = fields.Float(digits="Product Unit", help="How much is charged in each period.")
    discount = fields.Float("Discount (%)", digits="Discount", help="What comes off the price.")
    last_day = fields.Date("End", help="The last day that is charged; empty where it has no end.")
    note = fields.Char("Why", help="Why it was changed.")
    effect = fields.Char(compute="_compute_effect", help="What there is to bill, or to give back, by today then.")

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        charge = self.env["subscription.charge"].browse(self.env.context.get("active_id", ()))
        if self.env.context.get("active_model") == charge._name and charge:
            charge.check_access("read")
            agreed = {name: charge[name] for name in ("price_unit", "quantity", "discount", "last_day")}
            values.update(agreed, charge_id=charge.id, day=charge._today())
        return values

    @api.depends("day", "price_unit", "quantity", "discount", "last_day")
    def _compute_effect(self):
        for change in self:
            change.charge_id.check_access("read")
            said = change._numbers(), change._end()
            amount = change.charge_id._amount_after(change.day, *said) if change.day else 0.0
            change.effect = change.currency_id.format(amount) if change.currency_id else ""

    def _numbers(self):
        """Return what is to change, by name."""
        charge = self.charge_id
        names = ("price_unit", "quantity", "discount")
        return {name: self[name] for name in names if float_compare(self[name], charge[name], precision_digits=9)}

    def _end(self):
        """Return the last day (date) that is to be charged, where it is another one; False for no change."""
        return self.last_day if self.last_day != self.charge_id.last_day else False

    def action_change(self):
        """Change it, or end it.

        :return: an action that closes the dialog
        :raises AccessError: for who neither manages sales nor invoices
        :raises UserError: when the day is to come or before the start, or nothing is to change
        """
        self.ensure_one()
        numbers, end = self._numbers(), self._end()
        if numbers or not end:
            self.charge_id.change(str(self.day), **numbers, note=self.note or "")
        if end:
            self.charge_id.cancel(str(end), self.note or "")
        return {"type": "ir.actions.act_window_close"}
