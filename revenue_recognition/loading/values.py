"""What goes into queries, and what comes out of them."""

from decimal import Decimal
from fractions import Fraction

from odoo.tools import SQL


def array(ids):
    """Return SQL for an array of ids.

    Written as one text: the database takes its time over an array of thousands of numbers.
    """
    return SQL("%s::int[]", "{" + ",".join(map(str, ids)) + "}")


def exact(text):
    """Return a number of the database, read as text, as an exact fraction.

    >>> exact("1234.50"), exact("-0.3")
    (Fraction(2469, 2), Fraction(-3, 10))
    """
    # A fraction reads text with a regular expression, which takes three times as long.
    return Fraction(Decimal(text))
