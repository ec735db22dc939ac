from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import BillingCommon


@tagged("post_install", "-at_install")
class TestCatchUp(BillingCommon):
    """A change order under which the percentages stay: what is billed catches up with the next invoice."""

    def _start(self, *percents, prices=(1000.0,), **values):
        """Return a running order and its schedule, whose first milestone is billed."""
        order = self._make_order(*prices)
        schedule = self._make_schedule(order, *(percents or (20, 30, 50)), change_rule="keep", **values)
        order.action_confirm()
        schedule.milestone_ids[0].action_attain()
        self._drain()
        return order, schedule

    def _amounts(self, schedule):
        return schedule.milestone_ids.mapped("amount")

    def _finish(self, order):
        """Attain what is left, and check that the posted invoices come to the order."""
        self._bill_all(order)
        signs = {"out_invoice": 1, "out_refund": -1}
        total = sum(signs[move.move_type] * move.amount_untaxed for move in order.invoice_ids)
        self.assertEqual(order.currency_id.round(total), order.amount_untaxed)

    def test_the_next_milestone_bills_what_the_billed_ones_lack(self):
        order, schedule = self._start()
        order.order_line.price_unit = 1500.0
        self.assertEqual(self._amounts(schedule), [200.0, 550.0, 750.0])
        self.assertEqual(schedule.amount_difference, 0.0)
        self.assertEqual(schedule.milestone_ids.mapped("amount_type"), ["percent"] * 3)
        self.assertEqual(schedule.milestone_ids.mapped("percent"), [20.0, 30.0, 50.0])
        schedule.milestone_ids[1].action_attain()
        self._drain()
        self.assertEqual(schedule.amount_billed, 750.0, "half is attained, half of the new price is billed")
        self._finish(order)

    def test_change_upon_change_keeps_the_percentages(self):
        order, schedule = self._start()
        order.order_line.price_unit = 1500.0
        schedule.milestone_ids[1].action_attain()
        self._drain()
        order.order_line.price_unit = 2000.0
        self.assertEqual(self._amounts(schedule), [200.0, 550.0, 1250.0])
        order.order_line.price_unit = 1000.0
        self.assertEqual(self._amounts(schedule), [200.0, 550.0, 250.0])
        self._finish(order)

    def test_there_and_back_is_as_before(self):
        order, schedule = self._start()
        order.order_line.price_unit = 1500.0
        order.order_line.price_unit = 1000.0
        self.assertEqual(self._amounts(schedule), [200.0, 300.0, 500.0])
        self._finish(order)

    def test_a_cheaper_order_takes_what_is_billed_too_much_off_the_next(self):
        order, schedule = self._start()
        order.order_line.price_unit = 600.0
        self.assertEqual(self._amounts(schedule), [200.0, 100.0, 300.0])
        self._finish(order)

    def test_an_order_worth_less_than_billed_asks_for_a_credit(self):
        order, schedule = self._start(60, 40)
        order.order_line.price_unit = 500.0
        self.assertEqual(self._amounts(schedule), [500.0, 0.0])
        self._drain()
        self.assertIn("100.00", order.activity_ids.summary)
        schedule.milestone_ids[0].action_credit()
        order.invoice_ids.filtered(lambda move: move.state == "draft").action_post()
        self._finish(order)

    def test_a_milestone_billed_in_part_catches_up_on_its_way(self):
        order = self._make_order(1000.0)
        schedule = self._make_schedule(order, 50, 50, change_rule="keep")
        order.action_confirm()
        first = schedule.milestone_ids[0]
        first._attain(50.0, self.env.cr.now().date(), "manual")
        self._drain()
        order.order_line.price_unit = 600.0
        self.assertEqual(self._amounts(schedule), [300.0, 300.0])
        self.assertRecordValues(first, [{"billed_amount": 250.0, "to_bill_amount": 0.0}])
        order.order_line.price_unit = 2000.0
        self.assertEqual(self._amounts(schedule), [1000.0, 1000.0])
        self.assertEqual(self._drain()["invoices"], 0)
        self._finish(order)

    def test_added_line_is_caught_up_too(self):
        order, schedule = self._start()
        order.order_line = [Command.create({"product_id": self.plain.id, "price_unit": 100.0, "tax_ids": False})]
        self.assertEqual(self._amounts(schedule), [200.0, 350.0, 550.0])
        self._finish(order)

    def test_when_all_is_billed_a_milestone_takes_what_is_to_be_caught_up(self):
        order, schedule = self._start(100)
        order.order_line.price_unit = 1300.0
        added = schedule.milestone_ids[1]
        self.assertRecordValues(added, [{"amount": 300.0, "is_change_order": True, "due_on": "manual"}])
        order.order_line.price_unit = 1400.0
        self.assertEqual(self._amounts(schedule), [1000.0, 400.0])
        self._finish(order)

    def test_balance_takes_what_the_percentages_leave(self):
        order, schedule = self._start(20, 30, {"amount_type": "balance", "due_on": "manual"})
        order.order_line.price_unit = 1500.0
        self.assertEqual(self._amounts(schedule), [200.0, 550.0, 750.0])
        self._finish(order)

    def test_fixed_amount_stays_as_agreed(self):
        deposit = {"amount_type": "fixed", "amount_fixed": 100.0, "due_on": "manual"}
        order, schedule = self._start(deposit, 50, {"amount_type": "balance", "due_on": "manual"})
        order.order_line.price_unit = 1500.0
        self.assertEqual(self._amounts(schedule), [100.0, 750.0, 650.0])
        self._finish(order)

    def test_what_no_percentage_claims_goes_to_the_next(self):
        amounts = [{"amount_type": "fixed", "amount_fixed": amount, "due_on": "manual"} for amount in (200.0, 800.0)]
        order, schedule = self._start(*amounts)
        order.order_line.price_unit = 1500.0
        self.assertEqual(self._amounts(schedule), [200.0, 1300.0])
        self._finish(order)

    def test_later_edits_go_on_catching_up(self):
        order, schedule = self._start()
        order.order_line.price_unit = 1500.0
        last = schedule.milestone_ids[2]
        last.sequence += 1
        self.assertEqual(self._amounts(schedule), [200.0, 550.0, 750.0])
        schedule.write(
            {
                "milestone_ids": [
                    Command.update(last.id, {"percent": 40.0}),
                    Command.create({"name": "Handover", "percent": 10.0, "sequence": 99, "due_on": "manual"}),
                ]
            }
        )
        self.assertEqual(self._amounts(schedule), [200.0, 550.0, 600.0, 150.0])
        last.percent = 30.0
        self.assertNotEqual(schedule.amount_difference, 0.0, "a plan that leaves a part says so")

    def test_copy_has_the_percentages_that_were_agreed(self):
        order, schedule = self._start(100)
        order.order_line.price_unit = 1300.0
        copied = order.copy().billing_schedule_ids
        self.assertRecordValues(copied.milestone_ids, [{"amount_type": "percent", "percent": 100.0, "amount": 1300.0}])

    def test_rule_comes_from_the_company_the_template_and_another_system(self):
        self.company.billing_change_rule = "keep"
        order = self._make_order(1000.0)
        self.assertEqual(self._make_schedule(order, 100).change_rule, "keep")
        template = self.env["billing.schedule.template"].create(
            {"name": "Kept", "change_rule": "keep", "milestone_ids": [Command.create({"name": "All", "percent": 100})]}
        )
        self.company.billing_change_rule = "last"
        entry = {"external_key": "K", "order": self._make_order(10.0).id, "template": template.id}
        [result] = self.env["billing.schedule"].import_schedules([entry])
        self.assertEqual(self.env["billing.schedule"].browse(result["schedule_id"]).change_rule, "keep")
        milestone = {"external_key": "1", "name": "All", "percent": 100, "due": {"on": "manual"}}
        entry = {"external_key": "L", "order": self._make_order(10.0).id, "milestones": [milestone]}
        [result] = self.env["billing.schedule"].import_schedules([{**entry, "change_rule": "keep"}])
        self.assertEqual(self.env["billing.schedule"].browse(result["schedule_id"]).change_rule, "keep")

    def test_price_of_a_line_that_is_billed_in_part_is_changed_on_the_screen(self):
        order, schedule = self._start()
        self.assertGreater(order.order_line.qty_invoiced, 0)
        with Form(order) as form, form.order_line.edit(0) as line:
            line.price_unit = 1500.0
        self.assertEqual(self._amounts(schedule), [200.0, 550.0, 750.0])

    def test_price_without_a_plan_is_as_in_odoo(self):
        order = self._make_order(1000.0)
        order.action_confirm()
        order._create_invoices().action_post()
        with Form(order) as form, form.order_line.edit(0) as line, self.assertRaises(AssertionError):
            line.price_unit = 1500.0
