from odoo import fields, models


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    billing_key = fields.Char(
        copy=False, readonly=True, help="Unique among all invoice lines: what it stands for is billed once."
    )

    _billing_key_unique = models.UniqueIndex(
        "(billing_key) WHERE billing_key IS NOT NULL", "This was billed already, by another invoice line."
    )
