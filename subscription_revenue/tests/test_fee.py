from odoo.tests import tagged

from .common import MONTHS, SubscriptionRevenueCommon


@tagged("post_install", "-at_install")
class TestFee(SubscriptionRevenueCommon):
    """A fee for activation is earned by its own policy: at once, with the subscription, while customers stay."""

    def _sell_with_fee(self, policy, plan=None):
        self._on("2026-01-01")
        fee = self._make_product("Activation", policy)
        start = {"subscription_plan_id": (plan or self.termed).id, "subscription_start": "2026-01-01"}
        order = self._make_order(
            {"product_id": self.support.id, "price_unit": 100.0, **start}, {"product_id": fee.id, "price_unit": 240.0}
        )
        self._invoice(order, "2026-01-01")
        contract = self._contract(order)
        self._live(MONTHS[:1])
        return contract

    def test_a_fee_that_is_worth_nothing_alone_is_earned_over_the_term(self):
        policy = self._make_policy("With it", **self._time(proration="monthly", with_subscription=True))
        contract = self._sell_with_fee(policy)
        # A twelfth of 240.00 and 100.00 of January; 340.00 was billed.
        self._check_books(contract, "2026-01-31", 1440.0, 340.0, 120.0)

    def test_a_fee_that_customers_do_not_pay_again_is_earned_as_long_as_they_stay(self):
        terms = self._time(proration="monthly", with_subscription=True, duration_months=24)
        contract = self._sell_with_fee(self._make_policy("With it, two years", **terms), self.monthly)
        # A twenty-fourth of 240.00.
        self._check_books(contract, "2026-01-31", 340.0, 340.0, 110.0)
        self._live(MONTHS[1:2])
        self._check_books(contract, "2026-02-28", 440.0, 440.0, 220.0)

    def test_a_distinct_fee_is_earned_when_it_is_delivered(self):
        terms = {"method": "point_in_time", "trigger": "confirmation", "ssp_source": "price"}
        contract = self._sell_with_fee(self._make_policy("At once", **terms))
        self._check_books(contract, "2026-01-31", 1440.0, 340.0, 340.0)

    def test_the_ready_made_policy_goes_with_the_subscription(self):
        policy = self.env.ref("subscription_revenue.policy_activation_fee_subscription")
        contract = self._sell_with_fee(policy)
        fee = contract.obligation_ids.filtered(lambda one: one.price == 240.0)
        self.assertEqual((str(fee.date_start), str(fee.date_end)), ("2026-01-01", "2026-12-31"))
        self.assertIn("with the subscription", policy.version_ids.summary)
