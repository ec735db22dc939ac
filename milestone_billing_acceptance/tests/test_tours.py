from odoo.addons.milestone_billing.tests.common import tagged
from odoo.tests import HttpCase

from .common import AcceptanceCommon


class AcceptanceTour(HttpCase, AcceptanceCommon):
    """A request that was sent, and the path of its page."""

    def _prepare(self, *prices):
        milestone = self._start(*prices, due_on="task")
        milestone.task_ids.write({"name": "Crane drawings", "state": "1_done"})
        acceptance = self._ask(milestone, self.anna)
        return milestone, acceptance, acceptance.approver_ids._url().removeprefix(self.company.get_base_url())


@tagged("post_install", "-at_install")
class TestPhone(AcceptanceTour):
    """The customer answers on a phone."""

    browser_size = "390x844"
    touch_enabled = True

    def test_accepted_attained_billed(self):
        milestone, acceptance, path = self._prepare()
        self.start_tour(path, "acceptance_on_a_phone", login=None)
        self.env.invalidate_all()
        self.assertEqual(acceptance.state, "accepted")
        self.assertTrue(acceptance.answer_ids.signature)
        self._drain()
        self.assertRecordValues(milestone.order_id.invoice_ids, [{"state": "posted", "amount_untaxed": 1000.0}])


@tagged("post_install", "-at_install")
class TestTours(AcceptanceTour):
    """The customer answers at a desk, and the project manager asks again."""

    def test_in_part_by_lines(self):
        milestone, _acceptance, path = self._prepare(250.0, 750.0)
        self.start_tour(path, "acceptance_in_part", login=None)
        self.env.invalidate_all()
        self.assertEqual(milestone.attained_percent, 25)

    def test_rejected_and_asked_again(self):
        milestone, acceptance, path = self._prepare()
        milestone.project_id.user_id = self.manager
        self.manager.password = "petra"
        self.start_tour(path, "acceptance_rejected", login=None)
        self.env.invalidate_all()
        self.assertEqual(acceptance.state, "rejected")
        [activity] = milestone.order_id.activity_ids.filtered(lambda row: row.billing_request == "acceptance")
        self.assertEqual(activity.user_id, self.manager)
        action = "milestone_billing.action_billing_milestone"
        self.start_tour(f"/odoo/action-{action}/{milestone.id}", "acceptance_asked_again", login="petra")
        self.env.invalidate_all()
        self.assertRecordValues(
            milestone.acceptance_ids - acceptance,
            [{"state": "open", "round": 2, "message": "The crane is there now", "user_id": self.manager.id}],
        )
        self.assertFalse(milestone.order_id.activity_ids.filtered(lambda row: row.billing_request == "acceptance"))
