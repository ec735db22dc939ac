import io
from datetime import timedelta

import openpyxl

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user, tagged

from ..models.revenue_rollforward import MOVEMENTS
from .waterfall_common import WaterfallCommon

BALANCES = ("opening", *MOVEMENTS, "closing")


@tagged("post_install", "-at_install")
class TestRollforward(WaterfallCommon):
    """Opening and movements make closing, and closing is what the ledger says."""

    def _report(self, first, last, user=None):
        report = self.env["revenue.rollforward"].with_user(user or self.approver)
        report = report.create({"company_id": self.company.id, "date_from": first, "date_to": last})
        report.action_show()
        return report

    def _year(self, price=1200):
        return (self.support, price, {"revenue_start": "2026-01-01", "revenue_end": "2026-12-31"})

    def _assert_adds_up(self, report):
        for row in (*report.line_ids, report):
            self.assertEqual(
                self.company.currency_id.round(row.opening + sum(row[name] for name in MOVEMENTS)), row.closing
            )
            self.assertEqual(self.company.currency_id.round(row.liability - row.asset), row.closing)

    def _hidden(self, report):
        """Return the columns that are left out where contracts are listed."""
        context = report.action_open_lines()["context"]
        return {name.removeprefix("hide_") for name, value in context.items() if name.startswith("hide_") and value}

    def test_billed_and_recognised(self):
        """One is ahead with its invoice, the other with its work."""
        billed, earned = self._sell(self._year()), self._sell(self._year(600))
        self._invoice(billed.order_ids, "2026-01-05")
        self._close("2026-01-31")
        self._close("2026-02-28")
        report = self._report("2026-02-01", "2026-02-28")
        found = {line.contract_id: [line[name] for name in BALANCES] for line in report.line_ids}
        self.assertEqual(found[billed], [1098.08, 0, -92.05, 0, 0, 0, 0, 1006.03])
        self.assertEqual(found[earned], [-50.96, 0, -46.03, 0, 0, 0, 0, -96.99])
        self.assertEqual((report.liability, report.asset), (1006.03, 96.99))
        self.assertEqual((report.ledger, report.difference, report.uncovered), (909.04, 0, False))
        self.assertEqual(report.ledger, self._balance("contract_liability") + self._balance("contract_asset"))
        self._assert_adds_up(report)
        self.assertEqual(
            report.account_ids.account_id, self.accounts["contract_liability"] | self.accounts["contract_asset"]
        )
        self.assertEqual(self._hidden(report), {"modification", "interest", "refund", "currency"})

    def test_the_period_before_stands_beside(self):
        """A month beside the one before it; from the beginning of a year, beside the same days of last year."""
        contract = self._sell(self._year())
        self._invoice(contract.order_ids, "2026-01-05")
        self._close("2026-01-31")
        self._close("2026-02-28")
        report = self._report("2026-02-01", "2026-02-28")
        self.assertEqual((str(report.before_from), str(report.before_to)), ("2026-01-01", "2026-01-31"))
        self.assertEqual((report.opening, report.recognised), (1098.08, -92.05))
        before = [report.before_opening, report.before_billed, report.before_recognised, report.before_closing]
        self.assertEqual(before, [0, 1200, -101.92, 1098.08])
        self.assertEqual((report.before_liability, report.before_asset), (1098.08, 0))
        year = self._report("2026-01-01", "2026-02-28")
        self.assertEqual((str(year.before_from), str(year.before_to)), ("2025-01-01", "2025-02-28"))
        self.assertEqual(year.before_closing, 0)
        self.assertEqual(year.before_text, "01/01/2025 – 02/28/2025")

    def test_what_modifications_caught_up_stands_apart(self):
        """In the period of the first close prepared after they were applied."""
        contract = self._sell(self._year())
        close = self._close("2026-01-31")
        close.prepared_at -= timedelta(hours=1)
        self._modify(contract, "2026-01-31")
        self._close("2026-02-28")
        report = self._report("2026-02-01", "2026-02-28")
        self.assertNotIn("modification", self._hidden(report))
        self.assertRecordValues(report.line_ids, [{"recognised": -111.12, "modification": -19.73, "billed": 0}])
        self._assert_adds_up(report)
        self.assertEqual(report.difference, 0)
        self.assertEqual(self._report("2026-01-01", "2026-01-31").modification, 0)

    def _modify(self, contract, day):
        """Apply a change of the price by 240 that is caught up."""
        modification = self.env["revenue.modification"].create(
            {
                "contract_id": contract.id,
                "name": "Price",
                "date": day,
                "treatment": "catch_up",
                "fixed_delta": 240,
            }
        )
        modification.action_work_out()
        modification.action_apply()
        self.assertAlmostEqual(modification.revenue_after - modification.revenue_before, 19.73)

    def test_reopened_period_has_no_movements(self):
        """What was taken back does not count."""
        self._sell(self._year())
        close = self._close("2026-01-31")
        close.with_user(self.approver).action_reopen("Too early")
        report = self._report("2026-01-01", "2026-01-31")
        self.assertFalse(report.line_ids)
        self.assertEqual((report.closing, report.difference, report.uncovered), (0, 0, True))

    def test_invoice_after_the_close_is_a_difference(self):
        """The report says why: the period goes on after the last close."""
        contract = self._sell(self._year())
        self._close("2026-01-31")
        self._invoice(contract.order_ids, "2026-02-05")
        report = self._report("2026-01-01", "2026-02-28")
        self.assertEqual((report.difference, report.uncovered), (-1200, True))

    def test_foreign_currency(self):
        """Exchange differences are a movement; the row is in the company's currency."""
        euro = self.env.ref("base.EUR")
        euro.active = True
        euro.rate_ids.unlink()
        for day, rate in (("2026-01-01", 1.1), ("2026-02-01", 1.2), ("2026-03-01", 1.5)):
            self.env["res.currency.rate"].create(
                {"name": day, "currency_id": euro.id, "company_id": self.company.id, "inverse_company_rate": rate}
            )
        pricelist = self.env["product.pricelist"].create({"name": "EUR", "currency_id": euro.id})
        self._make_ssp(self.support, 360, currency_id=euro.id)
        dates = {"revenue_start": "2026-01-01", "revenue_end": "2026-03-01"}
        contract = self._sell((self.support, 360, dates), pricelist_id=pricelist.id)
        self._close("2026-01-31")
        self._close("2026-02-28")
        self._invoice(contract.order_ids, "2026-03-01")
        self._close("2026-03-31")
        report = self._report("2026-03-01", "2026-03-31")
        self.assertRecordValues(
            report.line_ids, [{"opening": -406.2, "billed": 540, "recognised": -9, "currency": -124.8, "closing": 0}]
        )
        self.assertEqual(report.difference, 0)

    def test_refund_liability_is_a_movement(self):
        """What is expected to go back leaves contract liability."""
        goods = self._make_product("Pumps", "goods")
        contract = self._sell((goods, 100, {"product_uom_qty": 10}))
        for key, kind, value in (("r", "estimate_returns", 0.1), ("u", "units", 10)):
            fact = {"key": key, "contract": contract.id, "obligation": contract.obligation_ids.key, "kind": kind}
            [result] = self.env["revenue.evidence"].record([{**fact, "date": "2026-01-10", "value": value}])
            self.assertEqual(result.get("message"), None)
        self._invoice(contract.order_ids, "2026-01-12")
        self._close("2026-01-31")
        report = self._report("2026-01-01", "2026-01-31")
        self.assertRecordValues(report.line_ids, [{"billed": 1000, "recognised": -900, "refund": -100, "closing": 0}])
        self.assertEqual(report.difference, 0)

    # === RIGHTS === #

    def test_rights(self):
        """Auditors too; nobody opens what somebody else has on his screen; others are refused."""
        self._sell(self._year())
        self._close("2026-01-31")
        auditor = new_test_user(self.env, "auditor", "revenue_recognition.group_revenue_auditor")
        auditor.write({"company_ids": self.company.ids, "company_id": self.company.id})
        report = self._report("2026-01-01", "2026-01-31", auditor)
        self.assertEqual((report.display_name, report.closing), ("Contract Balances", -101.92))
        self.assertFalse(self.env["revenue.rollforward"].with_user(self.approver).search([("id", "=", report.id)]))
        with self.assertRaises(AccessError):
            report.with_user(self.approver).read(["closing"])
        salesman = new_test_user(self.env, "salesman", "sales_team.group_sale_manager")
        with self.assertRaises(AccessError):
            report.with_user(salesman).action_show()
        other = self.env["res.company"].create({"name": "Other"})
        with self.assertRaises(AccessError):
            self.env["revenue.rollforward"].with_user(auditor).create({"company_id": other.id}).action_show()

    def test_wrong_period(self):
        """It ends before it begins."""
        for model in ("revenue.rollforward", "revenue.waterfall"):
            report = self.env[model].create({"date_from": "2026-02-01", "date_to": "2026-01-31"})
            with self.assertRaisesRegex(UserError, "ends before"):
                report.action_show()


