from odoo.fields import Command
from odoo.tests import tagged

from .common import SubscriptionCommon


@tagged("post_install", "-at_install")
class TestForecast(SubscriptionCommon):
    """What is expected of subscriptions: the periods to come, each once, as they will be billed."""

    def _flows(self, order, until):
        self.env.flush_all()
        found = self.env["billing.forecast"].sudo()._flows(self.company, {order.id}, self._day(until))
        rows = [(str(flow.day), flow.units, flow.plan.certainty) for flow in found if flow.kind == "invoice"]
        return sorted(rows)

    def test_periods_to_come_are_those_that_are_billed(self):
        self._on("2026-01-01")
        tax = self._make_tax(21)
        order = self._subscribe(30.0, start="2026-01-01", tax_ids=[Command.set(tax.ids)])
        coming = [("2026-02-01", 3630, "agreed"), ("2026-03-01", 3630, "agreed")]
        self.assertEqual(self._flows(order, "2026-03-31"), [("2026-01-01", 3630, "due"), *coming])
        move = self._bill("2026-01-01") or order._create_invoices()
        self.assertEqual(self._flows(order, "2026-03-31"), [("2026-01-01", 3630, "drafted"), *coming])
        move.action_post()
        self.assertEqual(self._flows(order, "2026-03-31"), coming)
        self._charge(order)._record("price", self._day("2026-03-01"), price_unit=40.0)
        self.assertEqual([row[1] for row in self._flows(order, "2026-03-31")], [3630, 4840])
        order._action_cancel()
        self.assertEqual(self._flows(order, "2026-03-31"), [])

    def test_prices_that_have_their_taxes(self):
        self._on("2026-01-01")
        tax = self._make_tax(19, price_include_override="tax_included")
        order = self._subscribe(119.0, start="2026-01-01", tax_ids=[Command.set(tax.ids)])
        self.env.flush_all()
        found = self.env["billing.forecast"].sudo()._flows(self.company, {order.id}, self._day("2026-01-31"))
        self.assertEqual([(flow.units, flow.untaxed) for flow in found if flow.kind == "invoice"], [(11900, 10000)])
