from odoo.fields import Command
from odoo.tests import tagged

from .advance_common import AdvanceCommon


@tagged("post_install", "-at_install")
class TestAdvancesOnline(AdvanceCommon):
    """A customer pays online, Odoo confirms the order and invoices what was paid: the plan takes it off."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.config_parameter"].sudo().set_param("sale.automatic_invoice", "True")
        cls.method = cls.env.ref("payment.payment_method_unknown").sudo()
        cls.provider = (
            cls.env["payment.provider"]
            .sudo()
            .create({"name": "Dummy", "code": "none", "state": "test", "company_id": cls.company.id})
        )
        cls.method.provider_ids = [Command.link(cls.provider.id)]
        cls.method.active = True
        journal = cls.company_data["default_journal_bank"]
        kind = (
            cls.env["account.payment.method"]
            .sudo()
            .create({"name": "Dummy", "code": "none", "payment_type": "inbound"})
        )
        cls.env["account.payment.method.line"].create(
            {"payment_method_id": kind.id, "journal_id": journal.id, "payment_provider_id": cls.provider.id}
        )

    def _pay_online(self, order, amount):
        transaction = (
            self.env["payment.transaction"]
            .sudo()
            .create(
                {
                    "provider_id": self.provider.id,
                    "payment_method_id": self.method.id,
                    "reference": f"{order.name}-{len(order.transaction_ids)}",
                    "amount": amount,
                    "currency_id": order.currency_id.id,
                    "partner_id": order.partner_id.id,
                    "operation": "online_direct",
                    "sale_order_ids": [Command.set(order.ids)],
                    "state": "done",
                }
            )
        )
        transaction.with_context(skip_sale_auto_invoice_send=True)._post_process()
        return transaction.invoice_ids

    def test_on_hold_the_payment_is_taken_and_the_invoice_waits(self):
        order = self._make_order(self._taxed(1000.0), product=self.plain)
        order.action_confirm()
        hold = self.env["billing.hold"].create({"order_id": order.id, "reason": "Dispute"})
        self.assertFalse(self._pay_online(order, order.amount_total))
        self.assertFalse(order.invoice_ids)
        self.assertTrue(order.transaction_ids.payment_id)
        self.assertIn("was paid online while the order is on hold", order.activity_ids.summary)
        hold.action_release()
        self.assertRecordValues(
            order.invoice_ids, [{"state": "posted", "amount_residual": 0.0, "amount_total": order.amount_total}]
        )
        self.assertFalse(order.activity_ids)

    def _quote(self, *percents, **values):
        rows = [{"percent": percents[0], "due_on": "confirmation"}]
        rows += [{"percent": percent, "due_on": "manual"} for percent in percents[1:]]
        values = {"require_payment": True, "prepayment_percent": 0.3, **values}
        order = self._make_order(self._taxed(1000.0), **values)
        return order, self._make_schedule(order, *rows).milestone_ids

    def test_prepayment_beside_a_milestone_on_confirmation(self):
        order, (first, second) = self._quote(30, 70)
        paid = self._pay_online(order, 363.0)
        self.assertEqual(order.state, "sale")
        self.assertRecordValues(paid, [{"amount_total": 363.0, "state": "posted"}])
        self._drain()
        self.assertEqual(first.invoice_ids.amount_total, 0.0)
        self.assertEqual(self._totals(self._bill(second)), [847.0])
        self.assertSettled(order)

    def test_payment_of_everything_is_an_advance(self):
        order, (first, second) = self._quote(30, 70)
        paid = self._pay_online(order, 1210.0)
        self.assertEqual(paid.amount_total, 1210.0)
        self._drain()
        self.assertEqual(self._totals(first.invoice_ids | self._bill(second)[0]), [0.0, 0.0])
        self.assertSettled(order)

    def test_each_payment_is_invoiced_once(self):
        order, (_first, second) = self._quote(30, 70)
        self._pay_online(order, 363.0)
        self._drain()
        self.assertEqual(self._pay_online(order, 242.0).amount_total, 242.0)
        self.assertEqual(self._totals(self._bill(second)), [605.0])
        self.assertSettled(order)
