"""Tables that people upload: the first sheet of an XLSX workbook, or a CSV file, as rows of plain values.

Nothing is guessed. A number with a decimal comma stays text, which whoever takes the rows refuses by name; a day is a
day of the spreadsheet or ``YYYY-MM-DD``; text is UTF-8.
"""

import csv
import io
from datetime import date, datetime

import openpyxl
import xlsxwriter

from .workbook_limits import LAST_ROW, TooMuch, check_workbook

MAX_BYTES = 20 * 1024 * 1024
MAX_ROWS = 100_000
MAX_COLUMNS = 100
#: The most that a cell of a spreadsheet holds, and what all rows hold together.
MAX_CELL, MAX_TEXT = 32_767, 20_000_000
#: The longest line of a CSV file.
MAX_LINE = 1024 * 1024


class TableError(Exception):
    """A file that is no table: ``message`` says why; ``row`` and ``column`` where, as people count (from 1, or 0)."""

    def __init__(self, message, row=0, column=""):
        super().__init__(message)
        self.message = message
        self.row = row
        self.column = column


def read_table(content, env):
    """Read an uploaded file. Its first row names the columns.

    :param bytes content: an XLSX workbook or a CSV file, whose cells are separated by ``;``, ``,`` or tabs
    :param env: translates the refusals
    :return: pairs of the row's number in the file, from 1, and ``{column: value}`` without empty cells; empty rows are
        left out. Values are text, numbers, booleans, or days as ``YYYY-MM-DD``
    :raises TableError: when it is neither, or the columns are not named each once
    """
    if len(content) > MAX_BYTES:
        raise TableError(env._("The file is larger than %s MiB. Split it.", MAX_BYTES // 1024**2))
    rows = _rows_of_xlsx(content, env) if content.startswith(b"PK") else _rows_of_csv(content, env)
    stripped = {}
    numbered = ((number, [_plain(cell, stripped) for cell in row]) for number, row in enumerate(rows, 1))
    filled = ((number, row) for number, row in numbered if any(cell != "" for cell in row))
    first = next(filled, None)
    if first is None:
        raise TableError(env._("The file is empty: its first row should name the columns."))
    columns = _columns(first, env)
    filled = _no_more_text(filled, env)
    return [(number, _named(columns, number, row, env)) for number, row in _at_most(filled, env)]


def write_table(sheet_name, columns, rows):
    """Write an XLSX workbook that :func:`read_table` reads.

    :param columns: pairs of a column's name and the remark on it
    :param rows: lists of values
    :return: the bytes of the workbook
    """
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        sheet = book.add_worksheet(sheet_name)
        head = book.add_format({"bold": True, "bottom": 1, "bg_color": "#E7E9ED"})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for index, (name, remark) in enumerate(columns):
            sheet.write_string(0, index, name, head)
            sheet.write_comment(0, index, remark)
        for number, row in enumerate(rows, 1):
            for index, value in enumerate(row):
                if isinstance(value, date):
                    sheet.write_datetime(number, index, datetime(value.year, value.month, value.day), day)
                elif value is not None:
                    sheet.write(number, index, value)
        sheet.set_column(0, len(columns) - 1, 16)
        sheet.freeze_panes(1, 0)
    return stream.getvalue()


def _rows_of_xlsx(content, env):
    try:
        check_workbook(content, MAX_COLUMNS)
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
        # Some programs write a wrong size of the sheet; without one, openpyxl reads what is there.
        sheet.reset_dimensions()
        yield from sheet.iter_rows(max_col=MAX_COLUMNS, max_row=LAST_ROW, values_only=True)
    except TableError:
        raise
    except TooMuch as error:
        raise TableError(_too_much(error, env)) from error
    # A broken workbook makes openpyxl fail in any way it can: the file is the reason, whatever the error.
    except Exception as error:
        raise TableError(env._("The file is no readable XLSX workbook.")) from error


def _too_much(error, env):
    """Return what is too much of a workbook (``TooMuch``), and what to do."""
    reasons = {
        "texts": env._("The workbook holds more than %s texts. Split it.", f"{error.most:,}"),
        "cells": env._("The workbook holds more than %s cells. Split it.", f"{error.most:,}"),
        "rows": env._("The workbook has more than %s rows. Split it.", f"{error.most:,}"),
        "columns": env._("There are more than %s columns.", error.most),
    }
    other = env._(
        "The workbook is too large, or packed as no spreadsheet is. Save its table as a new workbook, or split it."
    )
    return reasons.get(error.what, other)


def _rows_of_csv(content, env):
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TableError(env._("The file is neither an XLSX workbook nor a CSV file in UTF-8.")) from error
    if "\0" in text:
        raise TableError(env._("The file is neither an XLSX workbook nor a CSV file."))
    head = text.lstrip("\r\n").split("\n", 1)[0]
    delimiter = max(";,\t", key=head.count)
    try:
        yield from csv.reader(_lines(text, env), delimiter=delimiter, strict=True)
    except csv.Error as error:
        raise TableError(env._("The file is no readable CSV file: %s.", error)) from error


def _lines(text, env):
    """Yield the lines of a text; one that would be a row of endless cells is refused."""
    for number, line in enumerate(io.StringIO(text, newline=""), 1):
        if len(line) > MAX_LINE:
            raise TableError(env._("The line has more than %s characters.", f"{MAX_LINE:,}"), number)
        yield line


def _no_more_text(rows, env):
    """Yield the rows, as long as a cell, and all of them together, hold no more text than a table has."""
    total = 0
    for number, row in rows:
        sizes = [len(cell) for cell in row if isinstance(cell, str)]
        total += sum(sizes)
        if max(sizes, default=0) > MAX_CELL:
            raise TableError(env._("A cell holds more than %s characters.", f"{MAX_CELL:,}"), number)
        if total > MAX_TEXT:
            raise TableError(env._("The file holds more than %s characters. Split it.", f"{MAX_TEXT:,}"), number)
        yield number, row


def _plain(cell, stripped):
    """Return what a cell holds as text, a number, a boolean or a day; empty text where there is nothing.

    :param dict stripped: the texts read so far; it is filled. One text in a million cells is kept once
    """
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == cell.time().min else cell.isoformat(sep=" ")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return int(cell)
    if isinstance(cell, bool | int | float):
        return cell
    text = str(cell)
    if text not in stripped:
        stripped[text] = text.strip()
    return stripped[text]


def _columns(first, env):
    number, cells = first
    names = ["_".join(str(cell).lower().split()) for cell in cells]
    while names and not names[-1]:
        names.pop()
    if len(names) > MAX_COLUMNS:
        raise TableError(env._("There are more than %s columns.", MAX_COLUMNS), number)
    for index, name in enumerate(names):
        if name and name in names[:index]:
            raise TableError(env._("Two columns have this name."), number, name)
    return names


def _named(columns, number, row, env):
    named = {}
    for index, cell in enumerate(row):
        if cell == "":
            continue
        if index >= len(columns) or not columns[index]:
            raise TableError(env._("%s stands in a column without a name.", cell), number)
        named[columns[index]] = cell
    return named


def _at_most(rows, env):
    for count, row in enumerate(rows):
        if count >= MAX_ROWS:
            raise TableError(env._("The file has more than %s rows. Split it.", MAX_ROWS))
        yield row
