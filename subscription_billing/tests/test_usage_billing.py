from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .common import SubscriptionCommon


class UsageCommon(SubscriptionCommon):
    """A meter with a price, and shortcuts for what is used."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.meter = cls._make_meter("traffic")
        cls.arrears = cls._make_plan("Monthly, by usage", timing="arrears")
        cls.per_gb = cls._make_price(cls.meter, model="flat", price=0.5)

    @classmethod
    def _make_meter(cls, code, **values):
        return cls.env["subscription.meter"].create({"name": code.title(), "code": code, "unit": "GB", **values})

    @classmethod
    def _make_price(cls, meter, day="2020-01-01", tiers=(), book=None, settings=(), **values):
        """Return a usage price in force."""
        if book is None:
            book = cls.env["subscription.price.book"].create(
                {
                    "name": meter.name,
                    "meter_id": meter.id,
                    "currency_id": cls.env.company.currency_id.id,
                    **dict(settings),
                }
            )
        ladder = [(0, 0, dict(zip(("up_to", "price", "flat"), tier, strict=False))) for tier in tiers]
        price = cls.env["subscription.price"].create(
            {"book_id": book.id, "first_day": day, "tier_ids": ladder, **values}
        )
        price.activate()
        return book

    def _use(self, *rows, subject="ACME", meter=None):
        """Take in rows of usage, (instant or day, quantity), on the last of these days or later."""
        last = max(at[:10] for at, _quantity in rows)
        if str(self.today) < last:
            self._on(last)
        events = [
            {
                "meter": (meter or self.meter).code,
                "subject": subject,
                "key": f"{meter or self.meter}/{subject}/{at}/{quantity}/{next(self.numbers)}",
                "at": at if "T" in at else f"{at}T12:00:00Z",
                "quantity": quantity,
            }
            for at, quantity in rows
        ]
        found = self.env["subscription.usage"].record(events)
        self.assertEqual({one["status"] for one in found}, {"recorded"}, found)

    numbers = iter(range(10**9))

    def _sell_usage(self, book=None, start="2026-01-01", subject="ACME", plan=None, **line):
        return self._subscribe(
            0.0,
            plan or self.arrears,
            start,
            subscription_kind="usage",
            subscription_price_book_id=(book or self.per_gb).id,
            subscription_metered_as=subject,
            **line,
        )


@tagged("post_install", "-at_install")
class TestUsageBilling(UsageCommon):
    """What is used is billed once its period is over, at the prices of its days; late rows by their difference."""

    def test_a_month_of_usage_is_billed_when_it_is_over(self):
        self._on("2026-01-01")
        order = self._sell_usage()
        self.assertFalse(order.invoice_ids)
        self._on("2026-01-20")
        self._use(("2026-01-03", 10), ("2026-01-19", 30))
        self.assertEqual(order.invoice_status, "no")
        self.assertFalse(self._bill("2026-01-31"))
        self._use(("2026-01-31T23:30:00Z", 2))
        self._bill("2026-02-01")
        self.assertEqual(self._billed(order), {"2026-01-01": 21.0})
        line = order.invoice_ids.invoice_line_ids
        self.assertEqual((line.quantity, line.price_unit), (42, 0.5))
        self.assertTrue(line.subscription_watermark)
        self.assertIn("42 GB", line.name)

    def test_late_usage_is_billed_by_its_difference_under_its_own_period(self):
        self._on("2026-01-01")
        order = self._sell_usage()
        self._use(("2026-01-01", 10))
        self._bill("2026-02-01")
        self.assertFalse(self._bill("2027-03-01"))
        self._on("2027-03-05")
        self._use(("2026-01-15", 4))
        self.assertFalse(self._bill("2027-03-05"), "it waits for the next invoice")
        self.assertEqual(order.invoice_status, "to invoice")
        self._bill("2027-04-01")
        self.assertEqual(self._billed(order), {"2026-01-01": 7.0})
        last = order.invoice_ids.sorted("id")[-1].invoice_line_ids
        self.assertEqual((str(last.subscription_from), last.price_subtotal), ("2026-01-01", 2.0))
        self.assertFalse(self._bill("2027-04-02"))

    def test_usage_given_back_is_credited_on_the_next_day_of_billing_without_other_usage(self):
        self._on("2026-01-01")
        order = self._sell_usage()
        self._use(("2026-01-01", 10))
        self._bill("2026-02-01")
        order.invoice_ids.action_post()
        self._use(("2026-01-01", -4))
        self.assertFalse(self._bill("2026-02-02"))
        self._bill("2026-03-01")
        self.assertEqual(self._billed(order), {"2026-01-01": 3.0})
        self.assertEqual(order.invoice_ids.sorted("id")[-1].move_type, "out_refund")

    def test_usage_that_is_taken_back_comes_off_the_next_invoice(self):
        self._on("2026-01-01")
        order = self._sell_usage()
        self._use(("2026-01-01", 10))
        self._bill("2026-02-01")
        self._use(("2026-01-01", -4), ("2026-02-03", 20))
        self._bill("2026-03-01")
        self.assertEqual(self._billed(order), {"2026-01-01": 3.0, "2026-02-01": 10.0})
        self.assertEqual(len(order.invoice_ids), 2)

    def test_a_period_without_usage_bills_nothing_and_the_next_one_is_billed(self):
        self._on("2026-01-01")
        order = self._sell_usage()
        self.assertFalse(self._bill("2026-02-01"))
        self._on("2026-02-10")
        self._use(("2026-02-10", 8))
        self.assertFalse(self._bill("2026-02-15"))
        self._bill("2026-03-01")
        self.assertEqual(self._billed(order), {"2026-02-01": 4.0})

    def test_grace_waits_for_late_rows(self):
        self._on("2026-01-01")
        order = self._sell_usage(plan=self._make_plan("Waits", timing="arrears", grace_days=3))
        self._use(("2026-01-01", 10))
        self.assertFalse(self._bill("2026-02-01"))
        self._use(("2026-01-20", 10))
        self._bill("2026-02-04")
        self.assertEqual(self._billed(order), {"2026-01-01": 10.0})

    def test_tiers_included_units_and_another_price_from_a_day_on(self):
        tiers = [(100, 1.0), (0, 0.5)]
        book = self._make_price(self.meter, model="graduated", tiers=tiers, settings={"free": 10})
        self._on("2026-01-01")
        order = self._sell_usage(book)
        self._use(("2026-01-05", 160))
        self._bill("2026-02-01")
        self.assertEqual(self._billed(order), {"2026-01-01": 125.0})
        self.assertIn("100 GB", order.invoice_ids.invoice_line_ids.name.replace("100,", "100 GB,"))
        self._make_price(self.meter, day="2026-02-15", book=book, model="flat", price=2.0)
        self._use(("2026-02-14", 20), ("2026-02-15", 5))
        self._bill("2026-03-01")
        self.assertEqual(self._billed(order)["2026-02-01"], 10 + 10)

    def test_a_price_of_the_past_bills_the_difference(self):
        self._on("2026-01-01")
        order = self._sell_usage()
        self._use(("2026-01-05", 10), ("2026-01-20", 10))
        self._bill("2026-02-01")
        self._make_price(self.meter, day="2026-01-15", book=self.per_gb, model="flat", price=0.8)
        self._bill("2026-03-01")
        self.assertEqual(self._billed(order), {"2026-01-01": 13.0})

    def test_another_plan_in_the_period_bills_each_row_once(self):
        self._on("2026-01-01")
        order = self._sell_usage()
        self._use(("2026-01-05", 10), ("2026-01-20", 30))
        self._on("2026-01-25")
        weekly = self._make_plan("Weekly, by usage", timing="arrears", interval_unit="weeks")
        self._charge(order).change_plan(weekly.id, "2026-01-15")
        self._bill("2026-02-05")
        self.assertEqual(sum(self._billed(order).values()), 20.0)
        self.assertEqual(self._billed(order)["2026-01-01"], 5.0)

    def test_days_are_those_of_the_customer(self):
        self.customer.tz = "Asia/Tokyo"
        self._on("2026-01-01")
        order = self._sell_usage()
        self._use(("2026-01-31T14:59:59Z", 10), ("2026-01-31T15:00:00Z", 100))
        self._bill("2026-02-01")
        self.assertEqual(self._billed(order), {"2026-01-01": 5.0})

    def test_usage_of_a_customer_in_the_west_waits_until_his_day_is_over(self):
        self.customer.tz = "America/Los_Angeles"
        self.hour = "05:00:00"
        meter = self._make_meter("power", estimate="last")
        estimated = self._make_price(meter, model="flat", price=1.0)
        self._on("2026-01-01")
        order, other = self._sell_usage(), self._sell_usage(estimated, start="2025-12-01")
        self._use(("2026-01-10", 10))
        self._use(("2025-12-10", 31), meter=meter)
        self._bill("2026-01-15")
        # It is the evening of 31 January there.
        self.assertFalse(self._bill("2026-02-01"))
        self.assertEqual(order.invoice_status, "no")
        self._use(("2026-02-01T06:30:00Z", 4))
        self._use(("2026-02-01T06:30:00Z", 2), meter=meter)
        self.hour = "10:00:00"
        self._bill("2026-02-01")
        self.assertEqual(self._billed(order), {"2026-01-01": 7.0})
        self.assertEqual(self._billed(other), {"2025-12-01": 31.0, "2026-01-01": 2.0})
        self.assertEqual(len(order.invoice_ids), 1)

    def test_usage_known_before_its_subscription_is_billed_with_it(self):
        self._on("2026-02-10")
        self._use(("2026-01-05", 10))
        order = self._sell_usage()
        self._bill("2026-02-10")
        self.assertEqual(self._billed(order), {"2026-01-01": 5.0})

    def test_usage_is_billed_by_one_subscription(self):
        self._on("2026-01-01")
        first = self._sell_usage()
        with self.assertRaises(UserError) as refused:
            self._sell_usage()
        self.assertIn("charged by", str(refused.exception))
        self._charge(first).cancel("2026-01-15")
        second = self._sell_usage(start="2026-01-16")
        self._use(("2026-01-15", 1), ("2026-01-16", 2))
        self._bill("2026-02-16")
        self.assertEqual(sum(self._billed(first).values()) + sum(self._billed(second).values()), 1.5)

    def test_a_discount_comes_off_what_the_period_comes_to(self):
        book = self._make_price(self.meter, model="flat", price=0.5, settings={"minimum": 100})
        self._on("2026-01-01")
        order = self._sell_usage(book, discount=10.0)
        self._use(("2026-01-05", 10))
        self._bill("2026-02-01")
        self.assertEqual(self._billed(order), {"2026-01-01": 90.0})

    def test_usage_stored_while_a_run_bills_is_billed_by_the_next_run(self):
        self._on("2026-01-01")
        order = self._sell_usage()
        self._charge(order).cancel("2026-01-31")
        self._use(("2026-01-05", 10))
        self._bill("2026-02-01")
        self.assertFalse(self._charge(order).next_due)
        with patch.object(type(self.env["subscription.charge"]), "_follow_usage"):
            # Whoever stores it does not see yet that the period was billed without it.
            self._use(("2026-01-31", 4))
        self.assertFalse(self._charge(order).next_due)
        self._bill("2026-02-02")
        self.assertEqual(self._billed(order), {"2026-01-01": 7.0})

    def test_where_none_came_usage_is_estimated_and_trued_up(self):
        meter = self._make_meter("power", estimate="last")
        book = self._make_price(meter, model="flat", price=1.0)
        self._on("2026-01-01")
        order = self._sell_usage(book)
        self._use(("2026-01-05", 31), meter=meter)
        self._bill("2026-02-01")
        self._bill("2026-03-01")
        self.assertEqual(self._billed(order), {"2026-01-01": 31.0, "2026-02-01": 28.0})
        self.assertIn("Estimated", order.invoice_ids.sorted("id")[-1].invoice_line_ids.name)
        self._use(("2026-02-20", 50), meter=meter)
        self._bill("2026-04-01")
        self.assertEqual(self._billed(order)["2026-02-01"], 50.0)

    def test_another_way_to_estimate_holds_for_what_is_due_from_its_day_on(self):
        meter = self._make_meter("power")
        book = self._make_price(meter, model="flat", price=1.0)
        self._on("2026-01-01")
        order = self._sell_usage(book)
        self._use(("2026-01-05", 310), meter=meter)
        for month in (2, 3, 4, 5):
            self._bill(f"2026-{month:02}-01")
        self._on("2026-06-10")
        meter.estimate = "last"
        # February to May are past: nothing was used, and nothing was billed.
        self._bill("2026-06-11")
        self.assertEqual(self._billed(order), {"2026-01-01": 310.0})
        self._bill("2026-07-01")
        self.assertEqual(self._billed(order), {"2026-01-01": 310.0, "2026-06-01": 300.0})
        self._on("2026-07-10")
        meter.write({"estimate": "none"})
        # What was estimated stays, as does how its line is explained; July is not estimated.
        self._bill("2026-08-01")
        self._use(("2026-08-05", 1), meter=meter)
        self._bill("2026-09-01")
        expected = {"2026-01-01": 310.0, "2026-06-01": 300.0, "2026-08-01": 1.0}
        self.assertEqual(self._billed(order), expected)
        [line] = order.invoice_ids.invoice_line_ids.filtered(lambda row: str(row.subscription_from) == "2026-06-01")
        self.assertEqual(line.explain_usage()["total"], 300.0)
        with self.assertRaises(AccessError):
            meter.with_user(self.env.ref("base.user_admin")).estimates_before = []

    def test_days_before_the_first_price_stay_with_it_where_an_earlier_one_comes(self):
        self._on("2026-03-01")
        book = self._make_price(self.meter, day="2026-06-01", model="flat", price=1.0)
        order = self._sell_usage(book, start="2026-03-01")
        for month in (3, 4, 5):
            self._use((f"2026-{month:02}-10", 10))
            self._bill(f"2026-{month + 1:02}-01")
        self._make_price(self.meter, day="2026-05-01", book=book, model="flat", price=2.0)
        self._use(("2026-06-10", 10))
        self._bill("2026-07-01")
        expected = {"2026-03-01": 10.0, "2026-04-01": 10.0, "2026-05-01": 20.0, "2026-06-01": 10.0}
        self.assertEqual(self._billed(order), expected)
        line = order.invoice_ids.invoice_line_ids.filtered(lambda row: str(row.subscription_from) == "2026-03-01")
        self.assertEqual(line.explain_usage()["total"], 10.0)
        # A further one, from an earlier day still, moves no day before it either.
        self._make_price(self.meter, day="2026-04-01", book=book, model="flat", price=3.0)
        self._bill("2026-08-01")
        self.assertEqual(self._billed(order), {**expected, "2026-04-01": 30.0})

    def test_the_first_price_is_not_withdrawn_once_days_before_it_were_billed(self):
        book = self._make_price(self.meter, day="2027-01-01", model="flat", price=1.0)
        self._on("2026-10-01")
        order = self._sell_usage(book, start="2026-10-01")
        self._use(("2026-10-10", 10))
        self._bill("2026-11-01")
        first = book.price_ids
        self._make_price(self.meter, day="2027-02-01", book=book, model="flat", price=2.0)
        with self.assertRaisesRegex(UserError, "is what usage costs already"):
            first.withdraw()
        (book.price_ids - first).withdraw()
        self.assertEqual(self._billed(order), {"2026-10-01": 10.0})

    def test_a_credit_does_not_wait_for_usage_that_never_comes(self):
        yearly = self._make_plan("Yearly, in advance", interval_unit="years")
        self._on("2026-01-01")
        seats = {"price_unit": 1200.0, "subscription_plan_id": yearly.id, "subscription_start": "2026-01-01"}
        usage = {
            "price_unit": 0.0,
            "subscription_plan_id": self.arrears.id,
            "subscription_start": "2026-01-01",
            "subscription_kind": "usage",
            "subscription_price_book_id": self.per_gb.id,
            "subscription_metered_as": "never",
        }
        order = self._make_order(seats, usage)
        self._bill("2026-01-01")
        self._bill("2026-06-01")
        self._on("2026-06-20")
        order.order_line[0].subscription_end = "2026-06-30"
        [credit] = self._bill("2026-06-21")
        self.assertEqual((credit.move_type, credit.amount_untaxed), ("out_refund", 600.0))

    def test_a_credit_waits_for_usage_that_comes_every_month(self):
        self._on("2026-01-01")
        order = self._sell_usage(subject="always")
        seats = {"price_unit": 31.0, "subscription_plan_id": self.monthly.id, "subscription_start": "2026-01-01"}
        order.order_line = [(0, 0, {"product_id": self.service.id, "tax_ids": False, **seats})]
        self._bill("2026-01-01")
        self._use(("2026-01-10", 100), subject="always")
        self._on("2026-01-11")
        order.order_line[1].subscription_end = "2026-01-20"
        self.assertFalse(self._bill("2026-01-12"))
        [invoice] = self._bill("2026-02-01")
        self.assertEqual((invoice.move_type, invoice.amount_untaxed), ("out_invoice", 39.0))

    def test_highest_latest_number_and_levels_over_time(self):
        self._on("2026-01-01")
        for aggregation, amount in {"max": 30, "last": 20, "count": 3, "time_weighted": 20}.items():
            meter = self._make_meter(f"m-{aggregation}", aggregation=aggregation)
            order = self._sell_usage(self._make_price(meter, model="flat", price=1.0), subject=aggregation)
            rows = [("2026-01-01T00:00:00Z", 10), ("2026-01-11T08:00:00Z", 30), ("2026-01-21T16:00:00Z", 20)]
            self._use(*rows, subject=aggregation, meter=meter)
            with self.subTest(aggregation):
                self._bill("2026-02-01")
                self.assertEqual(self._billed(order), {"2026-01-01": amount})
            self._on("2026-01-01")

    def test_estimates_follow_how_usage_is_counted_and_rated(self):
        self._on("2026-01-01")
        told = {
            "sum": ("day", {"free": 10}, 0.0),
            "max": ("period", {}, 10.0),
            "last": ("period", {}, 10.0),
            "time_weighted": ("period", {}, 10.0),
        }
        for aggregation, (group, said, amount) in told.items():
            meter = self._make_meter(f"e-{aggregation}", aggregation=aggregation, estimate="last")
            book = self._make_price(meter, model="flat", price=1.0, settings={"group_by": group, **said})
            order = self._sell_usage(book, subject=f"e-{aggregation}")
            rows = [(f"2026-01-{day:02}T00:00:00Z", 10) for day in range(1, 32)]
            self._use(*rows, subject=f"e-{aggregation}", meter=meter)
            self._bill("2026-02-01")
            self._bill("2026-03-01")
            with self.subTest(aggregation):
                self.assertEqual(self._billed(order).get("2026-02-01", 0.0), amount)
                for line in order.invoice_ids.invoice_line_ids:
                    if str(line.subscription_from) == "2026-02-01":
                        self.assertEqual(line.explain_usage()["total"], amount)
            self._on("2026-01-01")

    def test_a_percentage_of_numbers_of_records_is_one_of_their_amounts(self):
        meter = self._make_meter("payments", aggregation="count")
        book = self._make_price(meter, model="percent", rate=1.2)
        self._on("2026-01-01")
        order = self._sell_usage(book)
        self._use(*[(f"2026-01-0{day}", 100) for day in (1, 2, 3)], meter=meter)
        self._bill("2026-02-01")
        self.assertEqual(self._billed(order), {"2026-01-01": 3.6})

    def test_a_discount_and_an_end_are_previewed_as_they_are_billed(self):
        self._on("2026-01-01")
        charge = self._charge(self._sell_usage())
        self._use(("2026-01-05", 10), ("2026-01-20", 30))
        [said] = charge.preview(1, changes=[{"day": "2026-01-01", "discount": 10.0}])
        self.assertEqual([one["amount"] for one in said["periods"]], [18.0])
        [said] = charge.preview(1, changes=[{"end": "2026-01-14"}])
        self.assertEqual([one["amount"] for one in said["periods"]], [5.0])

    def test_usage_before_its_order_is_due_with_it_whatever_the_time_zone(self):
        self.customer.tz = "America/New_York"
        self._on("2026-02-10")
        self._use(("2026-01-05", 10))
        order = self._sell_usage(subscription_end="2026-01-31")
        self.assertEqual(str(self._charge(order).next_due), "2026-02-01")
        self._bill("2026-02-10")
        self.assertEqual(self._billed(order), {"2026-01-01": 5.0})

    def test_a_level_is_one_whatever_its_dimensions(self):
        meter = self._make_meter("level", aggregation="time_weighted")
        self._on("2026-01-01")
        order = self._sell_usage(self._make_price(meter, model="flat", price=1.0))
        self._on("2026-01-21")
        rows = [
            ("2026-01-01T00:00:00Z", 31, "eu"),
            ("2026-01-11T00:00:00Z", 62, "us"),
            ("2026-01-21T00:00:00Z", 0, "eu"),
        ]
        events = [
            {"meter": "level", "subject": "ACME", "key": at, "at": at, "quantity": quantity, "dimension": dimension}
            for at, quantity, dimension in rows
        ]
        self.env["subscription.usage"].record(events)
        self._bill("2026-02-01")
        self.assertEqual(self._billed(order), {"2026-01-01": 10 + 20})

    def test_a_line_of_usage_has_no_price_of_its_own(self):
        with self.assertRaisesRegex(ValidationError, "leave the unit price"):
            self._subscribe(5.0, self.arrears, subscription_kind="usage", subscription_price_book_id=self.per_gb.id)
        with self.assertRaisesRegex(ValidationError, "choose its usage price"):
            self._subscribe(0.0, self.arrears, subscription_kind="usage")

    def test_what_usage_costs_so_far_is_known_in_the_period(self):
        self._on("2026-01-01")
        charge = self._charge(self._sell_usage())
        self._on("2026-01-10")
        self._use(("2026-01-09", 12))
        self.assertEqual((charge.used_quantity, charge.used_amount), (12, 6.0))

    def test_what_usage_costs_so_far_is_read_of_its_period_alone(self):
        book = self._make_price(self._make_meter("calls"), price=2, settings={"group_by": "record", "free": 1})
        self._on("2026-01-01")
        charge = self._charge(self._sell_usage(book=book, subject="calls"))
        rows = [("2026-01-05", 5), ("2026-01-31T23:30:00Z", 7), ("2026-02-01T00:30:00Z", 3), ("2026-02-09", 4)]
        charge.metering_point_id.tz = "UTC"
        self._use(*rows, subject="calls", meter=book.meter_id)
        self._make_price(book.meter_id, book=book, day="2026-02-05", price=3)
        read = type(charge.metering_point_id)._raw_rows
        quantities = []

        def reading(point, *bounds):
            for row in read(point, *bounds):
                quantities.append(row.quantity)
                yield row

        with patch.object(type(charge.metering_point_id), "_raw_rows", reading):
            charge.invalidate_recordset()
            self.assertEqual((charge.used_quantity, charge.used_amount), (7, 2 * 2.0 + 3 * 3.0))
        self.assertEqual(quantities, [3, 4])
        self._bill("2026-02-20")
        self._bill("2026-03-01")
        self.assertEqual(self._billed(charge.order_id), {"2026-01-01": 4 * 2.0 + 6 * 2.0, "2026-02-01": 13.0})


@tagged("post_install", "-at_install")
class TestUsageBeside(UsageCommon):
    """What Odoo and its users do beside usage."""

    def test_create_invoice_bills_what_is_due_and_a_deleted_draft_is_due_again(self):
        self._on("2026-01-01")
        order = self._sell_usage()
        self._use(("2026-01-05", 10))
        self._on("2026-02-01")
        self.assertEqual(order.invoice_status, "no")
        self._clock()
        order.invoice_ids.filtered(lambda move: move.state == "draft").unlink()
        line = order.order_line
        self.assertEqual((order.invoice_status, line.untaxed_amount_to_invoice), ("to invoice", 5.0))
        move = order._create_invoices(final=True)
        self.assertEqual(move.amount_untaxed, 5.0)
        self.assertEqual((order.invoice_status, line.untaxed_amount_to_invoice), ("no", 0.0))
        move.action_post()
        move._reverse_moves([{"invoice_date": move.invoice_date}], cancel=True)
        self.assertEqual(order.invoice_status, "to invoice")

    def test_what_is_undone_of_an_earlier_period_is_due_at_once(self):
        self._on("2026-01-01")
        order = self._sell_usage()
        self._use(("2026-01-05", 10))
        self._bill("2026-02-01")
        first = order.invoice_ids
        self._use(("2026-02-05", 20))
        self._bill("2026-03-01")
        self._on("2026-03-02")
        first.unlink()
        self.assertEqual(str(self._charge(order).next_due), "2026-02-01")
        self._bill("2026-03-02")
        self.assertEqual(self._billed(order), {"2026-01-01": 5.0, "2026-02-01": 10.0})

    def test_a_copied_order_is_of_another_metering_point(self):
        self.customer.ref = "C-17"
        self._on("2026-01-01")
        order = self._sell_usage()
        copied = order.copy()
        copied.action_confirm()
        self.assertEqual(self._charge(copied).metering_point_id.name, "C-17")
        again = order.copy()
        with self.assertRaises(UserError) as refused:
            again.action_confirm()
        self.assertIn("Metered As", str(refused.exception))

    def test_another_customer_goes_on_with_the_usage_from_his_day(self):
        self._on("2026-01-01")
        order = self._sell_usage()
        other = self.env["res.partner"].create({"name": "Quay Works"})
        found = self._charge(order).transfer(other.id, "2026-01-16", confirm=True)
        later = self.env["sale.order"].browse(found["order_id"])
        self.assertEqual(self._charge(later).kind, "usage")
        self._use(("2026-01-15", 10), ("2026-01-16", 30))
        self._bill("2026-02-16")
        self.assertEqual((self._billed(order), self._billed(later)), ({"2026-01-01": 5.0}, {"2026-01-16": 15.0}))

    def test_a_cancelled_order_bills_no_usage_and_goes_on_when_it_is_confirmed_again(self):
        self._on("2026-01-01")
        order = self._sell_usage()
        self._use(("2026-01-05", 10))
        order._action_cancel()
        self.assertFalse(self._bill("2026-02-01"))
        order.action_draft()
        order.action_confirm()
        self._bill("2026-02-01")
        self.assertEqual(self._billed(order), {"2026-01-01": 5.0})

    def test_confirmed_again_it_gives_way_to_who_charges_its_usage_now(self):
        self._on("2026-01-01")
        order = self._sell_usage()
        order._action_cancel()
        other = self._sell_usage()
        order.action_draft()
        with self.assertRaises(UserError) as refused:
            order.action_confirm()
        self.assertIn(other.name, str(refused.exception))

    def test_confirmed_again_with_another_device_or_price_it_begins_anew(self):
        self._on("2026-01-01")
        order = self._sell_usage()
        self._use(("2026-01-05", 10))
        self._use(("2026-01-05", 100), subject="OTHER")
        order._action_cancel()
        order.action_draft()
        dearer = self._make_price(self.meter, model="flat", price=2.0)
        order.order_line.write({"subscription_metered_as": "OTHER", "subscription_price_book_id": dearer.id})
        order.action_confirm()
        self._bill("2026-02-01")
        self.assertEqual(self._billed(order), {"2026-01-01": 200.0})
        order._action_cancel()
        order.action_draft()
        with self.assertRaises(ValidationError):
            order.order_line.subscription_metered_as = "ACME"

    def test_records_of_whole_days_stay_on_their_days(self):
        self.customer.tz = "America/New_York"
        self._on("2026-02-10")
        day = {"meter": "traffic", "subject": "ACME", "key": "day", "at": "2026-01-01", "quantity": 10}
        self.env["subscription.usage"].record([day])
        order = self._sell_usage()
        self._bill("2026-02-10")
        self.assertEqual(self._billed(order), {"2026-01-01": 5.0})
        charge = self._charge(order)
        self.assertEqual(charge.tz, charge.metering_point_id.tz)

    def test_whoever_charges_a_metering_point_next_has_its_days(self):
        self._on("2026-01-01")
        order = self._sell_usage()
        self._charge(order).cancel("2026-01-31")
        self.customer.tz = "Asia/Tokyo"
        later = self._sell_usage(start="2026-02-01")
        self.assertEqual(self._charge(later).tz, self._charge(order).tz)

    def test_what_was_billed_is_counted_as_it_was(self):
        self._on("2026-01-01")
        charge = self._charge(self._sell_usage())
        with self.assertRaises(UserError):
            self.meter.aggregation = "max"
        with self.assertRaises(UserError):
            charge.metering_point_id.tz = "Asia/Tokyo"
        with self.assertRaises(UserError):
            charge.pause("2026-01-10")
        with self.assertRaises(UserError):
            charge.change("2026-01-10", price_unit=3.0)

    def test_records_in_the_archive_are_not_rated_one_by_one(self):
        file = self.env["ir.attachment"].create({"name": "usage.csv.gz", "raw": b"packed"})
        facts = {"rows": 1, "total": "1", "digest": "0" * 64, "attachment_id": file.id}
        place = {"company_id": self.env.company.id, "meter_id": self.meter.id, "month": "2026-01-01"}
        self.env["subscription.usage.archive"].sudo().create({**place, **facts})
        book = self._make_price(self.meter, model="flat", price=1.0, settings={"group_by": "record"})
        self._on("2026-03-01")
        self._sell_usage(book, start="2026-02-01")
        with self.assertRaises(UserError) as refused:
            self._sell_usage(book, start="2026-01-15", subject="OTHER")
        self.assertIn("2026-01 are in the archive", str(refused.exception))

    def test_usage_of_which_nobody_can_say_what_it_costs_is_recorded_with_that_of_others(self):
        self._on("2026-01-01")
        bad, good = self._charge(self._sell_usage(subject="BAD")), self._charge(self._sell_usage(subject="GOOD"))
        self._on("2026-02-02")
        self._clock()
        Charge = type(bad)
        terms, refusal = Charge._terms, UserError("Nobody can say")

        def refuse(charge):
            if charge == bad:
                raise refusal
            return terms(charge)

        event = {"meter": "traffic", "at": "2026-01-10", "quantity": 10}
        events = [{**event, "subject": one, "key": one} for one in ("BAD", "GOOD")]
        with patch.object(Charge, "_terms", refuse), self.assertLogs("odoo.addons.billing_base"):
            statuses = self.env["subscription.usage"].record(events)
            self.assertEqual([one["status"] for one in statuses], ["recorded", "recorded"])
        self.assertEqual(Charge._find_unseen(bad, self.company), bad)
        self._clock()
        self.assertEqual(self._billed(bad.order_id), self._billed(good.order_id))
        self.assertEqual(self._billed(bad.order_id), {"2026-01-01": 5.0})

    def test_a_quotation_says_what_usage_costs(self):
        order = self._sell_usage()
        copied = order.copy()
        self.assertIn("by usage", copied.subscription_totals)
        copied.order_line.subscription_expected = 1200
        self.assertIn("600.00 for 1200 GB in a period", copied.subscription_totals)
        draft = self._make_price(self.meter, model="flat", price=1.0)
        draft.price_ids.withdraw()
        copied.order_line.subscription_price_book_id = draft
        self.assertIn("no price is in force yet", copied.subscription_totals)


@tagged("post_install", "-at_install")
class TestFunds(UsageCommon):
    """A commitment that usage comes to, and prepaid funds that pay it."""

    def _sell(self, *lines, start="2026-01-01"):
        order = self._make_order(*lines, confirm=False)
        order.order_line.subscription_start = start
        order.action_confirm()
        return order

    def _usage(self, **values):
        return {
            "price_unit": 0.0,
            "subscription_plan_id": self.arrears.id,
            "subscription_kind": "usage",
            "subscription_price_book_id": self.per_gb.id,
            "subscription_metered_as": "ACME",
            **values,
        }

    def test_a_commitment_bills_what_usage_falls_short_of(self):
        self._on("2026-01-01")
        quarter = self._make_plan("Quarter", interval_count=3, timing="arrears")
        promise = {"price_unit": 100.0, "subscription_plan_id": quarter.id, "subscription_kind": "commitment"}
        order = self._sell(self._usage(), promise)
        self._use(("2026-01-05", 40), ("2026-02-05", 60))
        for day in ("2026-02-01", "2026-03-01", "2026-04-01"):
            self._bill(day)
        self.assertEqual(self._by_line(order), [50.0, 50.0])
        self._use(("2026-03-31", 30))
        self._bill("2026-05-01")
        self.assertEqual(self._by_line(order), [65.0, 35.0])

    def test_prepaid_funds_pay_usage_until_they_are_used_up(self):
        self._on("2026-01-01")
        yearly = self._make_plan("Year", interval_unit="years")
        funds = {"price_unit": 20.0, "subscription_plan_id": yearly.id, "subscription_kind": "prepaid"}
        order = self._sell(self._usage(), funds)
        self._bill("2026-01-01")
        self._use(("2026-01-05", 30))
        self._bill("2026-02-01")
        self.assertEqual(order.invoice_ids.sorted("id").mapped("amount_untaxed"), [20.0, 0.0])
        prepaid = order.order_line[1].subscription_charge_ids
        self.assertEqual(prepaid.funds_left, 5.0)
        self._use(("2026-02-05", 30))
        self._bill("2026-03-01")
        self.assertEqual(order.invoice_ids.sorted("id").mapped("amount_untaxed"), [20.0, 0.0, 10.0])
        self._use(("2026-01-05", -20))
        self._bill("2026-04-01")
        self.assertEqual(sum(order.invoice_ids.mapped("amount_untaxed_signed")), 20.0)
        self.assertEqual(prepaid.funds_left, 0.0)

    def test_a_forecast_expects_of_usage_what_funds_do_not_pay(self):
        self._on("2026-01-01")
        yearly = self._make_plan("Year", interval_unit="years")
        funds = {"price_unit": 20.0, "subscription_plan_id": yearly.id, "subscription_kind": "prepaid"}
        order = self._sell(self._usage(), funds)
        self._bill("2026-01-01")
        self._use(("2026-01-05", 10))
        self._bill("2026-02-01")
        self._use(("2026-02-05", 10))
        self._on("2026-03-01")

        def expected(until):
            source = self.env["billing.source.charge"].sudo()
            found = {}
            for one in source._forecast(self.company, order.ids, self._day(until)):
                found[str(one.day)] = found.get(str(one.day), 0) + one.untaxed
            return found

        # 20 are bought and 5 used: three more months of 5 are paid, then nothing is left until more is bought.
        paid = {"2026-03-01": 0, "2026-04-01": 0, "2026-05-01": 0}
        self.assertEqual(expected("2026-06-30"), {**paid, "2026-06-01": 500})
        # Of those bought on 1 January, the month that ends the day before is not paid.
        found = expected("2027-02-28")
        self.assertEqual([found[day] for day in ("2026-12-01", "2027-01-01", "2027-02-01")], [500, 2500, 0])

    def test_a_line_without_a_name_is_paid_by_funds(self):
        self._on("2026-01-01")
        yearly = self._make_plan("Year", interval_unit="years")
        funds = {"price_unit": 20.0, "subscription_plan_id": yearly.id, "subscription_kind": "prepaid"}
        order = self._sell(self._usage(), funds)
        self._bill("2026-01-01")
        self._use(("2026-01-05", 30))
        order.order_line[0].name = ""
        self._bill("2026-02-01")
        self.assertEqual(order.invoice_ids.sorted("id").mapped("amount_untaxed"), [20.0, 0.0])

    def test_prices_below_a_cent_come_to_the_same_on_invoice_and_charges(self):
        self.company.tax_calculation_rounding_method = "round_globally"
        tax = {"tax_ids": [Command.set(self._make_tax(21).ids)]}
        fine = self._make_price(self.meter, model="flat", price=0.035)
        self._on("2026-01-01")
        seats = {"price_unit": 0.035, "product_uom_qty": 101.0, "subscription_plan_id": self.monthly.id, **tax}
        priced = {"subscription_price_book_id": fine.id, **tax}
        used = [self._usage(subscription_metered_as=name, **priced) for name in "AB"]
        self._sell(*used, seats, dict(seats))
        self._use(("2026-01-05", 101), subject="A")
        self._use(("2026-01-05", 101), subject="B")
        for day in ("2026-01-05", "2026-02-01"):
            [invoice] = self._bill(day)
            lines = invoice.invoice_line_ids.filtered("subscription_charge_id")
            self.assertEqual(set(lines.mapped("price_subtotal")), {3.54})
            self.assertEqual(invoice.amount_untaxed, round(3.54 * len(lines), 2))

    def test_a_commitment_and_funds_wait_until_the_day_of_the_customer_is_over(self):
        self.customer.tz = "America/Los_Angeles"
        self.hour = "05:00:00"
        self._on("2026-01-01")
        promise = {"price_unit": 100.0, "subscription_plan_id": self.arrears.id, "subscription_kind": "commitment"}
        yearly = self._make_plan("Year", interval_unit="years")
        funds = {"price_unit": 20.0, "subscription_plan_id": yearly.id, "subscription_kind": "prepaid"}
        order = self._sell(self._usage(), promise, funds)
        self._bill("2026-01-01")
        self._use(("2026-01-10", 30))
        self.assertFalse(self._bill("2026-02-01"))
        self.assertEqual(order.order_line[2].subscription_charge_ids.funds_left, 20.0)
        self._use(("2026-02-01T06:30:00Z", 150))
        self.hour = "10:00:00"
        self._bill("2026-02-01")
        self.assertEqual(self._by_line(order), [90.0, 10.0, 0.0])

    def test_a_discount_comes_off_after_commitment_and_funds(self):
        self._on("2026-01-01")
        yearly = self._make_plan("Year", interval_unit="years")
        promise = {"price_unit": 100.0, "subscription_plan_id": self.arrears.id, "subscription_kind": "commitment"}
        funds = {"price_unit": 50.0, "subscription_plan_id": yearly.id, "subscription_kind": "prepaid"}
        order = self._sell(self._usage(discount=10.0), promise, funds)
        self._bill("2026-01-01")
        self._use(("2026-01-05", 200))
        self._bill("2026-02-01")
        # 100.00 were used: nothing is missing, 50.00 of them are paid, and the discount comes off the other 50.00.
        self.assertEqual(self._by_line(order), [90.0, 0.0, 5.0])
        self.assertEqual(sum(order.invoice_ids.mapped("amount_untaxed")), 95.0)
        self.assertEqual(order.order_line[2].subscription_charge_ids.funds_left, 0.0)
        self._use(("2026-01-06", -100))
        self._bill("2026-03-01")
        # 50.00 were used: the funds pay them, and what is missing is billed, as are the 100.00 of February.
        self.assertEqual(self._by_line(order), [45.0, 150.0, 5.0])

    def test_a_commitment_that_usage_came_to_bills_nothing(self):
        self._on("2026-01-01")
        quarter = self._make_plan("Quarter", interval_count=3, timing="arrears", grace_days=2)
        promise = {"price_unit": 100.0, "subscription_plan_id": quarter.id, "subscription_kind": "commitment"}
        order = self._sell(self._usage(), promise)
        self._use(("2026-01-05", 500))
        self._bill("2026-02-01")
        self._bill("2026-04-03")
        self.assertEqual(self._by_line(order), [250.0, 0.0])

    def test_a_quotation_of_funds_says_what_they_cost(self):
        funds = {"price_unit": 20.0, "subscription_plan_id": self.monthly.id, "subscription_kind": "prepaid"}
        order = self._make_order(self._usage(), {**funds, "discount": 10.0}, confirm=False)
        self.assertIn("18.00", order.subscription_totals)
        self._on("2026-01-01")
        order.action_confirm()
        self.assertEqual(order.order_line[1].subscription_charge_ids.funds, 18.0)

    def test_usage_funds_and_promises_are_renewed_by_quotation_beside_the_rest(self):
        self._on("2026-01-01")
        terms = {"term_count": 3, "term_unit": "months", "renewal": "quotation"}
        plan = self._make_plan("Termed", **terms)
        lines = [{"price_unit": 10.0, "subscription_plan_id": plan.id}]
        lines.append(self._usage(subscription_plan_id=plan.id))
        for kind in ("commitment", "prepaid"):
            lines.append({"price_unit": 20.0, "subscription_plan_id": plan.id, "subscription_kind": kind})
        order = self._sell(*lines)
        self._on("2026-03-10")
        self._clock()
        renewal = self.env["sale.order"].search([("origin", "=", order.name)])
        kinds = renewal.order_line.mapped("subscription_kind")
        self.assertEqual(kinds, ["recurring", "usage", "commitment", "prepaid"])
        renewal.action_confirm()
        self.assertEqual(set(self._charges(order).mapped("term_number")), {2})

    def test_a_commitment_waits_for_the_usage_that_begins_in_its_period(self):
        self._on("2026-01-01")
        quarter = self._make_plan("Quarter", interval_count=3, timing="arrears")
        weekly = self._make_plan("Weekly", interval_unit="weeks", timing="arrears")
        promise = {"price_unit": 100.0, "subscription_plan_id": quarter.id, "subscription_kind": "commitment"}
        order = self._sell(self._usage(subscription_plan_id=weekly.id), promise)
        self._use(("2026-01-05", 40), ("2026-03-30", 60))
        self._bill("2026-04-01")
        self.assertEqual(self._by_line(order), [20.0, 0.0])
        self._bill("2026-04-02")
        self.assertEqual(self._by_line(order), [50.0, 50.0])

    def test_funds_pay_late_usage_on_the_invoice_that_has_it(self):
        self._on("2026-01-01")
        yearly = self._make_plan("Year", interval_unit="years")
        funds = {"price_unit": 100.0, "subscription_plan_id": yearly.id, "subscription_kind": "prepaid"}
        support = {"price_unit": 10.0, "subscription_plan_id": self.monthly.id, "subscription_start": "2026-01-15"}
        order = self._make_order(self._usage(), funds, support, confirm=False)
        order.order_line[:2].subscription_start = "2026-01-01"
        order.action_confirm()
        self._use(("2026-01-05", 10))
        for day in ("2026-01-15", "2026-02-01"):
            self._bill(day)
        self._on("2026-02-10")
        self._use(("2026-01-06", 30))
        self._bill("2026-02-15")
        last = order.invoice_ids.sorted("id")[-1]
        self.assertEqual((last.move_type, last.amount_untaxed), ("out_invoice", 10.0))
        self.assertEqual(self._by_line(order)[0], 20.0)

    def _charges(self, order):
        return order.order_line.subscription_charge_ids.sorted("id")

    def test_funds_expire_and_are_bought_again(self):
        self._on("2026-01-01")
        plan = self._make_plan("Month", expiry_count=1, expiry_unit="months")
        funds = {"price_unit": 20.0, "subscription_plan_id": plan.id, "subscription_kind": "prepaid"}
        order = self._sell(self._usage(), {**funds, "subscription_funds": 25.0})
        prepaid = order.order_line[1].subscription_charge_ids
        self._use(("2026-01-05", 10), ("2026-02-05", 70))
        for day in ("2026-01-01", "2026-02-01", "2026-03-01"):
            self._bill(day)
        # January: 5 of 25; February: 25 of 35, and 10 are billed; March has 25 again.
        self.assertEqual(self._by_line(order), [40.0, 60.0 - 30.0])
        self.assertEqual(prepaid.funds_left, 25.0)
        with self.assertRaises(UserError):
            prepaid.change("2026-03-10", price_unit=30.0)
        with self.assertRaises(UserError):
            prepaid.change_plan(plan.id, "2026-03-10")

    def _by_line(self, order):
        """Return what stands on invoices of each line of an order."""
        found = []
        for line in order.order_line:
            lines = line.invoice_lines.filtered(lambda row: row.parent_state != "cancel")
            found.append(round(sum(-row.move_id.direction_sign * row.price_subtotal for row in lines), 2))
        return found
