from contextlib import contextmanager
from unittest.mock import patch

from odoo.addons.revenue_recognition.loading import SOURCES
from odoo.addons.subscription_billing.tests.test_usage_billing import UsageCommon
from odoo.fields import Command
from odoo.tests import tagged

from .common import MONTHS, SubscriptionRevenueCommon


class UsageRevenueCommon(UsageCommon, SubscriptionRevenueCommon):
    """Closes of a company that bills usage: half a unit of money for a GB, at the end of a month."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.traffic = cls._make_product("Traffic", cls.by_days)
        cls.quarter = cls._make_plan("Quarter", interval_count=3, timing="arrears")

    def _metered(self, **values):
        """Return the values of an order line of usage."""
        return {
            "product_id": self.traffic.id,
            "price_unit": 0.0,
            "subscription_plan_id": self.arrears.id,
            "subscription_kind": "usage",
            "subscription_price_book_id": self.per_gb.id,
            "subscription_metered_as": "ACME",
            **values,
        }

    def _beside(self, kind, price, plan, **values):
        """Return the values of an order line of a commitment or of funds."""
        product = self._make_product(kind.title(), self.by_days)
        return {
            "product_id": product.id,
            "price_unit": price,
            "subscription_plan_id": plan.id,
            "subscription_kind": kind,
            **values,
        }

    def _sell_lines(self, *lines, start="2026-01-01", **values):
        """Return the contract of a confirmed order."""
        return self._contract(self._confirmed(*lines, start=start, **values))

    def _confirmed(self, *lines, start="2026-01-01", **values):
        self._on(start)
        order = self._make_order(*lines, confirm=False, **values)
        order.order_line.filtered("subscription_plan_id").subscription_start = start
        order.action_confirm()
        return order

    def _shown(self, contract, day):
        """Return contract asset and contract liability at the end of a day."""
        [found] = self.env["revenue.contract"].get_position([contract.id], day)
        return found["contract_asset"], found["contract_liability"]

    def _said(self, contract, day):
        """Return how it is said that obligations are earned."""
        [found] = self.env["revenue.contract"].get_position([contract.id], day)
        return [step["text"] for step in found["steps"] if step["topic"] == "progress"]


@tagged("post_install", "-at_install")
class TestUsage(UsageRevenueCommon):
    """Usage earns on its day, billed or not; late usage in the first open period."""

    def test_usage_is_earned_on_its_day_and_an_asset_until_it_is_billed(self):
        contract = self._sell_lines(self._metered())
        self.assertEqual(contract.obligation_ids.measure, "usage")
        self._use(("2026-01-10", 40), ("2026-01-31", 20))
        self._live(MONTHS[:1])
        # 60 GB at 0.50, billed on 1 February.
        self._check_books(contract, MONTHS[0], 30.0, 0.0, 30.0)
        self.assertEqual(self._shown(contract, MONTHS[0]), (30.0, 0.0))
        self._use(("2026-02-05", 10))
        self._live(MONTHS[1:2])
        self._check_books(contract, MONTHS[1], 35.0, 30.0, 35.0)
        self._check_tied()
        self.assertEqual(self._position(contract, "2026-01-09")[2], 0.0)
        self.assertEqual(self._position(contract, "2026-01-10")[2], 20.0)
        self.assertEqual(
            self._said(contract, MONTHS[1]),
            ["used to date: each day earns what its usage costs; 35.00 recognised"],
        )

        found = contract.get_reasons("recognised", MONTHS[1])["sources"][-1]
        self.assertEqual((found["label"], found["date"]), ("Metered usage", "2026-02-05"))

    def test_another_plan_in_the_period_earns_each_row_once(self):
        contract = self._sell_lines(self._metered())
        self._use(("2026-01-05", 10), ("2026-01-20", 30))
        self._on("2026-01-25")
        weekly = self._make_plan("Weekly, by usage", timing="arrears", interval_unit="weeks")
        contract.order_ids.order_line.subscription_charge_ids.change_plan(weekly.id, "2026-01-15")
        self._on("2026-02-05")
        self.assertEqual(self._position(contract, "2026-01-14")[2], 5.0)
        self.assertEqual(self._position(contract, "2026-01-31")[2], 20.0)

    def test_what_is_estimated_where_none_came_is_earned_until_it_is_known(self):
        meter = self._make_meter("power", estimate="last")
        book = self._make_price(meter, model="flat", price=1.0)
        contract = self._sell_lines(self._metered(subscription_price_book_id=book.id))
        self._use(("2026-01-05", 31), meter=meter)
        self._live(MONTHS[:1])
        self._bill("2026-02-01")
        self._bill("2026-03-01")
        self.assertEqual(self._position(contract, MONTHS[1]), (59.0, 31.0, 59.0))
        self._use(("2026-02-20", 50), meter=meter)
        self.assertEqual(self._position(contract, MONTHS[1]), (81.0, 31.0, 81.0))

    def test_usage_added_to_a_running_order_is_earned_from_then_on(self):
        seats = {"product_id": self.support.id, "price_unit": 100.0, "subscription_plan_id": self.termed.id}
        contract = self._sell_lines(seats)
        self._live(MONTHS[:1])
        self._on("2026-02-10")
        contract.order_ids.order_line = [Command.create({**self._metered(), "subscription_start": "2026-02-10"})]
        waiting = contract.modification_ids.filtered(lambda change: change.state == "proposed")
        waiting.action_apply()
        self._use(("2026-02-15", 40))
        self._live(MONTHS[1:3])
        # 20.00 of usage in the period that ends on 9 March.
        self.assertEqual(self._position(contract, MONTHS[1])[2], 220.0)
        self._check_books(contract, MONTHS[2], 1220.0, 300.0, 320.0)
        self._check_tied()

    def test_usage_known_late_is_caught_up_in_the_first_open_period(self):
        contract = self._sell_lines(self._metered())
        self._use(("2026-01-10", 40))
        self._live(MONTHS[:2])
        self._check_books(contract, MONTHS[1], 20.0, 20.0, 20.0)
        self._on("2026-03-10")
        self._use(("2026-01-15", 10), ("2026-03-09", 6))
        self._live(MONTHS[2:3])
        # 5.00 of January, billed on 10 or 31 March at the latest on the next run, and 3.00 of March.
        self.assertEqual(self._balance("revenue", MONTHS[2]), 28.0)
        self.assertEqual(self._position(contract, MONTHS[0])[2], 25.0)
        self._live(MONTHS[3:4])
        self._check_books(contract, MONTHS[3], 28.0, 28.0, 28.0)
        self._check_tied()

    def test_a_period_that_has_begun_is_rated_to_date(self):
        """Graduated: 100 GB at 1.00, the rest at 0.50; a period begins on the 15th."""
        book = self._make_price(self.meter, model="graduated", tiers=[(100, 1.0), (0, 0.5)])
        contract = self._sell_lines(self._metered(subscription_price_book_id=book.id), start="2026-01-15")
        self._use(("2026-01-20", 80), ("2026-02-10", 60))
        self._live(MONTHS[:1])
        self._check_books(contract, MONTHS[0], 80.0, 0.0, 80.0)
        self._on("2026-02-14")
        self.assertEqual(self._position(contract, "2026-02-14")[2], 120.0)
        self._use(("2026-02-20", 20))
        self._bill("2026-02-15")
        self._live(MONTHS[1:2])
        self._check_books(contract, MONTHS[1], 140.0, 120.0, 140.0)

    def test_a_minimum_is_earned_as_its_period_passes(self):
        book = self._make_price(self.meter, model="flat", price=0.5, settings={"minimum": 60})
        plan = self._make_plan("Two months, by usage", interval_count=2, timing="arrears")
        line = self._metered(subscription_price_book_id=book.id, subscription_plan_id=plan.id)
        contract = self._sell_lines(line)
        self._use(("2026-01-20", 20))
        # 31 of 59 days of 60.00, more than the 10.00 used.
        self._live(MONTHS[:1])
        self._check_books(contract, MONTHS[0], 31.53, 0.0, 31.53)
        self._use(("2026-02-20", 20))
        self._live(MONTHS[1:2])
        self._check_books(contract, MONTHS[1], 60.0, 0.0, 60.0)
        self._bill("2026-03-01")
        self.assertEqual(self._position(contract, "2026-03-01"), (60.98, 60.0, 60.98))

    def test_what_is_measured_otherwise_is_earned_to_date(self):
        amounts = {"max": (30.0, 30.0), "last": (30.0, 20.0), "count": (2.0, 3.0), "time_weighted": (10.0, 20.0)}
        for aggregation, (first, whole) in amounts.items():
            meter = self._make_meter(f"m-{aggregation}", aggregation=aggregation)
            book = self._make_price(meter, model="flat", price=1.0)
            with self.subTest(aggregation):
                line = self._metered(subscription_price_book_id=book.id, subscription_metered_as=aggregation)
                contract = self._sell_lines(line)
                rows = [("2026-01-01T00:00:00Z", 10), ("2026-01-11T00:00:00Z", 30), ("2026-01-21T00:00:00Z", 20)]
                self._use(*rows, subject=aggregation, meter=meter)
                self._on("2026-02-01")
                day = self._position(contract, "2026-01-17")[2], self._position(contract, "2026-01-31")[2]
                self.assertEqual(day, (first, whole))


@tagged("post_install", "-at_install")
class TestPromised(UsageRevenueCommon):
    """What was promised of usage is earned over its time, funds as they pay, what is expected to lapse with them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bought = cls._make_plan("Year", interval_unit="years", expiry_count=3, expiry_unit="months")

    def test_a_commitment_with_a_shortfall_is_earned_over_its_quarter(self):
        contract = self._sell_lines(self._metered(), self._beside("commitment", 100.0, self.quarter))
        self.assertEqual(contract.fixed, 0.0)
        self._use(("2026-01-05", 40))
        self._live(MONTHS[:1])
        # 31 of 90 days of 100.00.
        self._check_books(contract, MONTHS[0], 34.44, 0.0, 34.44)
        self._use(("2026-02-05", 60))
        self._live(MONTHS[1:2])
        self._check_books(contract, MONTHS[1], 65.56, 20.0, 65.56)
        self._live(MONTHS[2:3])
        self._check_books(contract, MONTHS[2], 100.0, 50.0, 100.0)
        self._live(MONTHS[3:4])
        # 30 of 91 days of the next quarter.
        self._check_books(contract, MONTHS[3], 132.97, 100.0, 132.97)
        self._check_tied()

    def test_what_is_not_expected_to_be_used_is_earned_with_what_is(self):
        usage = self._metered(subscription_expected=40)
        contract = self._sell_lines(usage, self._beside("commitment", 100.0, self.quarter))
        self._use(("2026-01-05", 40))
        self._live(MONTHS[:1])
        # 20.00 used of 60.00 expected: a third of what was promised.
        self._check_books(contract, MONTHS[0], 33.33, 0.0, 33.33)
        self._use(("2026-02-05", 60))
        self._live(MONTHS[1:2])
        # 50.00 of now 70.00.
        self._check_books(contract, MONTHS[1], 71.43, 20.0, 71.43)
        self._use(("2026-03-05", 140))
        self._live(MONTHS[2:3])
        # 120.00 used: nothing is short any more.
        self._check_books(contract, MONTHS[2], 120.0, 50.0, 120.0)
        self._check_tied()

    def test_funds_are_owed_until_they_pay_and_what_expires_is_earned_then(self):
        funds = self._beside("prepaid", 120.0, self.bought)
        contract = self._sell_lines(self._metered(), funds)
        self._use(("2026-01-05", 40))
        self._live(MONTHS[:1])
        self._check_books(contract, MONTHS[0], 20.0, 120.0, 20.0)
        self._use(("2026-02-05", 60))
        self._live(MONTHS[1:2])
        self._check_books(contract, MONTHS[1], 50.0, 120.0, 50.0)
        self._use(("2026-03-05", 20))
        self._live(MONTHS[2:3])
        # 60.00 were drawn; 60.00 expired with the last day of March.
        self._check_books(contract, MONTHS[2], 120.0, 120.0, 120.0)
        self._use(("2026-04-05", 10))
        self._live(MONTHS[3:5])
        self._check_books(contract, MONTHS[4], 125.0, 125.0, 125.0)
        self._check_tied()

    def test_funds_that_are_expected_to_lapse_are_earned_with_those_that_pay(self):
        usage = self._metered(subscription_expected=40)
        contract = self._sell_lines(usage, self._beside("prepaid", 120.0, self.bought))
        self._use(("2026-01-05", 40))
        self._live(MONTHS[:1])
        # 20.00 of 60.00 expected: a third of the funds.
        self._check_books(contract, MONTHS[0], 40.0, 120.0, 40.0)
        self._use(("2026-02-05", 60))
        self._live(MONTHS[1:2])
        self._check_books(contract, MONTHS[1], 85.71, 120.0, 85.71)

    def test_a_discount_comes_off_what_funds_left_to_pay(self):
        funds = self._beside("prepaid", 120.0, self.bought)
        contract = self._sell_lines(self._metered(discount=10.0), funds)
        self._use(("2026-01-05", 40))
        self._live(MONTHS[:1])
        # 20.00 of the funds paid 20.00 of usage, of which no discount comes off.
        self._check_books(contract, MONTHS[0], 20.0, 120.0, 20.0)
        self._use(("2026-03-05", 400))
        self._live(MONTHS[1:4])
        # 100.00 of 200.00 were paid by funds; of the others, 10.00 come off.
        self._check_books(contract, MONTHS[3], 210.0, 210.0, 210.0)
        self._check_tied()

    def test_more_funds_than_they_cost_take_off_what_usage_earns(self):
        funds = self._beside("prepaid", 100.0, self.bought, subscription_funds=125.0)
        contract = self._sell_lines(self._metered(), funds)
        self._use(("2026-01-05", 100))
        self._live(MONTHS[:1])
        # 50.00 of 125.00, which cost 100.00: 40.00.
        self._check_books(contract, MONTHS[0], 40.0, 100.0, 40.0)
        self._live(MONTHS[1:2])
        self._check_books(contract, MONTHS[1], 40.0, 100.0, 40.0)
        self._use(("2026-03-05", 200))
        self._live(MONTHS[2:3])
        # 75.00 of the 100.00 of March are paid by funds, 25.00 are not.
        self._check_books(contract, MONTHS[2], 125.0, 100.0, 125.0)
        self._live(MONTHS[3:4])
        self._check_books(contract, MONTHS[3], 125.0, 125.0, 125.0)
        self._check_tied()


