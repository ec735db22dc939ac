from odoo.tests import HttpCase, new_test_user, tagged

from .common import BudgetCommon


@tagged("post_install", "-at_install")
class TestTours(BudgetCommon, HttpCase):
    """Budgets in the browser: set in the panel of a project, and from an alert to a change order."""

    def _open(self, project, tour, groups):
        user = new_test_user(self.env, "budget_tour", groups, company_id=self.company.id, company_ids=self.company.ids)
        action = self.env.ref("project.project_update_all_action")
        self.start_tour(f"/odoo/project/{project.id}/action-{action.id}?active_id={project.id}", tour, login=user.login)

    def test_alert_to_change_order(self):
        project = self._start()
        self._budget(project)
        self._work(self._plan(project)[0].task_ids, 12.0)
        for name, hours in (("Fence", 6.0), ("Gate", 4.0)):
            self.env["project.task"].create({"name": name, "project_id": project.id, "allocated_hours": hours})
        project._budget_look()
        self._open(
            project,
            "budget_alert_to_change_order",
            "project.group_project_manager,sales_team.group_sale_salesman_all_leads",
        )
        order = self.env["sale.order"].search([("budget_project_id", "=", project.id)])
        self.assertRecordValues(order, [{"state": "sale", "amount_untaxed": 1200.0}])
        self.assertRecordValues(project.budget_id, [{"number": 2, "hours": 110.0}])
        project._budget_look()
        self.assertFalse(project.budget_alert_ids.filtered(lambda alert: alert.state == "open"))

    def test_budget_is_set_in_the_panel(self):
        project = self._start()
        self._open(project, "budget_set_by_hand", "project.group_project_manager")
        self.assertRecordValues(project.budget_id, [{"number": 1, "reason": "First budget", "hours": 100.0}])
