from odoo import models


class SaleOrder(models.Model):
    """Orders paid online: what is paid of a subscription before it is due stays the customer's credit."""

    _inherit = "sale.order"

    def _force_lines_to_invoice_policy_order(self):
        # OVERRIDE: Odoo invoices what is paid as ordered; a subscription is billed by its periods all the same.
        result = super()._force_lines_to_invoice_policy_order()
        lines = self.order_line.filtered(lambda line: line._is_subscription() or line.subscription_term_id)
        self.env.add_to_compute(lines._fields["qty_to_invoice"], lines)
        lines.modified(["qty_to_invoice"])
        return result