@tagged("post_install", "-at_install")
class TestWorkbooks(WaterfallCommon):
    """Workbooks add up by themselves, and say what the reports say."""

    def setUp(self):
        super().setUp()
        self.customer.name = '=HYPERLINK("http://example.com")'
        year = {"revenue_start": "2026-01-01", "revenue_end": "2026-12-31"}
        first = self._sell((self.support, 1200, year), (self.setup, 300))
        self._sell((self.support, 600, year), partner_id=self.env["res.partner"].create({"name": "@Alder"}).id)
        self._invoice(first.order_ids, "2026-01-05")
        self._close("2026-01-31")

    def _open(self, report, **options):
        content = report.with_user(self.approver)._workbook()
        return openpyxl.load_workbook(io.BytesIO(content), **options)

    def _tables(self, report):
        """Return of each sheet the formulas and the values, from the row of the columns on."""
        formulas, values = self._open(report), self._open(report, data_only=True)
        return {
            sheet.title: (
                list(sheet.iter_rows(min_row=6)),
                list(values[sheet.title].iter_rows(min_row=6, values_only=True)),
            )
            for sheet in formulas
        }

    def _make(self, model, **values):
        report = self.env[model].with_user(self.approver)
        return report.create({"date_from": "2026-01-01", "date_to": "2026-01-31", **values})

    def test_waterfall(self):
        """Values are those of get_waterfall, totals are formulas with the same values."""
        report = self._make("revenue.waterfall", date_to="2026-12-31", group_by="customer")
        tables = self._tables(report)
        self.assertEqual(list(tables), ["By Month", "Recognised", "Forecast", "Ledger"])
        found = self._waterfall(group_by="customer")
        for title, part in (("Recognised", "recognised"), ("Forecast", "forecast")):
            cells, values = tables[title]
            self.assertEqual([f"{day:%Y-%m}" for day in values[0][2:14]], found["months"])
            self.assertEqual({cell.number_format for cell in cells[0][2:14]}, {"mmm yyyy"})
            for row, line in zip(found["rows"], values[1:], strict=False):
                self.assertEqual(line[0], row["name"])
                self.assertEqual(list(line[2:14]), list(row[part].values()))
                self.assertAlmostEqual(line[-1], sum(line[1:-1]))
            self.assertEqual(list(values[4][2:14]), list(found["totals"][part].values()))
            self.assertEqual([cell.value for cell in cells[4][2:4]], ["=SUM(C7:C8)", "=SUM(D7:D8)"])
            self.assertEqual(cells[1][-1].value[:4], "=SUM")
            self.assertEqual({cell.data_type for cell in (cells[1][0], cells[2][0])}, {"s"})
        cells, values = tables["By Month"]
        self.assertEqual(cells[1][1].value, "='Recognised'!C10")
        self.assertEqual([f"{row[0]:%Y-%m}" for row in values[1:13]], found["months"])
        totals = found["totals"]
        self.assertEqual([row[1] for row in values[1:13]], list(totals["recognised"].values()))
        self.assertEqual([row[2] for row in values[1:13]], list(totals["forecast"].values()))
        revenue = [row for row in tables["Ledger"][1] if row[1] == "Revenue"]
        self.assertEqual(
            [(row[2], row[3], row[4]) for row in revenue], [(-totals["recognised"]["2026-01"],) * 2 + (0,)]
        )
        in_ledger, in_report, difference, why = tables["Ledger"][1][-4:]
        self.assertEqual(
            [row[3] for row in (in_ledger, in_report, difference)], [totals["recognised"]["2026-01"]] * 2 + [0]
        )
        self.assertIn("closes posted", why[0])

    def test_balances(self):
        """Closing is a formula; the ledger sheet ties."""
        report = self._make("revenue.rollforward")
        tables = self._tables(report)
        self.assertEqual(list(tables), ["By Contract", "By Customer", "Ledger"])
        cells, values = tables["By Contract"]
        report.action_show()
        self.assertEqual(cells[1][9].value, "=SUM(C7:I7)")
        self.assertEqual(cells[4][9].value, "=SUM(J7:J8)")
        for line, row in zip(report.line_ids.sorted(lambda one: one.partner_id.display_name), values[1:3], strict=True):
            self.assertEqual(row[:2], (line.partner_id.display_name, line.contract_id.name))
            self.assertEqual(list(row[2:10]), [line[name] for name in BALANCES])
            self.assertEqual(row[9], self.company.currency_id.round(sum(row[2:9])))
        self.assertEqual(values[4][9], report.closing)
        self.assertEqual(tables["By Customer"][1][4][8], report.closing)
        tie = tables["Ledger"][1][-3:]
        self.assertEqual([row[3] for row in tie], [report.ledger, report.closing, 0])
        self.assertEqual(tables["Ledger"][0][-2][3].value, "='By Contract'!J10")

    def test_empty(self):
        """Nothing to report is a workbook too."""
        report = self._make("revenue.rollforward", date_from="2025-01-01", date_to="2025-12-31")
        self.assertEqual(self._tables(report)["By Contract"][1][2][9], 0)

    def test_the_waterfall_opens_filled(self):
        """Month by month as get_waterfall says, beside the year before; what has no month is said apart."""
        action = self.env["revenue.waterfall"].with_user(self.approver)._open_filled()
        report = self.env[action["res_model"]].browse(action["res_id"])
        first, last = (str(day) for day in (report.date_from, report.date_to))
        found = self._waterfall([], first, last)["totals"]
        self.assertEqual([f"{line.month:%Y-%m}" for line in report.month_ids], list(found["recognised"]))
        for kind in ("recognised", "forecast"):
            self.assertEqual(report.month_ids.mapped(kind), list(found[kind].values()))
        both = [line.recognised + line.forecast for line in report.month_ids]
        self.assertEqual([round(amount, 2) for amount in report.month_ids[12:].mapped("year_before")], both[:12])
        self.assertEqual((report.waits_for, report.remains), (found["unscheduled"], found["after"]))

    def test_lines_on_screen(self):
        """What the pivot sums is what get_waterfall says, outside of the period too."""
        report = self._make("revenue.waterfall", date_from="2026-02-01", date_to="2026-03-31", group_by="product")
        action = report.action_show()
        lines = self.env[action["res_model"]].with_user(self.approver).search(action["domain"])
        found = self._waterfall([], "2026-02-01", "2026-03-31", group_by="product")["totals"]
        sums = {
            (kind, month and month.strftime("%Y-%m")): amount
            for kind, month, amount in lines._read_group(action["domain"], ["kind", "month:month"], ["amount:sum"])
        }
        expected = {
            ("recognised", "2026-01"): found["before"],
            ("forecast", "2026-02"): found["forecast"]["2026-02"],
            ("forecast", "2026-03"): found["forecast"]["2026-03"],
            ("forecast", "2026-04"): found["after"],
            ("unscheduled", False): found["unscheduled"],
        }
        self.assertEqual({key: round(amount, 2) for key, amount in sums.items()}, expected)
        self.assertLessEqual(lines.product_id, self.support | self.setup)
        months = lines.filtered("month").mapped("month_name")
        self.assertEqual(set(months), {"January 2026", "February 2026", "March 2026", "April 2026"})
        self.assertFalse(any(lines.filtered(lambda line: not line.month).mapped("month_name")))
        self.assertEqual(lines[0].action_xlsx()["url"], f"/revenue/report/waterfall/{report.id}")


@tagged("post_install", "-at_install")
class TestDownload(WaterfallCommon, HttpCase):
    """The workbook comes over HTTP, to those who made the report."""

    def test_download(self):
        """A name, a type, a file; somebody else's report is not there."""
        report = self.env["revenue.waterfall"].with_user(self.approver).create({})
        self.approver.password = "approver-approver"
        self.preparer.password = "preparer-preparer"
        self.authenticate("approver", "approver-approver")
        answer = self.url_open(report.action_xlsx()["url"])
        self.assertEqual(answer.status_code, 200)
        self.assertIn("spreadsheetml", answer.headers["Content-Type"])
        self.assertIn(f"waterfall_{report.date_from}", answer.headers["Content-Disposition"])
        self.assertIn("By Month", openpyxl.load_workbook(io.BytesIO(answer.content)).sheetnames)
        self.authenticate("preparer", "preparer-preparer")
        self.assertEqual(self.url_open(report.action_xlsx()["url"]).status_code, 404)
