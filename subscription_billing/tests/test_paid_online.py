from odoo.fields import Command
from odoo.tests import tagged

from .common import SubscriptionCommon


@tagged("post_install", "-at_install")
class TestPaidOnline(SubscriptionCommon):
    """A customer pays the whole order on the portal: what is due is invoiced, the rest stays his credit."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.config_parameter"].sudo().set_param("sale.automatic_invoice", "True")
        cls.method = cls.env.ref("payment.payment_method_unknown").sudo()
        providers = cls.env["payment.provider"].sudo()
        cls.provider = providers.create(
            {"name": "Dummy", "code": "none", "state": "test", "company_id": cls.company.id}
        )
        cls.method.provider_ids = [Command.link(cls.provider.id)]
        cls.method.active = True
        kind = cls.env["account.payment.method"].sudo()
        kind = kind.create({"name": "Dummy", "code": "none", "payment_type": "inbound"})
        journal = cls.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", cls.company.id)], limit=1
        )
        cls.env["account.payment.method.line"].create(
            {"payment_method_id": kind.id, "journal_id": journal.id, "payment_provider_id": cls.provider.id}
        )

    def _pay_online(self, order):
        transaction = self.env["payment.transaction"].sudo()
        transaction = transaction.create(
            {
                "provider_id": self.provider.id,
                "payment_method_id": self.method.id,
                "reference": order.name,
                "amount": order.amount_total,
                "currency_id": order.currency_id.id,
                "partner_id": order.partner_id.id,
                "operation": "online_direct",
                "sale_order_ids": [Command.set(order.ids)],
                "state": "done",
            }
        )
        transaction.with_context(skip_sale_auto_invoice_send=True)._post_process()
        return transaction

    def test_what_begins_today_is_invoiced_and_paid(self):
        self._on("2026-04-01")
        order = self._subscribe(100.0, confirm=False)
        transaction = self._pay_online(order)
        self.assertEqual(order.state, "sale")
        self.assertEqual(self._billed(order), {"2026-04-01": 100.0})
        self.assertIn(transaction.invoice_ids.payment_state, ("paid", "in_payment"))
        self.assertFalse(self._bill("2026-04-15"), "it is billed once")

    def test_what_is_not_due_yet_is_billed_once_when_it_is(self):
        for plan, start, first in ((self.quarterly, "2026-04-01", "2026-07-01"), (self.monthly, "2026-05-01", None)):
            with self.subTest(plan.name):
                self._on("2026-04-01")
                order = self._subscribe(300.0, plan, start=start, confirm=False)
                transaction = self._pay_online(order)
                self.assertEqual(order.state, "sale", "the order is confirmed all the same")
                self.assertFalse(transaction.invoice_ids)
                self.assertIn(transaction.payment_id.state, ("in_process", "paid"), "it stays the customer's credit")
                self._bill(first or start)
                self.assertEqual(self._billed(order), {start: 300.0})

    def test_what_starts_later_bills_nothing_before(self):
        self._on("2026-04-01")
        order = self._subscribe(100.0, subscription_waits=True, confirm=False)
        self._pay_online(order)
        self.assertEqual((order.state, order.invoice_ids), ("sale", order.invoice_ids.browse()))
        order.order_line.subscription_start = "2026-05-01"
        self._bill("2026-05-01")
        self.assertEqual(self._billed(order), {"2026-05-01": 100.0})

    def test_one_time_lines_beside_are_invoiced_as_odoo_does(self):
        self._on("2026-04-01")
        order = self._subscribe(100.0, self.quarterly, confirm=False)
        order.order_line = [Command.create({"product_id": self.service.id, "price_unit": 40.0})]
        once = order.order_line[-1]
        invoice = self._pay_online(order).invoice_ids
        self.assertEqual(invoice.invoice_line_ids.filtered("price_subtotal").sale_line_ids, once)
        self.assertEqual(invoice.amount_untaxed, 40.0)
