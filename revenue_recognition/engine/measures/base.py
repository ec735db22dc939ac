"""What every measure of progress has in common (ASC 606-10-25-31 to 25-37)."""

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from typing import ClassVar

from ..errors import Refusal
from ..events import Change, Event, Performance
from ..money import ONE, ZERO, Number
from ..wording import Figure, _


class Measure:
    """The progress of one obligation: how much is done, of how much in all.

    A subclass declares which events it takes (``takes``: event class to method name) and
    answers :meth:`done` and :meth:`total`; everything else follows. After a prospective
    modification it measures what is left: progress is (done − done then) ÷ (total − done
    then).
    """

    __slots__ = ("baseline",)

    #: Whether time alone moves it.
    timed: ClassVar[bool] = False
    #: Whether what is left is distinct from what was transferred (ASC 606-10-25-14b).
    series: ClassVar[bool] = False
    #: Whether it takes no share of the price but earns amounts of its own.
    open_ended: bool = False
    #: Whether remaining obligations leave it out (ASC 606-10-50-14, 50-14A).
    exempt: ClassVar[bool] = False
    #: The events it takes, and the method that records each.
    takes: ClassVar[dict[type[Performance], str]] = {}
    #: Terms a modification may change, beside price and standalone selling price.
    changes: ClassVar[frozenset[str]] = frozenset()
    #: The paragraph it rests on.
    paragraph: str = "606-10-25-31"

    def __init__(self) -> None:
        self.baseline: Number = 0

    def done(self, day: date) -> Number:
        """Return how much is done at the end of a day, since the beginning."""
        raise NotImplementedError

    def total(self) -> Number:
        """Return how much there is to do in all."""
        return ONE

    def progress(self, day: date) -> Fraction:
        """Return the fraction done, 0 to 1, of what was left at the last restart."""
        if not self.baseline:
            return self.satisfied(day)
        return fraction(self.done(day) - self.baseline, self.total() - self.baseline)

    def satisfied(self, day: date) -> Fraction:
        """Return the fraction done of the whole obligation, 0 to 1, whatever restarts there were."""
        return fraction(self.done(day), self.total())

    def overrun(self, day: date) -> bool:
        """Return whether more is done than there was to do: the estimate is too low."""
        return self.done(day) > self.total()

    def restart(self, day: date) -> None:
        """Measure from the end of this day on only what is left."""
        self.baseline = self.done(day)

    def record(self, event: Event) -> None:
        """Take in an event.

        :raises Refusal: when the event contradicts what is known
        """
        recorder: Callable[[Event], None] = getattr(self, self.takes[type(event)])  # type: ignore[index]
        recorder(event)

    def change(self, change: Change) -> None:
        """Take over the new terms of a modification.

        :raises Refusal: when this measure has no such term
        """
        for term in ("quantity", "start", "end", "total_cost"):
            value = getattr(change, term)
            if value is None:
                continue
            if term not in self.changes:
                raise no_term(change, term)
            setattr(self, term, value)

    def earned(self, day: date) -> Fraction:
        """Return what an open-ended obligation has earned by itself, in units of money."""
        return ZERO

    def at_cost(self, day: date) -> Number:
        """Return the part of what was done since the restart that earns no margin, in units of money."""
        return 0

    def since_restart(self, day: date) -> list[str]:
        """Return in words how what is done of the whole comes to the progress of what was left at the last restart.

        An empty list where nothing was done by then.
        """
        if not self.baseline:
            return []
        before, done = fraction(self.baseline, self.total()), self.satisfied(day)
        return [
            _(
                "%(before)s was done before the modification, %(since)s since then of the %(left)s that was left",
                before=percent(before),
                since=percent(done - before),
                left=percent(ONE - before),
            )
        ]

    def text(self, day: date, allocated: str) -> str:
        """Return in words how the progress at a day comes about.

        :param allocated: the price it applies to, as shown to people
        """
        raise NotImplementedError


def no_term(change: Change, term: str) -> Refusal:
    """Return the refusal of a new term that an obligation does not have."""
    reason = _('obligation "%(name)s" has no %(term)s to change', name=change.obligation, term=term)
    return Refusal(f"{change.place}.{term}", reason)


def fraction(done: Number, total: Number) -> Fraction:
    """Return done ÷ total between 0 and 1; 1 when nothing is left to do."""
    numerator, denominator = done.numerator * total.denominator, total.numerator * done.denominator
    if numerator >= denominator or denominator <= 0:
        return ONE
    return Fraction(numerator, denominator) if numerator > 0 else ZERO


def percent(share: Fraction) -> str:
    """Return a share as people read it.

    >>> percent(Fraction(3, 10)), percent(Fraction(21, 41))
    ('30 %', '51.2195 %')
    """
    return Figure(f"{float(share * 100):.4f}".rstrip("0").rstrip(".") + " %")


def number(value: Number) -> str:
    """Return a number as people read it.

    >>> number(Fraction(5, 2)), number(Fraction(1200)), number(Fraction(1, 3))
    ('2.5', '1,200', '0.3333')
    """
    text = f"{float(value):,.4f}"
    return Figure(text.rstrip("0").rstrip("."))
