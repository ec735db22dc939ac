from odoo.fields import Command
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

    def test_services_beside_goods_keep_what_is_billed_when_more_is_ordered(self):
        self.plain.invoice_policy = "delivery"
        service = {"product_id": self.plain.id, "price_unit": 50.0, "product_uom_qty": 10}
        order = self._sell(10, service, plan=(DEPOSIT, DELIVERY))
        order.order_line[1].qty_delivered = 4
        self._ship(order, 4)
        self.assertEqual(self._total(order), 450.0 + 280.0 + 140.0)
        order.order_line[1].product_uom_qty = 20
        self._drain()
        self.assertEqual(self._total(order), 870.0, "nothing was delivered")
        self.assertFalse(any(row._credit_owed() for row in order.billing_schedule_ids.milestone_ids))
        order.order_line[1].qty_delivered = 20
        self._ship(order, 6)
        self.assertEqual(self._total(order), 2000.0)
        order.order_line[1].product_uom_qty = 22
        order.order_line[1].qty_delivered = 22
        self._drain()
        self.assertEqual(self._total(order), 2100.0)

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

    def test_complete_deliveries_wait_for_what_is_ordered_later_too(self):
        order = self._sell(10, partial_deliveries="complete")
        shipped = self._ship(order, 10)
        self.assertEqual(self._total(order), 1000.0)
        order.order_line.product_uom_qty = 20
        self._drain()
        self._ship(order, 3)
        self.assertEqual(self._total(order), 1000.0, "it waits for all of them")
        self._return(shipped, 4)
        self.assertEqual(sum(order.billing_schedule_ids.milestone_ids._credit_owed().values()), 100.0)
        self._credit(order)
        self._return(order.picking_ids.filtered(lambda row: row.return_id), 4)
        self._ship(order, 7)
        self.assertEqual(self._total(order), 2000.0)
        self.assertEqual(order.order_line.qty_invoiced, 20.0)

    def test_a_quantity_that_changes_at_the_same_amount_is_followed(self):
        order = self._sell(10)
        order.order_line.write({"product_uom_qty": 20, "price_unit": 50})
        self._drain()
        self._ship(order, 10)
        self.assertInvoiceLines(order.invoice_ids, (10.0, 500.0, self.pump))
        self._ship(order, 10)
        self.assertEqual(self._total(order), 1000.0)

    def test_more_of_what_is_given_away_is_billed_as_it_ships(self):
        gift = self._make_goods("Gift", cost=10.0, list_price=0.0)
        order = self._sell(10, {"product_id": gift.id, "product_uom_qty": 5, "price_unit": 0.0})
        order.order_line[1].product_uom_qty = 8
        self._drain()
        self.assertEqual(order.amount_untaxed, 1000.0)
        self._ship(order, 8)
        self.assertEqual(order.order_line.mapped("qty_invoiced"), [8.0, 8.0])

    def test_a_quantity_that_changes_after_a_deposit_keeps_the_price(self):
        order = self._make_order({"product_id": self.pump.id, "product_uom_qty": 10})
        self._make_schedule(order, DEPOSIT, DELIVERY)
        order.action_confirm()
        self._drain()
        self.assertEqual(order.order_line.price_subtotal, 1000.0)
        self.pump.list_price = 120.0
        order.order_line.product_uom_qty = 11
        self.assertEqual(order.order_line.price_subtotal, 1100.0)

    # === PRODUCTS THAT THE WAREHOUSE ADDS === #

    def test_what_the_warehouse_adds_to_a_transfer_is_billed_by_odoo(self):
        valve = self._make_goods("Valve", cost=10.0, list_price=40.0)
        order = self._sell(10, plan=(DEPOSIT, DELIVERY))
        picking = order.picking_ids
        picking.move_ids.write({"quantity": 10, "picked": True})
        self._add_to(picking, valve, 4)
        self._validate(picking)
        added = order.order_line[1]
        self.assertRecordValues(added, [{"product_uom_qty": 0.0, "qty_delivered": 4.0, "qty_to_invoice": 4.0}])
        self.assertFalse(added.billing_schedule_id)
        self.assertEqual(self._total(order), 1000.0)
        self.assertEqual(order.invoice_status, "to invoice")
        preview = self.env["billing.run"].preview(str(order.company_id._billing_today()), order.partner_id.ids)
        self.assertEqual([row["untaxed"] for row in preview["invoices"]], [160.0])
        order._create_invoices().action_post()
        self.assertEqual(self._total(order), 1160.0)
        # Whoever has the plan bill it raises the ordered quantity: it is invoiced already.
        added.product_uom_qty = 4
        self._drain()
        self.assertEqual(self._total(order), 1160.0)

    def test_what_is_under_the_plan_without_being_ordered_says_so(self):
        valve = self._make_goods("Valve", cost=10.0, list_price=40.0)
        order = self._sell(10, {"product_id": valve.id, "product_uom_qty": 0})
        picking = order.picking_ids
        picking.move_ids.write({"quantity": 10, "picked": True})
        self._add_to(picking, valve, 4)
        self._validate(picking)
        self.assertEqual(order.order_line[1].qty_delivered, 4.0)
        reason = order.billing_schedule_ids.milestone_ids._obstacle()[0]
        self.assertIn("4 Units of Valve were shipped beyond the 0", reason)

    def _add_to(self, picking, product, quantity):
        self.env["stock.move"].create(
            {
                "product_id": product.id,
                "product_uom_qty": quantity,
                "quantity": quantity,
                "picked": True,
                "picking_id": picking.id,
                "location_id": picking.location_id.id,
                "location_dest_id": picking.location_dest_id.id,
            }
        )

    # === ACCOUNTS === #

    def _keep_advances(self):
        """Give the company an account of down payments, and return it."""
        self.company.downpayment_account_id = self.env["account.account"].create(
            {
                "name": "Received in advance",
                "code": "GOODS9",
                "account_type": "liability_current",
                "company_ids": [Command.set(self.company.ids)],
            }
        )
        return self.company.downpayment_account_id

    def _on(self, order, account):
        lines = order.invoice_ids.filtered(lambda move: move.state == "posted").line_ids
        return -sum(lines.filtered(lambda line: line.account_id == account).mapped("balance"))

    def _bill_by_hand(self, order):
        order.billing_schedule_ids.milestone_ids.filtered(
            lambda row: row.due_on == "manual" and not row._is_attained()
        ).action_attain()
        self._drain()

    def test_a_change_of_price_is_income_and_no_advance(self):
        advances, income = self._keep_advances(), self.company_data["default_account_revenue"]
        order = self._sell(10)
        self._ship(order, 4)
        order.order_line.price_unit = 110
        self._drain()
        self._ship(order, 6)
        self._bill_by_hand(order)
        self.assertEqual((self._on(order, advances), self._on(order, income)), (0.0, 1100.0))

    def test_a_change_of_price_beside_a_deposit_is_income(self):
        advances, income = self._keep_advances(), self.company_data["default_account_revenue"]
        order = self._sell(10, plan=(DEPOSIT, DELIVERY))
        self._ship(order, 4)
        self.assertEqual(self._on(order, advances), 180.0)
        order.order_line.price_unit = 110
        self._drain()
        self._ship(order, 3)
        self.assertEqual(self._on(order, advances), 90.0)
        self._ship(order, 3)
        self._bill_by_hand(order)
        self.assertEqual((self._on(order, advances), self._on(order, income)), (0.0, 1100.0))

    def test_a_change_of_price_beside_a_deposit_has_the_taxes_of_the_order(self):
        advances = self._keep_advances()
        added, included = self._make_tax(21), self._make_tax(19, price_include_override="tax_included")
        for taxes in (added, included):
            order = self._sell(
                {"product_uom_qty": 7, "price_unit": 33.33, "discount": 7.0, "tax_ids": [Command.set(taxes.ids)]},
                plan=(DEPOSIT, DELIVERY),
            )
            self._ship(order, 2)
            order.order_line.price_unit = 41.17
            self._drain()
            for quantity in (4, 1):
                self._ship(order, quantity)
            self._bill_by_hand(order)
            # Taxes in the price leave a cent or two where the price changes.
            self.assertAlmostEqual(self._total(order), order.amount_untaxed, delta=0.03, msg=taxes.mapped("name"))
            billed = sum(order.invoice_ids.mapped("amount_total"))
            self.assertAlmostEqual(billed, order.amount_total, delta=0.03, msg=taxes.mapped("name"))
            self.assertAlmostEqual(self._on(order, advances), 0.0, delta=0.05, msg=taxes.mapped("name"))

    def test_what_comes_back_after_a_change_of_price_leaves_no_advance(self):
        advances, income = self._keep_advances(), self.company_data["default_account_revenue"]
        order = self._sell(10, plan=(DEPOSIT, DELIVERY))
        self._ship(order, 4)
        order.order_line.price_unit = 110
        self._drain()
        last = self._ship(order, 6)
        back = self._return(last, 6)
        self._credit(order)
        self.assertEqual((self._on(order, advances), self._on(order, income)), (180.0, 400.0))
        self._return(back, 6)
        self._bill_by_hand(order)
        self.assertEqual((self._on(order, advances), self._on(order, income)), (0.0, 1100.0))

    def test_a_change_of_price_once_all_is_invoiced_is_income(self):
        advances, income = self._keep_advances(), self.company_data["default_account_revenue"]
        for plan in ((ALL,), (DEPOSIT, DELIVERY)):
            before = self._on(self.env["sale.order"], income)
            order = self._sell(10, plan=plan)
            self._ship(order, 10)
            order.order_line.price_unit = 110
            self._drain()
            self._bill_by_hand(order)
            self.assertEqual(self._total(order), 1100.0)
            self.assertEqual((self._on(order, advances), self._on(order, income)), (0.0, 1100.0 + before))

    def test_a_part_that_comes_later_leaves_the_advances_as_they_were(self):
        advances, income = self._keep_advances(), self.company_data["default_account_revenue"]
        order = self._sell(10, plan=({**ALL, "percent": 90}, {"name": "Start-up", "percent": 10, "due_on": "manual"}))
        self._ship(order, 10)
        self.assertEqual(self._on(order, advances), -100.0)
        self._bill_by_hand(order)
        self.assertEqual((self._on(order, advances), self._on(order, income)), (0.0, 1000.0))

    @staticmethod
    def _total(order):
        moves = order.invoice_ids.filtered(lambda move: move.state != "cancel")
        return sum(moves.mapped("amount_untaxed_signed"))
