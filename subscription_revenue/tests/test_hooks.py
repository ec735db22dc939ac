from contextlib import contextmanager
from unittest.mock import patch

from odoo.addons.revenue_recognition.loading import SOURCES
from odoo.tests import tagged

from .common import MONTHS, SubscriptionRevenueCommon


@tagged("post_install", "-at_install")
class TestHooks(SubscriptionRevenueCommon):
    """Contracts made before the addon came are put right, and those it leaves stay as they are."""

    @contextmanager
    def _without(self):
        """Have both addons work as they do without this one."""
        contracts, lines = type(self.env["revenue.contract"]), type(self.env["sale.order.line"])
        with (
            patch.object(contracts, "_fact_sources", lambda self: SOURCES),
            patch.object(lines, "_revenue_is_charged", lambda self: False),
        ):
            yield

    def _charged_before(self):
        """Return the contract of a year at 100.00 a month that was made while nobody knew of subscriptions."""
        with self._without():
            order = self._sell(100.0, self.termed, "2026-01-01", revenue_end="2026-12-31")
            contract = self._contract(order)
            self.assertEqual(contract.fixed, 100.0, "one period")
        return order, contract

    def test_a_contract_of_which_nothing_is_booked_is_made_anew(self):
        _order, contract = self._charged_before()
        self.env["revenue.contract"]._adopt_subscriptions()
        self.assertEqual((contract.fixed, contract.obligation_ids.price), (1200.0, 1200.0))
        self._live(MONTHS[:1])
        self._check_books(contract, "2026-01-31", 1200.0, 100.0, 100.0)

    def test_a_contract_that_was_booked_is_caught_up(self):
        order, contract = self._charged_before()
        with self._without():
            self._live(MONTHS[:2])
            self._check_books(contract, "2026-02-28", 100.0, 200.0, 16.67)
            self._on("2026-03-01")
            order.order_line.price_unit = 110.0
            contract.modification_ids.action_apply()
            order.order_line.product_uom_qty = 2.0
            self.assertEqual(contract.modification_ids.mapped("state"), ["applied", "proposed"])
        self.env["revenue.contract"]._adopt_subscriptions()
        self.assertEqual(contract.modification_ids.mapped("state"), ["applied"], "what the order proposed is no news")
        self._live(MONTHS[2:3])
        # 200.00, and 10 months of 2 × 110.00.
        self._check_books(contract, "2026-03-31", 2400.0, 420.0, 420.0)
        self._check_tied()

    def test_what_subscriptions_changed_stays_when_the_addon_goes(self):
        order = self._sell(100.0, self.monthly, "2026-01-01")
        contract = self._contract(order)
        self._live(MONTHS[:2])
        self._on("2026-03-10")
        order.order_line.product_uom_qty = 3.0
        self._live(MONTHS[2:4])
        days = [*MONTHS[:4], "2026-03-09", "2026-03-10", "2026-04-15"]
        before = [self._position(contract, day) for day in days]
        # 200.00, in March 9 of 31 days of 100.00 and 22 of 300.00, 300.00 in April.
        self.assertEqual(before[3][0], 741.94)
        contract._keep_subscription_changes()
        with self._without():
            self.assertEqual([self._position(contract, day) for day in days], before)
            self.assertEqual(set(contract.modification_ids.mapped("state")), {"applied"})
            self._on("2026-05-31")
            self._close("2026-05-31")
            self._check_tied()