@tagged("post_install", "-at_install")
class TestBeside(UsageRevenueCommon):
    """Usage beside everything else: other promises, another currency, contracts made before the addon came."""

    def test_works_seats_and_usage_on_one_contract(self):
        works = self._make_product("Works", "milestones", service_tracking="project_only")
        seats = {"product_id": self.support.id, "price_unit": 100.0, "subscription_plan_id": self.termed.id}
        self._make_ssp(works, 600)
        order = self._confirmed({"product_id": works.id, "price_unit": 600.0}, seats, self._metered())
        [plan, _rest] = self.env["project.milestone"].create(
            [
                {
                    "project_id": order.project_ids.id,
                    "sale_line_id": order.order_line[0].id,
                    "name": name,
                    "quantity_percentage": share,
                }
                for name, share in (("Plan", 0.25), ("Build", 0.75))
            ]
        )
        order.revenue_contract_id.action_review()
        contract = self._contract(order)
        self._use(("2026-01-05", 40))
        self._live(MONTHS[:1])
        # 100.00 of seats and 20.00 of usage; the price is 600.00 + 1,200.00, and what is used.
        self._check_books(contract, MONTHS[0], 1820.0, 100.0, 120.0)
        self._on("2026-02-10")
        plan.is_reached = True
        plan.reached_date = "2026-02-10"
        self._live(MONTHS[1:2])
        self._check_books(contract, MONTHS[1], 1820.0, 220.0, 370.0)
        self._check_tied()

    def test_usage_in_another_currency_takes_the_rate_of_its_month(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.env["res.currency.rate"].search([("currency_id", "=", euro.id)]).unlink()
        rate = {"currency_id": euro.id, "company_id": self.company.id}
        for day, amount in (("2026-01-01", 0.5), ("2026-02-01", 0.4)):
            self.env["res.currency.rate"].create({**rate, "name": day, "rate": amount})
        prices = self.env["product.pricelist"].create({"name": "Euro", "currency_id": euro.id})
        book = self._make_price(self.meter, model="flat", price=0.5, settings={"currency_id": euro.id})
        line = self._metered(subscription_price_book_id=book.id)
        contract = self._sell_lines(line, pricelist_id=prices.id)
        self._use(("2026-01-10", 40))
        self._live(MONTHS[:1])
        # 20.00 EUR at 2.00.
        self.assertEqual(self._position(contract, MONTHS[0]), (20.0, 0.0, 20.0))
        self.assertEqual((self._balance("revenue"), self._balance("contract_asset")), (40.0, -40.0))
        self._live(MONTHS[1:2])
        # Billed at 2.50 in February: the asset is gone, 10.00 are a gain.
        self.assertEqual((self._balance("revenue"), self._balance("contract_asset")), (40.0, 0.0))
        self._check_tied()

    def test_contracts_made_before_are_caught_up(self):
        """Of a contract that was booked, usage was worth nothing, and what was promised one quarter."""
        with self._without():
            promised = self._beside("commitment", 90.0, self.quarter, revenue_end="2026-03-31")
            contract = self._sell_lines(self._metered(revenue_end="2026-03-31"), promised)
            self.assertEqual((contract.fixed, contract.obligation_ids[0].measure), (90.0, "straight_line"))
            self._use(("2026-01-05", 40))
            self._live(MONTHS[:1])
            self._check_books(contract, MONTHS[0], 90.0, 0.0, 31.0)
        self._on("2026-02-01")
        self.env["revenue.contract"]._adopt_subscriptions()
        self.assertEqual((contract.fixed, set(contract.obligation_ids.mapped("measure"))), (0.0, {"usage"}))
        self._live(MONTHS[1:2])
        # 59 of 90 days of 90.00, 20.00 of it used.
        self._check_books(contract, MONTHS[1], 59.0, 20.0, 59.0)
        self._check_tied()

    def test_what_was_used_stays_when_the_addon_goes_and_counts_once_when_it_comes_back(self):
        contract = self._sell_lines(self._metered(), self._beside("prepaid", 120.0, self._year()))
        self._use(("2026-01-05", 40), ("2026-02-05", 10))
        self._live(MONTHS[:2])
        days = [*MONTHS[:2], "2026-02-10"]
        before = [self._position(contract, day) for day in days]
        self.assertEqual(before[1], (25.0, 120.0, 25.0))
        contract._keep_usage()
        with self._without():
            self.assertEqual([self._position(contract, day) for day in MONTHS[:2]], before[:2])
        self.assertEqual([self._position(contract, day) for day in days], before)
        self._use(("2026-02-20", 10))
        contract._keep_usage()
        with self._without():
            self.assertEqual(self._position(contract, MONTHS[1]), (30.0, 120.0, 30.0))

    def _year(self):
        return self._make_plan("Year", interval_unit="years", expiry_count=1, expiry_unit="years")

    @contextmanager
    def _without(self):
        """Have both addons work as they do without this one."""
        contracts, lines = type(self.env["revenue.contract"]), type(self.env["sale.order.line"])
        with (
            patch.object(contracts, "_fact_sources", lambda self: SOURCES),
            patch.object(lines, "_revenue_is_charged", lambda self: False),
            patch.object(lines, "_revenue_is_metered", lambda self: False),
        ):
            yield

    def test_a_policy_may_say_as_invoiced(self):
        policy = self._make_policy("Invoiced", method="over_time", measure="invoiced", ssp_source="price")
        self.traffic.revenue_policy_id = policy
        contract = self._sell_lines(self._metered())
        self._use(("2026-01-10", 40))
        self._live(MONTHS[:2])
        self.assertEqual(self._position(contract, MONTHS[0])[2], 0.0)
        self._check_books(contract, MONTHS[1], 20.0, 20.0, 20.0)

    def test_an_order_that_is_cancelled_has_earned_what_was_used(self):
        contract = self._sell_lines(self._metered())
        self._use(("2026-01-10", 40))
        self._live(MONTHS[:1])
        self._on("2026-02-10")
        self._use(("2026-02-09", 10))
        contract.order_ids._action_cancel()
        self.assertEqual(self._position(contract, "2026-02-10")[2], 25.0)

    def test_the_waterfall_has_usage_in_its_months(self):
        contract = self._sell_lines(self._metered())
        self._use(("2026-01-10", 40), ("2026-02-10", 10))
        self._live(MONTHS[:2])
        found = self.env["revenue.contract"].get_waterfall([("id", "=", contract.id)], "2026-01-01", "2026-03-31")
        [row] = found["rows"]
        self.assertEqual(row["recognised"], {"2026-01": 20.0, "2026-02": 5.0, "2026-03": 0.0})
        self._use(("2026-03-05", 8))
        self._on("2026-03-10")
        found = self.env["revenue.contract"].get_waterfall([("id", "=", contract.id)], "2026-01-01", "2026-03-31")
        [row] = found["rows"]
        self.assertEqual((row["forecast"]["2026-03"], row["unscheduled"]), (4.0, 0.0))


@tagged("post_install", "-at_install")
class TestTaxesInPrice(UsageRevenueCommon):
    """Taxes that are in the price are no revenue."""

    def test_what_is_earned_is_without_the_taxes_in_its_price(self):
        said = {"name": "21 % in the price", "amount": 21.0, "price_include_override": "tax_included"}
        tax = self.company.account_sale_tax_id.copy(said)
        seats = {
            "product_id": self._make_product("Seats", self.by_days).id,
            "price_unit": 242.0,
            "subscription_plan_id": self.monthly.id,
        }
        lines = [self._metered(), seats]
        contract = self._sell_lines(*({**line, "tax_ids": [Command.set(tax.ids)]} for line in lines))
        self._use(("2026-01-10", 242))
        self._live(MONTHS[:1])
        # 121.00 of usage and 242.00 of seats with taxes.
        self._check_books(contract, MONTHS[0], 300.0, 200.0, 300.0)
