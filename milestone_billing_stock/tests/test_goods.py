from odoo.tests import tagged

from .common import ALL, DELIVERY, DEPOSIT, GoodsCommon


@tagged("post_install", "-at_install")
class TestGoods(GoodsCommon):
    """Goods are billed by what was shipped, in the quantities that were shipped."""

    def test_nothing_shipped_bills_nothing(self):
        order = self._sell(10)
        self.assertFalse(order.invoice_ids)
        self.assertEqual(order.invoice_status, "no")
        self.assertEqual(self._cogs(order), (0.0, 0.0))

    def test_a_partial_delivery_bills_its_part_and_the_backorder_the_rest(self):
        order = self._sell(10)
        self._ship(order, 4)
        [invoice] = order.invoice_ids
        self.assertInvoiceLines(invoice, (4.0, 400.0, self.pump))
        self.assertEqual(self._cogs(order), (4.0, 240.0))
        self.assertEqual((order.order_line.qty_delivered, order.order_line.qty_invoiced), (4.0, 4.0))
        self.assertEqual(order.invoice_status, "no")
        self._ship(order, 6)
        self.assertInvoiceLines(order.invoice_ids.sorted("id")[-1], (6.0, 600.0, self.pump))
        self.assertEqual(self._cogs(order), (10.0, 600.0))
        self.assertEqual(order.order_line.qty_invoiced, 10.0)
        self.assertEqual(order.invoice_status, "invoiced")
        self.assertEqual(sum(order.invoice_ids.mapped("amount_untaxed")), 1000.0)

    def test_a_deposit_has_no_quantity_and_deliveries_settle_it(self):
        order = self._sell(10, plan=(DEPOSIT, DELIVERY))
        none = self.env["product.product"]
        [deposit] = order.invoice_ids
        self.assertInvoiceLines(deposit, (1.0, 300.0, none))
        self.assertEqual(self._cogs(order), (0.0, 0.0))
        self.assertEqual(order.order_line.qty_invoiced, 0.0)
        self.assertEqual(order.order_line.billing_deposit_amount, 300.0)
        self._ship(order, 4)
        first = order.invoice_ids.sorted("id")[-1]
        self.assertInvoiceLines(first, (4.0, 400.0, self.pump), (1.0, -120.0, none))
        self.assertEqual(order.order_line.billing_deposit_amount, 180.0)
        self.assertEqual(order.order_line.qty_invoiced, 4.0)
        self._ship(order, 6)
        last = order.invoice_ids.sorted("id")[-1]
        self.assertInvoiceLines(last, (6.0, 600.0, self.pump), (1.0, -180.0, none))
        self.assertEqual(self._cogs(order), (10.0, 600.0))
        self.assertEqual(order.order_line.billing_deposit_amount, 0.0)
        self.assertEqual(order.invoice_status, "invoiced")
        self.assertEqual(order.order_line.untaxed_amount_invoiced, 1000.0)

    def test_only_complete_deliveries_are_billed_where_the_plan_says_so(self):
        order = self._sell(10, plan=(ALL,), partial_deliveries="complete")
        self._ship(order, 4)
        self.assertFalse(order.invoice_ids)
        self._ship(order, 6)
        self.assertInvoiceLines(order.invoice_ids, (10.0, 1000.0, self.pump))

    def test_a_return_is_credited_in_its_quantity_and_shipped_again_is_billed_again(self):
        order = self._sell(10, plan=(DEPOSIT, DELIVERY))
        shipped = self._ship(order, 10)
        back = self._return(shipped, 2)
        notes = self._credit(order)
        self.assertInvoiceLines(notes, (2.0, 200.0, self.pump), (1.0, -60.0, self.env["product.product"]))
        self.assertEqual(self._cogs(order), (8.0, 480.0))
        self.assertEqual(order.order_line.qty_invoiced, 8.0)
        again = self._return(back, 2)
        self.assertEqual(again.state, "done")
        last = order.invoice_ids.sorted("id")[-1]
        self.assertInvoiceLines(last, (2.0, 200.0, self.pump), (1.0, -60.0, self.env["product.product"]))
        self.assertEqual(self._cogs(order), (10.0, 600.0))
        self.assertEqual(order.order_line.untaxed_amount_invoiced, 1000.0)

    def test_a_return_that_is_not_refunded_changes_nothing(self):
        order = self._sell(10)
        self._return(self._ship(order, 10), 2, to_refund=False)
        self.assertEqual(order.order_line.qty_delivered, 10.0)
        self.assertFalse(order.billing_schedule_ids.milestone_ids._credit_owed())
