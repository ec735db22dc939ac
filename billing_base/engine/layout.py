"""Which rows of an order stand on one of its invoices, and below which headings.

Kinds are Odoo's: of headings and of notes; anything else is a line.
"""

from collections.abc import Container, Iterable
from typing import TypeVar

SECTION, SUBSECTION, NOTE = "line_section", "line_subsection", "line_note"
HEADINGS = (SECTION, SUBSECTION)
#: What comes off: Odoo puts it at the end, below a heading of its own.
COMES_OFF = "comes_off"

Row = TypeVar("Row")


def shown(rows: Iterable[tuple[int, str]], wanted: Container[int], said: Container[int] = ()) -> list[int]:
    """Return which rows of an order stand on an invoice, in their order.

    A heading does with a line below it, a note with its heading; a note that was said already does not.

    :param rows: (id, kind) of the order's rows
    :param wanted: ids of the lines that the invoice bills
    :param said: ids of notes that stand on another of the invoices that are made together

    >>> phases = [(1, SECTION), (2, NOTE), (3, ""), (4, SECTION), (5, ""), (6, NOTE), (7, COMES_OFF)]
    >>> shown(phases, {3, 7}), shown(phases, {5})
    ([1, 2, 3, 7], [4, 5, 6])
    >>> shown([(1, NOTE), (2, ""), (3, "")], {3}, said={1})
    [3]
    """
    rows = list(rows)
    above = headings_above(rows)
    filled = {heading for row, _kind in rows if row in wanted for heading in above[row]}
    return [
        row
        for row, kind in rows
        if row in wanted
        or (kind in HEADINGS and row in filled)
        or (kind == NOTE and row not in said and filled.issuperset(above[row]))
    ]


def headings_above(rows: Iterable[tuple[Row, str]]) -> dict[Row, list[Row]]:
    """Return the headings that each row stands below, the section first; none above headings and what comes off.

    >>> headings_above([(1, SECTION), (2, SUBSECTION), (3, ""), (4, SUBSECTION), (5, NOTE)])
    {1: [], 2: [], 3: [1, 2], 4: [], 5: [1, 4]}
    """
    above: dict[Row, list[Row]] = {}
    inside: dict[str, Row] = {}
    for row, kind in rows:
        above[row] = []
        if kind in HEADINGS:
            inside = {SECTION: row} if kind == SECTION else {**inside, SUBSECTION: row}
        elif kind != COMES_OFF:
            above[row] = list(inside.values())
    return above


def by_source(rows: Iterable[tuple[Row, str, str]]) -> dict[str, list[Row]]:
    """Return the rows of one order on an invoice by the source of what they bill, in the order in which they come.

    A heading stands above the lines of each source that are below it; a note stays with the line before it, the first
    ones with the line after them.

    :param rows: (row, kind, source); the source of a line counts

    >>> fee, work = "milestone", "order line"
    >>> by_source([(1, SECTION, ""), (2, "", fee), (3, NOTE, ""), (4, "", work), (5, SECTION, ""), (6, "", work)])
    {'milestone': [1, 2, 3], 'order line': [1, 4, 5, 6]}
    >>> by_source([(1, NOTE, ""), (2, SECTION, ""), (3, NOTE, ""), (4, "", fee), (5, "", work)])
    {'milestone': [1, 2, 3, 4], 'order line': [2, 5]}
    """
    rows = list(rows)
    above = headings_above((row, kind) for row, kind, _source in rows)
    found: dict[str, list[Row]] = {}
    pending: list[Row] = []
    last: list[Row] | None = None
    for row, kind, source in rows:
        if kind in HEADINGS:
            pending.append(row)
            last = None
        elif kind == NOTE:
            (pending if last is None else last).append(row)
        else:
            last = found.setdefault(source, [])
            last += [heading for heading in above[row] if heading not in last and heading not in pending]
            last += [*pending, row]
            pending = []
    for some in list(found.values())[-1:]:
        some += pending
    return found
