"""A workbook as all reports look: a head that says what it is, tables, totals that add up by themselves."""

import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

#: How a month is shown: a date, so that it sorts and counts as one.
MONTH = {"num_format": "mmm yyyy"}
#: Rows of the head; the columns are named in the next one, and what follows are the rows of the table.
HEAD = 5
FIRST = HEAD + 1


@dataclass(frozen=True)
class Column:
    """A column of a table.

    :ivar title: a date stands for its month
    :ivar width: in characters
    :ivar money: whether it is an amount, with a total
    :ivar formula: returns the formula of a row, by its number in the sheet; the value is what it comes to
    """

    title: str | date
    width: int = 16
    money: bool = True
    formula: Callable[[int], str] | None = None


@dataclass
class Head:
    """What a report is.

    :ivar lines: what else there is to say under the title: company, period, who made it and when
    :ivar decimals: of the currency
    """

    title: str
    lines: Sequence[str]
    decimals: int
    words: dict[str, str] = field(default_factory=dict)


class Workbook:
    """Builds one workbook.

    Texts are always written as texts: a name that begins with ``=`` is no formula.
    """

    def __init__(self, head: Head) -> None:
        self.head = head
        self.stream = io.BytesIO()
        self.book = xlsxwriter.Workbook(self.stream, {"in_memory": True, "strings_to_formulas": False})
        digits = "#,##0" + ("." + "0" * head.decimals if head.decimals else "")
        number = f"{digits};[Red]-{digits}"
        add = self.book.add_format
        self.formats = {
            "title": add({"bold": True, "font_size": 16}),
            "line": add({"font_color": "#555555"}),
            "head": add({"bold": True, "bottom": 1, "bg_color": "#E7E9ED", "text_wrap": True, "valign": "vcenter"}),
            "money_head": add({"bold": True, "bottom": 1, "bg_color": "#E7E9ED", "text_wrap": True, "align": "right"}),
            "month_head": add({**MONTH, "bold": True, "bottom": 1, "bg_color": "#E7E9ED", "align": "right"}),
            "month": add({**MONTH, "align": "left"}),
            "text": add({}),
            "money": add({"num_format": number}),
            "total": add({"bold": True, "top": 1}),
            "money_total": add({"bold": True, "top": 1, "num_format": number}),
        }

    def add_sheet(self, name: str) -> Any:
        """Add a sheet with its head."""
        sheet = self.book.add_worksheet(sheet_name(name))
        sheet.hide_gridlines(2)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.write_string(0, 0, self.head.title, self.formats["title"])
        for number, line in enumerate(self.head.lines, 1):
            sheet.write_string(number, 0, line, self.formats["line"])
        return sheet

    def add_table(self, sheet: Any, columns: Sequence[Column], rows: Sequence[Sequence[Any]], total: str) -> int:
        """Write a table; under it the sums of its amounts.

        :param rows: values in the order of the columns
        :param total: what the row of totals is called
        :return: the number of the row of totals, as formulas name it
        """
        for number, column in enumerate(columns):
            sheet.set_column(number, number, column.width)
            self._write_title(sheet, number, column)
        for line, row in enumerate(rows, FIRST):
            for number, (column, value) in enumerate(zip(columns, row, strict=True)):
                self._write(sheet, line, number, column, value)
        self._add_totals(sheet, columns, rows, total)
        sheet.freeze_panes(FIRST, 1)
        sheet.repeat_rows(HEAD)
        sheet.autofilter(HEAD, 0, HEAD + max(1, len(rows)), len(columns) - 1)
        return FIRST + len(rows) + 2

    def _write_title(self, sheet: Any, number: int, column: Column) -> None:
        if isinstance(column.title, date):
            sheet.write_datetime(HEAD, number, column.title, self.formats["month_head"])
        else:
            sheet.write_string(HEAD, number, column.title, self.formats["money_head" if column.money else "head"])

    def _write(self, sheet: Any, line: int, number: int, column: Column, value: Any) -> None:
        if column.formula is not None:
            sheet.write_formula(line, number, column.formula(line + 1), self.formats["money"], value)
        elif column.money:
            sheet.write_number(line, number, value, self.formats["money"])
        elif isinstance(value, date):
            sheet.write_datetime(line, number, value, self.formats["month"])
        else:
            sheet.write_string(line, number, value or "", self.formats["text"])

    def _add_totals(self, sheet: Any, columns: Sequence[Column], rows: Sequence[Sequence[Any]], total: str) -> None:
        """Write the sums, a row apart from the table: sorting and filtering leave them alone."""
        line = FIRST + len(rows) + 1
        for number, column in enumerate(columns):
            if column.money:
                name = xl_col_to_name(number)
                formula = f"=SUM({name}{FIRST + 1}:{name}{FIRST + max(1, len(rows))})"
                value = round(sum(row[number] for row in rows), self.head.decimals)
                sheet.write_formula(line, number, formula, self.formats["money_total"], value)
            else:
                sheet.write_string(line, number, total if number == 0 else "", self.formats["total"])

    def content(self) -> bytes:
        """Return the finished file."""
        self.book.close()
        return self.stream.getvalue()


