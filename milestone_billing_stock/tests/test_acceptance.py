from odoo.addons.milestone_billing_acceptance.tests.common import AcceptanceCommon
from odoo.tests import tagged

from .common import ALL, GoodsCommon

ACCEPTED = {**ALL, "needs_acceptance": True}


@tagged("post_install", "-at_install")
class TestAcceptance(GoodsCommon, AcceptanceCommon):
    """Goods that the customer accepts are billed in the quantities that he was asked about."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.valve = cls._make_goods("Valve", cost=10.0)

    def _sell_both(self, **values):
        order = self._sell(10, {"product_id": self.valve.id, "product_uom_qty": 10}, plan=(ACCEPTED,), **values)
        return order, order.billing_schedule_ids.milestone_ids

    def _accept(self, milestone, kind="accepted", **values):
        self.assertEqual(self._answer(self._ask(milestone), kind, **values), "")
        self._drain()

    def test_what_was_shipped_is_billed_once_it_is_accepted(self):
        order, milestone = self._sell_both()
        self._ship(order, 6, product=self.pump)
        self.assertFalse(order.invoice_ids)
        self.assertEqual(milestone._open_acceptance().percent_asked, 30.0)
        self._accept(milestone)
        self.assertInvoiceLines(order.invoice_ids, (6.0, 600.0, self.pump))
        self._ship(order, 10, product=self.valve)
        self._accept(milestone)
        self.assertInvoiceLines(order.invoice_ids.sorted("id")[-1], (10.0, 1000.0, self.valve))
        self.assertEqual(order.order_line.mapped("qty_invoiced"), [6.0, 10.0])

    def test_what_ships_while_the_customer_is_asked_is_asked_for_next(self):
        order, milestone = self._sell_both()
        self._ship(order, 6, product=self.pump)
        asked = self._ask(milestone)
        self._ship(order, 5, product=self.valve)
        self.assertEqual(self._answer(asked), "")
        self._drain()
        self.assertInvoiceLines(order.invoice_ids, (6.0, 600.0, self.pump))
        self.assertEqual(milestone._open_acceptance().percent_asked, 55.0)
        self._accept(milestone)
        self.assertInvoiceLines(order.invoice_ids.sorted("id")[-1], (5.0, 500.0, self.valve))

    def test_quantities_whose_percentage_has_no_end_come_out_whole(self):
        for ordered, shipped, amount in ((3, 1, 100.0), (7, 3, 300.0)):
            order = self._sell(ordered, plan=(ACCEPTED,))
            milestone = order.billing_schedule_ids.milestone_ids
            self._ship(order, shipped)
            self._accept(milestone)
            self.assertInvoiceLines(order.invoice_ids, (float(shipped), amount, self.pump))
            self.assertFalse(milestone._credit_owed())
            self.assertEqual(milestone.attainment_ids.mapped("state"), ["billed"])
            self.assertEqual(order.invoice_status, "no")
            self._ship(order, ordered - shipped)
            self._accept(milestone)
            self.assertEqual(sum(order.invoice_ids.mapped("amount_untaxed")), ordered * 100.0)
            self.assertEqual(order.invoice_status, "invoiced")

    def test_a_part_that_people_attain_by_percentage_bills_whole_units(self):
        order = self._sell(3)
        milestone = order.billing_schedule_ids.milestone_ids
        milestone._attain(33.333333, milestone._today(), "manual")
        # Without a look at what was delivered, which would take it back.
        milestone.sudo()._bill_due()
        self.assertInvoiceLines(order.invoice_ids, (1.0, 100.0, self.pump))
        self.assertFalse(milestone._credit_owed())
        self.assertFalse(any(row._goods_left() for row in milestone.allocation_ids))

    def test_lines_that_are_accepted_are_billed_and_others_are_not(self):
        order, milestone = self._sell_both()
        self._ship(order, 10)
        pumps = order.order_line[0]
        self._accept(milestone, "partial", lines=[pumps.id], open_points="Valves leak")
        self.assertInvoiceLines(order.invoice_ids, (10.0, 1000.0, self.pump))
        self.assertIn("the invoice bills these lines", " ".join(order.message_ids.mapped("body")))
        self._accept(milestone)
        self.assertInvoiceLines(order.invoice_ids.sorted("id")[-1], (10.0, 1000.0, self.valve))

    def test_a_percentage_that_is_accepted_bills_its_part_of_what_was_shipped(self):
        order, milestone = self._sell_both()
        self._ship(order, 6, product=self.pump)
        self._accept(milestone, "partial", percent=20.0, open_points="Two pumps are loud")
        self.assertInvoiceLines(order.invoice_ids, (4.0, 400.0, self.pump))
        self._accept(milestone)
        self.assertInvoiceLines(order.invoice_ids.sorted("id")[-1], (2.0, 200.0, self.pump))

    def test_goods_that_came_back_are_not_accepted(self):
        order, milestone = self._sell_both()
        shipped = self._ship(order, 6, product=self.pump)
        asked = self._ask(milestone)
        self._return_of(shipped, self.pump, 2)
        self.assertRecordValues(asked, [{"state": "withdrawn", "withdrawn_because": "not_ready"}])
        self._accept(milestone)
        self.assertInvoiceLines(order.invoice_ids, (4.0, 400.0, self.pump))

    def _return_of(self, picking, product, quantity):
        wizard = (
            self.env["stock.return.picking"]
            .with_context(active_id=picking.id, active_model="stock.picking")
            .create({"picking_id": picking.id})
        )
        for move in wizard.product_return_moves:
            move.write({"quantity": quantity if move.product_id == product else 0, "to_refund": True})
        back = wizard._create_return()
        back.move_ids.write({"quantity": quantity, "picked": True})
        self._validate(back)

    def test_another_product_of_the_same_amount_is_asked_for_as_it_is(self):
        order, milestone = self._sell_both()
        shipped = self._ship(order, 6, product=self.pump)
        self._return_of(shipped, self.pump, 6)
        self._ship(order, 6, product=self.valve)
        self._accept(milestone)
        self.assertInvoiceLines(order.invoice_ids, (6.0, 600.0, self.valve))

    def test_what_is_ready_is_billed_by_quantity_where_no_acceptance_is_needed_any_more(self):
        order, milestone = self._sell_both()
        self._ship(order, 6, product=self.pump)
        milestone.needs_acceptance = False
        self._drain()
        self.assertInvoiceLines(order.invoice_ids, (6.0, 600.0, self.pump))
        self.assertEqual(len(order.invoice_ids), 1)
