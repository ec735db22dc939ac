from datetime import timedelta

from odoo.addons.milestone_billing.tests.common import tagged

from .common import AcceptanceCommon


@tagged("post_install", "-at_install")
class TestForecast(AcceptanceCommon):
    """What is expected of a milestone follows what its customer says of it."""

    def _in(self, days):
        return self.company._billing_today() + timedelta(days=days)

    def _flows(self, milestone):
        """Return (day, units) of the invoices that are expected of its order."""
        self.env.flush_all()
        order = milestone.order_id
        found = self.env["billing.forecast"].sudo()._flows(self.company, set(order.ids), self._in(400))
        return [(flow.day, flow.units) for flow in found if flow.kind == "invoice"]

    def test_a_rejection_takes_the_date_at_once(self):
        milestone = self._start(50_000.0, planned_date=self._in(10), acceptance_days=10)
        self.assertEqual(self._flows(milestone), [(self._in(10), 5_000_000)])
        acceptance = self._ask(milestone)
        self.assertFalse(self._answer(acceptance, "rejected", reason="The crane does not turn"))
        self.assertEqual(self._flows(milestone), [(None, 5_000_000)])
        undated = self.env["billing.forecast"].get([("id", "=", milestone.order_id.id)])["undated"]
        self.assertEqual((undated["invoices"], undated["receipts"]), (50_000.0, 50_000.0))
        self.assertEqual(undated["items"][0]["certainty"], "blocked")
        again = self._ask(milestone)
        self.assertEqual(self._flows(milestone), [(again.deemed_on, 5_000_000)])
        self._answer(again)
        self.assertEqual(self._flows(milestone), [(self._in(0), 5_000_000)])

    def test_what_the_customer_has_is_expected_when_silence_accepts_it(self):
        for days in (-5, 0, 60):
            with self.subTest(days):
                milestone = self._start(planned_date=self._in(days), acceptance_days=10)
                acceptance = self._ask(milestone)
                self.assertTrue(acceptance.deemed_on)
                self.assertEqual(self._flows(milestone), [(acceptance.deemed_on, 100_000)])

    def test_where_silence_says_nothing_it_is_expected_as_planned(self):
        milestone = self._start(planned_date=self._in(10), acceptance_days=0)
        self.assertFalse(self._ask(milestone).deemed_on)
        self.assertEqual(self._flows(milestone), [(self._in(10), 100_000)])
