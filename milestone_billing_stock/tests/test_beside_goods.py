from odoo.addons.milestone_billing.models.mail_activity import POST
from odoo.fields import Command
from odoo.tests import tagged

from .common import DELIVERY, DEPOSIT, GoodsCommon

HALVES = ({**DEPOSIT, "percent": 50}, {**DELIVERY, "percent": 50})


@tagged("post_install", "-at_install")
class TestBesideGoods(GoodsCommon):
    """A discount and freight go with the goods; goods are on a document also where no money is left for them."""

    def _total(self, order):
        return sum(order.invoice_ids.filtered(lambda move: move.state != "cancel").mapped("amount_untaxed_signed"))

    def _line(self, amount):
        return {"product_id": self.plain.id, "price_unit": amount, "product_uom_qty": 1.0}

    # === WHAT IS NEVER DELIVERED === #

    def test_a_discount_follows_the_delivered_part_of_the_goods(self):
        order = self._sell(10, self._line(-100.0))
        self._ship(order, 6)
        self.assertEqual(self._total(order), 540.0)
        self._ship(order, 4)
        self.assertEqual(self._total(order), 900.0)
        self.assertEqual(order.billing_schedule_ids.milestone_ids.attained_percent, 100.0)
        self.assertEqual(order.invoice_status, "invoiced")

    def test_complete_deliveries_wait_for_the_goods_alone(self):
        order = self._sell(10, self._line(-100.0), partial_deliveries="complete")
        self._ship(order, 6)
        self.assertFalse(order.invoice_ids)
        self._ship(order, 4)
        self.assertEqual(self._total(order), 900.0)

    def test_freight_is_billed_with_the_goods(self):
        order = self._sell(10, self._line(50.0))
        self._ship(order, 6)
        self.assertEqual(self._total(order), 630.0)
        self._ship(order, 4)
        self.assertEqual(self._total(order), 1050.0)

    def test_a_discount_that_is_billed_stays_when_more_is_ordered(self):
        order = self._sell(10, self._line(-100.0))
        self._ship(order, 6)
        order.order_line[0].product_uom_qty = 20
        self._drain()
        self.assertEqual(self._total(order), 540.0)
        self._ship(order, 14)
        self.assertEqual(self._total(order), 1900.0)

    def _sell_three(self, amount):
        valve = self._make_goods("Valve", cost=10.0)
        order = self._sell(10, {"product_id": valve.id, "product_uom_qty": 10}, self._line(amount))
        self._ship(order, 6, product=self.pump)
        self.assertEqual(self._total(order), 600.0 + amount * 0.3)
        return order, valve

    def test_what_is_billed_beside_goods_stays_when_more_of_one_is_ordered(self):
        for amount in (50.0, -100.0):
            order, valve = self._sell_three(amount)
            order.order_line[0].product_uom_qty = 20
            self._drain()
            self.assertEqual(self._total(order), 600.0 + amount * 0.3)
            self.assertFalse(order.billing_schedule_ids.milestone_ids._credit_owed())
            self._ship(order, 14, product=self.pump)
            self._ship(order, 10, product=valve)
            self.assertEqual(self._total(order), 3000.0 + amount)

    def test_what_is_billed_beside_goods_stays_when_goods_are_added_or_priced_anew(self):
        for act in ("added", "priced"):
            order, valve = self._sell_three(50.0)
            if act == "added":
                order.order_line = [Command.create({"product_id": self.pump.id, "price_unit": 100.0})]
            else:
                order.order_line[1].price_unit = 300.0
            self._drain()
            self.assertEqual(self._total(order), 615.0)
            self.assertFalse(order.billing_schedule_ids.milestone_ids._credit_owed())
            self._ship(order, 14, product=self.pump)
            self._ship(order, 10, product=valve)
            self._bill_all(order)
            self.assertEqual(self._total(order), order.amount_untaxed)

    def test_freight_that_is_billed_stays_when_goods_are_added(self):
        valve = self._make_goods("Valve", cost=10.0)
        order = self._sell(10, self._line(50.0))
        self._ship(order, 6)
        order.order_line = [Command.create({"product_id": valve.id, "product_uom_qty": 10, "price_unit": 100.0})]
        self._drain()
        self.assertEqual(self._total(order), 630.0)
        self.assertFalse(order.billing_schedule_ids.milestone_ids._credit_owed())
        self._ship(order, 10, product=valve)
        self._ship(order, 4, product=self.pump)
        self.assertEqual(self._total(order), 2050.0)

    def test_a_discount_that_is_added_waits_for_the_next_delivery(self):
        order = self._sell(10)
        self._ship(order, 6)
        wizard = self.env["sale.order.discount"].create(
            {"sale_order_id": order.id, "discount_type": "amount", "discount_amount": 100.0}
        )
        wizard.action_apply_discount()
        self._drain()
        self.assertEqual(order.amount_untaxed, 900.0)
        self.assertEqual(self._total(order), 600.0)
        self.assertEqual(len(order.invoice_ids), 1)
        self._ship(order, 2)
        self.assertEqual(self._total(order), 750.0)
        self._ship(order, 2)
        self.assertEqual(self._total(order), 900.0)

    def test_freight_that_is_due_and_held_is_billed_in_full_once_it_goes_on(self):
        order = self._sell(10, self._line(50.0))
        self._ship(order, 4)
        hold = self.env["billing.hold"].create({"order_id": order.id, "reason": "Disputed"})
        self._ship(order, 2)
        order.order_line[0].product_uom_qty = 20
        self._drain()
        self.assertEqual(self._total(order), 420.0)
        hold.action_release()
        self._drain()
        self.assertEqual(self._total(order), 600.0 + 20.0 + 3.75)
        self._ship(order, 14)
        self.assertEqual(self._total(order), 2050.0)

    # === GOODS WITHOUT MONEY === #

    def test_goods_that_a_deposit_paid_for_are_on_an_invoice_of_nothing(self):
        order = self._sell(10, plan=HALVES)
        self._ship(order, 6)
        order.order_line.product_uom_qty = 8
        self._drain()
        self._ship(order, 2)
        last = order.invoice_ids.sorted("id")[-1]
        self.assertInvoiceLines(last, (2.0, 200.0, self.pump), (1.0, -200.0, self.env["product.product"]))
        self.assertEqual(self._total(order), 800.0)
        self.assertEqual(self._cogs(order), (8.0, 480.0))
        self.assertEqual(order.order_line.billing_deposit_amount, 0.0)
        self.assertEqual(order.invoice_status, "invoiced")
        count = len(order.invoice_ids)
        self._drain()
        self.assertEqual(len(order.invoice_ids), count, "once")

    def test_goods_that_come_back_without_money_are_credited(self):
        order = self._sell(10, plan=HALVES)
        self._ship(order, 6)
        order.order_line.product_uom_qty = 8
        self._drain()
        self._return(self._ship(order, 2), 2)
        notes = self._credit(order)
        self.assertEqual(sum(notes.mapped("amount_untaxed")), 0.0)
        self.assertEqual(self._cogs(order), (6.0, 360.0))
        self.assertEqual(order.order_line.qty_invoiced, 6.0)
        self.assertFalse(any(row._credit_owed() for row in order.billing_schedule_ids.milestone_ids), "once")

    def test_a_draft_of_nothing_that_is_deleted_or_cancelled_is_made_anew(self):
        order = self._sell(10, plan=HALVES, invoice_policy="draft")
        self._ship(order, 6)
        order.order_line.product_uom_qty = 8
        self._drain()
        self._ship(order, 2)
        lines = (2.0, 200.0, self.pump), (1.0, -200.0, self.env["product.product"])
        draft = order.invoice_ids.sorted("id")[-1]
        self.assertInvoiceLines(draft, *lines)
        draft.unlink()
        self._drain()
        again = order.invoice_ids.sorted("id")[-1]
        self.assertInvoiceLines(again, *lines)
        again.button_cancel()
        self._drain()
        last = order.invoice_ids.sorted("id")[-1]
        self.assertNotEqual(last, again)
        self.assertInvoiceLines(last, *lines)

    def test_a_person_is_asked_to_post_a_credit_note_of_nothing(self):
        order = self._sell(10, plan=HALVES)
        self._ship(order, 6)
        order.order_line.product_uom_qty = 8
        self._drain()
        self._return(self._ship(order, 2), 2)
        milestone = order.billing_schedule_ids.milestone_ids[1]
        milestone.action_credit()
        note = order.invoice_ids.filtered(lambda move: move.move_type == "out_refund")
        self.assertEqual((note.state, note.amount_untaxed), ("draft", 0.0))
        self.assertTrue(milestone._activities(POST))
        self._drain()
        self.assertTrue(milestone._activities(POST), "until it is posted")
        note.action_post()
        self._drain()
        self.assertFalse(milestone._activities(POST))

    def test_what_a_manual_milestone_billed_is_credited_with_its_goods(self):
        order = self._sell(10, plan=({"name": "Handover", "percent": 100, "due_on": "manual"},))
        milestone = order.billing_schedule_ids.milestone_ids
        milestone.action_attain()
        self._drain()
        self.assertEqual(self._cogs(order), (10.0, 600.0))
        milestone.action_undo()
        self._drain()
        self.assertInvoiceLines(self._credit(order), (10.0, 1000.0, self.pump))
        self.assertEqual(self._cogs(order), (0.0, 0.0))
        self.assertEqual(order.order_line.qty_invoiced, 0.0)

    # === GIVEN AWAY === #

    def test_goods_of_price_zero_are_billed_as_they_ship_and_come_back(self):
        gift = self._make_goods("Gift", cost=10.0)
        order = self._sell(10, {"product_id": gift.id, "product_uom_qty": 5, "price_unit": 0.0})
        shipped = self._ship(order, 2)
        self.assertEqual(order.order_line.mapped("qty_invoiced"), [2.0, 2.0])
        self._ship(order, 3)
        self.assertEqual(order.order_line.mapped("qty_invoiced"), [5.0, 5.0])
        self._return(shipped, 1)
        self._credit(order)
        self.assertEqual(order.order_line.mapped("qty_invoiced"), [4.0, 4.0])
        self.assertEqual(self._total(order), 400.0)

    # === BEFORE THE ADDON === #

    def test_an_order_finished_before_quantities_were_kept_is_left_alone(self):
        order = self._sell(10)
        self._ship(order, 10)
        milestone = order.billing_schedule_ids.milestone_ids
        self.env.flush_all()
        self.env.cr.execute("ALTER TABLE billing_attainment DISABLE TRIGGER USER")
        self.env.cr.execute("UPDATE billing_attainment SET delivered = NULL WHERE milestone_id = %s", [milestone.id])
        self.env.cr.execute("ALTER TABLE billing_attainment ENABLE TRIGGER USER")
        self.env.invalidate_all()
        known = len(milestone.attainment_ids)
        milestone._follow_delivery(milestone._today())
        self.assertEqual(len(milestone.attainment_ids), known)
