from odoo import api, fields, models


class CopiedPeriod:
    """The period that a copied line belongs to. Callers send plain values: only our own code makes one."""

    def __init__(self, line):
        self.values = {name: line[name] for name in NAMES} | {name: line[name].id for name in LINKS}


NAMES = ("subscription_period", "subscription_from", "subscription_to", "subscription_watermark")
LINKS = ("subscription_charge_id", "subscription_pays_id")


class AccountMoveLine(models.Model):
    """An invoice line bills a period of a charge, or gives it back."""

    _inherit = "account.move.line"

    subscription_charge_id = fields.Many2one(
        "subscription.charge",
        index="btree_not_null",
        readonly=True,
        copy=False,
        ondelete="restrict",
        help="What it bills a period of.",
    )
    subscription_period = fields.Integer(
        readonly=True, copy=False, help="The number of the period, counted from the first day that periods begin on."
    )
    subscription_from = fields.Date("Period From", readonly=True, copy=False, help="The first day that it bills.")
    subscription_to = fields.Date("Period To", readonly=True, copy=False, help="The last day that it bills.")

    subscription_pays_id = fields.Many2one(
        "subscription.charge",
        "Pays Usage Of",
        index="btree_not_null",
        readonly=True,
        copy=False,
        ondelete="restrict",
        help="Of which usage prepaid funds pay a period with this line.",
    )
    subscription_watermark = fields.Integer(
        "Last Batch", readonly=True, copy=False, help="The last batch of usage that was known when it was billed."
    )

    def _copy_data_extend_business_fields(self, values):
        # OVERRIDE: a credit note, and the invoice that replaces a credited one, are of the same period.
        if self.subscription_charge_id and not self._is_flagged("billing_debit_note"):
            values["subscription_charge_id"] = CopiedPeriod(self)
        return super()._copy_data_extend_business_fields(values)

    def _billing_is_of_source(self):
        return super()._billing_is_of_source() or bool(self.subscription_charge_id)

    @api.model_create_multi
    def create(self, vals_list):
        periods = [vals.get("subscription_charge_id") for vals in vals_list]
        if not any(isinstance(period, CopiedPeriod) for period in periods):
            return super().create(vals_list)
        lines = super().create(
            [{name: value for name, value in vals.items() if not isinstance(value, CopiedPeriod)} for vals in vals_list]
        )
        for line, period in zip(lines, periods, strict=True):
            if isinstance(period, CopiedPeriod):
                line.sudo().write(period.values)
        return lines

    def _subscription_amount(self):
        """Return what this line bills (float), as its price says and so before taxes are looked at, in the currency of
        its order; below zero on a credit note."""
        self.ensure_one()
        amount = self.currency_id.round(self.quantity * self.price_unit * (1.0 - (self.discount or 0.0) / 100.0))
        amount *= -self.move_id.direction_sign
        currency = self.subscription_charge_id.currency_id
        if self.currency_id == currency:
            return amount
        # A credit note takes back what its invoice billed: at the rate of its day.
        move = self.move_id.reversed_entry_id or self.move_id
        day = move.invoice_date or (self.company_id or self.env.company)._billing_today()
        return self.currency_id._convert(amount, currency, self.company_id, day)
