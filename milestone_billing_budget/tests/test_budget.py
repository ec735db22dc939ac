from psycopg2.errors import LockNotAvailable

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.sql_db import db_connect
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import BudgetCommon


@tagged("post_install", "-at_install")
class TestBudget(BudgetCommon):
    """Budgets are set from order lines or by hand, changed by versions, and kept."""

    def test_order_lines_are_shared_by_the_milestones_that_bill_them(self):
        project = self._start(hours=33.33)
        design, build = self._plan(project)
        self._budget(project)
        self.assertRecordValues(
            project.budget_id.line_ids,
            [
                {"name": "Design", "milestone_id": design.id, "hours": 13.33, "cost": 533.28, "kind": "labour"},
                {"name": "Build", "milestone_id": build.id, "hours": 20.00, "cost": 799.92, "kind": "labour"},
            ],
        )
        self.assertRecordValues(project.budget_id, [{"number": 1, "hours": 33.33, "cost": 1333.2, "is_current": True}])

    def test_a_service_without_a_cost_takes_that_of_the_people(self):
        self.service.standard_price = 0.0
        project = self._start(hours=10.0)
        self._plan(project)[0].task_ids.user_ids = self.env.user
        self._budget(project)
        self.assertEqual(project.budget_id.cost, 500.0)

    def test_goods_are_purchases_and_units_are_converted(self):
        goods = self.env["product.product"].create({"name": "Pump", "type": "consu", "standard_price": 700.0})
        day = self.env.ref("uom.product_uom_day")
        order = self._make_order(
            {"product_uom_qty": 2.0, "product_uom_id": day.id}, {"product_id": goods.id, "product_uom_qty": 3.0}
        )
        order.action_confirm()
        project = order.order_line.project_id
        budget = self._budget(project)
        self.assertRecordValues(
            budget.line_ids,
            [
                {"kind": "labour", "hours": 16.0, "cost": 640.0, "task_id": order.order_line[0].task_id.id},
                {"kind": "purchase", "hours": 0.0, "cost": 2100.0, "task_id": False},
            ],
        )

    def test_a_change_is_a_version_with_its_reason(self):
        project = self._start()
        first = self._budget(project)
        editor = (
            self.env["project.budget.editor"]
            .with_context(default_project_id=project.id)
            .create({"reason": "A second site"})
        )
        self.assertEqual(editor.line_ids.mapped("hours"), [40.0, 60.0])
        editor.line_ids[1].hours = 80.0
        editor.action_apply()
        self.assertRecordValues(
            project.budget_version_ids.sorted("number"),
            [
                {"number": 1, "reason": "Agreed", "hours": 100.0, "is_current": False},
                {"number": 2, "reason": "A second site", "hours": 120.0, "is_current": True},
            ],
        )
        with self.assertRaisesRegex(UserError, "meanwhile"):
            editor.action_apply()
        first.action_restore()
        self.assertRecordValues(project.budget_id, [{"number": 3, "hours": 100.0}])

    def test_versions_are_kept(self):
        project = self._start()
        budget = self._budget(project)
        for act in (
            lambda: budget.write({"reason": "Other"}),
            lambda: budget.line_ids[0].write({"hours": 1.0}),
            lambda: budget.unlink(),
            lambda: project.unlink(),
        ):
            with self.assertRaises(UserError):
                act()
        for statement in (
            "UPDATE project_budget SET reason = 'x'",
            "UPDATE project_budget_line SET cost = 1",
            "DELETE FROM project_budget_line",
        ):
            with self.assertRaisesRegex(Exception, "never changed"), mute_logger("odoo.sql_db"), self.cr.savepoint():
                self.cr.execute(statement)

    def test_deleted_tasks_leave_their_budget_to_the_project(self):
        project = self._start()
        task = self.env["project.task"].create({"name": "Extra", "project_id": project.id})
        row = {"task_id": task.id, "kind": "labour", "hours": 5.0, "cost": 100.0}
        self.versions._record(project, [row], "Extra")
        task.unlink()
        self.assertRecordValues(project.budget_id.line_ids, [{"name": "Extra", "task_id": False, "hours": 5.0}])
        self.assertEqual(self._total(project).hours.budget, 5)
        self.assertEqual(project._budget_standings()[project.id, None].hours.budget, 5)

    def test_lines_are_of_the_project_and_not_below_zero(self):
        project, other = self._start(), self._start()
        row = {"kind": "labour", "hours": 1.0, "cost": 0.0, "has_expected": False}
        for bad, reason in (
            ({"milestone_id": self._plan(other)[0].id}, "another project"),
            ({"task_id": other.task_ids[0].id}, "another project"),
            ({"hours": -1.0}, "below zero"),
        ):
            editor = self.env["project.budget.editor"].create(
                {"project_id": project.id, "reason": "x", "line_ids": [Command.create({**row, **bad})]}
            )
            with self.subTest(reason=reason), self.assertRaisesRegex(UserError, reason):
                editor.action_apply()
        self.assertFalse(project.budget_id)

    def test_whoever_comes_second_waits(self):
        project = self.env["project.project"].with_context(active_test=False).search([], order="id", limit=1)
        with db_connect(self.env.cr.dbname).cursor() as other:
            other.execute("SELECT id FROM project_project WHERE id = %s FOR UPDATE", [project.id])
            self.assertEqual(other.rowcount, 1)
            self.env.cr.execute("SET LOCAL lock_timeout = '50ms'")
            row = {"kind": "labour", "hours": 1.0, "cost": 1.0}
            with self.assertRaises(LockNotAvailable), mute_logger("odoo.sql_db"), self.env.cr.savepoint(flush=False):
                self.versions._record(project, [row], "Agreed")
            self.env.cr.execute("SET LOCAL lock_timeout = 0")

    def test_a_cancelled_order_leaves_its_budget_to_change(self):
        project = self._start()
        design, build = self._plan(project)
        design.template_hours = 30.0
        self._budget(project)
        order = project.sale_order_id
        order._action_cancel()
        self.assertEqual(order.state, "cancel")
        editor = (
            self.env["project.budget.editor"]
            .with_context(default_project_id=project.id)
            .create({"reason": "What is left to do"})
        )
        editor.line_ids[1].hours = 10.0
        editor.action_apply()
        self.assertRecordValues(project.budget_id.line_ids, [{"milestone_id": design.id}, {"milestone_id": build.id}])
        self.assertEqual(project._budget_proposal(), [], "a cancelled order takes nothing")
        # A milestone that left the project is in the version that counts.
        build.project_milestone_id.project_id = self._start()
        project._check_budget_rows([line._values() for line in project.budget_id.line_ids])

    def test_copies_begin_without_a_budget(self):
        project = self._start()
        self._budget(project)
        self.assertFalse(project.copy().budget_id)

    def test_project_users_see_hours_and_no_cost(self):
        project = self._start()
        self._budget(project)
        user = new_test_user(
            self.env,
            "budget_user",
            "project.group_project_user",
            company_id=self.company.id,
            company_ids=self.company.ids,
        )
        mine = project.with_user(user)
        panel = mine.get_budget_panel()
        self.assertEqual(panel["total"]["hours"]["budget"], 100.0)
        self.assertNotIn("cost", panel["total"])
        self.assertFalse(panel["may_set"])
        self.assertEqual(mine.budget_id.read(["hours"])[0]["hours"], 100.0)
        for act in (
            lambda: mine.budget_id.read(["cost"]),
            lambda: mine.budget_id.line_ids.read(["cost"]),
            lambda: self.env["project.budget.report"].with_user(user).search([]).read(["spent_cost"]),
            lambda: mine.action_edit_budget(),
            lambda: self.versions.with_user(user).create({"project_id": project.id, "number": 9, "reason": "x"}),
        ):
            with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_model", "odoo.models"):
                act()

    def test_invited_projects_are_out_of_sight_of_others(self):
        project = self._start()
        budget = self._budget(project)
        project.privacy_visibility = "followers"
        user = new_test_user(
            self.env,
            "budget_outsider",
            "project.group_project_user",
            company_id=self.company.id,
            company_ids=self.company.ids,
        )
        for model in ("project.budget", "project.budget.line", "project.budget.report"):
            self.assertFalse(self.env[model].with_user(user).search([("project_id", "=", project.id)]), model)
        with self.assertRaises(AccessError):
            budget.with_user(user).read(["hours"])

    def test_what_lacks_is_said_and_set_up(self):
        project = self._start()
        project.write({"allow_timesheets": False, "account_id": False})
        self.assertEqual(len(project.get_budget_panel()["missing"]), 2)
        project.action_set_up_costs()
        self.assertEqual(project.get_budget_panel()["missing"], [])
        self.assertTrue(project.account_id)
