from datetime import date, timedelta
from random import Random

from odoo.tests import tagged

from .common import SubscriptionRevenueCommon

FIRST = date(2026, 1, 1)
DAYS = [FIRST + timedelta(days=number) for number in range(200)]


class Life:
    """What was agreed of a subscription for each day, day by day, beside it."""

    def __init__(self, price, quantity):
        self.worth = dict.fromkeys(DAYS, (price, quantity))
        self.events = 0

    def change(self, day, price=None, quantity=None):
        self.events += 1
        for one in DAYS:
            if one >= day:
                before = self.worth[one]
                self.worth[one] = (before[0] if price is None else price, before[1] if quantity is None else quantity)

    def end(self, last):
        self.events += 1
        self.worth.update({day: (0.0, 0.0) for day in DAYS if day > last})

    def earned(self, last, period):
        """Return what all days through one earn: each its part of the period that it lies in."""
        return sum(price * quantity / period(day) for day, (price, quantity) in self.worth.items() if day <= last)


@tagged("post_install", "-at_install")
class TestLives(SubscriptionRevenueCommon):
    """Whatever is agreed, in whatever order: each day earns what it is worth, and the books say so."""

    def _make_up(self, seed, plan, period):
        """Have a subscription without a term live, and check its revenue day by day.

        :param period: how many days the period has that a day lies in
        """
        random, life = Random(seed), Life(100.0, 2.0)
        order = self._sell(100.0, plan, str(FIRST), product=self.hosting, product_uom_qty=2.0)
        contract, ended = self._contract(order), False
        days = sorted(random.sample(DAYS[1:150], 7))
        for day in days:
            self._bill(str(day))
            act = random.choice(["price", "quantity", "past", "past", "end"])
            if ended or act == "price":
                price = float(random.randint(50, 150))
                if not ended:
                    order.order_line.price_unit = price
                    life.change(day, price=price)
            elif act == "quantity":
                order.order_line.product_uom_qty = quantity = float(random.randint(0, 4))
                life.change(day, quantity=quantity)
            elif act == "past":
                earlier = day - timedelta(days=random.randint(0, (day - FIRST).days))
                quantity = float(random.randint(1, 4))
                self._charge(order).change(str(earlier), quantity=quantity)
                self._follow_later(life, order, earlier, quantity)
            else:
                last, ended = day + timedelta(days=random.randint(-20, 20)), True
                last = max(last, FIRST)
                self._charge(order).cancel(str(last))
                life.end(last)
            self._check(contract, life, day, period)
        end = DAYS[-1]
        self._bill(str(end))
        for day in random.sample(DAYS, 8):
            self._check(contract, life, day, period)
        self._on("2026-07-31")
        self._close("2026-07-31")
        self._check_tied()
        price, billed, revenue = self._position(contract, "2026-07-31")
        if ended:
            self.assertEqual((price, billed), (revenue, revenue), "all is billed and earned")
        return contract

    def _follow_later(self, life, order, day, quantity):
        """A change from an earlier day holds until the next one that was recorded for a later day."""
        versions = self._charge(order).version_ids.filtered(lambda row: row.kind == "quantity" and row.day > day)
        until = min(versions.mapped("day"), default=DAYS[-1] + timedelta(days=1))
        life.events += 1
        for one in DAYS:
            if day <= one < until and life.worth[one] != (0.0, 0.0):
                life.worth[one] = (life.worth[one][0], quantity)

    def _check(self, contract, life, day, period):
        found = self._position(contract, str(day))[2]
        # Each change leaves what was earned by then in whole cents.
        self.assertAlmostEqual(found, life.earned(day, period), delta=0.01 * (life.events + 8), msg=str(day))

    def test_months_in_advance(self):
        plan = self._make_plan("By days", proration="days")
        for seed in range(6):
            with self.subTest(seed=seed):
                self._make_up(seed, plan, lambda day: (31, 28, 31, 30, 31, 30, 31)[day.month - 1])

    def test_fortnights_in_arrears(self):
        plan = self._make_plan("A fortnight", interval_count=2, interval_unit="weeks", timing="arrears")
        for seed in range(10, 14):
            with self.subTest(seed=seed):
                self._make_up(seed, plan, lambda day: 14)
