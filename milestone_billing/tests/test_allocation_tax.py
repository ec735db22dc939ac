from odoo.fields import Command
from odoo.tests import tagged

from .common import BillingCommon


@tagged("post_install", "-at_install")
class TestAllocationTax(BillingCommon):
    """Prices that include their taxes: net, taxes and total of the invoices come to those of the order."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.included_19 = cls._make_tax(19.0, price_include_override="tax_included")
        cls.included_21 = cls._make_tax(21.0, price_include_override="tax_included")
        cls.included_5 = cls._make_tax(5.0, price_include_override="tax_included")

    def _taxed(self, price, *taxes, **values):
        return {"price_unit": price, "tax_ids": [Command.set([tax.id for tax in taxes])], **values}

    def assertTotalsOfOrder(self, order):
        invoices = order.invoice_ids
        self.assertEqual(set(invoices.mapped("state")), {"posted"})
        for name in ("amount_untaxed", "amount_tax", "amount_total"):
            total = sum(invoices.mapped(name))
            self.assertEqual(order.currency_id.round(total), order[name], name)
        for line in order.order_line:
            self.assertEqual(line.qty_invoiced, line.product_uom_qty)
            self.assertEqual(line.untaxed_amount_to_invoice, 0.0)
        self.assertEqual(order.invoice_status, "invoiced")

    def test_one_included_tax(self):
        for price in (100.0, 99.99, 0.03, 1234.57):
            with self.subTest(price=price):
                order = self._make_order(self._taxed(price, self.included_19))
                self._make_schedule(order, 33.33, 33.33, 33.34)
                self._bill_all(order)
                self.assertTotalsOfOrder(order)

    def test_included_tax_with_discount(self):
        order = self._make_order(self._taxed(123.45, self.included_21, discount=33.33, product_uom_qty=7))
        self._make_schedule(order, 33.33, 33.33, 33.34)
        self._bill_all(order)
        self.assertTotalsOfOrder(order)

    def test_milestones_attained_in_any_order_and_in_parts(self):
        order = self._make_order(self._taxed(100.01, self.included_19))
        schedule = self._make_schedule(order, 33.33, 33.33, 33.34)
        order.action_confirm()
        first, second, third = schedule.milestone_ids
        today = self.env.cr.now().date()
        for milestone, percent in ((third, 30.0), (first, 100.0), (third, 70.0), (second, 100.0), (third, 100.0)):
            milestone._attain(percent, today, "manual")
            self._drain()
        self.assertTotalsOfOrder(order)

    def test_yen_with_included_tax(self):
        pricelist = self._make_pricelist("JPY")
        order = self._make_order(self._taxed(10001.0, self.included_5), pricelist_id=pricelist.id)
        self._make_schedule(order, 33.33, 33.33, 33.34)
        self._bill_all(order)
        self.assertTotalsOfOrder(order)

    def test_tax_of_a_fiscal_position_is_the_orders(self):
        order = self._make_order(self._taxed(100.0, self.included_19))
        self._make_schedule(order, 50, 50)
        invoices = self._bill_all(order)
        self.assertEqual(invoices.invoice_line_ids.tax_ids, self.included_19)
        repartition = invoices.line_ids.filtered("tax_line_id")
        self.assertEqual(sum(repartition.mapped("amount_currency")), -order.amount_tax)

    def test_included_and_added_tax_together(self):
        added = self._make_tax(10.0)
        order = self._make_order(self._taxed(119.0, self.included_19, added))
        self._make_schedule(order, 25, 25, 50)
        invoices = self._bill_all(order)
        self.assertEqual(invoices.sorted("id").mapped("amount_tax"), [7.25, 7.25, 14.5])
        self.assertTotalsOfOrder(order)
