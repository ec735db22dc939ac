from odoo.addons.billing_base.tests.forecast_common import told_by_others
from odoo.fields import Command
from odoo.tests import tagged

from .common import SubscriptionCommon
from .test_renewal_quotation import RenewalCommon


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

    def test_by_days_or_weeks_nothing_stops_before_the_last_day(self):
        self._on("2026-01-01")
        for unit, until, number in (("days", "2026-12-31", 365), ("weeks", "2028-12-31", 157)):
            with self.subTest(unit):
                plan = self._make_plan(f"By {unit}", interval_unit=unit)
                order = self._subscribe(30.0, plan=plan, start="2026-01-01")
                self.assertEqual(len(self._flows(order, until)), number)


@tagged("post_install", "-at_install")
class TestForecastRenewal(RenewalCommon):
    """A renewal that a quotation agreed is expected of its subscription, and of nothing else."""

    def _expected(self, orders):
        self.env.flush_all()
        found = self.env["billing.forecast"].sudo()._flows(self.company, set(orders.ids), self._day("2026-04-30"))
        return sorted((str(flow.day), flow.units) for flow in found if flow.kind == "invoice" and flow.units)

    def test_accepted_it_is_expected_once(self):
        order, quotation = self._quote(product_uom_qty=3.0)
        order.invoice_ids.filtered(lambda move: move.state == "draft").action_post()
        quotation.action_confirm()
        coming = [("2026-03-01", 9900), ("2026-04-01", 9900)]
        self.assertEqual(self._expected(order), coming)
        self.assertEqual(self._expected(order | quotation), coming)

    def test_the_query_says_of_every_kind_of_line_what_the_line_says(self):
        order, quotation = self._quote()
        quotation.action_confirm()
        plain = order.order_line.product_id.copy({"name": "Once", "type": "service", "invoice_policy": "order"})
        once = {"product_id": plain.id, "subscription_plan_id": False}
        order.order_line = [
            Command.create({"display_type": "line_section", "name": "Section"}),
            Command.create({"display_type": "line_note", "name": "Note"}),
            Command.create(once),
        ]
        cancelled = self._subscribe(30.0, start="2026-02-18")
        cancelled._action_cancel()
        unconfirmed = self._subscribe(30.0, confirm=False)
        lines = (order | quotation | cancelled | unconfirmed).order_line
        by_query, by_line = told_by_others(lines)
        self.assertEqual(by_query, by_line)
        self.assertIn(quotation.order_line, by_query)
        self.assertTrue(lines - by_query)
