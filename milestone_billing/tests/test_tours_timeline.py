from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged

from .common import BillingCommon

ROLES = {
    "tour_worker": "project.group_project_user",
    "tour_biller": "milestone_billing.group_billing_manager",
    "tour_seller": "sales_team.group_sale_salesman",
}


@tagged("post_install", "-at_install")
class TestTimelineTours(BillingCommon, HttpCase):
    """The plan where people already are: task, order, quotation and project; each as who has just the rights for it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = {
            login: new_test_user(
                cls.env, login, f"base.group_user,{group}", company_id=cls.company.id, company_ids=cls.company.ids
            )
            for login, group in ROLES.items()
        }
        cls.order = cls._make_order(1000.0, user_id=cls.users["tour_seller"].id)
        cls.schedule = cls._make_schedule(
            cls.order,
            {"name": "Design", "due_on": "task", "percent": 40},
            {"name": "Acceptance", "due_on": "manual", "percent": 60},
            invoice_policy="post",
        )
        cls.order.action_confirm()
        cls.design, cls.acceptance = cls.schedule.milestone_ids

    def setUp(self):
        super().setUp()

        # The clock's worker, that bills right after a request, is not there in tests: bill at the end of the request.
        drain = self.env.ref("milestone_billing.ir_cron_drain_1")

        def bill(cron, *_args, **_kwargs):
            if cron.id == drain.id and not cron.env.context.get("tour_billing"):
                cron.env["billing.attainment"].with_context(tour_billing=True).sudo()._drain()

        self.startPatcher(patch.object(type(self.env["ir.cron"]), "_trigger", bill))

    def test_task_says_what_finishing_it_bills(self):
        task = self.design.task_ids
        self.start_tour(
            f"/odoo/project/{task.project_id.id}/tasks/{task.id}", "billing_task_preview", login="tour_worker"
        )
        self.assertRecordValues(self.design, [{"state": "invoiced", "billed_amount": 400.0}])

    def test_timeline_attains_holds_and_releases(self):
        self.start_tour(f"/odoo/sales/{self.order.id}", "billing_timeline_acts", login="tour_biller")
        self.assertRecordValues(
            self.schedule.milestone_ids,
            [{"state": "planned", "billed_amount": 0.0}, {"state": "invoiced", "billed_amount": 600.0}],
        )
        self.assertRecordValues(self.design.hold_ids, [{"reason": "Dispute over scope", "is_active": False}])

    def test_timeline_retries(self):
        self.customer.active = False
        self.acceptance.action_attain()
        self._drain()
        self.customer.active = True
        self.assertEqual(self.acceptance.state, "failed")
        self.start_tour(f"/odoo/sales/{self.order.id}", "billing_timeline_retry", login="tour_biller")
        self.assertEqual(self.acceptance.state, "invoiced")

    def test_change_order_moves_the_plan(self):
        self.start_tour(f"/odoo/sales/{self.order.id}", "billing_change_order", login="tour_seller")
        self.assertEqual(self.schedule.milestone_ids.mapped("amount"), [800.0, 1200.0])

    def test_quotation_gets_a_schedule(self):
        self.env["billing.schedule.template"].create(
            {
                "name": "Two halves",
                "milestone_ids": [
                    Command.create({"name": "First half", "due_on": "manual", "percent": 50}),
                    Command.create({"name": "Second half", "due_on": "manual", "amount_type": "balance"}),
                ],
            }
        )
        quotation = self._make_order(1000.0, user_id=self.users["tour_seller"].id)
        self.start_tour(f"/odoo/sales/{quotation.id}", "billing_schedule_on_quotation", login="tour_seller")
        self.assertEqual(quotation.state, "sale")
        self.assertRecordValues(
            quotation.billing_milestone_ids,
            [{"name": "First half", "amount": 300.0}, {"name": "Second half", "amount": 700.0}],
        )

    def test_project_panel_attains_in_part_and_undoes(self):
        project = self.design.project_id
        self.start_tour(f"/odoo/project/{project.id}/project-dashboard", "billing_attain_to_undo", login="tour_worker")
        self.assertRecordValues(
            self.acceptance, [{"attained_percent": 0.0, "billed_amount": 300.0, "needs_credit": True}]
        )

    def test_project_panel_attains(self):
        project = self.design.project_id
        self.start_tour(f"/odoo/project/{project.id}/project-dashboard", "billing_project_panel", login="tour_worker")
        self.assertEqual(self.acceptance.state, "invoiced")

    def test_card_dragged_to_the_closing_stage_is_billed(self):
        project = self.design.project_id
        stages = self.env["project.task.type"].create(
            [{"name": name, "fold": fold, "project_ids": project.ids} for name, fold in (("Doing", 0), ("Closed", 1))]
        )
        self.env["project.task"].create({"name": "Handed In", "project_id": project.id, "state": "1_done"})
        project.tasks.stage_id = stages[0]
        self.start_tour(f"/odoo/project/{project.id}/tasks", "billing_board", login="tour_worker")
        self.assertRecordValues(self.design, [{"state": "invoiced", "billed_amount": 400.0}])
        self.assertRecordValues(self.design.task_ids, [{"state": "1_done", "stage_id": stages[1].id}])
