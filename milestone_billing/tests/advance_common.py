from odoo.fields import Command
from odoo.tests import tagged

from .common import BillingCommon


@tagged("post_install", "-at_install")
class AdvanceCommon(BillingCommon):
    """Down payments by Odoo's own wizard beside a plan, and what the customer is asked for in all."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.vat = cls._make_tax(21.0)
        cls.low_vat = cls._make_tax(6.0)

    def _taxed(self, price, *taxes, **values):
        return {"price_unit": price, "tax_ids": [Command.set([tax.id for tax in taxes or [self.vat]])], **values}

    def _start(self, *percents, lines=None, schedule=None, **values):
        """Confirm an order of 1,000 at 21 % (or of ``lines``) with milestones by hand; return it and them."""
        order = self._make_order(*(lines or [self._taxed(1000.0)]), **values)
        made = self._make_schedule(order, *(percents or (50, 50)), **(schedule or {}))
        order.action_confirm()
        return order, made.milestone_ids

    def _wizard(self, orders, **values):
        Wizard = self.env["sale.advance.payment.inv"]
        before = orders.invoice_ids
        Wizard.with_context(active_model="sale.order", active_ids=orders.ids).create(values).create_invoices()
        return orders.invoice_ids - before

    def _pay_in_advance(self, order, amount=363.0, post=True, percent=None):
        """Make a down payment by Odoo's wizard, of an amount with taxes or of a percentage; return its invoice."""
        values = {"advance_payment_method": "fixed", "fixed_amount": amount}
        if percent:
            values = {"advance_payment_method": "percentage", "amount": percent}
        invoice = self._wizard(order, **values)
        if post:
            invoice.action_post()
        return invoice

    def _create_invoice(self, order, deduct=True):
        """Use Odoo's own *Create Invoice*."""
        return self._wizard(order, advance_payment_method="delivered", deduct_down_payments=deduct)

    def _bill(self, *milestones):
        """Attain milestones, each billed at once; return their invoices in turn."""
        made = []
        for milestone in milestones:
            before = milestone.order_id.invoice_ids
            milestone.action_attain()
            self._drain()
            made += (milestone.order_id.invoice_ids - before).sorted("id")
        return made

    def _totals(self, moves):
        """Return what the customer is asked for by each of these documents, credit notes below zero."""
        return [-move.direction_sign * move.amount_total for move in moves]

    def _credit(self, move):
        """Credit a posted invoice in full, Odoo's way, and post the credit note."""
        refund = move._reverse_moves([{"invoice_date": move.invoice_date}])
        refund.action_post()
        return refund

    def assertSettled(self, order):
        """All is billed, net and taxes as ordered, each down payment came off, and nothing is left to ask for."""
        posted = order.invoice_ids.filtered(lambda move: move.state == "posted")
        for name in ("amount_untaxed", "amount_tax", "amount_total"):
            total = sum(-move.direction_sign * move[name] for move in posted)
            self.assertEqual(order.currency_id.round(total), order[name], name)
        advances = order.order_line.filtered(lambda line: line.is_downpayment and not line.display_type)
        self.assertEqual(advances.mapped("qty_to_invoice"), [0.0] * len(advances))
        for line in advances:
            self.assertEqual(order.currency_id.round(line.untaxed_amount_invoiced), 0.0)
            self.assertEqual(order.currency_id.round(line.amount_invoiced), 0.0)
            self.assertEqual(line.invoice_status, "invoiced")
        self.assertEqual(order.invoice_status, "invoiced")
        self.assertEqual(order.currency_id.round(order.amount_to_invoice), 0.0)
        self.assertFalse(order._billing_advances())
        self.assertEqual(self._drain()["invoices"], 0)
