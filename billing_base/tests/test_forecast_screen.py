import io

import openpyxl

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user, tagged

from .forecast_common import ForecastCommon


@tagged("post_install", "-at_install")
class TestForecastScreen(ForecastCommon, HttpCase):
    """What the screen shows of a forecast: rows of one opening, for whoever opened it."""

    def _open(self, user=None, scenario=None):
        self.env.flush_all()
        if scenario:
            action = scenario.with_user(user or self.env.user).action_compare()
        else:
            action = self.forecasts.with_user(user or self.env.user).action_open()
        rows = self.env["billing.forecast.line"].with_user(user or self.env.user).search(action["domain"])
        return action, rows.filtered(lambda row: row.partner_id.id == self.customer.id)

    def test_a_row_says_why_it_is_on_its_day(self):
        self._pay_late(4)
        days = self.env["billing.calendar"].create({"name": "Last", "days_of_month": "last"})
        self.customer.write({"billing_when": "days", "billing_calendar_id": days.id})
        order = self._make_order(100.0, payment_term_id=self.month.id)
        _action, rows = self._open()
        invoice, receipt = rows.sorted("kind")
        self.assertEqual((invoice.kind, receipt.kind), ("invoice", "receipt"))
        self.assertEqual(receipt.order_id, order)
        self.assertEqual((receipt.amount, receipt.weighted, receipt.confidence), (100.0, 90.0, 90))
        self.assertIn("due since", receipt.why)
        self.assertIn("invoiced on", receipt.why)
        self.assertIn("to be paid by", receipt.why)
        self.assertTrue(receipt.why.endswith("pays 4 days late"), receipt.why)
        self.assertFalse("paid by" in invoice.why)
        self.assertEqual(receipt.action_open_source()["res_id"], order.id)

    def test_it_is_grouped_and_summed_by_odoo(self):
        self._make_order(100.0, payment_term_id=self.month.id)
        action, _rows = self._open()
        lines = self.env["billing.forecast.line"]
        sums = dict(lines._read_group(action["domain"], ["kind"], ["amount:sum"]))
        self.assertEqual((sums["invoice"], sums["receipt"]), (sums["receipt"], sums["invoice"]))
        self.assertTrue(lines._read_group(action["domain"], ["day:month", "partner_id"], ["weighted:sum"]))

    def test_it_is_of_whoever_opened_it(self):
        self._make_order(100.0)
        action, rows = self._open()
        clerk = new_test_user(self.env, "clerk", "account.group_account_invoice")
        lines = self.env["billing.forecast.line"].with_user(clerk)
        self.assertFalse(lines.search(action["domain"]))
        with self.assertRaises(AccessError):
            rows[:1].with_user(clerk).action_open_source()
        with self.assertRaises(AccessError):
            lines.create({"amount": 1.0})
        with self.assertRaises(UserError):
            lines.with_context(forecast_id=action["context"]["forecast_id"]).action_download()
        with self.assertRaises(AccessError):
            self.forecasts.with_user(new_test_user(self.env, "nobody", "base.group_user")).action_open()

    def test_a_scenario_stands_beside_the_plan(self):
        product = self._make_service("By delivery", "delivery")
        self._make_order(80.0, product=product, commitment_date=self._in(10))
        scenario = self.env["billing.forecast.scenario"].create({"name": "Later", "shift_number": 2})
        action, rows = self._open(scenario=scenario)
        found = {(row.scenario_name, row.kind): row.day for row in rows}
        self.assertEqual(
            found,
            {
                ("As Planned", "invoice"): self._in(10),
                ("As Planned", "receipt"): self._in(10),
                ("Later", "invoice"): self._in(24),
                ("Later", "receipt"): self._in(24),
            },
        )
        self.assertEqual(action["context"]["graph_groupbys"], ["day:month", "scenario_name"])

    def test_the_workbook_has_every_row(self):
        self._make_order(100.0, partner_id=self.customer.copy({"name": "=1+1"}).id)
        action, _rows = self._open()
        lines = self.env["billing.forecast.line"]
        lines = lines.with_context(forecast_id=action["context"]["forecast_id"])
        address = lines.action_download()["url"]
        self.authenticate(self.env.user.login, self.env.user.login)
        content = self.forecasts.browse(action["context"]["forecast_id"])._workbook()
        head, *table = openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True)
        self.assertEqual(head[:3], ("Supposing", "What", "Expected on"))
        self.assertEqual(len(table), lines.search_count(action["domain"]))
        self.assertIn("=1+1", [row[3] for row in table])
        self.assertTrue(address.startswith("/billing/forecast/"))
