"""What a customer accepts is evidence for revenue, dated by his acceptance, through Odoo's own milestones."""

from freezegun import freeze_time

from odoo.addons.milestone_billing_acceptance.tests.common import AcceptanceCommon
from odoo.addons.revenue_recognition.tests.close_common import CloseCommon
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestAcceptanceRevenue(CloseCommon, AcceptanceCommon):
    """Revenue by milestones is recognised on the day of acceptance, not on the day the work was done."""

    def _sell(self, day, **terms):
        work = self._make_service("Works", "task_in_project", revenue_policy_id=self._policy("milestones").id)
        order = self._make_order((work, 1000.0))
        self._make_schedule(
            order, {"name": "Design", "percent": 100.0, "due_on": "task", "needs_acceptance": True, **terms}
        )
        return self._confirm(order, day), order.billing_schedule_ids.milestone_ids

    def _revenue(self, contract, day):
        [position] = self.env["revenue.contract"].get_position([contract.id], day)
        return position["revenue"]

    def test_dated_by_the_acceptance(self):
        with freeze_time("2026-03-02 09:00:00"):
            contract, milestone = self._sell("2026-03-01")
        with freeze_time("2026-03-30 09:00:00"):
            milestone.task_ids.state = "1_done"
            acceptance = self._ask(milestone)
            self.assertEqual(self._revenue(contract, "2026-03-31"), 0.0)
        with freeze_time("2026-04-02 09:00:00"):
            self._answer(acceptance)
        self.assertEqual(self._revenue(contract, "2026-04-01"), 0.0)
        self.assertEqual(self._revenue(contract, "2026-04-02"), 1000.0)
        self.assertEqual(str(milestone.project_milestone_id.reached_date), "2026-04-02")

    def test_dated_by_silence(self):
        with freeze_time("2026-03-02 09:00:00"):
            contract, milestone = self._sell("2026-03-01", acceptance_days=5)
            milestone.task_ids.state = "1_done"
            self._ask(milestone)
        with freeze_time("2026-03-20 09:00:00"):
            self._follow()
        self.assertEqual(self._revenue(contract, "2026-03-09"), 0.0)
        self.assertEqual(self._revenue(contract, "2026-03-10"), 1000.0)

    def test_undone(self):
        with freeze_time("2026-03-02 09:00:00"):
            contract, milestone = self._sell("2026-03-01")
            self._answer(self._ask(milestone))
            self.assertEqual(self._revenue(contract, "2026-03-02"), 1000.0)
            milestone.action_undo()
            self.assertEqual(self._revenue(contract, "2026-03-02"), 0.0)
