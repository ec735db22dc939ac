from odoo.tests import HttpCase, new_test_user, tagged

from .common import BillingCommon


@tagged("post_install", "-at_install")
class TestTours(BillingCommon, HttpCase):
    """What people click, in a browser, as the least privileged role that may."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        groups = {
            "tour_project": "project.group_project_user",
            "tour_billing": "milestone_billing.group_billing_user",
            "tour_manager": "milestone_billing.group_billing_manager,sales_team.group_sale_salesman_all_leads",
        }
        for login, names in groups.items():
            new_test_user(
                cls.env, login, f"base.group_user,{names}", company_id=cls.company.id, company_ids=cls.company.ids
            )
        cls.order = cls._make_order(1000.0)
        cls.schedule = cls._make_schedule(
            cls.order,
            {"name": "Line 1", "due_on": "task", "percent": 40},
            {"name": "Acceptance", "due_on": "manual", "percent": 60},
        )
        cls.order.action_confirm()
        cls.by_task, cls.by_hand = cls.schedule.milestone_ids

    def test_project_user_finishes_a_task(self):
        task = self.by_task.task_ids
        self.start_tour(
            f"/odoo/project/{task.project_id.id}/tasks/{task.id}", "billing_attain_from_task", login="tour_project"
        )
        self.assertEqual(self.by_task.attained_percent, 100)
        self._drain()
        self.assertEqual(self.by_task.state, "invoiced")

    def test_billing_user_attains_from_the_list(self):
        self.start_tour(
            "/odoo/action-milestone_billing.action_billing_milestone", "billing_attain_from_queue", login="tour_billing"
        )
        self.assertEqual(self.by_hand.attained_percent, 100)
        self._drain()
        self.assertEqual(self.by_hand.state, "invoiced")

    def test_manager_holds_and_releases(self):
        context = f"{{'default_order_id': {self.order.id}}}"
        action = self.env["ir.actions.act_window"].create(
            {"name": "Hold", "res_model": "billing.hold", "view_mode": "form", "context": context}
        )
        self.start_tour(f"/odoo/action-{action.id}/new", "billing_hold_and_release", login="tour_manager")
        self.assertRecordValues(
            self.order.billing_hold_ids,
            [{"reason": "Dispute over scope", "is_active": False, "order_id": self.order.id}],
        )

    def test_manager_attains_on_the_order(self):
        self.start_tour(f"/odoo/sales/{self.order.id}", "billing_order_schedule", login="tour_manager")
        self.assertEqual(self.by_hand.attained_percent, 100)
