from odoo.tests import HttpCase, new_test_user, tagged

from .common import BillingCommon


@tagged("post_install", "-at_install")
class TestPaperTours(BillingCommon, HttpCase):
    """The queue, the dashboard and the portal in a browser, as the least privileged role that may."""

    @classmethod
    def _user(cls, login, groups):
        return new_test_user(cls.env, login, groups, company_id=cls.company.id, company_ids=cls.company.ids)

    def _make_queue(self):
        """Make one milestone that waits, one that failed and may be tried again, one on hold, and one to come."""
        order = self._make_order(1000.0)
        names = ("Failed one", "Held one", "Waiting one", "Planned one")
        self._make_schedule(order, *({"name": name, "percent": 25, "due_on": "manual"} for name in names))
        order.action_confirm()
        failed, held, waiting, planned = order.billing_milestone_ids
        self.customer.active = False
        failed.action_attain()
        self._drain()
        self.customer.active = True
        self.env["billing.hold"].create({"milestone_id": held.id, "reason": "Dispute"})
        held.action_attain()
        self._drain()
        waiting.action_attain()
        self.assertEqual(
            [row.state for row in (failed, held, waiting, planned)], ["failed", "blocked", "due", "planned"]
        )
        return order

    def test_manager_works_the_queue(self):
        self._user("queue_manager", "milestone_billing.group_billing_manager")
        order = self._make_queue()
        self.start_tour("/odoo/to-bill", "billing_queue_bulk", login="queue_manager")
        self.assertEqual(order.billing_milestone_ids.mapped("state"), ["invoiced", "invoiced", "invoiced", "planned"])
        self.assertEqual(order.billing_milestone_ids[3].hold_ids.reason, "Credit check")
