from fractions import Fraction

from psycopg2.errors import RestrictViolation, UniqueViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..engine.rating import Rating, Tier
from ..engine.terms import Promise, QuantityRounding
from .common import SubscriptionCommon

LADDER = [(1000, 0.1, 0), (0, 0.08, 0)]


@tagged("post_install", "-at_install")
class TestPriceBook(SubscriptionCommon):
    """What usage costs: entered as a draft, checked, put in force from a day on, and kept as it is from then on."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.meter = cls.env["subscription.meter"].create({"name": "Traffic", "code": "traffic", "unit": "GB"})
        cls.book = cls._make_book()

    @classmethod
    def _make_book(cls, **values):
        return cls.env["subscription.price.book"].create({"name": "Traffic", "meter_id": cls.meter.id, **values})

    def _draft(self, model="flat", day="2026-01-01", tiers=(), book=None, **values):
        rows = [Command.create({"up_to": up_to, "price": price, "flat": flat}) for up_to, price, flat in tiers]
        return self.env["subscription.price"].create(
            {"book_id": (book or self.book).id, "model": model, "first_day": day, "tier_ids": rows, **values}
        )

    def _active(self, *args, **values):
        price = self._draft(*args, **values)
        price.activate()
        return price

    def test_every_model_is_told_to_the_engine(self):
        tiers = (Tier(Fraction(1000), Fraction("0.1"), Fraction(5)), Tier(None, Fraction("0.08")))
        listed = [(1000, 0.1, 5), (0, 0.08, 0)]
        for values, rating in [
            ({"price": 0.0000025, "per": 1000}, Rating("flat", price=Fraction("0.0000025"), per=Fraction(1000))),
            ({"model": "graduated", "tiers": listed, "price": 7}, Rating("graduated", tiers=tiers)),
            (
                {"model": "volume", "tiers": listed, "size": 10, "zero_fee": True},
                Rating("volume", tiers=tiers, size=Fraction(10), zero_fee=True),
            ),
            (
                {"model": "stairstep", "tiers": [(10, 9, 5)]},
                Rating("stairstep", tiers=(Tier(Fraction(10), flat=Fraction(5)),)),
            ),
            ({"model": "package", "price": 3, "size": 100}, Rating("package", price=Fraction(3), size=Fraction(100))),
            (
                {"model": "percent", "rate": 1.2, "per_event": 0.1, "free_events": 3},
                Rating("percent", rate=Fraction("0.012"), per_event=Fraction("0.1"), free_events=Fraction(3)),
            ),
        ]:
            with self.subTest(**values):
                self.assertEqual(self._draft(**values)._rating(), rating)

    def test_a_book_is_told_to_the_engine_with_its_prices_in_order_of_their_days(self):
        self.meter.write({"rounding_method": "up", "rounding_decimals": 1})
        book = self._make_book(
            free=100,
            free_units="prorated",
            group_by="day",
            ladder="continue",
            minimum=10,
            commitment=500,
            true_up=False,
        )
        self._active(day="2026-03-01", price=3, book=book)
        self._active(day="2026-01-01", price=1, book=book)
        self._draft(day="2026-04-01", price=4, book=book)
        terms = book._usage_terms()
        self.assertEqual(terms.pop("price").rating.price, 1)
        [version] = terms.pop("versions")
        self.assertEqual((version.day, version.price.rating.price), (self._day("2026-03-01").toordinal(), 3))
        self.assertFalse(version.price.is_unit, "an uplift never raises it")
        self.assertEqual(
            terms,
            {
                "aggregation": "sum",
                "rounding": QuantityRounding(1, "up"),
                "group_by": "day",
                "free": 100,
                "free_units": "prorated",
                "ladder": "continue",
                "promise": Promise(Fraction(500), Fraction(1), False),
                "minimum": 10,
                "maximum": None,
            },
        )
        self.assertEqual(book._price_on(self._day("2026-02-28")).price, 1)
        self.assertEqual(book._price_on(self._day("2025-02-28")).price, 1, "the first one holds before")

    def test_without_a_price_in_force_nothing_is_told(self):
        self._draft(price=1)
        with self.assertRaisesRegex(UserError, "Traffic has no price in force"):
            self.book._usage_terms()

    def test_what_is_no_price_is_refused_with_its_place(self):
        for values, said in [
            ({"per": 0}, "For How Many Units: above zero"),
            ({"model": "package", "price": 1}, "Size of a Package: above zero"),
            ({"model": "graduated"}, "Tiers: at least one"),
            ({"model": "graduated", "tiers": [(0, 1, 0), (5, 1, 0)]}, "tier 1: only the last one"),
            ({"model": "volume", "tiers": [(5, 1, 0), (5, 1, 0)]}, "tier 2: it ends above"),
            ({"price": 1e-10}, "Price: at most nine decimals"),
            ({"price": float("nan")}, "Price: at most nine decimals"),
            ({"model": "percent", "free_events": -1}, "Free Records: not below zero"),
        ]:
            with self.subTest(**values), self.assertRaisesRegex(ValidationError, said):
                self._draft(**values)

    def test_what_does_not_go_together_is_refused(self):
        self._draft("percent", rate=1)
        with self.assertRaisesRegex(ValidationError, "goes with free records"):
            self.book.free = 10
        level = self.meter.copy({"code": "level", "aggregation": "time_weighted"})
        with self.assertRaisesRegex(ValidationError, "all of a period"):
            self._make_book(meter_id=level.id, group_by="day")

    def test_tiers_are_corrected_together(self):
        price = self._draft("graduated", tiers=[(5, 1, 0), (10, 1, 0), (0, 1, 0)])
        first, second, _last = price.tier_ids
        price.write({"tier_ids": [Command.update(first.id, {"up_to": 10}), Command.update(second.id, {"up_to": 20})]})
        self.assertEqual(price.tier_ids.mapped("up_to"), [10, 20, 0])
        first.up_to = 30
        with self.assertRaisesRegex(ValidationError, "tier 2: it ends above"):
            price.activate()

    def test_what_is_in_force_never_changes(self):
        price = self._active("graduated", tiers=LADDER)
        for change in (
            lambda: price.write({"first_day": "2026-01-02"}),
            lambda: price.write({"model": "volume"}),
            lambda: price.write({"tier_ids": [Command.update(price.tier_ids[0].id, {"price": 1})]}),
            lambda: price.tier_ids[0].write({"price": 1}),
            lambda: price.tier_ids[0].unlink(),
            lambda: self.env["subscription.price.tier"].create({"price_id": price.id, "up_to": 5}),
            price.unlink,
        ):
            with self.assertRaises(UserError):
                change()
        with self.assertRaises(RestrictViolation), self.env.cr.savepoint(), mute_logger("odoo.sql_db"):
            self.book.unlink()
        price.note = "As agreed"

    @mute_logger("odoo.sql_db")
    def test_the_database_keeps_it_too(self):
        price = self._active("graduated", tiers=LADDER)
        for query in (
            "UPDATE subscription_price SET price = 5 WHERE id = %s",
            "UPDATE subscription_price SET state = 'draft' WHERE id = %s",
            "DELETE FROM subscription_price WHERE id = %s",
            "UPDATE subscription_price_tier SET price = 5 WHERE price_id = %s",
            "DELETE FROM subscription_price_tier WHERE price_id = %s",
            "INSERT INTO subscription_price_tier (price_id, up_to) VALUES (%s, 5)",
            "UPDATE subscription_price_book SET free = 5 FROM subscription_price price"
            " WHERE price.book_id = subscription_price_book.id AND price.id = %s",
        ):
            with self.subTest(query), self.assertRaises(RestrictViolation), self.env.cr.savepoint():
                self.env.cr.execute(query, [price.id])
        further = self._draft(price=1)
        with self.assertRaises(UniqueViolation), self.env.cr.savepoint():
            self.env.cr.execute("UPDATE subscription_price SET state = 'active' WHERE id = %s", [further.id])

    def test_of_a_day_what_was_activated_last_counts(self):
        wrong = self._active(price=10)
        right = self._active(price=1)
        self.assertEqual((wrong.state, right.state), ("replaced", "active"))
        self.assertEqual(self.book._usage_terms()["price"].rating.price, 1)
        with self.assertRaisesRegex(UserError, "no draft"):
            wrong.activate()

    def test_what_nobody_uses_is_withdrawn_and_its_settings_are_free_again(self):
        price = self._active(price=10)
        with self.assertRaisesRegex(UserError, "Included Units stays what it is"):
            self.book.free = 5
        price.withdraw()
        self.assertEqual(price.state, "withdrawn")
        self.book.free = 5
        with self.assertRaisesRegex(UserError, "not in force"):
            price.withdraw()

    def test_a_copy_is_a_book_of_drafts(self):
        price = self._active("graduated", tiers=LADDER)
        self._active(day="2026-02-01", price=1).withdraw()
        made = self.book.copy()
        self.assertEqual((made.name, made.meter_id), ("Traffic (copy)", self.meter))
        self.assertEqual(made.price_ids.mapped("state"), ["draft"])
        self.assertEqual(made.price_ids._rating(), price._rating())
        made.free = 5

    def test_a_further_price_begins_as_the_last_one(self):
        self._active(price=1)
        latest = self._active("graduated", day="2026-02-01", tiers=LADDER)
        self._active(day="2026-01-15", price=1)
        made = self.env["subscription.price"].browse(self.book.action_new_price()["res_id"])
        self.assertEqual((made.state, made._rating()), ("draft", latest._rating()))
        self.assertFalse(self._make_book().action_new_price()["res_id"])

    def test_clerks_prepare_and_managers_decide(self):
        clerk = new_test_user(self.env, "price_clerk", "account.group_account_invoice")
        seller = new_test_user(self.env, "price_seller", "sales_team.group_sale_salesman")
        price = self._draft(price=1)
        price.with_user(clerk).price = 2
        with self.assertRaisesRegex(AccessError, "managers of Sales or Accounting"):
            price.with_user(clerk).activate()
        with self.assertRaises(AccessError):
            price.with_user(clerk).state = "active"
        with self.assertRaises(AccessError):
            price.with_user(seller).price = 3
        self.assertEqual(price.with_user(seller).get_costs([5])[0]["amount"], 10)
        price.with_user(new_test_user(self.env, "price_manager", "sales_team.group_sale_manager")).activate()
        with self.assertRaises(AccessError):
            price.with_user(clerk).withdraw()

    def test_prices_are_told_in_words(self):
        for values, said in [
            ({"price": 0.1}, "$ 0.10 per GB"),
            ({"price": 2, "per": 1000}, "$ 2.00 per 1,000 GB"),
            ({"price": 0.00025}, "$ 0.00025 per GB"),
            ({"model": "graduated", "tiers": LADDER}, "first 1,000 GB at $ 0.10 per GB, then $ 0.08 per GB"),
            (
                {"model": "volume", "tiers": [(10, 2, 5), (0, 1, 0)]},
                "all units at the price of the tier reached: "
                "up to 10 GB $ 2.00 per GB and $ 5.00 once, above $ 1.00 per GB",
            ),
            (
                {"model": "stairstep", "tiers": [(10, 0, 5), (0, 0, 9)]},
                "up to 10 GB $ 5.00 in all, above $ 9.00 in all",
            ),
            ({"model": "package", "price": 3, "size": 100}, "$ 3.00 for each started 100 GB"),
            (
                {"model": "percent", "rate": 1.2, "per_event": 0.1, "free_events": 3},
                "1.2 % of the amount, $ 0.10 a record, the first 3 records free",
            ),
        ]:
            with self.subTest(said):
                self.assertEqual(self._draft(**values).summary.replace("\xa0", " "), said)
        book = self._make_book(free=100, minimum=10)
        self._active(price=1, book=book)
        self.assertEqual(book.price_text.replace("\xa0", " "), "100 GB included; $ 1.00 per GB; at least $ 10.00")

    def test_what_quantities_cost_is_worked_out_by_the_function_that_bills(self):
        book = self._make_book(free=10, minimum=5)
        price = self._draft("graduated", tiers=[(10, 2, 0), (0, 1, 0)], book=book)
        self.assertEqual(
            [row["amount"] for row in price.get_costs([0, 10, 13, 15.5, 40])],
            [5, 5, 6, 11, 40],
        )
        self.assertIn("<td class='text-end'>$\xa0100.00</td>", price.examples)
        with self.assertRaisesRegex(UserError, r"quantities\[1\]"):
            price.get_costs([1, "many"])

    def test_services_alone_are_sold_by_usage(self):
        self.service.product_tmpl_id.subscription_price_book_id = self.book
        with self.assertRaisesRegex(ValidationError, "services alone"):
            self.service.product_tmpl_id.type = "consu"
