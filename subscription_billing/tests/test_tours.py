from odoo.tests import HttpCase, new_test_user, tagged

from .common import SubscriptionCommon


@tagged("post_install", "-at_install")
class TestTours(SubscriptionCommon, HttpCase):
    """Subscriptions on screen, as the people see them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        groups = "base.group_user,account.group_account_invoice,sales_team.group_sale_manager"
        cls.clerk = new_test_user(
            cls.env, "tour_clerk", groups, company_id=cls.company.id, company_ids=cls.company.ids, tz="UTC"
        )

    def test_the_life_of_a_subscription(self):
        self._on("2026-04-01")
        charge = self._charge(self._subscribe(30.0, name="Seats", product_uom_qty=2.0, start="2026-03-01"))
        self._bill("2026-04-01").action_post()
        self._on("2026-04-20")
        charge.change("2026-04-16", quantity=3.0, note="One more")
        action = self.env.ref("subscription_billing.action_subscription_charge")
        self.start_tour(f"/odoo/action-{action.id}", "subscription_life", login="tour_clerk")
        self.start_tour("/odoo/subscriptions-dashboard", "subscription_dashboard", login="tour_clerk")

    def test_a_change_on_screen_is_billed_by_the_next_run(self):
        self._on("2026-04-01")
        order = self._subscribe(30.0, name="Seats", product_uom_qty=2.0)
        self._bill("2026-04-01").action_post()
        self._on("2026-04-16")
        action = self.env.ref("subscription_billing.action_subscription_charge")
        self.start_tour(f"/odoo/action-{action.id}", "subscription_change", login="tour_clerk")
        self.assertEqual(self._charge(order).quantity, 5.0)
        self.assertEqual(self._bill("2026-04-17").amount_untaxed, 45.0, "half a month of three seats")
