from odoo import api, fields, models
from odoo.exceptions import AccessError

#: Who may say whether a customer on hold is shipped to.
DECIDERS = ("account.group_account_invoice", "milestone_billing.group_billing_manager")


class ResPartner(models.Model):
    """Whether a billing hold keeps a customer's deliveries back, in each company; the commercial partner counts."""

    _inherit = "res.partner"

    billing_hold_shipping = fields.Selection(
        [("stop", "Does not ship while on hold"), ("ship", "Ships while on hold")],
        "Deliveries on Hold",
        company_dependent=True,
        tracking=True,
        help="Whether deliveries wait while a billing hold is on the customer or the order. Left empty, as the company "
        "says. Invoicing and billing managers decide it.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        if any(vals.get("billing_hold_shipping") for vals in vals_list):
            self._billing_check_decides_shipping()
        return super().create(vals_list)

    def write(self, vals):
        if "billing_hold_shipping" in vals:
            wanted = vals["billing_hold_shipping"] or False
            if any(partner.billing_hold_shipping != wanted for partner in self):
                self._billing_check_decides_shipping()
        return super().write(vals)

    @api.model
    def _billing_check_decides_shipping(self):
        """Check that the user may decide whether customers on hold are shipped to.

        :raises AccessError: for others than invoicing and billing managers.
        """
        if not self.env.su and not any(self.env.user.has_group(group) for group in DECIDERS):
            raise AccessError(
                self.env._("Only invoicing and billing managers decide whether a customer on hold is shipped to.")
            )
