from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import BillingCommon


@tagged("post_install", "-at_install")
class TestChangeOrder(BillingCommon):
    """A confirmed order changes: what is billed stays, the rest follows the schedule's rule, and people are told."""

    def _start(self, *percents, rule="pro_rata", prices=(1000.0,)):
        """Return a running order and its milestones, the first of which is billed."""
        order = self._make_order(*prices)
        schedule = self._make_schedule(order, *(percents or (20, 30, 50)), change_rule=rule)
        order.action_confirm()
        schedule.milestone_ids[0].action_attain()
        self._drain()
        return order, schedule

    def _told(self, order):
        return order.message_ids.filtered(lambda message: "Change order" in (message.body or ""))

    def _finish(self, order):
        """Attain what is left, and check that the posted invoices come to the order."""
        self._bill_all(order)
        signs = {"out_invoice": 1, "out_refund": -1}
        total = sum(signs[move.move_type] * move.amount_untaxed for move in order.invoice_ids)
        self.assertEqual(order.currency_id.round(total), order.amount_untaxed)
        self.assertEqual(order.order_line.mapped("qty_invoiced"), order.order_line.mapped("product_uom_qty"))
        self.assertEqual(self._drain()["invoices"], 0)

    def test_rules(self):
        for rule, amounts in (
            ("pro_rata", [200.0, 487.5, 812.5]),
            ("last", [200.0, 300.0, 1000.0]),
            ("new", [200.0, 300.0, 500.0, 500.0]),
        ):
            with self.subTest(rule=rule):
                order, schedule = self._start(rule=rule)
                order.order_line.price_unit = 1500.0
                self.assertEqual(schedule.milestone_ids.mapped("amount"), amounts)
                self.assertEqual(schedule.amount_difference, 0.0)
                self.assertEqual(len(self._told(order)), 1)
                self._finish(order)

    def test_less_is_taken_from_what_is_left(self):
        for rule, amounts in (
            ("pro_rata", [200.0, 150.0, 250.0]),
            ("last", [200.0, 300.0, 100.0]),
            ("new", [200.0, 300.0, 100.0]),
        ):
            with self.subTest(rule=rule):
                order, schedule = self._start(rule=rule)
                order.order_line.price_unit = 600.0
                self.assertEqual(schedule.milestone_ids.mapped("amount"), amounts)
                self._finish(order)

    def test_quantity_and_discount_move_the_plan_too(self):
        order, schedule = self._start()
        order.order_line.product_uom_qty = 2
        self.assertEqual(sum(schedule.milestone_ids.mapped("amount")), 2000.0)
        order.order_line.discount = 10.0
        self.assertEqual(sum(schedule.milestone_ids.mapped("amount")), 1800.0)
        self.assertEqual(schedule.milestone_ids[0].amount, 200.0)
        self._finish(order)

    def test_new_line_joins_the_plan(self):
        order, schedule = self._start()
        order.order_line = [Command.create({"product_id": self.plain.id, "price_unit": 80.0, "tax_ids": False})]
        self.assertEqual(order.order_line.billing_schedule_id, schedule)
        self.assertEqual(schedule.milestone_ids.mapped("amount"), [200.0, 330.0, 550.0])
        self._finish(order)

    def test_line_created_on_its_own_joins_the_plan(self):
        order, schedule = self._start()
        self.env["sale.order.line"].create(
            {"order_id": order.id, "product_id": self.plain.id, "price_unit": 80.0, "tax_ids": False}
        )
        self.assertEqual(sum(schedule.milestone_ids.mapped("amount")), 1080.0)
        self.assertEqual(len(self._told(order)), 1)

    def test_line_taken_to_zero_leaves_the_plan(self):
        order = self._make_order(1000.0, 500.0)
        schedule = self._make_schedule(order, 20, 80)
        order.action_confirm()
        order.order_line[1].product_uom_qty = 0
        self.assertEqual(schedule.milestone_ids.mapped("amount"), [200.0, 800.0])
        self.assertEqual((schedule.amount_lines, schedule.amount_difference), (1000.0, 0.0))
        self._finish(order)

    def test_new_line_after_everything_is_billed_gets_a_milestone(self):
        order, schedule = self._start(100)
        self.assertEqual(schedule.state, "done")
        order.order_line = [Command.create({"product_id": self.plain.id, "price_unit": 80.0, "tax_ids": False})]
        added = schedule.milestone_ids[1:]
        self.assertRecordValues(added, [{"amount": 80.0, "is_change_order": True, "due_on": "manual"}])
        self.assertEqual((schedule.state, order.invoice_status), ("running", "no"))
        self._finish(order)
        self.assertEqual(schedule.state, "done")

    def test_several_lines_in_one_write_are_told_once(self):
        order, schedule = self._start(prices=(1000.0, 500.0))
        order.write(
            {
                "order_line": [
                    Command.update(order.order_line[0].id, {"price_unit": 1100.0}),
                    Command.update(order.order_line[1].id, {"product_uom_qty": 2}),
                    Command.create({"product_id": self.plain.id, "price_unit": 10.0, "tax_ids": False}),
                ]
            }
        )
        self.assertEqual(sum(schedule.milestone_ids.mapped("amount")), 2110.0)
        told = self._told(order)
        self.assertEqual(len(told), 1)
        self.assertNotIn("Milestone 1:", told.body)
        self.assertIn("Milestone 2:", told.body)

    def test_what_changes_no_amount_is_not_told(self):
        order, schedule = self._start()
        before = schedule.milestone_ids.allocation_ids.mapped("amount")
        order.order_line.name = "Another text"
        order.client_order_ref = "PO"
        self.assertEqual(schedule.milestone_ids.allocation_ids.mapped("amount"), before)
        self.assertFalse(self._told(order))

    def test_order_worth_less_than_billed_asks_for_a_credit(self):
        order, schedule = self._start(60, 40)
        order.order_line.price_unit = 500.0
        self.assertEqual(schedule.milestone_ids.mapped("amount"), [600.0, 0.0])
        self.assertIn("credit", self._told(order).body)
        self.assertIn("100.00", order.activity_ids.summary)
        self.assertEqual(self._drain()["invoices"], 0)
        self.assertEqual(schedule.amount_difference, -100.0)

    def test_percentage_of_what_is_left_may_be_changed_by_hand(self):
        order, schedule = self._start()
        second, third = schedule.milestone_ids[1:]
        second.percent = 40
        third.percent = 40
        self.assertEqual(schedule.milestone_ids.mapped("amount"), [200.0, 400.0, 400.0])
        with self.assertRaisesRegex(UserError, "is billed"):
            schedule.milestone_ids[0].percent = 10
        self._finish(order)

    def test_later_edit_keeps_what_a_change_order_moved(self):
        order, schedule = self._start(rule="last")
        order.order_line.price_unit = 1500.0
        second = schedule.milestone_ids[1]
        second.write({"name": "Second", "sequence": 21, "percent": 30})
        self.assertEqual(schedule.milestone_ids.mapped("amount"), [200.0, 300.0, 1000.0])
        self.assertEqual(schedule.amount_difference, 0.0)

    def test_partly_billed_milestone_is_frozen(self):
        order, schedule = self._start()
        second = schedule.milestone_ids[1]
        second._attain(50.0, self.env.cr.now().date(), "manual")
        self._drain()
        order.order_line.price_unit = 2000.0
        self.assertEqual(schedule.milestone_ids.mapped("amount"), [200.0, 300.0, 1500.0])
        self._finish(order)

    def test_attained_but_not_billed_milestone_takes_its_part(self):
        order, schedule = self._start()
        second = schedule.milestone_ids[1]
        second.action_attain()
        order.order_line.price_unit = 1500.0
        self._drain()
        self.assertEqual((second.amount, second.billed_amount), (487.5, 487.5))
        self._finish(order)

    def test_quotation_is_planned_anew_without_a_word(self):
        order = self._make_order(1000.0)
        schedule = self._make_schedule(order, 20, 80)
        order.order_line.price_unit = 2000.0
        self.assertEqual(schedule.milestone_ids.mapped("amount"), [400.0, 1600.0])
        self.assertFalse(self._told(order))
        order.order_line.unlink()
        self.assertEqual(schedule.amount_planned, 0.0)

    def test_rate_of_tax_changes_nothing_untaxed(self):
        order, schedule = self._start()
        order.order_line.tax_ids = self._make_tax(20.0)
        self.assertEqual(schedule.milestone_ids.mapped("amount"), [200.0, 300.0, 500.0])
        self.assertFalse(self._told(order))
        self._finish(order)

    def test_thousand_milestones_plan_and_follow_exactly(self):
        order = self._make_order(99999.99, 0.07)
        schedule = self._make_schedule(order, *([0.1] * 1000), grouping="order")
        self.assertEqual(schedule.amount_difference, 0.0)
        order.action_confirm()
        schedule.milestone_ids[:5].action_attain()
        self.assertEqual(self._drain()["billed"], 5)
        order.order_line[0].price_unit = 123456.78
        self.assertEqual(schedule.amount_difference, 0.0)
        planned = sum(schedule.milestone_ids.mapped("amount"))
        self.assertEqual(order.currency_id.round(planned), order.amount_untaxed)
        self.assertEqual(schedule.amount_billed, 500.0)
