from odoo import fields, models
from odoo.addons.milestone_billing.wizards.billing_settings import of_company

from ..models.res_company import PARTIAL_DELIVERIES

NAMES = ("billing_partial_deliveries", "billing_hold_shipping")


class BillingSettings(models.TransientModel):
    """The settings of deliveries, as billing managers set them."""

    _inherit = "billing.settings"

    billing_partial_deliveries = fields.Selection(
        PARTIAL_DELIVERIES,
        "Partial Deliveries",
        required=True,
        default=of_company("billing_partial_deliveries"),
        help="What a milestone due by delivery bills of goods while a part of them is on backorder. "
        "A schedule or its template may say otherwise.",
    )
    billing_hold_shipping = fields.Boolean(
        "No Deliveries on Hold",
        default=of_company("billing_hold_shipping"),
        help="While a billing hold is on a customer or an order, its deliveries cannot be validated. "
        "A customer may be treated otherwise.",
    )

    def execute(self):
        # OVERRIDE: who may set up billing is checked there first.
        result = super().execute()
        self.company_id.sudo().write({name: self[name] for name in NAMES})
        return result
