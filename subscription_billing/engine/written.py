"""Numbers as people write them in their language; what could mean two numbers is none.

>>> [str(read_number(text, ",", ".")) for text in ("1.200", "1200", "1.200,5", "0,25", "12.000.000")]
['1200', '1200', '2401/2', '1/4', '12000000']
>>> [read_number(text, ",", ".") for text in ("1.5", "1,200.5", "1.2000", "12.00", ".5", "1,", "many", "", "1e5", "-1")]
[None, None, None, None, None, None, None, None, None, None]
>>> str(read_number("12 345,6", ",", "\\u202f")), str(read_number("1’200", ".", "'")), read_number("1,5", ".", ",")
('61728/5', '1200', None)
>>> str(read_number("12,34,567", ".", ",", (3, 2))), read_number("12,34,567", ".", ",")
('1234567', None)
"""

import re
from fractions import Fraction

#: Nobody writes longer numbers by hand.
LONGEST = 40


def read_number(text: str, point: str, mark: str, sizes: tuple[int, ...] = (3,)) -> Fraction | None:
    """Return the number that a text writes, not below zero; None where it writes none.

    :param point: between the whole and its decimals
    :param mark: between groups of digits, which may be left out: all or none of them; empty where there is none
    :param sizes: of the groups from the right, the last one again and again
    """
    text, point, mark = _plain(text).strip(), _plain(point), _plain(mark)
    whole, found, decimals = text.partition(point)
    if len(text) > LONGEST or (found and not re.fullmatch(r"\d+", decimals)):
        return None
    digits = whole.replace(mark, "") if mark else whole
    if not re.fullmatch(r"\d+", digits) or whole not in (digits, _grouped(digits, mark, sizes)):
        return None
    return Fraction(f"{digits}.{decimals or 0}")


def _grouped(digits: str, mark: str, sizes: tuple[int, ...]) -> str:
    """Return digits in groups."""
    groups: list[str] = []
    while digits:
        size = sizes[min(len(groups), len(sizes) - 1)] if sizes else len(digits)
        groups.insert(0, digits[-size:])
        digits = digits[:-size]
    return mark.join(groups)


def _plain(text: str) -> str:
    """Return a text with one kind of space and of apostrophe: keyboards have one, languages several."""
    return re.sub(r"\s", " ", text).replace("’", "'")
