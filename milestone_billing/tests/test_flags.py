from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .rules_common import RulesCommon


@tagged("post_install", "-at_install")
class TestFlags(RulesCommon):
    """What our methods tell each other by the context is heard from nobody else: it would switch a guard off."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.salesman, cls.planner, cls.clerk, cls.builder = (
            new_test_user(cls.env, login, group, company_id=cls.company.id)
            for login, group in (
                ("seller", "sales_team.group_sale_salesman"),
                ("planner", "milestone_billing.group_billing_user"),
                ("clerk", "account.group_account_invoice"),
                ("builder", "project.group_project_user"),
            )
        )

    def _as(self, user, records, *flags):
        """Return ``records`` as somebody has them who sends all these flags with his call."""
        return records.with_user(user).with_context(**dict.fromkeys(flags, True))

    def _draft(self):
        """A milestone that a draft invoice bills."""
        order = self._make_order(1000.0, user_id=self.salesman.id)
        milestone = self._make_schedule(order, 100, invoice_policy="draft").milestone_ids
        order.action_confirm()
        milestone.action_attain()
        self._drain()
        self.assertRecordValues(milestone.invoice_ids, [{"state": "draft"}])
        return milestone

    def _waiting(self):
        """A milestone that waits for the task of its line, and is a native milestone of the project."""
        order = self._make_order(1000.0, user_id=self.salesman.id)
        milestone = self._make_schedule(order, {"name": "Build", "due_on": "task", "percent": 100}).milestone_ids
        order.action_confirm()
        self._drain()
        return milestone

    # === DRAFTS === #

    def test_a_draft_that_goes_leaves_its_milestone_due(self):
        for act in (
            lambda move: move.unlink(),
            lambda move: move.button_cancel(),
            lambda move: move.invoice_line_ids.unlink(),
        ):
            milestone = self._draft()
            act(self._as(self.clerk, milestone.invoice_ids, "billing_taking_back"))
            self._drain()
            standing = milestone.invoice_line_ids.filtered(lambda line: line.parent_state != "cancel")
            self.assertEqual(sum(standing.mapped("price_subtotal")), 1000.0, "it is billed again")

    def test_the_native_button_takes_milestones_out_of_the_queue(self):
        order = self._make_order(1000.0, user_id=self.salesman.id)
        milestone = self._make_schedule(order, 100).milestone_ids
        order.action_confirm()
        milestone.action_attain()
        wizards = self._as(self.salesman, self.env["sale.advance.payment.inv"], "billing_draining")
        wizards.with_context(active_model="sale.order", active_ids=order.ids).create({}).create_invoices()
        self.assertRecordValues(milestone, [{"billing_round": 1}])
        self.assertRecordValues(milestone.attainment_ids, [{"state": "billed"}])

    # === TASKS AND NATIVE MILESTONES === #

    def test_a_native_milestone_reached_is_attained(self):
        milestone = self._waiting()
        native = self._as(self.builder, milestone.project_milestone_id, "billing_syncing")
        native.is_reached = True
        self.assertEqual(len(milestone.attainment_ids), 1)

    def test_tasks_of_a_native_milestone_are_waited_for(self):
        milestone = self._waiting()
        flags = ("billing_syncing", "billing_copying")
        values = {"project_id": milestone.project_id.id, "milestone_id": milestone.project_milestone_id.id}
        task = self._as(self.builder, self.env["project.task"], *flags).create({"name": "More", **values})
        self.assertIn(task, milestone.task_ids)
        self._as(self.builder, task, *flags).milestone_id = False
        self.assertNotIn(task, milestone.task_ids)

    def test_a_part_that_is_added_is_waited_for(self):
        milestone = self._waiting()
        values = {"project_id": milestone.project_id.id}
        whole = self.env["project.task"].create({"name": "Whole", **values})
        parts = self.env["project.task"].with_user(self.builder).with_context(billing_moving=whole.ids)
        values = {"parent_id": whole.id, "milestone_id": milestone.project_milestone_id.id, **values}
        self.assertIn(parts.create({"name": "Part", **values}), milestone.task_ids)

    # === PLANS === #

    def test_a_plan_follows_its_lines(self):
        order = self._make_order(600.0, 400.0, user_id=self.salesman.id)
        milestone = self._make_schedule(order, 100).milestone_ids
        mine = self._as(self.salesman, order, "billing_plan_deferred", "billing_not_by_hand")
        mine.order_line[0].price_unit = 700.0
        self.assertEqual(milestone.amount, 1100.0)
        mine.order_line.create(
            {"order_id": order.id, "product_id": self.plain.id, "price_unit": 50.0, "tax_ids": False}
        )
        self.assertEqual(milestone.amount, 1150.0)
        mine.order_line[1].unlink()
        self.assertEqual(milestone.amount, 750.0)
        mine.order_line = [Command.update(order.order_line[0].id, {"price_unit": 800.0})]
        self.assertEqual(milestone.amount, 850.0)

    def test_a_plan_follows_its_milestones(self):
        order = self._make_order(1000.0)
        schedule = self._make_schedule(order, 50, 50)
        first, second = self._as(self.planner, schedule.milestone_ids, "billing_plan_deferred")
        (first | second).write({"percent": 25})
        self.assertEqual(first.amount, 250.0)
        second.unlink()
        first.percent = 100
        self.assertEqual(first.amount, 1000.0)

    def test_rules_choose_the_plan_of_a_new_order(self):
        self._make_rule(self.halves)
        orders = self._as(self.salesman, self.env["sale.order"], "billing_plan_deferred", "billing_not_by_hand")
        line = {"product_id": self.plain.id, "price_unit": 1000.0, "tax_ids": False}
        order = orders.create({"partner_id": self.customer.id, "order_line": [Command.create(line)]})
        self.assertEqual(order.sudo().billing_schedule_ids.template_id, self.halves)

    def test_a_plan_made_by_hand_is_kept(self):
        self._make_rule(self.halves)
        order = self._make_order(1000.0)
        schedules = self._as(self.planner, self.env["billing.schedule"], "billing_not_by_hand")
        made = schedules.create({"order_id": order.id, "name": "Mine"})
        self.assertRecordValues(order, [{"billing_schedule_ids": made.ids, "billing_plan_by_hand": True}])

    def test_a_plan_has_the_milestones_of_its_template(self):
        order = self._make_order(1000.0)
        schedules = self._as(self.planner, self.env["billing.schedule"], "billing_copying", "billing_plan_deferred")
        made = schedules.create({"order_id": order.id, "template_id": self.halves.id})
        self.assertEqual(made.milestone_ids.mapped("amount"), [500.0, 500.0])

    def test_an_order_is_paid_or_not(self):
        order = self._make_order(0.0, user_id=self.salesman.id)
        self._make_schedule(order, 100)
        self.assertTrue(self._as(self.salesman, order, "billing_paid_in_advance")._is_paid())
