from odoo import api, fields, models
from odoo.fields import Domain


class SaleOrder(models.Model):
    """Which holds keep an order from being billed."""

    _inherit = "sale.order"

    # Odoo reads whole orders for customers, who have no holds.
    billing_hold_ids = fields.One2many(
        "billing.hold", "order_id", "Billing Holds", copy=False, groups="base.group_user"
    )

    def _billing_active_holds(self):
        """Return the holds (``billing.hold``) that keep this whole order from being billed now."""
        self.ensure_one()
        customers = self.partner_id.commercial_partner_id | self.partner_invoice_id.commercial_partner_id
        return (self.billing_hold_ids | customers.billing_hold_ids).filtered("is_active")

    @api.model
    def _billing_of_customers(self, customers):
        """Return the domain of the orders that a hold on customers keeps back (``res.partner``, commercial ones)."""
        theirs = Domain("partner_id.commercial_partner_id", "in", customers.ids)
        return theirs | Domain("partner_invoice_id.commercial_partner_id", "in", customers.ids)
