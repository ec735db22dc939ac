from odoo import fields, models

from .billing_run_telling import ACTIVITY_PAID


class PaymentTransaction(models.Model):
    """Orders on hold that are paid online: the payment is taken, and the invoice waits until the hold ends."""

    _inherit = "payment.transaction"

    billing_waits = fields.Boolean(
        "Invoice Waits", readonly=True, copy=False, help="Its invoice is made once the order is no longer on hold."
    )

    _billing_waits_idx = models.Index("(id) WHERE billing_waits")

    def _invoice_sale_orders(self):
        # OVERRIDE: Odoo invoices what is paid online, whoever said not to bill the order for now.
        held = self.filtered(lambda row: any(order._billing_active_holds() for order in row.sale_order_ids.sudo()))
        for transaction in held:
            transaction._billing_wait_for_hold()
        return super(PaymentTransaction, self - held)._invoice_sale_orders()

    def _billing_wait_for_hold(self):
        """Leave the invoice of what is paid until no hold keeps the orders back, and tell a person."""
        self.sudo().billing_waits = True
        safely = self.env["billing.run"].sudo()._safely
        for order in self.sudo().sale_order_ids.filtered(lambda order: order.state == "sale"):
            safely(order._billing_tell_paid, self)

    def _billing_invoice_paid(self):
        """Make, post and settle the invoices of these transactions, as Odoo does of what is paid online."""
        self.billing_waits = False
        self._invoice_sale_orders()
        for transaction in self.filtered(lambda row: not row.billing_waits):
            transaction._billing_post_paid()
            transaction.sale_order_ids.activity_search([ACTIVITY_PAID]).unlink()

    def _billing_post_paid(self):
        """Post the invoices of this transaction, and settle them with its payment."""
        self.ensure_one()
        invoices, payment = self.invoice_ids, self.payment_id
        invoices.filtered(lambda move: move.state == "draft").action_post()
        lines = (payment.move_id | invoices).line_ids.filtered(lambda line: not line.reconciled)
        lines.filtered(lambda line: line.account_id == payment.destination_account_id).reconcile()
