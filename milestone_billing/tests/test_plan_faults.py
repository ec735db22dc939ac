from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .common import BillingCommon


@tagged("post_install", "-at_install")
class TestPlanFaults(BillingCommon):
    """A plan that bills more than there is, or less than nothing, neither reaches the customer nor is confirmed."""

    def _balance(self):
        return {"name": "Balance", "amount_type": "balance", "due_on": "manual"}

    def _fixed(self, amount):
        return {"amount_type": "fixed", "amount_fixed": amount, "due_on": "manual"}

    def _check_refused(self, order, pattern):
        self.assertRegex(order.billing_plan_fault, pattern)
        for act in (
            order.action_quotation_send,
            order.action_quotation_sent,
            order.action_confirm,
            lambda: self.env["ir.actions.report"]._render_qweb_pdf("sale.action_report_saleorder", order.ids),
        ):
            with self.assertRaisesRegex(UserError, pattern):
                act()
        order.require_signature = order.require_payment = True
        self.assertFalse(order._has_to_be_signed() or order._has_to_be_paid())
        self.assertFalse(order._billing_plans()["plans"])

    def test_balance_below_zero(self):
        order = self._make_order(1000.0)
        schedule = self._make_schedule(order, 30, 40, 40, self._balance())
        self.assertEqual(schedule.milestone_ids[-1].amount, -100.0)
        self._check_refused(order, "Balance comes to")
        schedule.milestone_ids[2].percent = 30
        self.assertFalse(order.billing_plan_fault)
        order.action_confirm()
        self.assertEqual(order.state, "sale")

    def test_percentages_beyond_a_hundred(self):
        order = self._make_order(1000.0)
        self._make_schedule(order, 60, 50)
        self._check_refused(order, "more than")

    def test_fixed_amounts_beyond_the_lines_and_below_zero(self):
        order = self._make_order(1000.0)
        schedule = self._make_schedule(order, self._fixed(700.0), self._fixed(400.0))
        self._check_refused(order, "more than")
        with self.assertRaises(ValidationError):
            schedule.milestone_ids[1].amount_fixed = -100.0

    def test_one_line_beyond_what_it_comes_to_though_the_sum_is_right(self):
        order = self._make_order(1000.0, 500.0)
        first, second = order.order_line
        schedule = self._make_schedule(order, 80, 60)
        schedule.milestone_ids.line_ids = first
        self.env["billing.milestone"].create(
            {"schedule_id": schedule.id, "name": "Third", "percent": 20, "line_ids": [Command.set(second.ids)]}
        )
        self.assertIn("Line 1", order.billing_plan_fault)

    def test_discount_lines_credit_by_themselves(self):
        order = self._make_order(1000.0, -200.0)
        schedule = self._make_schedule(order, 50, 50)
        self.assertFalse(order.billing_plan_fault)
        schedule.milestone_ids[0].line_ids = order.order_line[1]
        schedule.milestone_ids[0].percent = 100
        schedule.milestone_ids[1].line_ids = order.order_line[0]
        schedule.milestone_ids[1].percent = 100
        self.assertEqual(schedule.milestone_ids.mapped("amount"), [-200.0, 1000.0])
        self.assertFalse(order.billing_plan_fault)
        order.action_confirm()

    def test_order_that_is_a_credit_altogether(self):
        order = self._make_order(-300.0)
        schedule = self._make_schedule(order, 50, 50)
        self.assertFalse(order.billing_plan_fault)
        schedule.milestone_ids[1].percent = 60
        self.assertTrue(order.billing_plan_fault)

    def test_confirmed_order_is_left_alone(self):
        """What a change order left billed beyond the lines is credited, and its papers are printed."""
        order = self._make_order(1000.0)
        schedule = self._make_schedule(order, 60, 40)
        order.action_confirm()
        schedule.milestone_ids[0].action_attain()
        self._drain()
        order.order_line.price_unit = 500.0
        order._billing_check_plans()

    def test_template_that_makes_no_plan_is_refused(self):
        Template = self.env["billing.schedule.template"]
        for milestones in (
            [],
            [{"percent": 60}, {"percent": 50}],
            [{"percent": 30}, {"percent": 40}, {"percent": 40}, {"amount_type": "balance"}],
            [{"amount_type": "fixed", "amount_fixed": -5.0}],
        ):
            rows = [Command.create({"name": "Milestone", **milestone}) for milestone in milestones]
            with self.assertRaises(ValidationError):
                Template.create({"name": "Wrong", "milestone_ids": rows})
        template = Template.create(
            {"name": "Right", "milestone_ids": [Command.create({"name": "All", "percent": 100})]}
        )
        with self.assertRaises(ValidationError):
            template.milestone_ids = [Command.clear()]
        with self.assertRaises(ValidationError):
            template.milestone_ids.percent = 0
            template.milestone_ids = [
                Command.create({"name": "More", "percent": 100}),
                Command.create({"name": "Most", "percent": 1}),
            ]

    def test_new_milestone_stands_last(self):
        order = self._make_order(1000.0)
        schedule = self._make_schedule(order, 30, 40, self._balance())
        added = self.env["billing.milestone"].with_context(default_schedule_id=schedule.id)
        added = added.create({"name": "Extra", "amount_type": "fixed", "amount_fixed": 100.0, "due_on": "manual"})
        self.env.invalidate_all()
        self.assertEqual(schedule.milestone_ids[-1], added, "As it was entered: below what the plan had.")
        self.assertEqual(self.env["billing.milestone"].default_get(["sequence"])["sequence"], 10)
