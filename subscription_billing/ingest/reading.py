"""One event after the other: what a sender says of usage, read, or refused with what was expected.

Instants are datetimes of universal time without zone, quantities texts in their one notation.

>>> event = {"meter": "traffic", "subject": "acme", "key": "1", "at": "2025-03-01T00:30:00+01:00", "quantity": 1.50}
>>> row = read_event(event, Limits(datetime(2000, 1, 1), datetime(2030, 1, 1)))
>>> row.at, row.quantity
(datetime.datetime(2025, 2, 28, 23, 30), '1.5')
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from typing import Any, NamedTuple

from odoo.addons.record_protection.reading import LONGEST_KEY, Unreadable, is_storable

NEEDED = ("meter", "subject", "key", "at", "quantity")
FURTHER = ("dimension", "replaces")
NAMES = frozenset(NEEDED + FURTHER)
#: So long back, and ahead, usage is taken.
OLDEST, AHEAD = timedelta(days=20 * 366), timedelta(days=1)
WHOLE_DIGITS, DECIMALS = 18, 9
PLAIN = re.compile(r"-?[0-9]{1,18}(?:\.[0-9]{1,9})?")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Refused(Exception):
    """An event is not what it has to be.

    :ivar name: of the value, or empty for the event as a whole
    :ivar reason: what is wrong with it (``record_protection.reading.Unreadable``)
    """

    def __init__(self, name: str, reason: Unreadable) -> None:
        super().__init__(name)
        self.name = name
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Limits:
    """The instants that usage may be of: from ``oldest`` to ``latest``, in universal time without zone."""

    oldest: datetime
    latest: datetime

    @classmethod
    def around(cls, now: datetime) -> "Limits":
        """Return those of a moment."""
        return cls(now - OLDEST, now + AHEAD)


class Event(NamedTuple):
    """What was read: ``at`` is an instant, or a date where only the local day was said."""

    meter: str
    subject: str
    key: str
    at: datetime | date
    quantity: str
    dimension: str
    replaces: str | None


def read_event(event: Any, limits: Limits) -> Event:
    """Return what an event says.

    :param event: as it was sent
    :raises Refused: naming the value that is wrong
    """
    if not isinstance(event, dict):
        raise Refused("", Unreadable("event", event))
    if not NAMES.issuperset(event):
        raise Refused("", Unreadable("unknown", next(name for name in event if name not in NAMES)))
    try:
        meter, subject, key, at, quantity = [event[name] for name in NEEDED]
    except KeyError as error:
        raise Refused(error.args[0], Unreadable("needed", None)) from None
    replaces = event.get("replaces")
    return Event(
        _text("meter", meter),
        _text("subject", subject),
        _text("key", key),
        read_instant(at, limits),
        read_quantity(quantity),
        _text("dimension", event.get("dimension") or "", empty=True),
        None if replaces is None or replaces is False or replaces == "" else _text("replaces", replaces),
    )


def _text(name, value, empty=False):
    if not isinstance(value, str) or len(value) > LONGEST_KEY or not is_storable(value):
        raise Refused(name, Unreadable("key", value, most=str(LONGEST_KEY)))
    if not empty and not value.strip():
        raise Refused(name, Unreadable("key", value, most=str(LONGEST_KEY)))
    return value


def read_instant(value: Any, limits: Limits) -> datetime | date:
    """Return an instant of universal time, or the date of a text that says no more.

    >>> limits = Limits(datetime(2000, 1, 1), datetime(2030, 1, 1))
    >>> read_instant("2025-06-01", limits)
    datetime.date(2025, 6, 1)
    >>> read_instant("2025-06-01T12:00:00.000001Z", limits)
    datetime.datetime(2025, 6, 1, 12, 0, 0, 1)
    """
    try:
        if DAY.fullmatch(value):
            day = date.fromisoformat(value)
            _check_era(value, datetime(day.year, day.month, day.day), limits, timedelta(days=1))
            return day
        text = value[:-1] + "+00:00" if value[-1] in "Zz" else value
        at = datetime.fromisoformat(text)
        if at.tzinfo is None:
            raise ValueError
        at = at.astimezone(timezone.utc).replace(tzinfo=None)
    except (TypeError, ValueError, IndexError, OverflowError):
        raise Refused("at", Unreadable("instant", value)) from None
    _check_era(value, at, limits)
    return at


def _check_era(value, at, limits, margin=timedelta()):
    if not limits.oldest - margin <= at <= limits.latest + margin:
        raise Refused("at", Unreadable("reach", value))


def read_quantity(value: Any) -> str:
    """Return a number in its one notation: of a float, the shortest one.

    >>> [read_quantity(value) for value in (3, 0.1, "2.500", "-0", "1e-3", 1e15)]
    ['3', '0.1', '2.5', '0', '0.001', '1000000000000000']
    """
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**WHOLE_DIGITS:
        return str(value)
    text = repr(value) if isinstance(value, float) else value
    if not isinstance(text, str):
        raise Refused("quantity", Unreadable("quantity", value))
    if not PLAIN.fullmatch(text):
        text = _written(text, value)
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return _without_zeros(text)


def _written(text, value):
    """Return a number with an exponent, or with more zeros than it needs, written out."""
    try:
        number = Decimal(text) if len(text) <= 60 else None
        if number is None or not number.is_finite() or abs(number.adjusted()) > 60:
            raise InvalidOperation
    except InvalidOperation:
        raise Refused("quantity", Unreadable("quantity", value)) from None
    plain = format(number, "f")
    if "." in plain:
        plain = plain.rstrip("0").rstrip(".")
    if not PLAIN.fullmatch(_without_zeros(plain)):
        raise Refused("quantity", Unreadable("quantity", value))
    return plain


def _without_zeros(text):
    """Return a number without leading zeros, and zero without a sign."""
    digits = text.lstrip("-")
    if digits[0] == "0" and digits[1:2] not in ("", "."):
        digits = digits.lstrip("0") or "0"
        digits = f"0{digits}" if digits[0] == "." else digits
    return digits if digits == "0" or text[0] != "-" else f"-{digits}"


def key_hash(key: str) -> str:
    """Return the first 128 bits of the SHA-256 of a key, as 32 digits."""
    return sha256(key.encode()).hexdigest()[:32]


def content_hash(event: Event) -> str:
    """Return that of what an event says besides; no text has the character that is between them."""
    said = (event.subject, event.at.isoformat(), event.quantity, event.dimension, event.replaces or "")
    return sha256("\0".join(said).encode()).hexdigest()[:32]
