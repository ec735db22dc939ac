from odoo import fields, models


class MailActivity(models.Model):
    _inherit = "mail.activity"

    subscription_usage_check = fields.Boolean(
        readonly=True, copy=False, help="Asks for days of usage that differ from their records: gone once they do not."
    )
