import random
from datetime import date, timedelta
from fractions import Fraction

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import SubscriptionCommon


@tagged("post_install", "-at_install")
class TestFigures(SubscriptionCommon):
    """Recurring revenue by the day on which it holds, whenever somebody said so."""

    def _moves(self, charges):
        rows = charges.movement_ids.sorted(lambda move: (move.day, move.charge_id.id, move.id))
        return [(str(row.day), row.kind, round(row.amount, 2)) for row in rows]

    def _mrr(self, charges, day):
        """Return what all movements up to a day come to, as a pivot sums them."""
        [[total]] = self.env["subscription.movement"]._read_group(
            [("charge_id", "in", charges.ids), ("day", "<=", day)], aggregates=["company_amount:sum"]
        )
        return total or 0.0

    def test_a_life_of_new_more_less_and_lost(self):
        self._on("2026-01-10")
        charge = self._charge(self._subscribe(30.0, product_uom_qty=2.0))
        self._on("2026-06-01")
        charge.change("2026-03-15", quantity=5.0)
        charge.change("2026-05-01", discount=10.0)
        charge.cancel("2026-08-31")
        self.assertEqual(
            self._moves(charge),
            [
                ("2026-01-10", "new", 60.0),
                ("2026-03-15", "expansion", 90.0),
                ("2026-05-01", "contraction", -15.0),
                ("2026-09-01", "churn", -135.0),
            ],
        )
        self.assertEqual((charge.mrr, charge.company_mrr), (135.0, 135.0))
        self.assertEqual([self._mrr(charge, day) for day in ("2026-03-14", "2026-03-15", "2026-09-01")], [60, 150, 0])

    def test_a_backdated_change_moves_the_months_since_its_day(self):
        self._on("2026-01-01")
        charge = self._charge(self._subscribe(30.0))
        self._on("2026-04-01")
        charge.change("2026-04-01", quantity=3.0)
        self.assertEqual(self._mrr(charge, "2026-02-28"), 30.0)
        charge.change("2026-02-01", price_unit=40.0)
        self.assertEqual(
            self._moves(charge),
            [("2026-01-01", "new", 30.0), ("2026-02-01", "expansion", 10.0), ("2026-04-01", "expansion", 80.0)],
        )

    def test_every_length_of_period_comes_to_a_month(self):
        self._on("2026-01-01")
        made = {
            "years": (120.0, 1, 10.0),
            "months": (100.0, 3, 100 / 3),
            "weeks": (7.0, 1, 7.0 * 146_097 / 4_800 / 7),
            "days": (10.0, 30, 10.0 * 146_097 / 4_800 / 30),
        }
        for unit, (price, count, monthly) in made.items():
            plan = self._make_plan(unit, interval_unit=unit, interval_count=count)
            charge = self._charge(self._subscribe(price, plan))
            self.assertAlmostEqual(charge.movement_ids.amount, monthly, 8)
            self.assertAlmostEqual(charge.movement_ids.company_arr, 12 * monthly, 8)
        charge.cancel("2026-03-01")
        self.assertEqual(self._mrr(charge, "2026-12-31"), 0.0)

    def test_free_time_counts_nothing_and_uplift_counts_when_it_comes(self):
        self._on("2026-01-01")
        plan = self._make_plan("Trial", free_count=1, term_count=1, term_unit="years", uplift_percent=5.0)
        charge = self._charge(self._subscribe(100.0, plan))
        moves = self._moves(charge)
        self.assertEqual(moves[:2], [("2026-02-01", "new", 100.0), ("2027-02-01", "expansion", 5.0)])
        self.assertEqual(charge.mrr, 0.0)
        self.assertEqual(str(charge.movements_until), "2028-01-03")
        self._on("2027-06-01")
        self.env["subscription.charge"]._extend_movements(self.company)
        self.assertEqual(self._moves(charge)[-1], ("2029-02-01", "expansion", 5.51))

    def test_a_cancelled_order_is_lost_on_its_day_and_back_when_confirmed_again(self):
        self._on("2026-01-01")
        order = self._subscribe(30.0)
        charge = self._charge(order)
        order._create_invoices()
        self._on("2026-03-10")
        order._action_cancel()
        self.assertEqual(self._moves(charge), [("2026-01-01", "new", 30.0), ("2026-03-10", "churn", -30.0)])
        order.action_draft()
        order.action_confirm()
        self.assertEqual(self._moves(charge), [("2026-01-01", "new", 30.0)])
        never = self._subscribe(30.0)
        never._action_cancel()
        self.assertEqual(self._moves(self._charge(never)), [])

    def test_taxes_in_the_price_are_no_revenue(self):
        self._on("2026-01-01")
        tax = self.env["account.tax"].create({"name": "In", "amount": 25.0, "price_include_override": "tax_included"})
        charge = self._charge(self._subscribe(50.0, tax_ids=tax.ids))
        self.assertEqual(charge.mrr, 40.0)

    def test_other_currencies_count_at_the_rate_of_their_order(self):
        self._on("2026-01-01")
        currency = self.setup_other_currency("EUR", rates=[("2016-01-01", 2.0)])
        pricelist = self.env["product.pricelist"].create({"name": "EUR", "currency_id": currency.id})
        line = {"price_unit": 30.0, "subscription_plan_id": self.monthly.id}
        order = self._make_order(line, pricelist_id=pricelist.id)
        charge = self._charge(order)
        self.assertEqual((charge.mrr, charge.company_mrr), (30.0, 15.0))
        self.env["res.currency.rate"].create(
            {"currency_id": pricelist.currency_id.id, "rate": 3.0, "name": "2026-02-01", "company_id": self.company.id}
        )
        self._on("2026-03-01")
        charge.cancel("2026-03-31")
        self.assertEqual(self._mrr(charge, "2026-04-01"), 0.0, "a rate is no movement")
        self.assertEqual(charge.company_mrr, 15.0)

    def test_a_second_computation_day_by_day_says_the_same(self):
        draw = random.Random(7)
        self._on("2026-01-01")
        plans = [
            self._make_plan(f"{count} {unit}", interval_unit=unit, interval_count=count)
            for unit, count in (("months", 1), ("months", 5), ("weeks", 2), ("years", 1), ("days", 10))
        ]
        charges = self.env["subscription.charge"]
        for _number in range(15):
            start = date(2026, 1, 1) + timedelta(days=draw.randrange(40))
            order = self._subscribe(draw.choice([9.99, 30.0, 0.0]), draw.choice(plans), str(start))
            charges |= self._charge(order)
        self._on("2026-07-01")
        said = [{"quantity": 3.0}, {"price_unit": 41.5}, {"discount": 12.5}, {"quantity": 0.0, "discount": 0.0}]
        for charge in charges:
            for _number in range(draw.randrange(5)):
                day = charge.first_day + timedelta(days=draw.randrange(120))
                charge.change(
                    str(day),
                    **draw.choice(said),
                )
            if draw.random() < 0.5:
                charge.cancel(str(charge.first_day + timedelta(days=draw.randrange(200))))
        for ahead in range(0, 260, 3):
            day = date(2026, 1, 1) + timedelta(days=ahead)
            for charge in charges:
                self.assertAlmostEqual(self._mrr(charge, day), self._naive(charge, day), 7, (charge, day))

    def _naive(self, charge, day):
        """Return what a charge comes to in a month on a day, by going through its history once more."""
        if day < charge.first_day or (charge.last_day and day > charge.last_day):
            return 0.0
        price = quantity = None
        for version in charge.version_ids.sorted(lambda row: (row.day, row.id)):
            if version.day <= day and version.kind in ("agreed", "price"):
                price = version.price_unit * (100 - version.discount) / 100
            if version.day <= day and version.kind in ("agreed", "quantity"):
                quantity = version.quantity
        days_of_month = Fraction(365 * 400 + 97, 4800)
        lengths = {"days": 1 / days_of_month, "weeks": 7 / days_of_month, "months": 1, "years": 12}
        return price * quantity / float(lengths[charge.interval_unit] * charge.interval_count)

    def test_sums_of_the_board_are_those_of_its_cards(self):
        self._on("2026-01-01")
        charges = self._charge(self._subscribe(30.0)) | self._charge(self._subscribe(50.0))
        ending = self._charge(self._subscribe(7.0))
        ending.cancel("2026-01-31")
        groups = (charges | ending)._read_group(
            [("id", "in", (charges | ending).ids)], ["stage"], ["company_mrr:sum", "mrr:sum"]
        )
        self.assertEqual(groups, [("ending", 7.0, 7.0), ("running", 80.0, 80.0)])

    def test_who_reads_figures(self):
        self._on("2026-01-01")
        seller, other = (new_test_user(self.env, name, "sales_team.group_sale_salesman") for name in ("one", "two"))
        portal = new_test_user(self.env, "customer", "base.group_portal")
        line = {"price_unit": 30.0, "subscription_plan_id": self.monthly.id}
        move = self._charge(self._make_order(line, user_id=seller.id)).movement_ids
        self.assertEqual(move.with_user(seller).amount, 30.0)
        Movement = self.env["subscription.movement"]
        self.assertNotIn(move, Movement.with_user(other).search([]))
        for user in (other, portal):
            with self.assertRaises(AccessError):
                move.with_user(user).action_view_charge()
        for values in ({"amount": 1.0}, {"day": "2020-01-01"}):
            with self.assertRaises(AccessError):
                move.with_user(seller).write(values)

    def test_a_pause_takes_off_and_puts_back(self):
        self._on("2026-01-01")
        charge = self._charge(self._subscribe(30.0))
        charge.pause("2026-03-01", "2026-04-30")
        self.assertEqual(
            self._moves(charge),
            [("2026-01-01", "new", 30.0), ("2026-03-01", "pause", -30.0), ("2026-05-01", "pause", 30.0)],
        )
        charge.change("2026-04-01", quantity=3.0)
        charge.cancel("2026-06-30")
        self.assertEqual(
            self._moves(charge)[2:],
            [("2026-05-01", "pause", 30.0), ("2026-05-01", "expansion", 60.0), ("2026-07-01", "churn", -90.0)],
        )
        gone = self._charge(self._subscribe(30.0))
        gone.pause("2026-03-01")
        gone.cancel("2026-03-31")
        self.assertEqual(
            self._moves(gone)[1:],
            [("2026-03-01", "pause", -30.0), ("2026-04-01", "pause", 30.0), ("2026-04-01", "churn", -30.0)],
        )

    def test_another_plan_is_a_change_and_not_lost_and_won(self):
        self._on("2026-01-01")
        order = self._subscribe(30.0)
        first = self._charge(order)
        yearly = self._make_plan("Yearly", interval_unit="years")
        first.change_plan(yearly.id, "2026-04-01", price_unit=480.0)
        second = self._charge(order) - first
        self.assertEqual(self._moves(first), [("2026-01-01", "new", 30.0), ("2026-04-01", "moved", -30.0)])
        self.assertEqual(self._moves(second), [("2026-04-01", "moved", 30.0), ("2026-04-01", "expansion", 10.0)])
        self._on("2026-04-10")
        first.change("2026-02-01", price_unit=33.0)
        self.assertEqual(self._moves(second), [("2026-04-01", "moved", 33.0), ("2026-04-01", "expansion", 7.0)])
        self.assertEqual([self._mrr(first | second, f"2026-{month}-01") for month in ("01", "02", "04")], [30, 33, 40])

    def test_who_comes_back_after_an_end_is_a_reactivation(self):
        self._on("2026-01-01")
        order = self._subscribe(30.0)
        first = self._charge(order)
        first.cancel("2026-01-31")
        self._on("2026-03-01")
        first.restart("2026-03-01")
        self.assertEqual(
            self._moves(self._charge(order)),
            [("2026-01-01", "new", 30.0), ("2026-02-01", "churn", -30.0), ("2026-03-01", "reactivation", 30.0)],
        )
