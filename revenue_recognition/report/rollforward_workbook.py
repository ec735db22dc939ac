"""Contract balances as a workbook: by contract, by customer, and the ledger they tie to."""

from collections.abc import Sequence

from xlsxwriter.utility import xl_col_to_name

from .workbook import Column, Head, Workbook, add_tie


def rollforward_workbook(
    head: Head, movements: Sequence[str], contracts: Sequence[dict], ledger: list, parts: Sequence[str]
) -> bytes:
    """Return the file.

    :param head: title and words: by_contract, by_customer, contract, customer, opening, each movement, closing,
        liability, asset, total, report, tie, and those of :func:`~.workbook.add_ledger`
    :param movements: names of the movements, in their order
    :param contracts: of each contract ``customer``, ``contract``, ``opening``, the movements, ``closing``,
        ``liability`` and ``asset``
    :param ledger: rows of :func:`~.workbook.add_ledger`
    :param parts: what accounts of contract balances are called in the ledger
    """
    words = head.words
    book = Workbook(head)
    rows = [_row(row, [row["customer"], row["contract"]], movements) for row in contracts]
    labels = [Column(words["customer"], 32, False), Column(words["contract"], 24, False)]
    name = words["by_contract"]
    line = _add_balances(book, name, labels, movements, rows)
    _add_balances(book, words["by_customer"], labels[:1], movements, _by_customer(rows))
    closing = (name, line, len(labels) + len(movements) + 1)
    add_tie(book, ledger, parts, closing, round(sum(row[-3] for row in rows), head.decimals))
    return book.content()


def _row(row, labels, movements):
    amounts = [row["opening"], *(row[name] for name in movements)]
    return [*labels, *amounts, row["closing"], row["liability"], row["asset"]]


def _by_customer(rows):
    found = {}
    for customer, _contract, *amounts in rows:
        sums = found.get(customer, [0.0] * len(amounts))
        found[customer] = [one + other for one, other in zip(sums, amounts, strict=True)]
    return [[customer, *amounts] for customer, amounts in found.items()]


def _add_balances(book, name, labels, movements, rows):
    """Add a sheet of balances, closing as the sum of what leads to it; return its row of totals."""
    words, places = book.head.words, book.head.decimals
    first = xl_col_to_name(len(labels))
    last = xl_col_to_name(len(labels) + len(movements))
    columns = [
        *labels,
        Column(words["opening"]),
        *(Column(words[movement]) for movement in movements),
        Column(words["closing"], 16, True, lambda line: f"=SUM({first}{line}:{last}{line})"),
        Column(words["liability"]),
        Column(words["asset"]),
    ]
    rows = [[*row[: len(labels)], *(round(amount, places) for amount in row[len(labels) :])] for row in rows]
    return book.add_table(book.add_sheet(name), columns, rows, words["total"])
