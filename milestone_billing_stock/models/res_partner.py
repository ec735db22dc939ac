from odoo import fields, models


class ResPartner(models.Model):
    """Whether a billing hold keeps a customer's deliveries back, in each company; the commercial partner counts."""

    _inherit = "res.partner"

    billing_hold_shipping = fields.Selection(
        [("stop", "Does not ship while on hold"), ("ship", "Ships while on hold")],
        "Deliveries on Hold",
        company_dependent=True,
        help="Whether deliveries wait while a billing hold is on the customer or the order. Left empty, as the company "
        "says.",
    )
