from odoo.fields import Command
from odoo.tests import tagged

from .common import MONTHS, SubscriptionRevenueCommon


@tagged("post_install", "-at_install")
class TestChanges(SubscriptionRevenueCommon):
    """A change of a subscription changes its contract from its day on, and no other promise of it."""

    def _year(self, months, **line):
        """Return the order of a year at 100.00 a month, and its contract, after some months of it."""
        order = self._sell(100.0, self.termed, "2026-01-01", **line)
        self._live(MONTHS[:months])
        return order, self._contract(order)

    def test_seats_added_in_mid_term_are_earned_over_what_is_left(self):
        order, contract = self._year(6)
        self._on("2026-07-01")
        order.order_line.product_uom_qty = 3.0
        self._live(MONTHS[6:7])
        # 1,200.00 and 2 more seats for 6 months: 2,400.00; 600.00 was earned, a sixth of 1,800.00 is added.
        self._check_books(contract, "2026-07-31", 2400.0, 900.0, 900.0)
        self._check_tied()
        [position] = self.env["revenue.contract"].get_position([contract.id], "2026-07-31")
        self.assertEqual(position["treatment"], "prospective")
        self.assertFalse(contract.modification_ids, "nobody is asked what the subscription says")

    def test_seats_added_within_a_month(self):
        order, contract = self._year(1)
        self._on("2026-02-15")
        order.order_line.product_uom_qty = 2.0
        self._bill("2026-02-15")
        self._on("2026-02-28")
        self._close("2026-02-28")
        # One seat more for 14 of 28 days of February and 10 months: 50.00 + 1,000.00.
        # Earned: 100.00 + half of February, 50.00; then 2,250.00 − 150.00 over 10.5 months: 0.5 ÷ 10.5 of 2,100.00.
        self._check_books(contract, "2026-02-28", 2250.0, 250.0, 250.0)

    def test_a_lower_price_lowers_what_is_left(self):
        order, contract = self._year(3)
        self._on("2026-04-01")
        order.order_line.price_unit = 80.0
        self._live(MONTHS[3:4])
        # 300.00 + 9 × 80.00 = 1,020.00.
        self._check_books(contract, "2026-04-30", 1020.0, 380.0, 380.0)

    def test_a_change_of_a_closed_month_is_caught_up_in_the_open_one(self):
        order, contract = self._year(3)
        self._on("2026-04-10")
        self._charge(order).change("2026-03-01", price_unit=70.0)
        # 200.00 + 10 × 70.00 = 900.00; April bills 70.00 less 30.00 of March.
        self._bill("2026-04-10")
        self._on("2026-04-30")
        self._close("2026-04-30")
        self._check_books(contract, "2026-04-30", 900.0, 340.0, 340.0)
        close = self.env["revenue.close"].search([("date", "=", "2026-04-30")])
        booked = close.entry_ids.filtered(lambda row: row.kind == "revenue")
        self.assertEqual(sum(booked.mapped("amount")), 40.0, "70.00 of April, less 30.00 of March")

    def test_a_cancellation_lowers_the_price_to_what_stays_billed(self):
        order, contract = self._year(3)
        self._bill("2026-04-01")
        self._on("2026-04-15")
        self._charge(order).cancel("2026-04-15")
        self._bill("2026-04-15")
        self._on("2026-04-30")
        self._close("2026-04-30")
        # 300.00 and 15 of 30 days of April; 50.00 of it were given back.
        self._check_books(contract, "2026-04-30", 350.0, 350.0, 350.0)
        self._check_tied()
        self.assertFalse(contract.modification_ids, "the credit note is no concession")
        self.assertFalse(contract.exception_ids.filtered(lambda one: not one.close_id))

    def test_a_cancellation_from_a_day_that_is_over(self):
        order, contract = self._year(3)
        self._on("2026-04-10")
        self._charge(order).cancel("2026-02-28")
        self._bill("2026-04-10")
        self._on("2026-04-30")
        self._close("2026-04-30")
        self._check_books(contract, "2026-04-30", 200.0, 200.0, 200.0)
        self.assertEqual(self._position(contract, "2026-03-31")[2], 200.0, "of what was not owed nothing was earned")

    def test_a_cancellation_ahead_leaves_what_is_enforceable(self):
        order, contract = self._year(2)
        self._on("2026-03-10")
        self._charge(order).cancel("2026-06-30")
        self._live(MONTHS[2:7])
        self._check_books(contract, "2026-07-31", 600.0, 600.0, 600.0)
        self.assertFalse(contract.exception_ids.filtered(lambda one: not one.close_id))

    def test_month_to_month_another_price_counts_from_its_day(self):
        order = self._sell(100.0, self.monthly, "2026-01-01")
        contract = self._contract(order)
        self._live(MONTHS[:2])
        self._on("2026-03-01")
        order.order_line.price_unit = 130.0
        self._live(MONTHS[2:4])
        self._check_books(contract, "2026-04-30", 460.0, 460.0, 460.0)
        self._check_tied()

    def test_other_promises_of_the_contract_keep_their_price(self):
        """A licence that is delivered later keeps what was allocated to it, whatever the subscription does."""
        licence = self._make_product("Licence", self._make_policy("Delivered", method="point_in_time"))
        self._make_ssp(licence, 600.0)
        book = self._make_policy("By the book", **self._time(proration="monthly", ssp_source="book"))
        seats = self._make_product("Seats", book)
        self._make_ssp(seats, 100.0)
        self._on("2026-01-01")
        start = {"subscription_plan_id": self.termed.id, "subscription_start": "2026-01-01"}
        order = self._make_order(
            {"product_id": seats.id, "price_unit": 100.0, **start}, {"product_id": licence.id, "price_unit": 150.0}
        )
        contract = self._contract(order)
        # 1,350.00 by 1,200.00 (12 × 100.00) to 600.00.
        shares = {"Seats": 900.0, "Licence": 450.0}
        self.assertEqual({one.product_id.name: one.allocated for one in contract.obligation_ids}, shares)
        self._invoice(order, "2026-01-01")
        self._on("2026-01-31")
        self._close("2026-01-31")
        # A twelfth of 900.00; the licence was billed, not delivered.
        self._check_books(contract, "2026-01-31", 1350.0, 250.0, 75.0)
        self._on("2026-02-01")
        order.order_line[0].price_unit = 122.0
        self._live(MONTHS[1:2])
        # 11 × 22.00 = 242.00 more belong to the seats alone: 75.00 + (825.00 + 242.00) ÷ 11 = 172.00.
        self._check_books(contract, "2026-02-28", 1592.0, 372.0, 172.0)
        self.assertEqual({one.product_id.name: one.allocated for one in contract.obligation_ids}["Licence"], 450.0)

    def test_a_credit_note_of_a_period_changes_no_price_for_it_is_due_again(self):
        order, contract = self._year(2)
        invoice = order.invoice_ids.sorted("invoice_date")[-1]
        wizard = self.env["account.move.reversal"].with_context(active_model="account.move", active_ids=invoice.ids)
        reversal = wizard.create({"journal_id": invoice.journal_id.id, "date": "2026-02-20"})
        reversal.reverse_moves()
        reversal.new_move_ids.filtered(lambda move: move.state == "draft").action_post()
        self.assertEqual(self._position(contract, "2026-02-28"), (1200.0, 100.0, 200.0))
        self.assertFalse(contract.modification_ids)
        self._live(MONTHS[2:3])
        self._check_books(contract, "2026-03-31", 1200.0, 300.0, 300.0)

    def test_a_cancelled_order_ends_its_contract(self):
        order, contract = self._year(3)
        self._on("2026-04-02")
        self._bill("2026-04-02")
        self.assertEqual(self._position(contract, "2026-04-02")[1], 400.0)
        order._action_cancel()
        [change] = contract.modification_ids
        self.assertEqual((change.kind, change.state), ("terminate", "proposed"))
        change.action_apply()
        self._on("2026-04-30")
        self._close("2026-04-30")
        price, _billed, revenue = self._position(contract, "2026-04-30")
        self.assertEqual(price, revenue, "nothing is left to earn")
        # Two of thirty days of April: 6.67.
        self.assertEqual(revenue, 306.67)

    def test_a_cancelled_order_without_a_term_binds_nobody_further(self):
        order = self._sell(100.0, self.monthly, "2026-01-01")
        contract = self._contract(order)
        self._live(MONTHS[:2])
        self._on("2026-02-28")
        order._action_cancel()
        contract.modification_ids.action_apply()
        self._on("2026-04-30")
        self.assertEqual(self._position(contract, "2026-04-30"), (200.0, 200.0, 200.0))

    def test_a_line_added_to_a_running_order_is_a_contract_of_its_own(self):
        order, contract = self._year(2)
        self._on("2026-03-01")
        line = {"product_id": self.support.id, "price_unit": 50.0, "subscription_plan_id": self.termed.id}
        order.order_line = [Command.create({**line, "product_uom_qty": 1.0, "tax_ids": [Command.clear()]})]
        [change] = contract.modification_ids
        self.assertEqual((change.decided, change.fixed_delta), ("separate", 600.0))
        change.state == "applied" or change.action_apply()
        self._live(MONTHS[2:3])
        # 300.00, and a twelfth of 600.00.
        self._check_books(contract, "2026-03-31", 1800.0, 350.0, 350.0)
        order.order_line[1].price_unit = 61.0
        self._live(MONTHS[3:4])
        # From the day of the change on: 31 March of 61.00, 1 of 31 days more than 50.00 there, and 11 × 11.00.
        price = 1800.0 + round(11.0 / 31, 2) + 121.0
        self.assertEqual(self._position(contract, "2026-04-30")[0], price)

    def test_a_contract_in_another_currency(self):
        self._on("2026-01-01")
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.env["res.currency.rate"].search([("currency_id", "=", euro.id)]).unlink()
        rate = {"currency_id": euro.id, "company_id": self.company.id}
        self.env["res.currency.rate"].create({**rate, "name": "2026-01-01", "rate": 0.5})
        self.env["res.currency.rate"].create({**rate, "name": "2026-02-01", "rate": 0.4})
        prices = self.env["product.pricelist"].create({"name": "Euro", "currency_id": euro.id})
        line = {"product_id": self.support.id, "price_unit": 100.0, "subscription_plan_id": self.monthly.id}
        order = self._make_order({**line, "subscription_start": "2026-01-01"}, pricelist_id=prices.id)
        contract = self._contract(order)
        self._live(MONTHS[:2])
        self.assertEqual(self._position(contract, "2026-02-28"), (200.0, 200.0, 200.0))
        # 100.00 at 2.00 a euro and 100.00 at 2.50, each as it was billed.
        self.assertEqual(self._balance("revenue", "2026-02-28"), 450.0)
        self.assertEqual(self._balance("contract_liability", "2026-02-28"), 0.0)
        self._check_tied()
