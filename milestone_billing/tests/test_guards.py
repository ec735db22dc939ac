from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import BillingCommon


@tagged("post_install", "-at_install")
class TestChosenLines(BillingCommon):
    """Whoever may write a plan chooses the lines it covers, and reaches nothing else through them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.salesman = new_test_user(
            cls.env, "seller", "sales_team.group_sale_salesman,base.group_partner_manager", company_id=cls.company.id
        )
        cls.planner = new_test_user(
            cls.env, "planner", "milestone_billing.group_billing_user", company_id=cls.company.id
        )
        cls.order = cls._make_order(600.0, 400.0, user_id=cls.salesman.id)
        cls.foreign = cls._make_order(5000.0).order_line
        cls.plan = cls._make_schedule(cls.order, 100, cover_all=False)
        cls.tax = cls._make_tax(21)

    def _attacks(self, line):
        """Commands that reach beyond the choice of lines, each in the forms that Odoo takes."""
        nested = {"invoice_lines": [Command.create({"name": "x"})], "price_unit": 1.0}
        return [
            [[1, line.id, {"price_unit": 1.0}]],
            [(1, line.id, {"tax_ids": [[1, self.tax.id, {"amount": 0.0}]]})],
            [[1, line.id, nested]],
            [[2, line.id, 0]],
            [[2, line.id]],
            [[0, 0, {"order_id": line.order_id.id, "product_id": self.service.id, "price_unit": 1.0}]],
            [[5, 0, 0], [1, line.id, {"price_unit": 1.0}]],
            [[99, line.id, 0]],
            [["1", line.id, {"price_unit": 1.0}]],
            [7, [1, line.id, {"price_unit": 1.0}]],
            {"price_unit": 1.0},
        ]

    def test_commands_that_change_lines_are_refused(self):
        for user in (self.salesman, self.planner):
            for line in (self.foreign, self.order.order_line[0]):
                price = line.price_unit
                for commands in self._attacks(line):
                    plan = self.plan.with_user(user)
                    with self.subTest(user=user.login, commands=commands), self.assertRaises(UserError):
                        plan.write({"line_ids": commands})
                self.assertEqual(line.exists().price_unit, price)

    def test_commands_that_change_lines_are_refused_on_a_new_plan(self):
        for commands in self._attacks(self.foreign):
            plans = self.env["billing.schedule"].with_user(self.salesman)
            values = {"order_id": self.order.id, "cover_all": False}
            with self.subTest(commands=commands), self.assertRaises(UserError):
                plans.create({**values, "line_ids": commands})
            with self.subTest(context=commands), self.assertRaises(UserError):
                plans.with_context(default_line_ids=commands).create(values)
        self.assertRecordValues(self.foreign, [{"price_unit": 5000.0, "billing_schedule_id": False}])

    def test_defaults_of_the_context_do_not_reach_a_plan_that_is_made_with_all_rights(self):
        plans = self.env["billing.schedule"].sudo()
        for commands in self._attacks(self.foreign):
            with self.subTest(context=commands), self.assertRaises(UserError):
                plans.with_context(default_line_ids=commands).create({"order_id": self.order.id, "cover_all": False})
        self.assertRecordValues(self.foreign, [{"price_unit": 5000.0, "billing_schedule_id": False}])

    def test_defaults_of_the_context_do_not_reach_what_the_queue_makes(self):
        """Nor do they reach native milestones of a confirmed order: one made as reached would be billed."""
        task = {"due_on": "task", "percent": 100}
        order = self._make_order(1000.0, user_id=self.salesman.id)
        milestone = self._make_schedule(order, task).milestone_ids
        order.with_user(self.salesman).with_context(default_is_reached=True).action_confirm()
        self.assertTrue(milestone.project_milestone_id)
        self.assertFalse(milestone.project_milestone_id.is_reached)
        milestone.action_attain()
        self.attainments.with_context(default_invoice_source_email="x@example.com").run_pending()
        self.assertRecordValues(milestone.invoice_ids, [{"invoice_source_email": False, "state": "posted"}])

    def test_lines_of_other_orders_are_refused(self):
        line = self.foreign
        for commands in ([Command.link(line.id)], [Command.set(line.ids)], [line.id], line, [[4, "1"]], [[4, {}]]):
            with self.subTest(commands=commands), self.assertRaises(ValidationError):
                self.plan.with_user(self.salesman).write({"line_ids": commands})
        self.assertFalse(line.billing_schedule_id)

    def test_the_choice_itself_goes_through_in_every_form(self):
        plan, (first, second) = self.plan.with_user(self.planner), self.order.order_line
        for commands, covered in (
            ([Command.link(first.id)], first),
            ([[4, second.id, 0]], first | second),
            ([Command.unlink(first.id)], second),
            ([Command.unlink(self.foreign.id)], second),
            ([(6, 0, [first.id])], first),
            ([Command.clear()], first.browse()),
            ([Command.clear(), Command.link(second.id)], second),
            ([first.id, second.id], first | second),
            (first, first),
            (False, first.browse()),
            ([], first.browse()),
        ):
            plan.write({"line_ids": commands})
            self.assertEqual(plan.sudo().line_ids, covered, commands)
            self.assertEqual(plan.amount_planned, sum(covered.mapped("price_subtotal")), commands)

    def test_without_rights_on_the_plan_nothing_is_chosen(self):
        user = new_test_user(self.env, "reader", "project.group_project_user", company_id=self.company.id)
        with self.assertRaises(AccessError):
            self.plan.with_user(user).write({"line_ids": [Command.link(self.order.order_line[0].id)]})


@tagged("post_install", "-at_install")
class TestReach(BillingCommon):
    """A milestone names what is of its order, or the user's to change: attaining it reaches that with all rights."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.planner = new_test_user(
            cls.env, "planner", "milestone_billing.group_billing_user", company_id=cls.company.id
        )
        cls.order = cls._make_order(600.0)
        cls.plan = cls._make_schedule(cls.order, 100)
        cls.order.action_confirm()
        cls.milestone = cls.plan.milestone_ids.with_user(cls.planner)
        cls.foreign_order = cls._make_order(700.0)
        cls.foreign_order.action_confirm()
        cls.project = cls.env["project.project"].create({"name": "Secret", "privacy_visibility": "followers"})
        cls.task = cls.env["project.task"].create({"name": "Foreign", "project_id": cls.project.id})
        cls.native = cls.env["project.milestone"].create({"name": "Foreign", "project_id": cls.project.id})

    def test_foreign_tasks_milestones_and_lines_are_refused(self):
        for values in (
            {"task_ids": [Command.link(self.task.id)], "due_on": "task"},
            {"project_milestone_id": self.native.id, "due_on": "milestone"},
            {"line_ids": [Command.link(self.foreign_order.order_line.id)]},
        ):
            with self.subTest(values), self.assertRaises(UserError):
                self.milestone.write(values)
            with self.subTest(created=values), self.assertRaises(UserError):
                self.milestone.create({"schedule_id": self.plan.id, "name": "M", "percent": 0, **values})
        self.assertFalse(self.task.milestone_id)
        self.assertFalse(self.native.is_reached)

    def test_who_may_change_them_names_them(self):
        milestone = self.milestone.with_user(self.env.user)
        milestone.write({"task_ids": [Command.set(self.task.ids)], "due_on": "task"})
        self.assertEqual(milestone.task_ids, self.task)
        with self.assertRaisesRegex(ValidationError, "none of another order"):
            milestone.write({"line_ids": [Command.link(self.foreign_order.order_line.id)]})

    def test_what_is_of_the_order_is_named_by_everybody_who_plans(self):
        task = self.order.order_line.task_id
        self.milestone.write({"task_ids": [Command.set(task.ids)], "due_on": "task"})
        self.assertEqual(self.milestone.sudo().task_ids, task)


@tagged("post_install", "-at_install")
class TestPlanStays(BillingCommon):
    """A plan that is out of sight would go on billing while nothing of its order follows it."""

    def test_a_plan_cannot_be_archived(self):
        plan = self._make_schedule(self._make_order(1000.0), 100)
        self.assertNotIn("active", plan._fields)
        with self.assertRaisesRegex(ValueError, "active"), self.env.cr.savepoint():
            plan.write({"active": False})
        self.assertEqual(plan.order_id.billing_schedule_ids, plan)
