import base64
import io
import zipfile

import openpyxl

from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from ..wizards.revenue_import_wizard import MOST_ERRORS
from ..wizards.table_reader import TableError, read_table
from ..wizards.workbook_limits import MOST_TEXTS
from .common import RevenueCommon

SHEET = "xl/worksheets/sheet1.xml"
TEXTS = "xl/sharedStrings.xml"
NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def workbook(*rows, replace=None, add=(), packed=True):
    """Return a workbook of these rows, with parts of it replaced or added."""
    book, stream = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(stream)
    result = io.BytesIO()
    kind = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
    with zipfile.ZipFile(stream) as old, zipfile.ZipFile(result, "w", kind) as new:
        parts = {name: old.read(name) for name in old.namelist()} | (replace or {}) | dict(add)
        for name, content in parts.items():
            new.writestr(name, content)
    return result.getvalue()


def sheet(rows):
    """Return a sheet with these rows, given as XML."""
    return f'<worksheet xmlns="{NAMESPACE}"><sheetData>{rows}</sheetData></worksheet>'.encode()


class TestTableLimits(TransactionCase):
    """A small file cannot become much: what would be built of it is limited, not its bytes."""

    def _refusal(self, content):
        with self.assertRaises(TableError) as caught:
            read_table(content, self.env)
        return caught.exception

    def test_an_ordinary_workbook_is_read(self):
        rows = [["product", "note"], *([f"P{number}", "the same text in every row"] for number in range(3000))]
        self.assertEqual(len(read_table(workbook(*rows), self.env)), 3000)

    def test_millions_of_texts_that_pack_into_little_are_refused(self):
        texts = f'<sst xmlns="{NAMESPACE}">'.encode() + b"<si><t>a</t></si>" * 2_000_000 + b"</sst>"
        content = workbook(["a"], ["b"], replace={TEXTS: texts})
        self.assertLess(len(content), 200_000)
        self.assertIn("packed as no spreadsheet is", self._refusal(content).message)

    def test_more_texts_than_a_table_has_are_refused_before_they_are_built(self):
        texts = f'<sst xmlns="{NAMESPACE}">'.encode() + b"<si/>" * (MOST_TEXTS + 1) + b"</sst>"
        content = workbook(["a"], ["b"], replace={TEXTS: texts}, packed=False)
        self.assertIn("texts", self._refusal(content).message)

    def test_a_workbook_of_a_thousand_parts_is_refused(self):
        content = workbook(["a"], ["b"], add=[(f"xl/media/{number}.xml", b"<a/>") for number in range(1000)])
        self.assertIn("packed as no spreadsheet is", self._refusal(content).message)

    def test_a_part_that_declares_entities_is_refused(self):
        texts = b'<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>' + f'<sst xmlns="{NAMESPACE}"/>'.encode()
        self.assertIn("packed", self._refusal(workbook(["a"], ["b"], replace={TEXTS: texts})).message)

    def test_rows_and_columns_beyond_every_spreadsheet_are_refused(self):
        for number in ("999999999", "1e9", "-1"):
            content = workbook(replace={SHEET: sheet(f'<row r="{number}"><c t="str"><v>a</v></c></row>')})
            self.assertIn("rows", self._refusal(content).message)
        far = '<row r="1"><c r="ZZZ1" t="str"><v>a</v></c></row>'
        self.assertIn("columns", self._refusal(workbook(replace={SHEET: sheet(far)})).message)

    def test_cells_that_are_only_formatted_do_not_count(self):
        rows = '<row r="1"><c r="A1" t="str"><v>a</v></c><c r="ZZ1"/></row><row r="2"><c r="A2"><v>1</v></c></row>'
        self.assertEqual(read_table(workbook(replace={SHEET: sheet(rows)}), self.env), [(2, {"a": 1})])

    def test_text_is_limited_by_the_cell_and_in_all(self):
        self.assertIn("A cell", self._refusal(b"a\n" + b"x" * 40_000).message)
        rows = b"a\n" + (b"x" * 30_000 + b"\n") * 690
        self.assertIn("characters", self._refusal(rows[: 20 * 1024 * 1024]).message)

    def test_a_line_of_endless_cells_is_refused(self):
        error = self._refusal(b"a\n" + b"," * 1_100_000)
        self.assertEqual((error.row, "line" in error.message), (2, True))


@tagged("post_install", "-at_install")
class TestImportErrors(RevenueCommon):
    """What is wrong is shown as far as a person reads it."""

    def _upload(self, content):
        wizard = self.env["revenue.ssp.import.wizard"].create({"file": base64.b64encode(content)})
        wizard.action_check()
        return wizard

    def test_a_file_that_is_wrong_in_every_row_shows_the_first_and_how_many_more(self):
        rows = [f"X{number};EUR;2026-01-01;5" for number in range(MOST_ERRORS + 50)]
        wizard = self._upload("\n".join(["product;currency;date_from;amount", *rows]).encode())
        count = 2 * (MOST_ERRORS + 50)
        self.assertEqual(
            (wizard.state, wizard.error_count), ("refused", count), "neither product nor currency is there"
        )
        self.assertEqual(len(wizard.error_ids), MOST_ERRORS + 1)
        self.assertIn(f"And {count - MOST_ERRORS} more", wizard.error_ids[-1].message)

    @mute_logger("openpyxl")
    def test_a_file_too_large_to_be_looked_at_is_refused(self):
        wizard = self.env["revenue.ssp.import.wizard"].create({"file": base64.b64encode(b"x" * (21 * 1024 * 1024))})
        wizard.action_check()
        self.assertIn("larger", wizard.error_ids.message)
