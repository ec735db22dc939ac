from odoo import fields, models
from odoo.addons.milestone_billing.wizards.billing_settings import of_company

from ..models.res_company import SENDING

NAMES = (
    "billing_acceptance_days",
    "billing_acceptance_reminder_days",
    "billing_acceptance_sending",
    "billing_acceptance_on_invoice",
)


class BillingSettings(models.TransientModel):
    """The settings of acceptance, as billing managers set them."""

    _inherit = "billing.settings"

    billing_acceptance_days = fields.Integer(
        "Deemed Accepted After",
        default=of_company("billing_acceptance_days"),
        help="Business days after which a milestone counts as accepted where the customer says nothing. Zero: never.",
    )
    billing_acceptance_reminder_days = fields.Integer(
        "Remind Before",
        default=of_company("billing_acceptance_reminder_days"),
        help="So many business days before a milestone is deemed accepted, the customer is reminded. Zero: not at all.",
    )
    billing_acceptance_sending = fields.Selection(
        SENDING,
        "Asking for Acceptance",
        required=True,
        default=of_company("billing_acceptance_sending"),
        help="Who sends the request once a milestone is ready: the work done, or its day come.",
    )
    billing_acceptance_on_invoice = fields.Boolean(
        "Signed Page with the Invoice",
        default=of_company("billing_acceptance_on_invoice"),
        help="The mail with an invoice has the signed acceptance of what it bills.",
    )

    def execute(self):
        result = super().execute()
        self.company_id.sudo().write({name: self[name] for name in NAMES})
        return result
