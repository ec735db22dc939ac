"""One object of a scenario, read key by key."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any, TypeVar

from ..cadence import Day, Step
from ..errors import Refusal
from ..money import Number
from ..wording import UNSENDABLE, _

T = TypeVar("T")
LARGEST = 10**15
LARGEST_EXPONENT, SMALLEST = 15, -30
FIRST_YEAR, LAST_YEAR = 1900, 2999
UNITS = ("days", "weeks", "months", "years")
#: No length of time is above a thousand years.
LONGEST = {"days": 366000, "weeks": 52000, "months": 12000, "years": 1000}


class Node:
    """An object of a scenario: its place and its values.

    Every getter refuses what does not fit, naming the place of the key.

    :param value: what the scenario has there
    :param place: as in ``events[3]``; empty for the scenario itself
    """

    def __init__(self, value: Any, place: str = "") -> None:
        if not isinstance(value, Mapping):
            raise Refusal(place or "scenario", _("not an object: %(value)s", value=quoted(value)))
        for key in value:
            if not is_text(key) or not key:
                raise Refusal(place or "scenario", _("not a key: %(value)s", value=quoted(key)))
        self.value = value
        self.place = place

    def at(self, key: str) -> str:
        """Return the place of a key."""
        return f"{self.place}.{key}" if self.place else key

    def refuse(self, key: str, reason: str) -> Refusal:
        """Return a refusal of what a key says."""
        return Refusal(self.at(key), reason)

    def only(self, required: str, optional: str = "") -> None:
        """Refuse a missing key and any other key.

        :param required: keys, with spaces between them
        """
        for key in required.split():
            self.need(key)
        allowed = {*required.split(), *optional.split()}
        for key in self.value:
            if key not in allowed:
                raise self.refuse(key, _("unknown key"))

    def has(self, key: str) -> bool:
        """Return whether a key is there."""
        return key in self.value

    def need(self, key: str) -> Any:
        """Return a value that has to be there."""
        if key not in self.value:
            raise self.refuse(key, _("needed, but there is no %(key)s", key=key))
        return self.value[key]

    def optional(self, key: str, read: Callable[[str], T], default: T) -> T:
        """Return what a getter reads, the default when the key is not there."""
        return read(key) if key in self.value else default

    def maybe(self, key: str, read: Callable[[str], T]) -> T | None:
        """Return what a getter reads, None when the key is not there."""
        return read(key) if key in self.value else None

    def text(self, key: str) -> str:
        """Return a text that is not empty."""
        value: str = self.need(key)
        if not is_text(value) or not value:
            raise self.refuse(key, _("not a text: %(value)s", value=quoted(value)))
        return value

    def one_of(self, key: str, choices: tuple[str, ...] | Mapping[str, Any], what: str) -> str:
        """Return a text that is one of some."""
        value = self.text(key)
        if value not in choices:
            given = {"what": what, "value": value, "choices": ", ".join(choices)}
            raise self.refuse(key, _('no %(what)s "%(value)s"; there are %(choices)s', **given))
        return value

    def flag(self, key: str) -> bool:
        """Return true or false."""
        value = self.need(key)
        if not isinstance(value, bool):
            raise self.refuse(key, _("neither true nor false: %(value)s", value=quoted(value)))
        return value

    def number(self, key: str) -> Fraction:
        """Return a number exactly as it is written."""
        return exact(self.need(key), self.at(key))

    def quantity(self, key: str) -> Number:
        """Return a number, as an int when it is one, which counts faster."""
        value = self.number(key)
        return value.numerator if value.denominator == 1 else value

    def not_below(self, key: str, least: int = 0) -> Fraction:
        """Return a number at or above a bound."""
        value = self.number(key)
        if value < least:
            given = {"value": quoted(self.value[key]), "least": str(least)}
            raise self.refuse(key, _("%(value)s is below %(least)s", **given))
        return value

    def above(self, key: str, bound: int = 0) -> Fraction:
        """Return a number above a bound."""
        value = self.number(key)
        if value <= bound:
            given = {"value": quoted(self.value[key]), "least": str(bound)}
            raise self.refuse(key, _("%(value)s is not above %(least)s", **given))
        return value

    def whole(self, key: str, least: int, most: int) -> int:
        """Return a whole number within bounds, both included."""
        value = self.number(key)
        if value.denominator != 1 or not least <= value <= most:
            given = {"value": quoted(self.value[key]), "least": str(least), "most": str(most)}
            raise self.refuse(key, _("%(value)s is no whole number from %(least)s to %(most)s", **given))
        return value.numerator

    def step(self, key: str) -> Step:
        """Return a length of time, ``{count, unit}``."""
        node = self.node(key)
        node.only("count unit")
        unit = node.one_of("unit", UNITS, "unit")
        return Step(node.whole("count", 1, LONGEST[unit]), unit)

    def day(self, key: str) -> Day:
        """Return a date as a day number."""
        return day(self.need(key), self.at(key))

    def items(self, key: str) -> Iterator[tuple[Any, str]]:
        """Yield the items of a list with their places; none when the key is not there."""
        value = self.value.get(key, ())
        if not isinstance(value, list | tuple):
            raise self.refuse(key, _("not a list: %(value)s", value=quoted(value)))
        for n, item in enumerate(value):
            yield item, f"{self.at(key)}[{n}]"

    def nodes(self, key: str) -> Iterator["Node"]:
        """Yield the objects of a list; none when the key is not there."""
        for item, place in self.items(key):
            yield Node(item, place)

    def node(self, key: str) -> "Node":
        """Return an object that has to be there."""
        return Node(self.need(key), self.at(key))


def exact(value: Any, place: str) -> Fraction:
    """Return a number exactly as it is written: of a float, its shortest notation.

    >>> exact(0.1, "charges[0].price"), exact(3, "charges[0].price")
    (Fraction(1, 10), Fraction(3, 1))
    """
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | Fraction):
        raise Refusal(place, _("not a number: %(value)s", value=quoted(value)))
    try:
        number = Fraction(value) if isinstance(value, int | Fraction) else _written(value)
    except (InvalidOperation, OverflowError, ValueError):
        raise Refusal(place, _("not a number: %(value)s", value=quoted(value))) from None
    if abs(number) >= LARGEST:
        raise Refusal(place, _("too large: %(value)s", value=quoted(value)))
    return number


def day(value: Any, place: str) -> Day:
    """Return an ISO date as a day number.

    >>> date.fromordinal(day("2025-01-31", "runs[0]"))
    datetime.date(2025, 1, 31)
    """
    found = None
    if isinstance(value, str) and len(value) == 10 and value.isascii():
        try:
            found = date.fromisoformat(value)
        except ValueError:
            pass
    if found is None or found.isoformat() != value:
        raise Refusal(place, _("not an ISO date: %(value)s", value=quoted(value)))
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        given = {"date": value, "first": str(FIRST_YEAR), "last": str(LAST_YEAR)}
        raise Refusal(place, _("%(date)s is not between %(first)s and %(last)s", **given))
    return found.toordinal()


def is_text(value: Any) -> bool:
    r"""Return whether a value is a text that every protocol can send back.

    >>> is_text("Zürich"), is_text("\ud800"), is_text("a\0b"), is_text(5)
    (True, False, False, False)
    """
    return isinstance(value, str) and UNSENDABLE.search(value) is None


def quoted(value: Any) -> str:
    """Return a value as a message shows it, shortened.

    >>> quoted("abc"), quoted(1.5), quoted(None), quoted(10**5000)
    ('"abc"', '1.5', 'nothing', 'something too large to show')
    """
    if value is None:
        return _("nothing")
    try:
        text = f'"{value}"' if isinstance(value, str) else str(value)
    except (RecursionError, ValueError):
        # Python refuses to write very long numbers, and lists within lists within lists.
        return _("something too large to show")
    return text if len(text) <= 60 else f"{text[:57]}..."


def _written(value: float | Decimal) -> Fraction:
    """Return the number a float or a decimal was written as; one with an absurd exponent would not fit into memory."""
    number = Decimal(repr(value)) if isinstance(value, float) else value
    if not number.is_finite():
        raise ValueError
    if number.adjusted() < SMALLEST:
        return Fraction(0)
    return Fraction(LARGEST) if number.adjusted() > LARGEST_EXPONENT else Fraction(number)
