from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import BudgetCommon


@tagged("post_install", "-at_install")
class TestAlerts(BudgetCommon):
    """Project managers are told once for each cause and step, and no longer than the cause lasts."""

    def _look(self, project):
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.env["project.budget.look"].sudo()._cron_look()
        self.env.invalidate_all()
        return project.budget_alert_ids.filtered(lambda alert: alert.state == "open").sorted("id")

    def _asked(self, project):
        return project.activity_ids.filtered("budget_alert_id").mapped("summary")

    def test_spending_ahead_of_attainment(self):
        project = self._start()
        project.user_id = self.env.user
        self._budget(project)
        design, _build = self._plan(project)
        self._work(design.task_ids, 19.0)
        self.assertFalse(self._look(project), "950 of 4,000 is 23 %")
        line = self._work(design.task_ids, 2.0)
        alerts = self._look(project)
        self.assertRecordValues(
            alerts, [{"cause": "ahead", "milestone_id": False, "step": 1, "company_id": self.company.id}]
        )
        self.assertEqual(alerts.text, "26 % of the budget is spent, 0 % of the project is attained.")
        self.assertEqual(self._asked(project), [alerts.text])
        self.assertRecordValues(project.activity_ids, [{"user_id": self.env.uid}])
        self.assertEqual(project.budget_alert_count, 1)
        self.assertEqual(self._look(project), alerts, "told once")
        self.assertEqual(len(project.message_ids.filtered(lambda row: "26 %" in (row.body or ""))), 1)
        line.unlink()
        self.assertFalse(self._look(project))
        self.assertRecordValues(alerts, [{"state": "closed"}])
        self.assertFalse(self._asked(project), "it closes itself")

    def test_projects_with_one_milestone_overspend_too(self):
        project = self._start({"name": "All", "percent": 100, "due_on": "task"})
        self._budget(project)
        self._bill_of(project, 3000.0)
        self.assertFalse(self._look(project), "75 % of 4,000: the end is often attained at once")
        self._bill_of(project, 400.0)
        alert = self._look(project)
        self.assertRecordValues(alert, [{"cause": "ahead", "milestone_id": False, "step": 1}])
        self.assertEqual(alert.text, "85 % of the budget is spent, 0 % of the project is attained.")
        project.sale_order_id.billing_milestone_ids.action_attain()
        self.assertFalse(self._look(project))

    def test_projects_without_milestones_are_told_of_beyond_their_budget(self):
        order = self._make_order({"product_uom_qty": 100.0, "price_unit": 120.0})
        order.action_confirm()
        project = order.order_line.project_id
        self._budget(project)
        project.budget_ahead_percent = 10.0
        self._bill_of(project, 4000.0)
        self.assertFalse(self._look(project), "a budget is there to be spent, and nothing can be attained")
        self._bill_of(project, 200.0)
        alert = self._look(project)
        self.assertRecordValues(alert, [{"cause": "ahead", "milestone_id": False, "step": 1}])
        self.assertEqual(alert.text, "105 % of the budget is spent.")
        self._bill_of(project, 700.0)
        self.assertEqual(self._look(project), alert, "122 %")
        self._bill_of(project, 200.0)
        self.assertRecordValues(self._look(project), [{"cause": "ahead", "milestone_id": False, "step": 2}])
        self.company.budget_ahead_project = 0.0
        project._budget_look_later()
        self.assertFalse(self._look(project))

    def test_milestones_that_are_worth_nothing_count_alike(self):
        project = self._start(price=0.0)
        self._budget(project)
        self._bill_of(project, 2000.0)
        self.assertRecordValues(self._look(project), [{"cause": "ahead", "milestone_id": False, "step": 2}])
        self._plan(project)[0].action_attain()
        self.assertFalse(self._look(project), "50 % is spent, one of two is attained")
        one = self._start({"name": "All", "percent": 100, "due_on": "task"}, price=0.0)
        milestone = self._plan(one)
        self.versions._record(
            one, [{"milestone_id": milestone.id, "kind": "labour", "hours": 100.0, "cost": 4000.0}], "Agreed"
        )
        self._work(milestone.task_ids, 85.0)
        self.assertRecordValues(self._look(one), [{"cause": "ahead", "milestone_id": milestone.id, "step": 1}])
        milestone.action_attain()
        self.assertFalse(self._look(one))

    def test_one_milestone_is_told_once(self):
        project = self._start({"name": "All", "percent": 100, "due_on": "task"})
        self._budget(project)
        self._work(project.sale_order_id.billing_milestone_ids.task_ids, 85.0)
        alert = self._look(project)
        self.assertRecordValues(alert, [{"cause": "ahead", "milestone_id": self._plan(project).id, "step": 1}])
        project.budget_ahead_percent = 30.0
        project._budget_look_later()
        alert = self._look(project)
        self.assertRecordValues(alert, [{"cause": "ahead", "milestone_id": False, "step": 3}])

    def test_each_step_is_told_and_attaining_closes_it(self):
        project = self._start()
        self._budget(project)
        design, _build = self._plan(project)
        self._work(design.task_ids, 21.0)
        first = self._look(project)
        self._work(design.task_ids, 20.0)
        second = self._look(project)
        self.assertEqual(first.state, "closed")
        self.assertEqual([(row.milestone_id.id, row.step) for row in second], [(False, 2), (design.id, 1)])
        self.assertEqual(len(self._asked(project)), 2)
        design.action_attain()
        self.assertFalse(self._look(project), "51 % spent, 40 % attained")

    def test_dismissed_alerts_come_again_from_the_next_step_on(self):
        project = self._start()
        self._budget(project)
        design, _build = self._plan(project)
        self._work(design.task_ids, 21.0)
        alert = self._look(project)
        alert.action_dismiss()
        self.assertFalse(self._look(project))
        self.assertFalse(self._asked(project))
        self._work(design.task_ids, 1.0)
        self.assertFalse(self._look(project))
        self._work(design.task_ids, 19.0)
        self.assertIn(2, self._look(project).mapped("step"))
        self.assertEqual(alert.state, "closed")

    def test_unplanned_work_grows(self):
        project = self._start()
        self._budget(project)
        extra = self.env["project.task"].create({"name": "Extra", "project_id": project.id, "allocated_hours": 6.0})
        self.assertFalse(self._look(project))
        self.env["project.task"].create({"name": "More", "project_id": project.id, "allocated_hours": 4.0})
        alert = self._look(project)
        self.assertRecordValues(alert, [{"cause": "unplanned", "step": 1}])
        self.assertEqual(alert.text, "10 hours of work in 2 tasks are not planned.")
        self.assertTrue(extra.is_unplanned)
        found = self.env["project.task"].search([("is_unplanned", "=", True), ("project_id", "=", project.id)])
        self.assertEqual(found.mapped("name"), ["More", "Extra"])
        extra.milestone_id = self._plan(project)[0].project_milestone_id
        self.assertFalse(self._look(project))
        self.assertFalse(extra.is_unplanned)

    def test_projects_without_budget_and_milestones_warn_of_nothing(self):
        inside = self.env["project.project"].create({"name": "Inside"})
        task = self.env["project.task"].create({"name": "Own work", "project_id": inside.id, "allocated_hours": 500.0})
        self.assertFalse(self._look(inside))
        self.assertFalse(task.is_unplanned)
        self.assertEqual(inside.get_budget_panel()["unplanned"], {"tasks": 0, "hours": 0.0})
        inside._budget_look_later()
        inside._budget_note()
        self.assertFalse(self.env["project.budget.look"].sudo().search([("project_id", "=", inside.id)]))
        self.env["project.budget.alert"].sudo()._without_defaults().create(
            {
                "project_id": inside.id,
                "cause": "unplanned",
                "step": 1,
                "facts": {"hours": "500", "tasks": 1},
                "company_id": self.company.id,
            }
        )
        inside._budget_look_later()
        self.assertFalse(self._look(inside), "what was told before is closed")
        self.assertRecordValues(inside.budget_alert_ids, [{"state": "closed"}])

    def test_unplanned_work_takes_what_the_tasks_below_it_take(self):
        project = self._start()
        self._budget(project)
        tasks = self.env["project.task"]
        above = tasks.create({"name": "Extra", "project_id": project.id})
        tasks.create({"name": "Dig", "project_id": project.id, "parent_id": above.id, "allocated_hours": 7.0})
        below = tasks.create({"name": "Fill", "project_id": project.id, "parent_id": above.id, "allocated_hours": 2.0})
        self._work(below, 3.0)
        self._work(above, 1.0)
        self.assertEqual(project._budget_unplanned(), [(above.id, project.id, 11)])
        above.allocated_hours = 20.0
        self.assertEqual(project._budget_unplanned(), [(above.id, project.id, 20)])

    def test_what_was_planned_is_not_unplanned(self):
        project = self._start()
        design, _build = self._plan(project)
        sold = project.sale_order_id.order_line.task_id
        below = self.env["project.task"].create(
            {"name": "B", "project_id": project.id, "parent_id": design.task_ids.id}
        )
        budgeted = self.env["project.task"].create({"name": "Budgeted", "project_id": project.id})
        row = {"task_id": budgeted.id, "kind": "labour", "hours": 5.0, "cost": 100.0}
        self.versions._record(project, [row], "Extra")
        tasks = design.task_ids | below | budgeted | sold
        self.assertEqual(set(tasks.mapped("is_unplanned")), {False})

    def test_hours_after_billing(self):
        project = self._start()
        self._budget(project)
        design, _build = self._plan(project)
        design.action_attain()
        self._drain()
        day = design.invoice_ids.invoice_date
        self._work(design.task_ids, 1.0, day)
        self.assertFalse(self._look(project))
        line = self._work(design.task_ids, 1.5, day.replace(year=day.year + 1))
        alert = self._look(project)
        self.assertRecordValues(alert, [{"cause": "late", "milestone_id": design.id}])
        self.assertEqual(alert.text, "Design: 1.5 hours came after it was billed.")
        design.invoice_ids.button_draft()
        self.assertFalse(self._look(project))
        design.invoice_ids.action_post()
        self.assertTrue(self._look(project))
        line.task_id = self._plan(project)[1].task_ids
        self.assertFalse(self._look(project))

    def test_projects_without_a_company_are_those_of_their_orders_company(self):
        project = self._start()
        order, [design, _build] = project.sale_order_id, self._plan(project)
        project.write({"company_id": False, "sale_line_id": False})
        self._work(design.task_ids, 2.0)
        self.assertEqual(self._of(design, project).hours.spent, 2)
        self.assertRecordValues(design, [{"spent_hours": 2.0, "spent_cost": 100.0}])
        design.action_attain()
        self._drain()
        day = design.invoice_ids.invoice_date
        self._work(design.task_ids, 1.0, day.replace(year=day.year + 1))
        other = self.setup_other_company()["company"]
        self.env.user.company_ids |= other
        self.assertEqual(project.with_company(other)._budget_company(), self.company)
        self.assertRecordValues(self._look(project), [{"cause": "late", "company_id": self.company.id}])
        own = self.env["project.project"].create({"name": "Own", "company_id": False})
        order.project_id = own
        self.assertEqual(own.with_company(other)._budget_company(), self.company)

    def test_thresholds_are_the_company_s_or_the_project_s(self):
        project = self._start()
        self._budget(project)
        self._work(self._plan(project)[0].task_ids, 21.0)
        project.budget_ahead_percent = 50.0
        self.assertFalse(self._look(project))
        settings = self.env["billing.settings"].create({"budget_ahead_milestone": 40.0})
        settings.execute()
        self.env["project.budget.look"].sudo()._cron_look_at_all()
        self.assertEqual(self._look(project).milestone_id, self._plan(project)[0])

    def test_archived_and_template_projects_warn_of_nothing(self):
        project = self._start()
        self._budget(project)
        self._work(self._plan(project)[0].task_ids, 21.0)
        self.assertTrue(self._look(project))
        project.active = False
        project._budget_look_later()
        self.assertFalse(self._look(project))

    def test_followers_who_want_it_get_a_mail(self):
        project = self._start()
        self._budget(project)
        wants = new_test_user(self.env, "wants", "project.group_project_user", email="wants@example.com")
        other = new_test_user(self.env, "other", "project.group_project_user", email="other@example.com")
        subtype = self.env.ref("milestone_billing_budget.mt_budget_alert")
        project.message_subscribe(wants.partner_id.ids, subtype.ids)
        project.message_subscribe((other | self.env.user).partner_id.ids)
        project.message_subscribe(self.customer.ids)
        self._work(self._plan(project)[0].task_ids, 21.0)
        self._look(project)
        message = project.message_ids.filtered(lambda row: "26 %" in (row.body or ""))
        self.assertEqual(message.notified_partner_ids, wants.partner_id)
        self.assertTrue(message.subtype_id.internal)

    def test_project_users_read_alerts_and_dismiss_none(self):
        project = self._start()
        self._budget(project)
        self._work(self._plan(project)[0].task_ids, 21.0)
        alert = self._look(project)
        user = new_test_user(
            self.env,
            "alert_user",
            "project.group_project_user",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        self.assertIn("26 %", alert.with_user(user).text)
        with self.assertRaises(AccessError):
            alert.with_user(user).action_dismiss()
