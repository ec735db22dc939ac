import base64
import io
from datetime import date

import openpyxl

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..models.revenue_ssp_import import COLUMNS
from ..wizards.table_reader import TableError, read_table
from .common import RevenueCommon

JUNK = (
    True,
    0,
    -1,
    2**70,
    -(10**400),
    1.5,
    float("nan"),
    float("inf"),
    "",
    " ",
    "x",
    "1,5",
    "1.234,56",
    "\0",
    "\ud800",
    "2026-02-30",
    "2026-1-1",
    "9" * 500,
    [],
    [1],
    {},
    {"a": [None]},
    [[[]]],
)


@tagged("post_install", "-at_install")
class TestSsp(RevenueCommon):
    """The book of standalone selling prices: what it takes, and what it answers."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product = cls._make_product("Support", default_code="SUP", barcode="4006381333931")
        cls.book = cls.env["revenue.ssp"]
        cls.euro = cls.env.ref("base.EUR")
        cls.euro.active = True

    def _find(self, day, currency=None):
        return self.book._find(
            self.product, currency or self.company.currency_id, self.company, date.fromisoformat(day)
        )

    # === THE BOOK === #

    def test_a_price_holds_between_its_days_in_its_currency(self):
        price = self._make_ssp(self.product, 100.0, date_from="2026-01-01", date_to="2026-06-30")
        later = self._make_ssp(self.product, kind="range", low=90.0, high=120.0, date_from="2026-07-01")
        self.assertEqual(self._find("2026-01-01"), price)
        self.assertEqual(self._find("2026-06-30"), price)
        self.assertEqual(self._find("2031-01-01"), later)
        self.assertFalse(self._find("2025-12-31"))
        self.assertFalse(self._find("2026-01-01", self.euro))

    def test_the_price_of_the_company_comes_before_one_of_every_company(self):
        shared = self._make_ssp(self.product, 100.0)
        self.assertEqual(self._find("2026-01-01"), shared)
        own = self._make_ssp(self.product, 90.0, company_id=self.company.id, date_from="2020-01-01")
        self.assertEqual(self._find("2026-01-01"), own)
        self.assertEqual(self._find("2019-12-31"), shared)

    def test_a_price_keeps_more_digits_than_the_currency_has(self):
        self._make_ssp(self.product, 0.00035).invalidate_recordset()
        self.assertEqual(self._find("2026-01-01").amount, 0.00035)

    def test_wrong_prices_are_refused(self):
        for wrong in (
            {"amount": 0.0},
            {"amount": -5.0},
            {"kind": "range", "low": 5.0, "high": 4.0},
            {"kind": "range", "low": 0.0, "high": 4.0},
            {"kind": "residual", "low": -1.0, "high": 4.0},
            {"kind": "residual", "low": 2.0, "high": 1.0},
            {"amount": 5.0, "date_to": "1969-12-31"},
        ):
            with self.subTest(wrong), self.assertRaises(ValidationError):
                self._make_ssp(self.product, **wrong)
        self._make_ssp(self.product, kind="residual")

    def test_prices_do_not_overlap(self):
        self._make_ssp(self.product, 100.0, date_from="2026-01-01", date_to="2026-06-30")
        for days in (
            ("2026-06-30", False),
            ("2025-01-01", False),
            ("2025-01-01", "2026-01-01"),
            ("2026-02-01", "2026-03-01"),
        ):
            with self.subTest(days), self.assertRaises(ValidationError):
                self._make_ssp(self.product, 100.0, date_from=days[0], date_to=days[1])
        self._make_ssp(self.product, 100.0, date_from="2025-01-01", date_to="2025-12-31")
        self._make_ssp(self.product, 100.0, date_from="2026-01-01", currency_id=self.euro.id)
        self._make_ssp(self.product, 100.0, date_from="2026-01-01", company_id=self.company.id)
        self._make_ssp(self._make_product("Other"), 100.0, date_from="2026-01-01")

    # === IMPORT === #

    def _row(self, **values):
        return {"product": "SUP", "currency": "EUR", "date_from": "2026-01-01", "amount": 100, **values}

    def _import(self, *rows, **options):
        done = self.book.import_rows(list(rows), **options)
        return done, [(error["row"], error["column"]) for error in done["errors"]]

    def _count(self):
        return self.book.search_count([("product_id", "=", self.product.id)])

    def test_the_same_rows_again_change_nothing(self):
        rows = [self._row(), self._row(date_from="2026-07-01", kind="range", amount=None, low="90.5", high=120)]
        self.assertEqual(
            self._import(*rows)[0], {"created": 2, "updated": 0, "unchanged": 0, "closed": 0, "errors": []}
        )
        self.assertEqual(
            self._import(*rows)[0], {"created": 0, "updated": 0, "unchanged": 2, "closed": 0, "errors": []}
        )
        self.assertRecordValues(
            self.book.search([("product_id", "=", self.product.id)], order="date_from"),
            [
                {
                    "kind": "amount",
                    "amount": 100.0,
                    "low": 0.0,
                    "date_to": date(2026, 6, 30),
                    "company_id": self.company.id,
                },
                {"kind": "range", "amount": 0.0, "low": 90.5, "date_to": False, "company_id": self.company.id},
            ],
        )

    def test_a_later_row_ends_the_open_one_before_it(self):
        self._import(self._row())
        done, _errors = self._import(self._row(date_from="2026-07-01", amount=110))
        self.assertEqual((done["created"], done["closed"]), (1, 1))
        done, _errors = self._import(self._row(date_from="2026-04-01", amount=105))
        self.assertEqual((done["created"], done["closed"]), (1, 1))
        prices = self.book.search([("product_id", "=", self.product.id)], order="date_from")
        self.assertEqual(prices.mapped("date_to"), [date(2026, 3, 31), date(2026, 6, 30), False])

    def test_a_price_ended_on_purpose_is_not_cut(self):
        self._import(self._row(date_to="2026-12-31"))
        _done, errors = self._import(self._row(date_from="2026-07-01", amount=110))
        self.assertEqual(errors, [(0, "date_from")])
        _done, errors = self._import(self._row(date_from="2025-07-01", date_to="2026-01-01"))
        self.assertEqual(errors, [(0, "date_to")])

    def test_other_terms_of_the_same_day_change_the_price(self):
        self._import(self._row())
        done, _errors = self._import(self._row(product="4006381333931", amount=120, note="List"))
        self.assertEqual((done["created"], done["updated"]), (0, 1))
        self.assertEqual(self._find("2026-01-01", self.euro).amount, 120.0)
        self.assertEqual(self._import(self._row(product=self.product.id, amount=120, note="List"))[0]["unchanged"], 1)

    def test_with_one_wrong_row_nothing_is_written(self):
        done, errors = self._import(self._row(), self._row(product="NOPE", date_from="2027-01-01"))
        self.assertEqual(errors, [(1, "product")])
        self.assertIn("NOPE", done["errors"][0]["message"])
        self.assertEqual((done["created"], self._count()), (0, 0))

    def test_a_dry_run_writes_nothing(self):
        self.assertEqual(self._import(self._row(), dry_run=True)[0]["created"], 1)
        self.assertEqual(self._count(), 0)

    def test_two_rows_for_one_price_are_refused(self):
        self.assertEqual(self._import(self._row(), self._row(product="4006381333931", amount=5))[1], [(1, "date_from")])

    def test_refusals_name_the_column(self):
        self._make_product("Twin", default_code="TWIN")
        self._make_product("Twin", default_code="TWIN")
        self.env.ref("base.VEF").active = False
        for column, wrong in (
            ("product", {"product": "TWIN"}),
            ("product", {"product": None}),
            ("currency", {"currency": "XXZ"}),
            ("currency", {"currency": "VEF"}),
            ("currency", {"currency": None}),
            ("date_from", {"date_from": ""}),
            ("date_to", {"date_to": "2025-12-31"}),
            ("kind", {"kind": "guess"}),
            ("amount", {"amount": None}),
            ("amount", {"amount": "12,50"}),
            ("amount", {"kind": "range", "low": 1, "high": 2}),
            ("low", {"low": 5}),
            ("low", {"kind": "range", "amount": None, "high": 5}),
            ("high", {"kind": "range", "amount": None, "low": 5, "high": 4}),
            ("company", {"company": "Elsewhere"}),
            ("price", {"price": 5}),
        ):
            with self.subTest(wrong):
                self.assertEqual(self._import(self._row(**wrong))[1], [(0, column)])

    def test_all_that_is_wrong_with_a_row_is_told_at_once(self):
        row = {
            "product": "NOPE",
            "currency": "XXZ",
            "date_from": "1",
            "date_to": "2",
            "amount": "x",
            "company": "y",
            "z": 1,
        }
        self.assertEqual(self._import(row)[1], [(0, column) for column in sorted(row)])

    def test_junk_is_refused_and_never_breaks(self):
        for column in COLUMNS:
            for junk in JUNK:
                with self.subTest(column=column, junk=ascii(junk)[:40]):
                    done, errors = self._import(self._row(**{column: junk}), dry_run=True)
                    self.assertEqual([place for _row, place in errors], [column] * len(errors))
                    for error in done["errors"]:
                        error["message"].encode()
        for junk in (*JUNK, None):
            with self.subTest(junk=ascii(junk)[:40]):
                if junk != {}:
                    self.assertTrue(self._import(junk)[1])
                if junk not in ([], True):
                    with self.assertRaises(UserError):
                        self.book.import_rows([], dry_run=junk)
                if not isinstance(junk, list):
                    with self.assertRaises(UserError):
                        self.book.import_rows(junk)

    def test_only_accountants_import(self):
        for login, groups in (
            ("ssp_auditor", "revenue_recognition.group_revenue_auditor,product.group_product_manager"),
            ("ssp_sales", "sales_team.group_sale_manager"),
        ):
            user = new_test_user(self.env, login, groups, company_id=self.company.id)
            with self.subTest(login), self.assertRaises(AccessError):
                self.book.with_user(user).import_rows([])
        user = new_test_user(
            self.env, "ssp_accountant", "revenue_recognition.group_revenue_accountant", company_id=self.company.id
        )
        self.assertEqual(self.book.with_user(user).import_rows([self._row()])["created"], 1)

    def test_a_thousand_rows_take_few_queries(self):
        rows = [self._row(date_from=f"{year}-{month:02}-01") for year in range(1900, 1983) for month in range(1, 13)]
        self._import(self._row())
        with self.assertQueryCount(60):
            self.assertEqual(self._import(*rows)[0]["created"], len(rows))

    # === FILES === #

    def _upload(self, content):
        wizard = self.env["revenue.ssp.import.wizard"].create({"file": base64.b64encode(content)})
        wizard.action_import()
        return wizard

    def _workbook(self, *rows):
        book, stream = openpyxl.Workbook(), io.BytesIO()
        for row in rows:
            book.active.append(row)
        book.save(stream)
        return stream.getvalue()

    def test_a_workbook_is_imported(self):
        self.product.default_code = "1001"
        head = ["Product", "Currency", "Date from", "Kind", "Low", "High", "Amount"]
        wizard = self._upload(
            self._workbook(
                head,
                [1001, "EUR", date(2026, 1, 1), None, None, None, 99.5],
                [None] * 3,
                ["1001", "USD", "2026-01-01", "range", 1, 2],
            )
        )
        self.assertEqual((wizard.state, wizard.error_count), ("done", 0))
        self.assertEqual(self._find("2026-05-01", self.euro).amount, 99.5)

    def test_a_csv_file_is_imported_whatever_separates_its_cells(self):
        for day, delimiter in enumerate(";,\t", 1):
            lines = [["product", "currency", "date_from", "amount"], ["SUP", "EUR", f"2026-01-0{day}", "12.50"]]
            content = "\r\n".join(delimiter.join(line) for line in lines)
            self.assertEqual(self._upload(content.encode("utf-8-sig")).state, "done")
        self.assertEqual(self._find("2026-01-02", self.euro).amount, 12.5)

    def test_errors_are_shown_by_the_row_of_the_file(self):
        wizard = self._upload(
            b"product;currency;date_from;amount\n\nSUP;EUR;2026-01-01;12,50\nSUP;EUR;2026-02-01;5\nX;EUR;2026-01-01;2\n"
        )
        self.assertEqual(wizard.state, "refused")
        self.assertEqual(
            wizard.error_ids.mapped(lambda error: (error.row, error.column)), [(3, "amount"), (5, "product")]
        )
        self.assertEqual(self._count(), 0)

    def test_a_product_is_found_by_its_name(self):
        """Where no reference or barcode is meant; several of one name are refused."""
        plant = self._make_product("Plant for Rent")
        self.assertEqual(self._import(self._row(product="Plant for Rent"))[0]["created"], 1)
        self.assertTrue(self.book.search([("product_id", "=", plant.id)]))
        self._make_product("Plant for Rent")
        self.assertIn(
            "2 products have", self.book.import_rows([self._row(product="Plant for Rent")])["errors"][0]["message"]
        )

    def test_what_is_wrong_in_every_row_is_said_once(self):
        """With how often; a check says that it only checked."""
        rows = "".join(f"SUP;XXX;2026-0{month}-01;5\n" for month in range(1, 7))
        wizard = self.env["revenue.ssp.import.wizard"].create(
            {"file": base64.b64encode(f"product;currency;date_from;amount\n{rows}".encode())}
        )
        wizard.action_check()
        self.assertEqual((wizard.state, wizard.error_count, wizard.only_checked), ("refused", 6, True))
        self.assertEqual((len(wizard.error_ids), wizard.error_ids.row), (1, 2))
        self.assertIn("The same in 6 rows, through row 7.", wizard.error_ids.message)
        wizard.action_import()
        self.assertFalse(wizard.only_checked)

    def test_the_template_can_be_imported(self):
        self.product.default_code = "SUPPORT"
        self._make_product("Licence", default_code="LICENCE")
        wizard = self.env["revenue.ssp.import.wizard"].create({})
        content = base64.b64decode(wizard.template)
        self.assertEqual(
            list(read_table(content, self.env)[1][1]),
            ["product", "currency", "date_from", "date_to", "kind", "low", "high"],
        )
        wizard.file = base64.b64encode(content)
        wizard.action_check()
        self.assertEqual((wizard.state, self._count()), ("ready", 0))
        wizard.action_import()
        self.assertEqual((wizard.state, self._count()), ("done", 1))

    @mute_logger("openpyxl")
    def test_what_is_no_table_is_refused(self):
        for content in (
            b"",
            b"\n\n",
            b"PK\3\4 broken",
            b"\xff\xfe\0",
            b"a;b\n\0",
            b"a;a\n1;2",
            b"a;b\n1;2;3",
            b'a;b\n"1;2',
            self._workbook([]),
            self._workbook(["a"], ["1", "2"]),
        ):
            with self.subTest(content[:10]), self.assertRaises(TableError):
                read_table(content, self.env)
        self.assertEqual(self._upload(b"product\n").state, "refused")
