from odoo.tests import tagged

from .common import ALL, DELIVERY, DEPOSIT, GoodsCommon


@tagged("post_install", "-at_install")
class TestChanges(GoodsCommon):
    """Orders of goods change while they are shipped: what is billed stays, the rest follows."""

    def _check_sums(self, order):
        """Billed, due and planned make up what the order is worth, whatever happened."""
        for line in order.order_line.filtered("billing_schedule_id"):
            rows = line.billing_allocation_ids
            self.assertAlmostEqual(sum(rows.mapped("amount")), line.price_subtotal, 2)

    def test_more_is_ordered_while_a_part_is_billed(self):
        order = self._sell(10, plan=(DEPOSIT, DELIVERY))
        self._ship(order, 4)
        order.order_line.product_uom_qty = 20
        self._drain()
        self._check_sums(order)
        self.assertEqual(len(order.invoice_ids), 2, "what is billed stays")
        self.assertFalse(any(row._credit_owed() for row in order.billing_schedule_ids.milestone_ids))
        self._ship(order, 16)
        last = order.invoice_ids.sorted("id")[-1]
        self.assertEqual(last.invoice_line_ids[0].quantity, 16.0)
        self.assertEqual(last.amount_untaxed, 1600.0 - 180.0)
        self.assertEqual(sum(order.invoice_ids.mapped("amount_untaxed")), 2000.0)
        self.assertEqual(self._cogs(order), (20.0, 1200.0))
        self.assertEqual(order.invoice_status, "invoiced")

    def test_more_is_ordered_once_all_is_billed(self):
        order = self._sell(10, plan=(DEPOSIT, DELIVERY))
        self._ship(order, 10)
        order.order_line.product_uom_qty = 15
        self._drain()
        self._check_sums(order)
        self.assertEqual(len(order.invoice_ids), 2)
        self.assertEqual(order.billing_schedule_ids.milestone_ids.mapped("name"), ["Deposit", "Delivery"])
        self._ship(order, 5)
        self.assertInvoiceLines(order.invoice_ids.sorted("id")[-1], (5.0, 500.0, self.pump))
        self.assertEqual(sum(order.invoice_ids.mapped("amount_untaxed")), 1500.0)

    def test_a_cancelled_backorder_leaves_the_rest_unbilled_and_says_so(self):
        order = self._sell(10, plan=(DEPOSIT, DELIVERY))
        self._ship(order, 7, backorder=False)
        milestone = order.billing_schedule_ids.milestone_ids[1]
        self.assertEqual(sum(order.invoice_ids.mapped("amount_untaxed")), 300.0 + 490.0)
        self.assertEqual(order.order_line.billing_unshipped_quantity, 3.0)
        self.assertEqual(milestone.state, "blocked")
        reason, remedy = milestone._obstacle()
        self.assertIn("3 of 10 Units of Pump will not be shipped", reason)
        self.assertIn("Lower the ordered quantity", remedy)
        self.assertNotEqual(order.invoice_status, "invoiced")
        # The remedy: what was shipped is all that is ordered, so the deposit of the rest is credited, or settled.
        order.order_line.product_uom_qty = 7
        self._drain()
        self.assertEqual(order.order_line.billing_unshipped_quantity, 0.0)
        self._credit(order)
        self.assertEqual(self._total(order), 700.0)
        self.assertEqual(order.order_line.qty_invoiced, 7.0)
        self.assertEqual(self._cogs(order), (7.0, 420.0))
        self.assertEqual(order.invoice_status, "invoiced")

    def test_a_cancelled_transfer_that_is_made_anew_ships_and_bills_the_rest(self):
        order = self._sell(10)
        self._ship(order, 7, backorder=False)
        self.assertEqual(order.order_line.billing_unshipped_quantity, 3.0)
        order.order_line._action_launch_stock_rule()
        self._drain()
        self.assertEqual(order.order_line.billing_unshipped_quantity, 0.0)
        self.assertNotEqual(order.billing_schedule_ids.milestone_ids.state, "blocked")
        self._ship(order, 3)
        self.assertInvoiceLines(order.invoice_ids.sorted("id")[-1], (3.0, 300.0, self.pump))

    def test_what_is_shipped_beyond_the_order_waits_for_the_order(self):
        order = self._sell(10)
        self._ship(order, 12)
        self.assertEqual(sum(order.invoice_ids.mapped("amount_untaxed")), 1000.0)
        milestone = order.billing_schedule_ids.milestone_ids
        self.assertIn("2 Units of Pump were shipped beyond the 10", milestone._obstacle()[0])
        order.order_line.product_uom_qty = 12
        self._drain()
        self.assertInvoiceLines(order.invoice_ids.sorted("id")[-1], (2.0, 200.0, self.pump))
        self.assertEqual(milestone._obstacle()[0], "")

    def test_a_price_that_changes_is_made_good_with_the_rest(self):
        order = self._sell(10)
        self._ship(order, 4)
        order.order_line.price_unit = 110
        self._drain()
        self._check_sums(order)
        self._ship(order, 6)
        last = order.invoice_ids.sorted("id")[-1]
        self.assertEqual(last.invoice_line_ids[0].quantity, 6.0)
        self.assertEqual(sum(order.invoice_ids.mapped("amount_untaxed")), 1100.0)
        self.assertEqual(order.invoice_status, "invoiced")

    def test_goods_and_services_of_one_milestone_follow_their_own_deliveries(self):
        valve = self._make_goods("Valve", cost=10.0)
        self.plain.invoice_policy = "delivery"
        service = {"product_id": self.plain.id, "price_unit": 300.0, "product_uom_qty": 1.0}
        order = self._sell(10, {"product_id": valve.id, "product_uom_qty": 5, "price_unit": 40.0}, service)
        self._ship(order, 4, product=self.pump)
        self.assertInvoiceLines(order.invoice_ids, (4.0, 400.0, self.pump))
        order.order_line[2].qty_delivered = 0.5
        self._drain()
        last = order.invoice_ids.sorted("id")[-1]
        self.assertEqual(last.amount_untaxed, 150.0)
        self._ship(order, 5, product=valve)
        self.assertInvoiceLines(order.invoice_ids.sorted("id")[-1], (5.0, 200.0, valve))
        self.assertEqual(order.billing_schedule_ids.milestone_ids.billed_amount, 750.0)

    def test_a_part_that_comes_after_the_delivery_comes_without_a_quantity(self):
        start = {"name": "Start-up", "percent": 10, "due_on": "manual"}
        order = self._sell(10, plan=({**ALL, "percent": 90}, start))
        self._ship(order, 10)
        none = self.env["product.product"]
        self.assertInvoiceLines(order.invoice_ids, (10.0, 1000.0, self.pump), (1.0, -100.0, none))
        self.assertEqual(order.order_line.billing_deposit_amount, -100.0)
        self.assertEqual(order.invoice_status, "no")
        order.billing_schedule_ids.milestone_ids[1].action_attain()
        self._drain()
        self.assertInvoiceLines(order.invoice_ids.sorted("id")[-1], (1.0, 100.0, none))
        self.assertEqual(self._cogs(order), (10.0, 600.0))
        self.assertEqual(order.invoice_status, "invoiced")

    def test_without_a_milestone_by_delivery_the_last_one_bills_the_quantity(self):
        half = {"name": "Half", "percent": 50, "due_on": "manual"}
        order = self._sell(10, plan=(half, {**half, "name": "Rest"}))
        self._bill_all(order)
        first, last = order.invoice_ids.sorted("id")
        none = self.env["product.product"]
        self.assertInvoiceLines(first, (1.0, 500.0, none))
        self.assertInvoiceLines(last, (10.0, 1000.0, self.pump), (1.0, -500.0, none))
        self.assertEqual(self._cogs(order), (10.0, 600.0))

    @staticmethod
    def _total(order):
        moves = order.invoice_ids.filtered(lambda move: move.state != "cancel")
        return sum(moves.mapped("amount_untaxed_signed"))
