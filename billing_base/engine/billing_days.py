"""The days on which a customer is billed, and which of them bills what became due when."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

#: The last day of a month, however long it is: a day that a month does not have is its last one.
LAST = 31
#: What is typed for the last day.
LAST_WORD = "last"
LONGEST_MONTH, DAYS_IN_WEEK = 31, 7
#: The longest step between two months or weeks with billing days, and the longest time between cut-off and billing.
MOST_EVERY, MOST_CUT_OFF = 120, 366
#: Days beyond are typing errors.
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2999, 12, 31)
KINDS = ("monthly", "weekly")


class Refusal(ValueError):
    """Billing days that make no sense.

    :ivar place: the name of what is wrong, as in ``days``
    :ivar reason: which kind of wrong it is: ``none``, ``unknown``, ``range`` or ``twice``
    :ivar details: what a sentence about it says besides: texts

    >>> str(Refusal("days", "unknown", value="x"))
    'days: unknown (value=x)'
    """

    def __init__(self, place: str, reason: str, **details: str) -> None:
        shown = ", ".join(f"{name}={value}" for name, value in details.items())
        super().__init__(f"{place}: {reason} ({shown})" if shown else f"{place}: {reason}")
        self.place = place
        self.reason = reason
        self.details = details


def read_days(text: str, last_words: tuple[str, ...] = ()) -> tuple[int, ...]:
    """Return the days of a month that a text names.

    :param last_words: further words for the last day, of the reader's language
    :raises Refusal: naming what cannot be read

    >>> read_days("15, 1, last")
    (1, 15, 31)
    >>> read_days("1, 32")
    Traceback (most recent call last):
        ...
    billing_base.engine.billing_days.Refusal: days: range (value=32, least=1, most=31)
    """
    words = [word.strip().lower() for word in text.replace(";", ",").split(",")]
    found = [_read_day(word, (LAST_WORD, *last_words)) for word in words if word]
    if not found:
        raise Refusal("days", "none")
    return tuple(sorted(set(found)))


def write_days(days: Iterable[int], last_word: str = LAST_WORD) -> str:
    """Return the text that names days of a month, as ``read_days`` reads it.

    :param last_word: for the last day, of the reader's language

    >>> write_days((1, 15, 31)), write_days((31,), "letzter")
    ('1, 15, last', 'letzter')
    """
    return ", ".join(last_word if day == LAST else str(day) for day in days)


def _read_day(word: str, last_words: tuple[str, ...]) -> int:
    if word in last_words:
        return LAST
    if not word.isascii() or not word.isdigit() or len(word) > len(str(LONGEST_MONTH)):
        raise Refusal("days", "unknown", value=word[:20])
    _check_range("days", int(word), 1, LONGEST_MONTH)
    return int(word)


def _check_range(place: str, value: int, least: int, most: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise Refusal(place, "range", value=str(value)[:20], least=str(least), most=str(most))


@dataclass(frozen=True, slots=True)
class BillingDays:
    """Days of every n-th month or week, counted from an anchor.

    :param kind: ``monthly`` or ``weekly``
    :param days_in: of the month from 1 to 31 (:data:`LAST`), or of the week from 0 (Monday) to 6
    :param every: 1 for each month or week, 2 for every other one…
    :param anchor: any day of a month, or a week, that has billing days
    :param cut_off: what became due so many days before a billing day, or earlier, stands on it
    :raises Refusal: naming what makes no sense

    >>> days = BillingDays("monthly", (15, LAST), cut_off=3)
    >>> str(days.day_for(date(2026, 2, 12))), str(days.day_for(date(2026, 2, 13)))
    ('2026-02-15', '2026-02-28')

    Every other Monday:

    >>> fortnightly = BillingDays("weekly", (0,), every=2, anchor=date(2026, 1, 7))
    >>> [str(day) for day in fortnightly.days(date(2026, 1, 1), date(2026, 2, 1))]
    ['2026-01-05', '2026-01-19']
    """

    kind: str
    days_in: tuple[int, ...]
    every: int = 1
    anchor: date = FIRST_DAY
    cut_off: int = 0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise Refusal("kind", "unknown", value=str(self.kind)[:20])
        if not self.days_in:
            raise Refusal("days", "none")
        least, most = (1, LONGEST_MONTH) if self.kind == "monthly" else (0, DAYS_IN_WEEK - 1)
        for day in self.days_in:
            _check_range("days", day, least, most)
        if len(set(self.days_in)) < len(self.days_in):
            raise Refusal("days", "twice")
        _check_range("every", self.every, 1, MOST_EVERY)
        _check_range("cut_off", self.cut_off, 0, MOST_CUT_OFF)
        _check_day("anchor", self.anchor)

    def is_day(self, day: date) -> bool:
        """Return whether a day is a billing day.

        >>> BillingDays("monthly", (31,)).is_day(date(2026, 2, 28))
        True
        """
        return self.next_day(day) == day

    def next_day(self, on_or_after: date) -> date:
        """Return the first billing day that is not before a day.

        :raises Refusal: for a day outside of 1900 to 2999
        """
        _check_day("day", on_or_after)
        period = self._period(on_or_after)
        # Counted from the anchor, into the past as well: the next period that has billing days, this one included.
        period += (self._period(self.anchor) - period) % self.every
        found = [day for day in self._days_of(period) if day >= on_or_after]
        return found[0] if found else self._days_of(period + self.every)[0]

    def last_day(self, on_or_before: date) -> date:
        """Return the last billing day that is not after a day.

        >>> str(BillingDays("monthly", (15,), every=3, anchor=date(2026, 1, 1)).last_day(date(2026, 4, 14)))
        '2026-01-15'
        """
        _check_day("day", on_or_before)
        period = self._period(on_or_before)
        period -= (period - self._period(self.anchor)) % self.every
        found = [day for day in self._days_of(period) if day <= on_or_before]
        return found[-1] if found else self._days_of(period - self.every)[-1]

    def day_for(self, due: date) -> date:
        """Return the billing day that bills what became due on a day: the first one whose cut-off is not before it."""
        _check_day("due", due)
        return self.next_day(min(due + timedelta(days=self.cut_off), LAST_DAY))

    def days(self, start: date, end: date) -> Iterator[date]:
        """Yield the billing days from ``start`` to ``end``, both included, in order."""
        day = self.next_day(start)
        while day <= end:
            yield day
            day = self.next_day(day + timedelta(days=1))

    def _period(self, day: date) -> int:
        """Return the number of the month, or week, that a day lies in."""
        if self.kind == "monthly":
            return day.year * 12 + day.month - 1
        return (day.toordinal() - 1) // DAYS_IN_WEEK

    def _days_of(self, period: int) -> list[date]:
        """Return the billing days of a month, or week, by its number."""
        if self.kind == "weekly":
            return [date.fromordinal(period * DAYS_IN_WEEK + day + 1) for day in sorted(self.days_in)]
        year, index = divmod(period, 12)
        after = date(year + (index == 11), (index + 1) % 12 + 1, 1)
        length = (after - timedelta(days=1)).day
        return [date(year, index + 1, day) for day in sorted({min(day, length) for day in self.days_in})]


def _check_day(place: str, day: date) -> None:
    if not FIRST_DAY <= day <= LAST_DAY:
        raise Refusal(place, "range", value=day.isoformat(), least=FIRST_DAY.isoformat(), most=LAST_DAY.isoformat())