def sheet_name(name: str) -> str:
    r"""Return a name that a sheet may have.

    >>> sheet_name("Recognised: 2026/27 [draft], and so on and on and on")
    'Recognised  2026 27  draft , an'
    """
    return re.sub(r"[\[\]:*?/\\']", " ", name)[:31] or "-"


def add_ledger(book: Workbook, rows: Sequence[Sequence[Any]]) -> int:
    """Add the comparison of subledger and ledger, account by account.

    :param rows: account, what the account is to the report, subledger, ledger, debits above zero
    :return: the number of the row of totals
    """
    words = book.head.words
    columns = [
        Column(words["account"], 44, False),
        Column(words["part"], 20, False),
        Column(words["subledger"], 18),
        Column(words["ledger"], 18),
        Column(words["difference"], 18, True, lambda line: f"=ROUND(C{line}-D{line},{book.head.decimals})"),
    ]
    sheet = book.add_sheet(words["ledger"])
    filled = [[*row, round(row[2] - row[3], book.head.decimals)] for row in rows]
    return book.add_table(sheet, columns, filled, words["total"])


def add_tie(
    book: Workbook, ledger: list, parts: Sequence[str], total: tuple, in_report: float, notes: Sequence[str] = ()
) -> None:
    """Add the ledger, and under it what some of its accounts come to beside what the report says.

    :param ledger: rows of :func:`add_ledger`
    :param parts: what the accounts that count are to the report
    :param total: the sheet, the row and the column (from 0) of the total of the report
    :param in_report: what that total comes to
    :param notes: why both may differ, a line each
    """
    words, places = book.head.words, book.head.decimals
    line = add_ledger(book, ledger) + 1
    sheet = book.book.worksheets()[-1]
    name, row, column = total
    in_ledger = round(-sum(one[3] for one in ledger if one[1] in parts), places)
    ranges = [f'SUMIF(B7:B{line - 3},"{part}",D7:D{line - 3})' for part in parts]
    text, money = book.formats["text"], book.formats["money_total"]
    rows = (
        (words["in_ledger"], "=-(" + "+".join(ranges) + ")", in_ledger),
        (words["in_report"], f"='{name}'!{xl_col_to_name(column)}{row}", in_report),
        (words["difference"], f"=ROUND(D{line + 1}-D{line + 2},{places})", round(in_ledger - in_report, places)),
    )
    for number, (label, formula, value) in enumerate(rows):
        sheet.write_string(line + number, 0, label, text)
        sheet.write_formula(line + number, 3, formula, money, value)
    for number, note in enumerate(notes, len(rows)):
        sheet.write_string(line + number, 0, note, book.formats["line"])
