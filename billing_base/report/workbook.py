"""A table as a workbook to sort, filter and reckon with."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import xlsxwriter

#: What a cell of a workbook holds at most.
LONGEST = 32_767
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Amount:
    """An amount of money.

    :ivar value: in its currency
    :ivar decimals: of that currency
    """

    value: float
    decimals: int


def table(name: str, columns: Sequence[tuple[str, int]], rows: Sequence[Sequence[Any]]) -> bytes:
    """Return a workbook with one table.

    Texts are always written as texts: a name that begins with ``=`` is no formula.

    :param name: of the sheet, one that a sheet may have
    :param columns: titles, and widths in characters
    :param rows: texts, dates, amounts; None is left empty
    """
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_formulas": False})
    head = book.add_format({"bold": True, "bottom": 1, "bg_color": "#E7E9ED", "text_wrap": True, "valign": "vcenter"})
    day, amounts = book.add_format({"num_format": "yyyy-mm-dd", "align": "left"}), {}
    sheet = book.add_worksheet(name)
    for number, (title, width) in enumerate(columns):
        sheet.set_column(number, number, width)
        sheet.write_string(0, number, title, head)
    for line, row in enumerate(rows, 1):
        for number, value in enumerate(row):
            if isinstance(value, Amount):
                digits = "#,##0" + ("." + "0" * value.decimals if value.decimals else "")
                known = amounts.get(digits) or book.add_format({"num_format": digits})
                amounts[digits] = known
                sheet.write_number(line, number, value.value, known)
            elif isinstance(value, date):
                sheet.write_datetime(line, number, value, day)
            elif value:
                sheet.write_string(line, number, value[:LONGEST])
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(1, len(rows)), len(columns) - 1)
    book.close()
    return stream.getvalue()
