import random
from collections import defaultdict
from datetime import date, timedelta

from odoo import fields
from odoo.tests import tagged

from ..closing.states import COUNTING
from ..engine.spread import Spread
from .waterfall_common import WaterfallCommon

YEAR = ("2026-01-01", "2026-12-31")
TIMED = ("straight_line", "point_in_time")


class Naive:
    """The waterfall as its description says it, a record at a time.

    :param contracts: those it is about
    :param at: closes after this day do not count
    """

    def __init__(self, contracts, at=None):
        self.contracts = contracts
        self.first, self.last = map(date.fromisoformat, YEAR)
        ends = [fields.Date.end_of(date(2026, month, 1), "month") for month in range(1, 13)]
        self.cuts = [self.first - timedelta(days=1), *ends]
        domain = [("company_id", "=", contracts.env.company.id), ("state", "in", COUNTING)]
        closes = contracts.env["revenue.close"].search(domain)
        self.closes = closes.filtered(lambda one: not at or one.date <= date.fromisoformat(at))
        reopened = self.closes.reversed_id
        self.standing = self.closes.filtered(lambda one: one.kind == "close" and one not in reopened)
        closed = max(self.standing.mapped("date"), default=None)
        self.spread = Spread(self.cuts, closed and closed + timedelta(days=1))

    def rows(self, key):
        """Return units by key: what is recognised and what is forecast in each month, and what is unscheduled."""
        found = defaultdict(lambda: [[0] * 14, [0] * 14, 0])
        for contract in self.contracts:
            for obligation in contract.obligation_ids:
                self._recognise(found, key(obligation), obligation)
        for (row, stretch), amount in self._remaining(key).items():
            if stretch is None:
                found[row][2] += amount
            else:
                self.spread.add(found[row][1], amount, *stretch)
        return dict(found)

    def _entries(self, obligation, closes):
        entries = obligation.env["revenue.entry"].search([("obligation_id", "=", obligation.id)])
        return entries.filtered(lambda one: one.kind == "revenue" and one.close_id in closes)

    def _recognise(self, found, key, obligation):
        for entry in self._entries(obligation, self.closes):
            number = sum(1 for cut in self.cuts if cut < entry.date)
            found[key][0][number] += round(entry.company_amount * 100)

    def _remaining(self, key):
        """Return units by key and stretch of time, None for what no date is known of."""
        sums = defaultdict(int)
        for contract in self.contracts.filtered(lambda one: one.state == "active"):
            for obligation in contract.obligation_ids:
                entries = self._entries(obligation, self.standing)
                amount = round((obligation.allocated - sum(entries.mapped("amount"))) * 100)
                if amount and obligation.measure not in ("as_invoiced", "usage"):
                    sums[key(obligation), self._stretch(obligation, entries)] += amount
        return sums

    def _stretch(self, obligation, entries):
        start = obligation.earned_from or obligation.date_start
        end = obligation.earned_to or obligation.date_end
        if obligation.measure not in TIMED or not end:
            # What is delivered in full is earned that day, and not booked yet.
            days = obligation.evidence_ids.mapped("date")
            return (max(days), max(days), False) if days else None
        booked = [entry.date + timedelta(days=1) for entry in entries]
        return max([start, *booked]), end, obligation.monthly


@tagged("post_install", "-at_install")
class TestWaterfallSums(WaterfallCommon):
    """What the database adds up is what one finds record by record."""

    KEYS = {
        None: lambda one: 0,
        "contract": lambda one: one.contract_id.id,
        "customer": lambda one: one.contract_id.partner_id.id,
        "product": lambda one: one.product_id.id,
        "obligation": lambda one: one.id,
    }

    def _compare(self, domain=(), at=None):
        """Compare every figure of every row, to the unit."""
        contracts = self.env["revenue.contract"].search([*domain, ("company_id", "=", self.company.id)])
        naive = Naive(contracts, at)
        for group, key in self.KEYS.items():
            expected = naive.rows(key)
            found = {
                row["key"] or 0: self._units(row)
                for row in self._waterfall(domain, *YEAR, group_by=group, at=at)["rows"]
            }
            with self.subTest(group=group, domain=domain, at=at):
                self.assertEqual(found, {one: tuple(map(tuple, row[:2])) + (row[2],) for one, row in expected.items()})

    def _units(self, row):
        def whole(*amounts):
            return tuple(round(amount * 100) for amount in amounts)

        return (
            whole(row["before"], *row["recognised"].values(), row["recognised_after"]),
            whole(row["forecast_before"], *row["forecast"].values(), row["after"]),
            *whole(row["unscheduled"]),
        )

    def test_after_each_step(self):
        """Of what is done, going on, not begun or late; with closes that found nothing or were reopened."""
        chance = random.Random(909)
        other = self.env["res.partner"].create({"name": "Alder Mill"})
        contracts = self._sell(*self._lines(chance, 4), (self.setup, 300))
        contracts += self._sell(*self._lines(chance, 3), partner_id=other.id)
        self._compare()
        self._close("2026-01-31")
        contracts[0].order_ids.order_line[-1].qty_delivered = 1
        contracts += self._sell(*self._lines(chance, 5), day="2026-02-10")
        self._compare()
        self._close("2026-02-28")
        self._compare()
        # Nothing is left to book: the last close says of no obligation what is booked.
        self._close("2026-02-28")
        self._compare()
        self._change_price(contracts[1])
        self._compare()
        self._close("2026-04-30")
        last = self._close("2026-06-30")
        self._compare()
        last.with_user(self.approver).action_reopen("Too early")
        self._compare()
        for at in ("2025-12-31", "2026-01-31", "2026-03-15", "2026-06-30"):
            self._compare(at=at)
        contracts[0].sudo().state = "cancelled"
        self._compare()
        self._compare([("id", "in", contracts[:2].ids)])
        self._compare([("partner_id", "=", other.id)])

    def _lines(self, chance, count):
        """Return order lines of services that end before, in or long after the year."""
        lines = []
        for number in range(count):
            product = self._make_product(f"Service {number}", chance.choice([self.monthly, "subscription"]))
            self._make_ssp(product, chance.randint(1, 90000) / 100)
            start = date(2026, 1, 1) + timedelta(days=chance.randint(0, 90))
            end = start + timedelta(days=chance.choice([0, 20, 50, 100, 400]))
            dates = {"revenue_start": start.isoformat(), "revenue_end": end.isoformat()}
            lines.append((product, chance.randint(1, 90000) / 100, dates))
        return lines

    def _change_price(self, contract):
        self.env["revenue.price.change"].create(
            {"contract_id": contract.id, "name": "Bonus", "date": "2026-03-10", "amount": 99.99, "reason": "Met"}
        )
