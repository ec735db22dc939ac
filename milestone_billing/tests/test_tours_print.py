from odoo.tests import HttpCase, new_test_user, tagged

from .common import BillingCommon


class PaperTours(BillingCommon, HttpCase):
    """An order with something at each stage of the queue."""

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

    def _make_portal_order(self, login):
        """Make that order for a portal user of this login; what waited is billed."""
        customer = self._user(login, "base.group_portal")
        order = self._make_queue()
        customer.partner_id.parent_id = self.customer
        self._drain()
        return order


@tagged("post_install", "-at_install")
class TestPaperTours(PaperTours):
    """The queue, the dashboard and the portal in a browser, as the least privileged role that may."""

    def test_manager_works_the_queue(self):
        self._user("queue_manager", "milestone_billing.group_billing_manager")
        order = self._make_queue()
        self.start_tour("/odoo/to-bill", "billing_queue_bulk", login="queue_manager")
        self.assertEqual(order.billing_milestone_ids.mapped("state"), ["invoiced", "invoiced", "invoiced", "planned"])
        self.assertEqual(order.billing_milestone_ids[3].hold_ids.reason, "Credit check")

    def test_billing_user_goes_from_the_dashboard_to_what_waits(self):
        self._user("dash_clerk_tour", "milestone_billing.group_billing_user")
        self._make_queue()
        self.start_tour("/odoo/billing-dashboard", "billing_dashboard", login="dash_clerk_tour")

    def test_customer_reads_the_plan(self):
        self._make_portal_order("tour_portal")
        self.start_tour("/my/home", "billing_portal_plan", login="tour_portal")


@tagged("post_install", "-at_install")
class TestPortalOnAPhone(PaperTours):
    """The plan on the portal, on the screen of a phone."""

    browser_size = "390x844"
    touch_enabled = True

    def test_customer_reads_the_plan_on_a_phone(self):
        order = self._make_portal_order("phone_portal")
        self.start_tour(f"/my/orders/{order.id}", "billing_portal_plan_phone", login="phone_portal")

    def test_customer_reads_the_list_on_a_phone(self):
        self._make_portal_order("phone_list_portal")
        self.start_tour("/my/billing_plans", "billing_portal_list_phone", login="phone_list_portal")
