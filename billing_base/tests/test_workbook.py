import io
from datetime import datetime
from unittest.mock import patch

import openpyxl

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user, tagged

from .common import BillingBaseCommon

COLUMNS = [
    "Customer",
    "Invoice",
    "Invoice Date",
    "Order",
    "Line",
    "Source",
    "Due Since",
    "Currency",
    "Untaxed",
    "Tax",
    "Total",
    "State",
    "What Keeps It",
    "What Lifts It",
    "Separate Invoice Because of",
]


@tagged("post_install", "-at_install")
class TestWorkbook(BillingBaseCommon):
    """What is shown of a billing day, and what a run billed, as a workbook: a row for each line."""

    def _read(self, content):
        sheet = openpyxl.load_workbook(io.BytesIO(content)).active
        head, *rows = sheet.iter_rows(values_only=True)
        self.assertEqual(list(head), COLUMNS)
        return [dict(zip(COLUMNS, row, strict=True)) for row in rows]

    def test_a_preview_and_its_run_have_the_same_rows(self):
        tax = self._make_tax(21)
        order = self._make_order({"price_unit": 100.0, "tax_ids": tax.ids}, 50.0)
        blocked = self._make_order(7.0, partner_id=self.customer.copy({"name": "=1+1"}).id)
        blocked.partner_id.billing_order_number = "required"
        wizard = self.env["billing.day"].create({"partner_ids": (order | blocked).partner_id.ids})
        wizard.action_show()
        shown = self._read(wizard._workbook())
        amounts = [(row["Untaxed"], row["Tax"], row["Total"]) for row in shown]
        self.assertEqual(amounts, [(100.0, 21.0, 121.0), (50.0, 0, 50.0), (7.0, 0, 7.0)])
        self.assertEqual([row["State"] for row in shown], ["To Bill", "To Bill", "Blocked"])
        self.assertEqual({row["Source"] for row in shown}, {"Order Lines Ready to Invoice"})
        self.assertEqual(shown[0]["Due Since"], datetime.combine(self.today, datetime.min.time()))
        self.assertEqual((shown[2]["Customer"], shown[2]["Order"]), ("=1+1", blocked.name), "a name is no formula")
        self.assertIn("requires an order number", shown[2]["What Keeps It"])
        self.assertIn("Customer Reference", shown[2]["What Lifts It"])
        wizard.line_ids[1].unlink()
        run = self.env["billing.run"].browse(wizard.action_bill()["res_id"])
        run.action_bill()
        billed = self._read(run._workbook())
        self.assertEqual([row["Invoice"] for row in billed], [order.invoice_ids.display_name] * 2)
        same = [name for name in COLUMNS if name not in ("Invoice", "State")]
        self.assertEqual(
            [[row[name] for name in same] for row in billed], [[row[name] for name in same] for row in shown[:2]]
        )
        self.assertEqual({row["State"] for row in billed}, {"Billed"})

    def test_lines_add_up_to_their_invoice(self):
        included = self._make_tax(19, price_include_override="tax_included")
        for method in ("round_per_line", "round_globally"):
            self.company.tax_calculation_rounding_method = method
            self._make_order(*({"price_unit": 9.99, "tax_ids": included.ids} for _line in range(7)), 0.1)
            self._run(method, customers=[self.customer.id])
            run = self.runs.search([("key", "=", method)])
            rows = self._read(run._workbook())
            move = run.invoice_ids.move_id
            for name, total in (
                ("Untaxed", move.amount_untaxed),
                ("Tax", move.amount_tax),
                ("Total", move.amount_total),
            ):
                self.assertAlmostEqual(sum(row[name] for row in rows), total, 2)

    def test_what_is_left_out_says_so(self):
        self._make_order(10.0)
        wizard = self.env["billing.day"].create({"partner_ids": self.customer.ids})
        wizard.action_show()
        wizard.line_ids.is_billed = False
        self.assertEqual([row["State"] for row in self._read(wizard._workbook())], ["Excluded"])

    def test_what_fails_before_anybody_can_say_what_is_due_has_a_row(self):
        order = self._make_order(10.0)
        refusal = UserError("The tax office says no")
        with patch.object(type(self.env["billing.source.order.line"]), "_due", side_effect=refusal):
            self._run("one", customers=[self.customer.id])
        [row] = self._read(self.runs.search([("key", "=", "one")])._workbook())
        said = {name: row[name] for name in ("Customer", "Order", "Currency", "Untaxed", "Total", "State")}
        name, currency = self.customer.display_name, order.currency_id.name
        nothing = {"Untaxed": None, "Total": None}
        expected = {"Customer": name, "Order": order.name, "Currency": currency, **nothing, "State": "Failed"}
        self.assertEqual(said, expected)
        self.assertIn("The tax office says no", row["What Keeps It"])

    def test_who_may_download(self):
        self._make_order(10.0)
        self._run("one", customers=[self.customer.id])
        run = self.runs.search([("key", "=", "one")])
        auditor = new_test_user(self.env, "auditor", "account.group_account_readonly", company_id=self.company.id)
        with self.assertRaises(AccessError):
            run.with_user(auditor).action_xlsx()
        clerk = new_test_user(self.env, "clerk", "account.group_account_invoice", company_id=self.company.id)
        self.assertEqual(run.with_user(clerk).action_xlsx()["url"], f"/billing/run/{run.id}.xlsx")


@tagged("post_install", "-at_install")
class TestDownload(BillingBaseCommon, HttpCase):
    """The workbook comes over HTTP, to who may bill."""

    def _login(self, login, groups):
        new_test_user(
            self.env,
            login,
            groups,
            company_id=self.company.id,
            company_ids=self.company.ids,
            password=f"{login}-{login}",
        )
        self.authenticate(login, f"{login}-{login}")

    def test_download(self):
        self._make_order(10.0)
        self._run("one", customers=[self.customer.id])
        run = self.runs.search([("key", "=", "one")])
        wizard = self.env["billing.day"].create({})
        self._login("clerk", "account.group_account_invoice")
        answer = self.url_open(run.action_xlsx()["url"])
        self.assertEqual(answer.status_code, 200)
        self.assertIn("spreadsheetml", answer.headers["Content-Type"])
        self.assertIn(f"invoice_run_{self.today}.xlsx", answer.headers["Content-Disposition"])
        self.assertEqual(openpyxl.load_workbook(io.BytesIO(answer.content)).active["I2"].value, 10)
        self.assertEqual(self.url_open(f"/billing/day/{wizard.id}.xlsx").status_code, 404, "somebody else's")
        for login in ("account.group_account_readonly", "sales_team.group_sale_salesman", "base.group_portal"):
            self._login(login, login)
            self.assertEqual(self.url_open(f"/billing/run/{run.id}.xlsx").status_code, 403)
