"""What goes into queries, and what comes out of them."""

from decimal import Decimal
from fractions import Fraction

from odoo.tools import SQL


def among(column, ids):
    """Return SQL that keeps rows whose column is one of many ids.

    The ids are written as one text: the database takes its time over an array of thousands of numbers. Their range is
    said too: contracts of a chunk lie together, and without it the database would rather read the whole table.

    :param str column: with the name of its table, if it needs one

    >>> among("k.id", [3, 5]), among("k.id", [])
    (SQL('("k"."id" BETWEEN %s AND %s AND "k"."id" = ANY(%s::int[]))', 3, 5, '{3,5}'), SQL('FALSE'))
    """
    ids = list(ids)
    if not ids:
        return SQL("FALSE")
    name = SQL.identifier(*column.split("."))
    array = "{" + ",".join(map(str, ids)) + "}"
    return SQL("(%s BETWEEN %s AND %s AND %s = ANY(%s::int[]))", name, min(ids), max(ids), name, array)


def exact(text):
    """Return a number of the database, read as text, as an exact fraction.

    >>> exact("1234.50"), exact("-0.3")
    (Fraction(2469, 2), Fraction(-3, 10))
    """
    # A fraction reads text with a regular expression, which takes three times as long.
    return Fraction(Decimal(text))
