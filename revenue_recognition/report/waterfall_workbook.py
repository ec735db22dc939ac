"""The waterfall as a workbook: by month with a chart, what is recognised, what is forecast, and the ledger."""

from datetime import date

from xlsxwriter.utility import xl_col_to_name

from .workbook import FIRST, HEAD, Column, Head, Workbook, add_tie, sheet_name


def waterfall_workbook(head: Head, waterfall: dict, ledger: list) -> bytes:
    """Return the file.

    :param head: title and words: group, month, recognised, forecast, cumulative, before, after, unscheduled, total,
        summary, and those of :func:`~.workbook.add_tie`, and why
    :param waterfall: as ``revenue.contract.get_waterfall`` returns it
    :param ledger: rows of :func:`~.workbook.add_ledger`
    """
    words, places, all_rows = head.words, head.decimals, waterfall["rows"]
    book = Workbook(head)
    summary = book.add_sheet(words["summary"])
    sheets = {}
    for part, first, last in (
        ("recognised", "before", "recognised_after"),
        ("forecast", "forecast_before", "after"),
    ):
        rows = [_row(row, part, first, last) for row in waterfall["rows"]]
        sheets[part] = _add_part(book, part, waterfall["months"], rows)
    _add_summary(book, summary, waterfall, sheets)
    name, line = sheets["recognised"]
    sums = [row["before"] + sum(row["recognised"].values()) + row["recognised_after"] for row in all_rows]
    recognised = round(sum(sums), places)
    add_tie(book, ledger, [words["part_own"]], (name, line, len(waterfall["months"]) + 3), recognised, [words["why"]])
    return book.content()


def _first_day(month):
    """Return a month as the date that stands for it.

    >>> _first_day("2026-03")
    datetime.date(2026, 3, 1)
    """
    return date.fromisoformat(f"{month}-01")


def _row(row, part, first, last):
    amounts = [row[first], *row[part].values(), row[last]]
    if part == "forecast":
        amounts.append(row["unscheduled"])
    return [row["name"], *amounts, sum(amounts)]


def _add_part(book, part, months, rows):
    """Add the sheet of what is recognised, or forecast; return its name and its row of totals."""
    words = book.head.words
    columns = [Column(words["before"]), *(Column(_first_day(month), 13) for month in months), Column(words["after"])]
    if part == "forecast":
        columns.append(Column(words["unscheduled"]))
    last = xl_col_to_name(len(columns))
    whole = Column(words["total"], 18, True, lambda line: f"=SUM(B{line}:{last}{line})")
    rows = [[*row[:-1], round(row[-1], book.head.decimals)] for row in rows]
    columns = [Column(words["group"], 40, False), *columns, whole]
    name = sheet_name(words[part])
    return name, book.add_table(book.add_sheet(name), columns, rows, words["total"])


def _add_summary(book, sheet, waterfall, sheets):
    """Fill the sheet by month from the totals of the others, and draw it."""
    words, totals, places = book.head.words, waterfall["totals"], book.head.decimals
    months = waterfall["months"]

    def total_of(part):
        name, line = sheets[part]
        return lambda row: f"='{name}'!{xl_col_to_name(row - FIRST + 1)}{line}"

    columns = [
        Column(words["month"], 40, False),
        Column(words["recognised"], 18, True, total_of("recognised")),
        Column(words["forecast"], 18, True, total_of("forecast")),
        Column(words["total"], 18, True, lambda row: f"=B{row}+C{row}"),
    ]
    rows = []
    for month in months:
        recognised, forecast = totals["recognised"][month], totals["forecast"][month]
        rows.append([_first_day(month), recognised, forecast, round(recognised + forecast, places)])
    book.add_table(sheet, columns, rows, words["total"])
    chart = book.book.add_chart({"type": "column", "subtype": "stacked"})
    name = sheet.get_name()
    for number, colour in ((1, "#714B67"), (2, "#B9A5B4")):
        chart.add_series(
            {
                "name": [name, HEAD, number],
                "categories": [name, FIRST, 0, FIRST + len(months) - 1, 0],
                "values": [name, FIRST, number, FIRST + len(months) - 1, number],
                "fill": {"color": colour},
                "gap": 40,
            }
        )
    chart.set_size({"width": 900, "height": 360})
    chart.set_legend({"position": "bottom"})
    chart.set_y_axis({"num_format": "#,##0", "major_gridlines": {"visible": True, "line": {"color": "#DDDDDD"}}})
    sheet.insert_chart(HEAD, 5, chart)
