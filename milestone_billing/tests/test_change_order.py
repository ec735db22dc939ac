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
        first = schedule.milestone_ids[0]
        self.assertEqual(schedule.milestone_ids.mapped("amount"), [500.0, 0.0])
        self.assertIn("credit", self._told(order).body)
        self.assertEqual(self._drain()["invoices"], 0)
        self.assertIn("100.00", order.activity_ids.summary)
        self.assertRecordValues(first, [{"state": "blocked", "needs_credit": True, "to_bill_amount": -100.0}])
        self.assertIn("reduced", first.block_reason)

    def test_percentage_of_what_is_left_may_be_changed_by_hand(self):
        order, schedule = self._start()
        second, third = schedule.milestone_ids[1:]
        third.percent = 40
        second.percent = 40
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

    def test_what_is_billed_in_part_stays_and_the_rest_follows(self):
        for rule, amounts in (
            ("pro_rata", [200.0, 530.77, 1269.23]),
            ("last", [200.0, 300.0, 1500.0]),
            ("new", [200.0, 300.0, 500.0, 1000.0]),
        ):
            with self.subTest(rule=rule):
                order, schedule = self._start(rule=rule)
                second = schedule.milestone_ids[1]
                self._attain_to(second, 50.0)
                order.order_line.price_unit = 2000.0
                self.assertEqual(schedule.milestone_ids.mapped("amount"), amounts)
                self.assertEqual(self._drain()["invoices"], 0, "a change order alone bills nothing")
                self._finish(order)

    def _attain_to(self, milestone, percent):
        milestone._attain(percent, self.env.cr.now().date(), "manual")
        self._drain()

    def _start_half(self, price=1000.0, **values):
        """Return a running order of one line and its only milestone, half of which is billed."""
        order = self._make_order(price, **values)
        milestone = self._make_schedule(order, 100).milestone_ids
        order.action_confirm()
        self._attain_to(milestone, 50.0)
        return order, milestone

    def test_line_that_gets_cheaper_or_dearer_under_a_half_billed_milestone(self):
        for price, on_the_way in ((600.0, 550.0), (2000.0, 1250.0), (500.0, 500.0)):
            with self.subTest(price=price):
                order, milestone = self._start_half()
                order.order_line.price_unit = price
                self.assertRecordValues(
                    milestone, [{"amount": price, "due_amount": 500.0, "to_bill_amount": 0.0, "state": "partial"}]
                )
                self.assertEqual(self._drain()["invoices"], 0)
                self._attain_to(milestone, 75.0)
                self.assertEqual(milestone.billed_amount, on_the_way)
                self._finish(order)
                self.assertEqual(milestone.billed_amount, price)

    def test_half_billed_milestone_goes_there_and_back(self):
        order, milestone = self._start_half()
        order.order_line.price_unit = 600.0
        order.order_line.price_unit = 1000.0
        self.assertRecordValues(milestone, [{"amount": 1000.0, "due_amount": 500.0}])
        self._attain_to(milestone, 75.0)
        self.assertEqual(milestone.billed_amount, 750.0)
        order.order_line.discount = 20.0
        self.assertRecordValues(milestone, [{"amount": 800.0, "due_amount": 750.0}])
        self._finish(order)

    def test_line_worth_less_than_the_billed_half_asks_for_the_difference(self):
        order, milestone = self._start_half()
        order.order_line.price_unit = 400.0
        self._drain()
        self.assertRecordValues(milestone, [{"amount": 400.0, "to_bill_amount": -100.0, "needs_credit": True}])
        milestone.action_credit()
        order.invoice_ids.filtered(lambda move: move.state == "draft").action_post()
        self._drain()
        self.assertRecordValues(milestone, [{"billed_amount": 400.0, "to_bill_amount": 0.0, "state": "partial"}])
        order.order_line.price_unit = 900.0
        self.assertRecordValues(milestone, [{"amount": 900.0, "due_amount": 400.0}])
        self._finish(order)

    def test_reduction_taken_back_before_it_is_credited_asks_for_nothing(self):
        order, milestone = self._start_half()
        order.order_line.price_unit = 400.0
        self._drain()
        self.assertEqual(milestone.state, "blocked")
        order.order_line.price_unit = 1000.0
        self._drain()
        self.assertRecordValues(milestone, [{"state": "partial", "to_bill_amount": 0.0, "billed_amount": 500.0}])
        self._finish(order)

    def test_undone_half_is_credited_as_it_was_billed(self):
        order, milestone = self._start_half()
        order.order_line.price_unit = 600.0
        self._attain_to(milestone, 0.0)
        self.assertEqual(milestone.to_bill_amount, -500.0)
        milestone.action_credit()
        order.invoice_ids.filtered(lambda move: move.state == "draft").action_post()
        self._drain()
        self._finish(order)
        self.assertEqual(milestone.billed_amount, 600.0)

    def test_draft_beyond_the_reduced_line_is_made_anew(self):
        order = self._make_order(1000.0)
        milestone = self._make_schedule(order, 100, invoice_policy="draft").milestone_ids
        order.action_confirm()
        self._attain_to(milestone, 100.0)
        order.order_line.price_unit = 400.0
        self._drain()
        self.assertRecordValues(order.invoice_ids, [{"state": "draft", "amount_untaxed": 400.0}])
        self.assertFalse(order.activity_ids)

    def test_several_half_billed_milestones_and_lines(self):
        order = self._make_order(1000.0, 333.33)
        schedule = self._make_schedule(order, 30, 30, 40)
        order.action_confirm()
        for milestone, percent in zip(schedule.milestone_ids, (100.0, 50.0, 33.333333), strict=True):
            self._attain_to(milestone, percent)
        billed = schedule.milestone_ids.mapped("billed_amount")
        order.order_line[0].price_unit = 700.0
        order.order_line = [Command.create({"product_id": self.plain.id, "price_unit": 77.77, "tax_ids": False})]
        self.assertEqual(self._drain()["invoices"], 0)
        self.assertEqual(schedule.milestone_ids.mapped("billed_amount"), billed)
        self.assertEqual(schedule.amount_difference, 0.0)
        self._finish(order)

    def test_credited_concession_and_the_reduced_price_count_once(self):
        order, schedule = self._start(50, 50)
        wizard = self.env["account.move.reversal"].with_context(
            active_model="account.move", active_ids=order.invoice_ids.ids
        )
        refund = wizard.create({"journal_id": order.invoice_ids.journal_id.id}).refund_moves()
        refund = self.env["account.move"].browse(refund["res_id"])
        refund.invoice_line_ids.price_unit = 100.0
        refund.action_post()
        order.order_line.price_unit = 900.0
        self.assertEqual(schedule.milestone_ids.mapped("amount"), [400.0, 500.0])
        self.assertRecordValues(schedule.milestone_ids[0], [{"billed_amount": 400.0, "to_bill_amount": 0.0}])
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

    def test_percentages_stay_where_they_still_say_the_amount(self):
        """A change of all lines, before anything is billed, leaves the plan what it was: percentages."""
        order = self._make_order(100.01, 33.33, 7.07)
        schedule = self._make_schedule(order, 33.33, 33.33, 33.34)
        order.action_confirm()
        for line in order.order_line:
            line.price_unit = line.price_unit * 3
        self.assertEqual(schedule.milestone_ids.mapped("amount_type"), ["percent"] * 3)
        self.assertEqual(schedule.amount_difference, 0.0)
        self._finish(order)

    def test_percentages_come_back_with_the_amounts(self):
        order, schedule = self._start()
        order.order_line.price_unit = 1500.0
        self.assertEqual(schedule.milestone_ids.mapped("amount_type"), ["percent", "fixed", "fixed"])
        order.order_line.price_unit = 1000.0
        self.assertEqual(schedule.milestone_ids.mapped("amount_type"), ["percent"] * 3)
        self.assertEqual(schedule.milestone_ids.mapped("percent"), [20.0, 30.0, 50.0])
        self._finish(order)

    def test_amount_of_a_person_stays_an_amount(self):
        order, schedule = self._start()
        second, third = schedule.milestone_ids[1:]
        second.write({"amount_type": "fixed", "amount_fixed": 300.0})
        order.order_line.price_unit = 1500.0
        order.order_line.price_unit = 1000.0
        self.assertEqual((second.amount_type, second.amount), ("fixed", 300.0))
        self.assertEqual((third.amount_type, third.percent), ("percent", 50.0))

    def test_invoice_lines_of_one_milestone_say_one_percentage(self):
        order = self._make_order(1000.0, 333.33)
        schedule = self._make_schedule(order, 20, 40, 40)
        order.action_confirm()
        schedule.milestone_ids[0].action_attain()
        self._drain()
        order.order_line[0].price_unit = 700.0
        order.order_line = [Command.create({"product_id": self.plain.id, "price_unit": 50.0, "tax_ids": False})]
        second = schedule.milestone_ids[1]
        second._attain(50.0, self.env.cr.now().date(), "manual")
        self._drain()
        second.action_attain()
        self._drain()
        for invoice in second.invoice_ids:
            said = {line.name.split("(")[-1] for line in invoice.invoice_line_ids}
            self.assertEqual(len(said), 1, invoice.invoice_line_ids.mapped("name"))
        total = sum(
            float(line.name.split("(")[-1].split(" ")[0])
            for line in second.invoice_ids.mapped(lambda move: move.invoice_line_ids[0])
        )
        self.assertAlmostEqual(total, 100.0 * second.amount / schedule.amount_lines, places=1)
