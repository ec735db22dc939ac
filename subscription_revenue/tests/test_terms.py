from odoo.tests import tagged

from .common import MONTHS, SubscriptionRevenueCommon


@tagged("post_install", "-at_install")
class TestTerms(SubscriptionRevenueCommon):
    """A contract counts what both parties are bound to: its term, or the running period where there is none."""

    def test_a_year_billed_monthly_in_advance_is_earned_month_by_month(self):
        order = self._sell(100.0, self.termed, "2026-01-01")
        contract = self._contract(order)
        [obligation] = contract.obligation_ids
        self.assertEqual((obligation.price, obligation.quantity), (1200.0, 12.0))
        self.assertEqual((str(obligation.date_start), str(obligation.date_end)), ("2026-01-01", "2026-12-31"))
        self.assertEqual(contract.fixed, 1200.0)
        for number, last in enumerate(MONTHS, 1):
            self._live([last])
            # Each month bills 100.00 on its first day and earns a twelfth of 1,200.00 through its last one.
            self._check_books(contract, last, 1200.0, 100.0 * number, 100.0 * number)
            self._check_tied()
        self.assertFalse(contract.modification_ids)
        self.assertFalse(contract.exception_ids.filtered(lambda one: not one.close_id))

    def test_within_a_month_what_is_billed_in_advance_is_a_liability(self):
        order = self._sell(100.0, self.termed, "2026-01-01", product=self.hosting)
        contract = self._contract(order)
        self._bill("2026-01-01")
        # 10 of 365 days of 1,200.00 = 32.88; billed 100.00.
        self.assertEqual(self._position(contract, "2026-01-10"), (1200.0, 100.0, 32.88))
        # 31 of 365 days = 101.92: more than is billed, as January has more days than a twelfth of the year.
        self._on("2026-01-31")
        self._close("2026-01-31")
        self._check_books(contract, "2026-01-31", 1200.0, 100.0, 101.92)

    def test_month_to_month_each_period_adds_to_the_contract_as_it_begins(self):
        order = self._sell(100.0, self.monthly, "2026-01-15", product=self.hosting)
        contract = self._contract(order)
        self.assertEqual(contract.fixed, 100.0, "either party may leave on 15 February")
        self.assertEqual(str(contract.obligation_ids.date_end), "2026-02-14")
        self._bill("2026-01-15")
        self._on("2026-01-31")
        self._close("2026-01-31")
        # 17 of 31 days of 100.00 = 54.84.
        self._check_books(contract, "2026-01-31", 100.0, 100.0, 54.84)
        self._bill("2026-02-15")
        self._on("2026-02-28")
        self._close("2026-02-28")
        # 100.00, and 14 of 28 days of the next 100.00 (15 February to 14 March) = 150.00.
        self._check_books(contract, "2026-02-28", 200.0, 200.0, 150.0)
        self._check_tied()
        self.assertFalse(contract.modification_ids, "what becomes enforceable is no change of the contract")

    def test_a_quarter_in_arrears_is_a_contract_asset_until_it_is_billed(self):
        order = self._sell(300.0, self.quarterly, "2026-01-01")
        contract = self._contract(order)
        for number, last in enumerate(MONTHS[:3], 1):
            self._live([last])
            # A third of 300.00 each month, none of it billed.
            self._check_books(contract, last, 300.0, 0.0, 100.0 * number)
        self._live(MONTHS[3:4])
        # Billed on 1 April; the next quarter is enforceable since, and a month of it is earned.
        self._check_books(contract, "2026-04-30", 600.0, 300.0, 400.0)
        self._check_tied()

    def test_a_year_paid_in_advance_is_earned_as_it_runs(self):
        prepaid = self._make_plan("Yearly", interval_unit="years")
        order = self._sell(1200.0, prepaid, "2026-04-01")
        contract = self._contract(order)
        self._live(MONTHS[3:6])
        # 3 of 12 months of 1,200.00.
        self._check_books(contract, "2026-06-30", 1200.0, 1200.0, 300.0)
        [position] = self.env["revenue.contract"].get_position([contract.id], "2026-06-30")
        self.assertEqual(position["contract_liability"], 900.0)

    def test_an_end_agreed_at_first_is_enforceable(self):
        order = self._sell(100.0, self.monthly, "2026-01-01", subscription_end="2026-06-30")
        contract = self._contract(order)
        self.assertEqual(contract.fixed, 600.0)
        self._live(MONTHS[:1])
        self._check_books(contract, "2026-01-31", 600.0, 100.0, 100.0)

    def test_free_months_are_paid_for_by_those_that_follow(self):
        free = self._make_plan("A year, two months free", free_count=2, **self.yearly_term)
        order = self._sell(140.0, free, "2026-01-01")
        contract = self._contract(order)
        [obligation] = contract.obligation_ids
        # The term begins behind the free time: 12 × 140.00, for 14 months of service.
        self.assertEqual(obligation.price, 1680.0)
        self.assertEqual((str(obligation.date_start), str(obligation.date_end)), ("2026-01-01", "2027-02-28"))
        self._live(MONTHS[:2])
        # 2 of 14 months of 1,680.00, nothing billed: a contract asset.
        self._check_books(contract, "2026-02-28", 1680.0, 0.0, 240.0)
        self._live(MONTHS[2:3])
        self._check_books(contract, "2026-03-31", 1680.0, 140.0, 360.0)

    def test_without_a_term_nothing_is_earned_in_free_months(self):
        free = self._make_plan("Monthly, one month free", free_count=1)
        order = self._sell(100.0, free, "2026-01-01")
        contract = self._contract(order)
        self._live(MONTHS[:2])
        # The customer may leave in January and owe nothing; February is 100.00.
        self._check_books(contract, "2026-02-28", 100.0, 100.0, 100.0)
        self.assertEqual(self._position(contract, "2026-01-31"), (100.0, 0.0, 0.0))

    def test_a_renewal_is_a_contract_of_its_own_at_its_own_price(self):
        plan = self._make_plan("A year, 5 % more", uplift_percent=5.0, **self.yearly_term)
        order = self._sell(100.0, plan, "2025-03-01")
        contract = self._contract(order)
        self.assertEqual(contract.fixed, 1200.0)
        for month in ("2025-03-01", "2025-06-01", "2025-12-01"):
            self._bill(month)
        self._bill("2026-02-01")
        self._on("2026-02-28")
        self._close("2026-02-28")
        self._check_books(contract, "2026-02-28", 1200.0, 1200.0, 1200.0)
        self._live(MONTHS[2:3])
        # From 1 March 2026 another year is enforceable, at 105.00 a month: 1,200.00 + 1,260.00.
        self._check_books(contract, "2026-03-31", 2460.0, 1305.0, 1305.0)
        [position] = self.env["revenue.contract"].get_position([contract.id], "2026-03-31")
        self.assertEqual(position["treatment"], "separate")
        self.assertIn("fulfilled", position["treatment_reason"])
        [position] = self.env["revenue.contract"].get_position([contract.id], "2026-02-28")
        self.assertEqual(position["treatment"], "", "the first year alone was agreed")

    def test_a_renewal_by_hand_counts_when_its_term_begins(self):
        plan = self._make_plan("A year, then over", renewal="end", **self.yearly_term)
        order = self._sell(100.0, plan, "2025-03-01")
        contract = self._contract(order)
        self._bill("2026-02-01")
        self._charge(order).renew(2, uplift_percent=10.0)
        self._on("2026-02-28")
        self._close("2026-02-28")
        self._check_books(contract, "2026-02-28", 1200.0, 1200.0, 1200.0)
        self._live(MONTHS[2:3])
        self._check_books(contract, "2026-03-31", 2520.0, 1310.0, 1310.0)

    def test_a_minimum_term_is_enforceable(self):
        plan = self._make_plan("Monthly, three at least", minimum_count=3, minimum_unit="months")
        order = self._sell(100.0, plan, "2026-01-01")
        contract = self._contract(order)
        self._live(MONTHS[:1])
        self._check_books(contract, "2026-01-31", 300.0, 100.0, 100.0)
        self._live(MONTHS[1:4])
        self._check_books(contract, "2026-04-30", 400.0, 400.0, 400.0)

    def test_many_terms_after_a_standstill(self):
        plan = self._make_plan("Two months, 5 % more", term_count=2, term_unit="months", uplift_percent=5.0)
        order = self._sell(100.0, plan, "2026-01-01")
        contract = self._contract(order)
        self._bill("2026-05-31")
        self._on("2026-05-31")
        self._close("2026-05-31")
        # 2 × 100.00, 2 × 105.00, 2 × 110.25 of which one month is over.
        self._check_books(contract, "2026-05-31", 630.5, 520.25, 520.25)
        self._check_tied()
