"""One value after the other: each reader returns what a value means, or says what was expected instead."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

#: A database id is a positive number of 32 bits.
LARGEST_ID = 2**31 - 1
#: Longer keys would not go into an index.
LONGEST_KEY = 250
#: Longer names name nothing; longer texts nobody reads.
LONGEST_NAME, LONGEST_TEXT = 2_000, 20_000
#: The largest number is below this: a float carries it with its cents.
TOO_LARGE = 10**13
LARGEST_EXPONENT, SMALLEST = 15, -30
FIRST_YEAR, LAST_YEAR = 1900, 2999


class Unreadable(Exception):
    """A value is not what it has to be.

    :ivar expected: what was expected, a name of ``refusals.explain``
    :ivar details: what the sentence says besides: ``value`` as sent (shortened), and limits
    """

    def __init__(self, expected: str, value: Any, **details: str) -> None:
        super().__init__(expected)
        self.expected = expected
        self.details = {"value": quoted(value), **details}


def is_text(value: Any) -> bool:
    """Return whether a value is a text that can be sent back: not half of a surrogate pair.

    >>> is_text("Zürich"), is_text("\\ud800"), is_text(5)
    (True, False, False)
    """
    try:
        return isinstance(value, str) and value.encode() is not None
    except UnicodeEncodeError:
        return False


def is_storable(value: Any) -> bool:
    """Return whether a value is a text that PostgreSQL takes.

    >>> is_storable("Zürich"), is_storable("Z\\x00rich"), is_storable(None)
    (True, False, False)
    """
    return is_text(value) and "\x00" not in value


def is_ref(value: Any) -> bool:
    """Return whether a value can be an id or a name.

    >>> [is_ref(value) for value in (7, "S00007", True, 0, 2**31, "", "\\x00", 1.0, None)]
    [True, True, False, False, False, False, False, False, False]
    """
    if isinstance(value, int):
        return not isinstance(value, bool) and 0 < value <= LARGEST_ID
    return bool(value) and is_storable(value) and len(value) <= LONGEST_NAME


def ref(value: Any) -> int | str:
    """Return an id or a name."""
    if not is_ref(value):
        raise Unreadable("ref", value)
    return value


def key(value: Any) -> str:
    """Return a key of the sender's own.

    >>> key("invoice 17")
    'invoice 17'
    """
    if not is_storable(value) or not value.strip() or len(value) > LONGEST_KEY:
        raise Unreadable("key", value, most=str(LONGEST_KEY))
    return value


def text(value: Any, most: int = LONGEST_TEXT) -> str:
    """Return a text of at most so many characters; empty for none."""
    if value is None or value is False:
        return ""
    if not is_storable(value) or len(value) > most:
        raise Unreadable("text", value, most=str(most))
    return value


def flag(value: Any) -> bool:
    """Return true or false."""
    if not isinstance(value, bool):
        raise Unreadable("flag", value)
    return value


def items(value: Any, most: int) -> list[Any]:
    """Return a list of at most so many items."""
    if not isinstance(value, list | tuple) or len(value) > most:
        raise Unreadable("list", value if not isinstance(value, list | tuple) else len(value), most=f"{most:,}")
    return list(value)


def number(value: Any) -> Fraction:
    """Return a number exactly as it is written: of a float, its shortest notation.

    >>> number(0.1), number(3)
    (Fraction(1, 10), Fraction(3, 1))
    """
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise Unreadable("number", value)
    try:
        found = Fraction(value) if isinstance(value, int) else _written(value)
    except (InvalidOperation, OverflowError, ValueError):
        raise Unreadable("number", value) from None
    if abs(found) >= TOO_LARGE:
        raise Unreadable("smaller", value, most=f"{TOO_LARGE:,}")
    return found


def whole(value: Any, most: int, least: int | None = None) -> int:
    """Return a whole number from ``least`` (``-most`` when left out) to ``most``."""
    least = -most if least is None else least
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise Unreadable("whole", value, least=f"{least:,}", most=f"{most:,}")
    return value


def choice(value: Any, choices: Iterable[str]) -> str:
    """Return one of some texts.

    >>> choice("post", ("draft", "post"))
    'post'
    """
    known = list(choices)
    if not isinstance(value, str) or value not in known:
        raise Unreadable("choice", value, choices=", ".join(known))
    return value


def day(value: Any) -> date:
    """Return the date an ISO text stands for.

    >>> day("2025-02-28")
    datetime.date(2025, 2, 28)
    """
    try:
        if not isinstance(value, str) or len(value) != len("2025-01-01"):
            raise ValueError
        found = date.fromisoformat(value)
    except ValueError:
        raise Unreadable("day", value) from None
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise Unreadable("era", value, first=str(FIRST_YEAR), last=str(LAST_YEAR))
    return found


def quoted(value: Any) -> str:
    """Return a value as a message shows it: short, on one line, and what every protocol carries.

    >>> quoted("abc"), quoted(1.5), quoted("a\\x00b"), quoted("\\ud800"), quoted(10**5000)
    ('"abc"', '1.5', '"a?b"', '"?"', '…')
    """
    try:
        shown = f'"{value}"' if isinstance(value, str) else str(value)
    except Exception:
        # Python refuses to write very long numbers, and lists within lists within lists; objects do what they like.
        return "…"
    shown = shown if len(shown) <= 60 else f"{shown[:57]}…"
    shown = shown.encode(errors="replace").decode()
    return "".join(letter if letter.isprintable() else "?" for letter in shown)


def _written(value: float | Decimal) -> Fraction:
    """Return the number a float or a decimal was written as; one with an absurd exponent would not fit into memory."""
    written = Decimal(repr(value)) if isinstance(value, float) else value
    if not written.is_finite():
        raise ValueError
    if written and written.adjusted() < SMALLEST:
        return Fraction(0)
    return Fraction(TOO_LARGE) if written.adjusted() > LARGEST_EXPONENT else Fraction(written)
