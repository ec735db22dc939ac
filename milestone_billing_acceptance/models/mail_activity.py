from odoo import fields, models


class MailActivity(models.Model):
    _inherit = "mail.activity"

    billing_request = fields.Selection(
        selection_add=[("acceptance", "Acceptance")], ondelete={"acceptance": "set null"}
    )
