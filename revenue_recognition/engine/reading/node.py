"""One object of a scenario, read key by key."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any, TypeVar

from ..errors import Refusal
from ..wording import Day, _

T = TypeVar("T")
LARGEST = 10**15
LARGEST_EXPONENT, SMALLEST = 15, -30
FIRST_YEAR, LAST_YEAR = 1900, 2999
NOISE = Fraction(1, 10**6)


class Node:
    """An object of a scenario: its place, its values, and what its money is counted in.

    Every getter refuses what does not fit, naming the place of the key.

    :param value: what the scenario has there
    :param place: as in ``events[3]``; empty for the scenario itself
    :param decimals: of the currency
    """

    def __init__(self, value: Any, place: str, decimals: int) -> None:
        if not isinstance(value, Mapping):
            raise Refusal(place or "scenario", _("not an object: %(value)s", value=quoted(value)))
        for key in value:
            if not is_text(key):
                raise Refusal(place or "scenario", _("not a key: %(value)s", value=quoted(key)))
        self.value = value
        self.place = place
        self.decimals = decimals

    def at(self, key: str) -> str:
        """Return the place of a key."""
        return f"{self.place}.{key}" if self.place else key

    def only(self, *keys: str) -> None:
        """Refuse any other key."""
        for key in self.value:
            if key not in keys:
                raise Refusal(f"{self.place or 'scenario'}.{key}", _("unknown key"))

    def has(self, key: str) -> bool:
        """Return whether a key is there."""
        return key in self.value

    def need(self, key: str) -> Any:
        """Return a value that has to be there."""
        if key not in self.value:
            raise Refusal(f"{self.place or 'scenario'}.{key}", _("needed, but there is no %(key)s", key=key))
        return self.value[key]

    def optional(self, key: str, read: Callable[[str], T]) -> T | None:
        """Return what a getter reads, None when the key is not there."""
        return read(key) if key in self.value else None

    def text(self, key: str) -> str:
        """Return a text that is not empty."""
        value: str = self.need(key)
        if not is_text(value) or not value:
            raise Refusal(self.at(key), _("not a text: %(value)s", value=quoted(value)))
        return value

    def one_of(self, key: str, choices: Mapping[str, T], what: str) -> T:
        """Return what a text stands for."""
        value = self.text(key)
        if value not in choices:
            raise Refusal(
                self.at(key),
                _(
                    'no %(what)s "%(value)s"; there are %(choices)s',
                    what=what,
                    value=str(value),
                    choices=", ".join(choices),
                ),
            )
        return choices[value]

    def flag(self, key: str) -> bool:
        """Return true or false."""
        value = self.need(key)
        if not isinstance(value, bool):
            raise Refusal(self.at(key), _("neither true nor false: %(value)s", value=quoted(value)))
        return value

    def number(self, key: str) -> Fraction:
        """Return a number exactly as it is written."""
        return exact(self.need(key), self.at(key))

    def above(self, key: str, least: int = 0, reached: bool = False) -> Fraction:
        """Return a number above a bound, or at it where it may be reached."""
        value = self.number(key)
        if value < least or (value == least and not reached):
            given = {"value": quoted(self.value[key]), "least": str(least)}
            reason = (
                _("%(value)s is below %(least)s", **given)
                if reached
                else _("%(value)s is not above %(least)s", **given)
            )
            raise Refusal(self.at(key), reason)
        return value

    def share(self, key: str, zero: bool = True) -> Fraction:
        """Return a number from 0 to 1."""
        value = self.number(key)
        if not 0 <= value <= 1 or not (zero or value):
            raise Refusal(self.at(key), _("%(value)s is not a share of 1", value=quoted(self.value[key])))
        return value

    def money(self, key: str, sign: bool = True) -> int:
        """Return an amount in whole units; below zero only where a sign may be."""
        units = self.units(key)
        whole = round(units)
        if abs(units - whole) > NOISE:
            raise Refusal(
                self.at(key),
                _(
                    "%(value)s has more than %(count)s decimals",
                    value=quoted(self.value[key]),
                    count=str(self.decimals),
                ),
            )
        if whole < 0 and not sign:
            raise Refusal(self.at(key), _("%(value)s is below %(least)s", value=quoted(self.value[key]), least="0"))
        return whole

    def units(self, key: str) -> Fraction:
        """Return an amount in units, which may be a fraction of them (prices per unit, costs)."""
        return self.number(key) * int(10**self.decimals)

    def day(self, key: str, earliest: date | None = None) -> date:
        """Return a date, not before another."""
        return day(self.need(key), self.at(key), earliest)

    def items(self, key: str) -> Iterator[tuple[Any, str]]:
        """Yield the items of a list with their places; none when the key is not there."""
        value = self.value.get(key, ())
        if not isinstance(value, list | tuple):
            raise Refusal(self.at(key), _("not a list: %(value)s", value=quoted(value)))
        for n, item in enumerate(value):
            yield item, f"{self.at(key)}[{n}]"

    def nodes(self, key: str) -> Iterator["Node"]:
        """Yield the objects of a list; none when the key is not there."""
        for item, place in self.items(key):
            yield Node(item, place, self.decimals)

    def node(self, key: str) -> "Node":
        """Return an object that has to be there."""
        return Node(self.need(key), self.at(key), self.decimals)

    def names(self, key: str) -> tuple[str, ...]:
        """Return a list of different texts; empty when the key is not there."""
        names: list[str] = []
        for item, _place in self.items(key):
            if not is_text(item):
                raise Refusal(self.at(key), _("not a text: %(value)s", value=quoted(item)))
            if item in names:
                raise Refusal(self.at(key), _('"%(name)s" is used twice', name=item))
            names.append(item)
        return tuple(names)


def exact(value: Any, place: str) -> Fraction:
    """Return a number exactly as it is written: of a float, its shortest notation.

    >>> exact(0.1, "contract.fixed"), exact(3, "contract.fixed")
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


def day(value: Any, place: str, earliest: date | None = None) -> date:
    """Return the date an ISO text stands for.

    >>> day("2025-02-28", "contract.date")
    datetime.date(2025, 2, 28)
    """
    try:
        if not isinstance(value, str) or len(value) != len("2025-01-01"):
            raise ValueError
        found = date.fromisoformat(value)
    except ValueError:
        raise Refusal(place, _("not an ISO date: %(value)s", value=quoted(value))) from None
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise Refusal(
            place,
            _(
                "%(date)s is not between %(first)s and %(last)s",
                date=Day(found),
                first=str(FIRST_YEAR),
                last=str(LAST_YEAR),
            ),
        )
    if earliest is not None and found < earliest:
        raise Refusal(place, _("%(date)s is before %(earliest)s", date=Day(found), earliest=Day(earliest)))
    return found


def is_text(value: Any) -> bool:
    """Return whether a value is a text that can be sent back: not half of a surrogate pair.

    >>> is_text("Zürich"), is_text("\\ud800"), is_text(5)
    (True, False, False)
    """
    try:
        return isinstance(value, str) and value.encode() is not None
    except UnicodeEncodeError:
        return False


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
