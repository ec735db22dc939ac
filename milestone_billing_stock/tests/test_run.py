from odoo.addons.billing_base.tests.common import RunShortcuts
from odoo.tests import tagged

from .common import DELIVERY, DEPOSIT, GoodsCommon


@tagged("post_install", "-at_install")
class TestRun(RunShortcuts, GoodsCommon):
    """Goods on an invoice run: the same lines, once, with what else is due of the customer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.runs, cls.today = cls.env["billing.run"], cls.company._billing_today()

    def test_a_billing_day_bills_what_was_shipped_by_then(self):
        order = self._sell(10, plan=(DEPOSIT, DELIVERY))
        days = {"name": "Monthly", "days_of_month": str(self.today.day)}
        order.write({"billing_when": "days", "billing_calendar_id": self.env["billing.calendar"].create(days).id})
        self._ship(order, 3)
        self._ship(order, 1)
        self.assertEqual(len(order.invoice_ids), 1, "the deposit only")
        [previewed] = self.runs.preview(str(self.today))["invoices"]
        self.assertEqual(previewed["untaxed"], 280.0)
        self._clock()
        last = order.invoice_ids.sorted("id")[-1]
        self.assertInvoiceLines(last, (4.0, 400.0, self.pump), (1.0, -120.0, self.env["product.product"]))
        self.assertEqual(order.order_line.qty_invoiced, 4.0)
        self._clock()
        self.assertEqual(len(order.invoice_ids), 2)
