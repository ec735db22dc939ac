from odoo.fields import Command
from odoo.tests import tagged

from .common import ALL, DELIVERY, DEPOSIT, GoodsCommon


@tagged("post_install", "-at_install")
class TestKinds(GoodsCommon):
    """Kits, units, lots, routes, currencies and taxes: quantities and their cost are Odoo's, the sums the plan's."""

    def _none(self):
        return self.env["product.product"]

    def test_a_line_in_dozens_bills_dozens_and_costs_units(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        order = self._sell({"product_uom_qty": 2, "product_uom_id": dozen.id, "price_unit": 1200.0})
        self._ship(order, 6)
        self.assertInvoiceLines(order.invoice_ids, (0.5, 600.0, self.pump))
        self.assertEqual(order.invoice_ids.invoice_line_ids.product_uom_id, dozen)
        self.assertEqual(self._cogs(order)[1], 360.0)
        self._ship(order, 18)
        self.assertEqual(sum(order.invoice_ids.mapped("amount_untaxed")), 2400.0)
        alone = self._make_order({"product_id": self.pump.id, "product_uom_qty": 2, "product_uom_id": dozen.id})
        alone.action_confirm()
        for quantity in (6, 18):
            self._ship(alone, quantity)
            alone._create_invoices().action_post()
        self.assertEqual(self._cogs(order), self._cogs(alone), "as Odoo alone has it")
        self.assertEqual(order.invoice_status, "invoiced")

    def test_a_kit_is_billed_by_whole_kits_and_costs_its_parts(self):
        parts = [self._make_goods(name, cost=cost) for name, cost in (("Body", 40.0), ("Lid", 5.0))]
        # Odoo alone posts no invoice of a storable kit of two products.
        kit = self._make_goods("Tank", cost=0.0, stock=0, is_storable=False)
        self.env["mrp.bom"].create(
            {
                "product_tmpl_id": kit.product_tmpl_id.id,
                "type": "phantom",
                "bom_line_ids": [
                    Command.create({"product_id": part.id, "product_qty": quantity})
                    for part, quantity in zip(parts, (1, 2), strict=True)
                ],
            }
        )
        order = self._sell({"product_id": kit.id, "product_uom_qty": 5}, plan=(DEPOSIT, DELIVERY))
        picking = order.picking_ids
        for move in picking.move_ids:
            move.write({"quantity": 2 if move.product_id == parts[0] else 4, "picked": True})
        self._validate(picking)
        self.assertEqual(order.order_line.qty_delivered, 2.0)
        self.assertEqual(order.billing_schedule_ids.milestone_ids.mapped("block_reason"), [False, False])
        last = order.invoice_ids.sorted("id")[-1]
        self.assertInvoiceLines(last, (2.0, 200.0, kit), (1.0, -60.0, self._none()))
        rest = order.picking_ids - picking
        for move in rest.move_ids:
            move.write({"quantity": move.product_uom_qty, "picked": True})
        self._validate(rest)
        self.assertEqual(sum(order.invoice_ids.mapped("amount_untaxed")), 500.0)
        self.assertEqual(order.order_line.qty_invoiced, 5.0)

    def test_lots_are_on_the_invoice_of_what_was_shipped_of_them(self):
        product = self._make_goods("Meter", stock=0, tracking="lot")
        lots = self.env["stock.lot"].create([{"name": name, "product_id": product.id} for name in ("A1", "B2")])
        for lot in lots:
            self.env["stock.quant"]._update_available_quantity(product, self.warehouse.lot_stock_id, 5, lot_id=lot)
        self.env.user.group_ids |= self.env.ref("stock_account.group_lot_on_invoice")
        order = self._sell({"product_id": product.id, "product_uom_qty": 8}, plan=(DEPOSIT, DELIVERY))
        for lot, quantity in zip(lots, (3, 5), strict=True):
            picking = order.picking_ids.filtered(lambda row: row.state not in ("done", "cancel"))
            picking.move_ids.move_line_ids.unlink()
            picking.move_ids.move_line_ids = [
                Command.create(
                    {
                        "product_id": product.id,
                        "lot_id": lot.id,
                        "quantity": quantity,
                        "picking_id": picking.id,
                        "location_id": picking.location_id.id,
                        "location_dest_id": picking.location_dest_id.id,
                    }
                )
            ]
            picking.move_ids.picked = True
            self._validate(picking)
        deposit, first, last = order.invoice_ids.sorted("id")
        self.assertEqual([row["lot_name"] for row in deposit._get_invoiced_lot_values()], [])
        self.assertEqual(
            [(row["lot_name"], row["quantity"]) for row in first._get_invoiced_lot_values()], [("A1", "3.00")]
        )
        self.assertEqual(
            [(row["lot_name"], row["quantity"]) for row in last._get_invoiced_lot_values()], [("B2", "5.00")]
        )

    def test_three_steps_bill_once_the_customer_has_it(self):
        self.warehouse.delivery_steps = "pick_pack_ship"
        order = self._sell(10)
        for _step in range(2):
            inside = order.picking_ids.filtered(lambda row: row.state not in ("done", "cancel", "waiting"))[:1]
            self.assertNotEqual(inside.location_dest_id.usage, "customer")
            for move in inside.move_ids:
                move.write({"quantity": 10, "picked": True})
            self._validate(inside)
            self.assertFalse(order.invoice_ids)
        self._ship(order, 4)
        self.assertInvoiceLines(order.invoice_ids, (4.0, 400.0, self.pump))
        self.assertEqual(order.order_line.billing_unshipped_quantity, 0.0)

    def test_two_warehouses_ship_one_order(self):
        other = self.env["stock.warehouse"].create({"name": "North", "code": "NRT", "company_id": self.company.id})
        self.env["stock.quant"]._update_available_quantity(self.pump, other.lot_stock_id, 100)
        order = self._make_order(
            {"product_id": self.pump.id, "product_uom_qty": 4, "price_unit": 100.0},
            {"product_id": self.pump.id, "product_uom_qty": 6, "price_unit": 100.0},
        )
        order.order_line[1].route_ids = other.delivery_route_id
        other.delivery_route_id.sale_selectable = True
        self._make_schedule(order, ALL)
        order.action_confirm()
        self.assertEqual(len(order.picking_ids), 2)
        for picking in order.picking_ids:
            for move in picking.move_ids:
                move.write({"quantity": move.product_uom_qty, "picked": True})
            self._validate(picking)
        self.assertEqual([move.amount_untaxed for move in order.invoice_ids.sorted("id")], [400.0, 600.0])
        self.assertEqual(order.invoice_status, "invoiced")

    def test_what_the_supplier_ships_to_the_customer_is_billed_too(self):
        supplier = self.env["res.partner"].create({"name": "Foundry"})
        route = self.env.ref("stock_dropshipping.route_drop_shipping")
        product = self._make_goods("Boiler", stock=0, route_ids=[Command.set(route.ids)])
        product.seller_ids = [Command.create({"partner_id": supplier.id, "price": 70.0})]
        order = self._sell({"product_id": product.id, "product_uom_qty": 3}, plan=(DEPOSIT, DELIVERY))
        purchase = self.env["purchase.order"].search([("partner_id", "=", supplier.id)])
        purchase.button_confirm()
        picking = purchase.picking_ids
        picking.move_ids.write({"quantity": 2, "picked": True})
        self._validate(picking)
        last = order.invoice_ids.sorted("id")[-1]
        self.assertInvoiceLines(last, (2.0, 200.0, product), (1.0, -60.0, self._none()))
        rest = purchase.picking_ids - picking
        rest.move_ids.write({"quantity": 1, "picked": True})
        self._validate(rest)
        self.assertEqual(sum(order.invoice_ids.mapped("amount_untaxed")), 300.0)

    def test_cents_of_discounts_and_odd_prices_come_to_the_line(self):
        for plan in ((ALL,), (DEPOSIT, DELIVERY)):
            order = self._sell({"product_uom_qty": 7, "price_unit": 12.34, "discount": 7.0}, plan=plan)
            for _turn in range(7):
                self._ship(order, 1)
            self.assertEqual(order.order_line.price_subtotal, 80.33)
            self.assertAlmostEqual(sum(order.invoice_ids.mapped("amount_untaxed")), 80.33, 2)
            self.assertEqual(order.order_line.qty_invoiced, 7.0)
            self.assertFalse(any(order.order_line.billing_allocation_ids.mapped("to_bill_amount")))
            self.assertEqual(order.invoice_status, "invoiced")

    def test_taxes_come_to_those_of_the_order(self):
        added, included = self._make_tax(21), self._make_tax(19, price_include_override="tax_included")
        per_unit = self._make_tax(0.35, amount_type="fixed")
        for taxes in (added, included, added | per_unit):
            order = self._sell(
                {"product_uom_qty": 7, "price_unit": 33.33, "tax_ids": [Command.set(taxes.ids)]},
                plan=(DEPOSIT, DELIVERY),
            )
            for quantity in (2, 4, 1):
                self._ship(order, quantity)
            self.assertAlmostEqual(sum(order.invoice_ids.mapped("amount_untaxed")), order.amount_untaxed, 2, taxes)
            self.assertAlmostEqual(sum(order.invoice_ids.mapped("amount_tax")), order.amount_tax, 2, taxes)
            self.assertEqual(order.order_line.qty_invoiced, 7.0)
            self.assertEqual(self._cogs(order)[0], 7.0)

    def test_an_order_in_another_currency(self):
        pricelist = self._make_pricelist("CHF")
        order = self._make_order(
            {"product_id": self.pump.id, "product_uom_qty": 10, "price_unit": 100.0}, pricelist_id=pricelist.id
        )
        self._make_schedule(order, DEPOSIT, DELIVERY)
        order.action_confirm()
        self._drain()
        self._ship(order, 4)
        self.assertEqual(set(order.invoice_ids.currency_id.mapped("name")), {"CHF"})
        self.assertEqual(sum(order.invoice_ids.mapped("amount_untaxed")), 300.0 + 280.0)
        self.assertEqual(self._cogs(order), (4.0, 240.0))

    def test_the_deposit_goes_to_the_account_of_down_payments_and_leaves_it(self):
        account = self.env["account.account"].create(
            {
                "name": "Received in advance",
                "code": "GOODS9",
                "account_type": "liability_current",
                "company_ids": [Command.set(self.company.ids)],
            }
        )
        self.company.downpayment_account_id = account
        order = self._sell(10, plan=(DEPOSIT, DELIVERY))
        self.assertEqual(order.invoice_ids.invoice_line_ids.account_id, account)
        self._ship(order, 10)
        lines = order.invoice_ids.line_ids.filtered(lambda line: line.account_id == account)
        self.assertEqual(sorted(lines.mapped("balance")), [-300.0, 300.0])

    def test_create_invoice_bills_what_the_queue_would(self):
        order = self._sell(10, plan=(DEPOSIT, DELIVERY))
        picking = order.picking_ids
        picking.move_ids.write({"quantity": 4, "picked": True})
        picking.with_context(skip_backorder=True).button_validate()
        self.env.flush_all()
        milestone = order.billing_schedule_ids.milestone_ids[1]
        milestone._follow_delivery(milestone._today())
        order.order_line._billing_refresh()
        self.assertEqual(order.order_line.qty_to_invoice, 4.0)
        move = order._create_invoices()
        self.assertInvoiceLines(move, (4.0, 400.0, self.pump), (1.0, -120.0, self._none()))
        self._drain()
        self.assertEqual(len(order.invoice_ids), 2)

    def test_a_draft_that_is_deleted_is_made_anew(self):
        order = self._sell(10, plan=(DEPOSIT, DELIVERY), invoice_policy="draft")
        self._ship(order, 4)
        draft = order.invoice_ids.sorted("id")[-1]
        draft.unlink()
        self._drain()
        again = order.invoice_ids.sorted("id")[-1]
        self.assertInvoiceLines(again, (4.0, 400.0, self.pump), (1.0, -120.0, self._none()))

    def test_a_return_takes_a_draft_down_and_bills_what_stays(self):
        order = self._sell(10, plan=(DEPOSIT, DELIVERY), invoice_policy="draft")
        picking = self._ship(order, 4)
        self._return(picking, 1)
        drafts = order.invoice_ids.sorted("id")[1:]
        self.assertInvoiceLines(drafts, (3.0, 300.0, self.pump), (1.0, -90.0, self._none()))

    def test_a_concession_by_hand_leaves_the_quantities_to_come(self):
        order = self._sell(10)
        self._ship(order, 4)
        reversal = self.env["account.move.reversal"].create(
            {"move_ids": order.invoice_ids.ids, "journal_id": order.invoice_ids.journal_id.id}
        )
        reversal.reverse_moves()
        note = order.invoice_ids.filtered(lambda move: move.move_type == "out_refund")
        note.action_post()
        self._ship(order, 6)
        self.assertInvoiceLines(order.invoice_ids.sorted("id")[-1], (6.0, 600.0, self.pump))

    def test_a_copied_order_begins_anew(self):
        order = self._sell(10, plan=(DEPOSIT, DELIVERY))
        self._ship(order, 4)
        copied = order.copy()
        copied.action_confirm()
        self._drain()
        self._ship(copied, 10)
        self.assertEqual(sum(copied.invoice_ids.mapped("amount_untaxed")), 1000.0)
        self.assertEqual(len(order.invoice_ids), 2)

    def test_a_down_payment_comes_off_deliveries_pro_rata_and_never_makes_a_credit_note(self):
        order = self._make_order({"product_id": self.pump.id, "product_uom_qty": 10, "price_unit": 100.0})
        self._make_schedule(order, ALL, advance_policy="pro_rata")
        order.action_confirm()
        wizard = self.env["sale.advance.payment.inv"].create(
            {"sale_order_ids": order.ids, "advance_payment_method": "percentage", "amount": 50}
        )
        wizard._create_invoices(order).action_post()
        for quantity, asked in ((1, 50.0), (5, 250.0), (4, 200.0)):
            self._ship(order, quantity)
            last = order.invoice_ids.sorted("id")[-1]
            self.assertEqual((last.move_type, last.amount_untaxed), ("out_invoice", asked))
            self.assertEqual(last.invoice_line_ids[0].quantity, quantity)
        self.assertEqual(self._cogs(order), (10.0, 600.0))
        self.assertEqual(order.order_line.filtered("product_id").qty_invoiced, 10.0)
