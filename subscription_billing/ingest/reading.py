"""One event after the other: what a sender says of usage, read, or refused with what was expected.

Instants are datetimes of universal time without zone, quantities texts in their one notation.

>>> event = {"meter": "traffic", "subject": "acme", "key": "1", "at": "2025-03-01T00:30:00+01:00", "quantity": 1.50}
>>> row = read_event(event, Limits(datetime(2000, 1, 1), datetime(2030, 1, 1)))
>>> row.at, row.quantity
('2025-02-28T23:30:00', '1.5')

Each event costs a few microseconds: what most of them look like is read first, by the shortest way.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from hashlib import sha256
from typing import Any, NamedTuple

from odoo.addons.record_protection.reading import LONGEST_KEY, Unreadable, is_storable

NEEDED = ("meter", "subject", "key", "at", "quantity")
FURTHER = ("dimension", "replaces")
NAMES = frozenset(NEEDED + FURTHER)
#: Instead of an event: another block of a stream was read.
TICK = object()
#: So long back, and ahead, usage is taken.
OLDEST, AHEAD = timedelta(days=20 * 366), timedelta(days=1)
TOO_MANY, LONGEST_NUMBER = 10**18, 60
#: As 2025-01-31T08Z; what is shorter is a date.
SHORTEST_INSTANT = 14
WRITTEN = re.compile(r"[+-]?(?:[0-9]+\.?|[0-9]*\.[0-9]+)(?:[eE][+-]?[0-9]{1,2})?")
PLAIN = re.compile(r"-?[0-9]{1,18}(?:\.[0-9]{1,9})?")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Refused(Exception):
    """An event is not what it has to be.

    :ivar name: of the value, or empty for the event as a whole
    :ivar reason: what is wrong with it (``record_protection.reading.Unreadable``)
    :ivar sent: the event as it was sent
    """

    def __init__(self, name: str, reason: Unreadable) -> None:
        super().__init__(name)
        self.name = name
        self.reason = reason
        self.sent: Any = None


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
    """What was read.

    :ivar at: the instant in universal time, ISO without zone; or a date where only the local day was said
    :ivar line: what follows from it alone of its line in the stage (``store.COLUMNS``), as COPY takes it
    """

    meter: str
    subject: str
    key: str
    at: str
    quantity: str
    dimension: str
    replaces: str | None
    line: str = ""


def read_event(event: Any, limits: Limits) -> Event:
    """Return what an event says.

    :param event: as it was sent
    :raises Refused: naming the value that is wrong
    """
    if not isinstance(event, dict):
        raise Refused("", Unreadable("event", event))
    try:
        meter, subject, key = event["meter"], event["subject"], event["key"]
        at, quantity = event["at"], event["quantity"]
    except KeyError as error:
        raise Refused(error.args[0], Unreadable("needed", None)) from None
    dimension, replaces = event.get("dimension") or "", event.get("replaces") or None
    if len(event) > len(NEEDED) and not NAMES.issuperset(event):
        raise Refused("", Unreadable("unknown", next(name for name in event if name not in NAMES)))
    _check_text("meter", meter)
    _check_text("subject", subject)
    _check_text("key", key)
    if dimension:
        _check_text("dimension", dimension)
    if replaces is not None:
        _check_text("replaces", replaces)
    at, quantity = read_instant(at, limits), read_quantity(quantity)
    # No text has the character that is between them.
    content = digest(f"{subject}\0{at}\0{quantity}\0{dimension}\0{replaces or ''}")
    rest = "\\N\t\\N" if replaces is None else f"{escaped(replaces)}\t{digest(replaces)}"
    line = f"{quantity}\t{escaped(dimension)}\t{escaped(key)}\t{digest(key)}\t{content}\t{rest}\n"
    return Event(meter, subject, key, at, quantity, dimension, replaces, line)


def read_events(items: Iterable[tuple[int, Any]], limits: Limits) -> Iterator[tuple[int, "Event | Refused"]]:
    """Yield what events say, or why they are refused, each with its place.

    :param items: as they were sent, each with its place; ``Refused`` where a line was none; ``TICK`` is passed on
    """
    for place, item in items:
        if item is TICK or isinstance(item, Refused):
            yield place, item
            continue
        try:
            yield place, read_event(item, limits)
        except Refused as error:
            error.sent = item
            yield place, error


def _check_text(name, value):
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_KEY:
        raise Refused(name, Unreadable("key", value, most=str(LONGEST_KEY)))
    if not value.isascii() and not is_storable(value) or "\0" in value or value.isspace():
        raise Refused(name, Unreadable("key", value, most=str(LONGEST_KEY)))


def escaped(text: str) -> str:
    r"""Return a text as COPY takes it.

    >>> print(escaped("a\tb"))
    a\tb
    """
    if "\\" in text or not text.isprintable():
        text = text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
    return text


def digest(text: str) -> str:
    """Return the first 128 bits of the SHA-256 of a text, as 32 digits."""
    return sha256(text.encode()).hexdigest()[:32]


def read_instant(value: Any, limits: Limits) -> str:
    """Return an instant in universal time, ISO without zone; or the date of a text that says no more.

    >>> limits = Limits(datetime(2000, 1, 1), datetime(2030, 1, 1))
    >>> read_instant("2025-06-01", limits), read_instant("2025-06-01T12:00:00.000001Z", limits)
    ('2025-06-01', '2025-06-01T12:00:00.000001')
    """
    try:
        if value[-1] == "Z":
            at = datetime.fromisoformat(value[:-1])
            if at.tzinfo is not None or len(value) < SHORTEST_INSTANT:
                raise ValueError
        elif DAY.fullmatch(value):
            day = date.fromisoformat(value)
            _check_era(value, datetime(day.year, day.month, day.day), limits, timedelta(days=1))
            return value
        else:
            at = datetime.fromisoformat(value)
            if at.tzinfo is None:
                raise ValueError
            at = at.astimezone(timezone.utc).replace(tzinfo=None)
    except (TypeError, ValueError, IndexError, KeyError, OverflowError):
        raise Refused("at", Unreadable("instant", value)) from None
    if not limits.oldest <= at <= limits.latest:
        raise Refused("at", Unreadable("reach", value))
    return at.isoformat()


def _check_era(value, at, limits, margin):
    if not limits.oldest - margin <= at <= limits.latest + margin:
        raise Refused("at", Unreadable("reach", value))


def read_quantity(value: Any) -> str:
    """Return a number in its one notation: of a float, the shortest one.

    >>> [read_quantity(value) for value in (3, 0.1, "2.500", "-0", "1e-3", 1e15)]
    ['3', '0.1', '2.5', '0', '0.001', '1000000000000000']
    """
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < TOO_MANY:
        return str(value)
    text = repr(value) if isinstance(value, float) else value
    if not isinstance(text, str):
        raise Refused("quantity", Unreadable("quantity", value))
    if not PLAIN.fullmatch(text):
        text = _written(text, value)
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text if text[0] in "123456789" else _without_zeros(text)


def _written(text, value):
    """Return a number with an exponent, or with more zeros than it needs, written out."""
    if len(text) > LONGEST_NUMBER or not WRITTEN.fullmatch(text):
        raise Refused("quantity", Unreadable("quantity", value))
    plain = format(Decimal(text), "f")
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
