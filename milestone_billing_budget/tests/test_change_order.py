from fractions import Fraction

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import BudgetCommon


@tagged("post_install", "-at_install")
class TestChangeOrder(BudgetCommon):
    """Unplanned work becomes a quotation in two clicks; confirmed, it is planned, budgeted and billed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.project = cls._start()
        cls._budget(cls.project)
        tasks = cls.env["project.task"]
        cls.first = tasks.create({"name": "Fence", "project_id": cls.project.id, "allocated_hours": 6.0})
        cls.second = tasks.create({"name": "Gate", "project_id": cls.project.id, "allocated_hours": 4.0})

    def _propose(self, project=None):
        project = project or self.project
        action = project.action_propose_change()
        change = self.env["project.budget.change"].with_env(project.env).with_context(**action["context"]).create({})
        return change.action_propose()

    def _order(self):
        return self.env["sale.order"].search([("budget_project_id", "=", self.project.id)])

    def test_two_clicks_make_a_quotation_at_the_order_s_rate(self):
        action = self._propose()
        order = self._order()
        self.assertEqual(action["res_id"], order.id)
        base = self.project.sale_order_id
        self.assertRecordValues(
            order,
            [{"state": "draft", "partner_id": base.partner_id.id, "origin": base.name, "amount_untaxed": 1200.0}],
        )
        self.assertRecordValues(
            order.order_line,
            [
                {"name": "Fence", "product_uom_qty": 6.0, "price_unit": 120.0, "task_id": self.first.id},
                {"name": "Gate", "product_uom_qty": 4.0, "price_unit": 120.0, "task_id": self.second.id},
            ],
        )
        self.assertRecordValues(
            order.billing_milestone_ids,
            [{"due_on": "task", "amount": 1200.0, "task_ids": (self.first | self.second).ids}],
        )
        self.assertTrue(self.first.is_unplanned, "a quotation is no order")
        self.assertEqual(self.project.budget_id.number, 1)

    def test_twice_is_the_same_quotation(self):
        self._propose()
        order = self._order()
        self.assertEqual(self._propose()["res_id"], order.id)
        hours = {self.first: Fraction(6), self.second: Fraction(4)}
        self.assertEqual(self.project._propose_change(hours), order)
        self.assertEqual(len(order.order_line), 2)
        third = self.env["project.task"].create({"name": "Path", "project_id": self.project.id, "allocated_hours": 1.0})
        self._propose()
        self.assertEqual(self._order(), order)
        self.assertEqual(order.order_line.task_id, self.first | self.second | third)
        self.assertRecordValues(order.billing_milestone_ids, [{"amount": 1320.0}])
        order.action_quotation_sent()
        self.env["project.task"].create({"name": "Well", "project_id": self.project.id, "allocated_hours": 2.0})
        self._propose()
        self.assertEqual(len(self._order()), 2, "what the customer has is not changed")

    def test_confirmed_it_is_planned_budgeted_and_billed(self):
        tasks = self.project.task_ids
        self._propose()
        order = self._order()
        order.action_confirm()
        self.assertEqual(self.project.task_ids, tasks, "no task is made a second time")
        self.assertEqual(order.order_line.project_id, self.project)
        self.assertFalse(self.first.is_unplanned)
        self.assertEqual(self.first.sale_line_id, order.order_line[0])
        budget = self.project.budget_id
        self.assertRecordValues(
            budget, [{"number": 2, "reason": f"Change order {order.name}", "hours": 110.0, "cost": 4400.0}]
        )
        milestone = order.billing_milestone_ids
        self.assertEqual(milestone.project_id, self.project)
        self.assertEqual(self._of(milestone).hours.budget, 10)
        (self.first | self.second).state = "1_done"
        self._drain()
        self.assertEqual(milestone.invoice_ids.amount_untaxed, 1200.0)

    def test_cancelled_it_is_unplanned_again_and_confirmed_again_budgeted_once(self):
        self._propose()
        order = self._order()
        order.action_confirm()
        order._action_cancel()
        self.assertTrue(self.first.is_unplanned)
        self.assertRecordValues(self.project.budget_id, [{"number": 3, "hours": 100.0}])
        order.action_draft()
        order.action_confirm()
        self.assertRecordValues(self.project.budget_id, [{"number": 4, "hours": 110.0}])

    def test_the_same_work_is_not_sold_twice(self):
        self._propose()
        first = self._order()
        first._action_cancel()
        self._propose()
        second = self._order() - first
        first.action_draft()
        with self.assertRaisesRegex(UserError, "is sold by change order"), self.cr.savepoint():
            (first | second).action_confirm()
        first.action_confirm()
        with self.assertRaisesRegex(UserError, f"Fence is sold by change order {first.name} already"):
            second.action_confirm()
        second.order_line.filtered(lambda line: line.task_id == self.first).unlink()
        with self.assertRaisesRegex(UserError, "Gate"):
            second.action_confirm()
        first._action_cancel()
        second.action_confirm()
        self.assertEqual(second.state, "sale")

    def test_grouped_work_is_proposed_once(self):
        self._propose()
        order = self._order()
        order.action_quotation_sent()
        tasks = self.env["project.task"]
        extra = tasks.create({"name": "Extra works", "project_id": self.project.id})
        self.second.parent_id = extra
        self.assertFalse(any(self.project._budget_unproposed().values()))
        below = tasks.create(
            {"name": "Hinges", "project_id": self.project.id, "parent_id": self.second.id, "allocated_hours": 1.0}
        )
        extra.allocated_hours = 6.0
        self.assertEqual(self.project._budget_unproposed(), {extra.sudo(): Fraction(2)})
        self.assertEqual(self.project._propose_change({below: Fraction(1)}), order, "it is of what is proposed")
        self.assertNotIn(below, self._order().order_line.task_id)
        self.project._propose_change({extra: Fraction(2)})
        rest = self._order() - order
        order.action_confirm()
        rest.action_confirm()
        self.assertEqual(rest.state, "sale", "each hour is sold once")

    def test_work_sold_before_it_was_grouped_is_not_offered_again(self):
        self.first.active = False
        below = self.env["project.task"].create(
            {"name": "Hinges", "project_id": self.project.id, "parent_id": self.second.id, "allocated_hours": 1.0}
        )
        self._propose()
        first = self._order()
        self.assertEqual(first.order_line.task_id, self.second)
        first.action_confirm()
        extra = self.env["project.task"].create(
            {"name": "Extra works", "project_id": self.project.id, "allocated_hours": 6.0}
        )
        self.second.parent_id = extra
        self.assertEqual(self.project._budget_unproposed(), {extra.sudo(): Fraction(2)})
        self.assertEqual(self.project._budget_unplanned(), [(extra.id, self.project.id, 2)])
        self.assertEqual((self.second | below | extra).mapped("is_unplanned"), [False, False, True])
        self._propose()
        rest = self._order() - first
        self.assertEqual(rest.order_line.product_uom_qty, 2.0)
        rest.action_confirm()
        self.assertEqual(rest.state, "sale", "each hour is sold once")

    def test_grouped_work_is_not_sold_twice(self):
        self._propose()
        order = self._order()
        order.action_quotation_sent()
        extra = self.env["project.task"].create({"name": "Extra works", "project_id": self.project.id})
        self.second.parent_id = extra
        self.project._propose_change({extra: Fraction(4)})
        rest = self._order() - order
        order.action_confirm()
        with self.assertRaisesRegex(UserError, f"Extra works is sold by change order {order.name} already"):
            rest.action_confirm()

    def test_proposing_goes_on_after_a_quotation_was_deleted(self):
        self._propose()
        first = self._order()
        first._action_cancel()
        self._propose()
        second = self._order() - first
        first.unlink()
        second.action_quotation_sent()
        third = self.env["project.task"].create({"name": "Path", "project_id": self.project.id, "allocated_hours": 1.0})
        self._propose()
        self.assertEqual((self._order() - second).order_line.task_id, third)

    def test_a_plan_made_by_hand_stays(self):
        self._propose()
        order = self._order()
        order.billing_schedule_ids.unlink()
        self._make_schedule(order, {"name": "At once", "percent": 100, "due_on": "confirmation"})
        self.assertTrue(order.billing_plan_by_hand)
        plan = order.billing_milestone_ids
        third = self.env["project.task"].create({"name": "Path", "project_id": self.project.id, "allocated_hours": 1.0})
        self._propose()
        self.assertIn(third, order.order_line.task_id)
        self.assertEqual(order.billing_milestone_ids, plan)
        self.assertEqual((plan.name, plan.due_on, plan.amount), ("At once", "confirmation", 1320.0))
        self.assertIn("Path", str(order.message_ids[0].body))

    def test_planned_tasks_are_not_proposed(self):
        planned = self._plan(self.project)[0].task_ids
        for task, hours in ((planned, 1), (self.first, 0)):
            with self.assertRaises(UserError):
                self.project._propose_change({task: Fraction(hours)})
        other = self._start()
        with self.assertRaisesRegex(UserError, "nothing to propose"):
            other.action_propose_change()
        alone = self.env["project.project"].create({"name": "Inside"})
        with self.assertRaisesRegex(UserError, "no confirmed sales order"):
            alone.action_propose_change()

    def test_billing_users_propose_and_others_do_not(self):
        def hire(login, groups):
            return new_test_user(self.env, login, groups, company_id=self.company.id, company_ids=self.company.ids)

        user = hire("proposer", "milestone_billing.group_billing_user")
        self._propose(self.project.with_user(user))
        self.assertEqual(len(self._order()), 1)
        with self.assertRaises(AccessError):
            self._order().with_user(user).write({"client_order_ref": "x"})
        worker = hire("changer", "project.group_project_user")
        with self.assertRaises(AccessError):
            self.project.with_user(worker).action_propose_change()
        with self.assertRaises(AccessError):
            self._order().with_user(user).write({"budget_project_id": False})
