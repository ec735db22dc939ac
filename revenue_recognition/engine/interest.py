"""Interest that a contract has accrued, by years."""

from datetime import date
from fractions import Fraction

from .dates import anniversary
from .money import ZERO


class Interest:
    """Interest of a contract through a day, in units, exactly; positive is expense.

    ``running`` is what the current year has accrued and not yet capitalised.
    """

    __slots__ = ("capitalised", "through", "running", "year_end", "years")

    def __init__(self, start: date) -> None:
        self.through = start
        self.years = 1
        self.year_end = anniversary(start, 1)
        self.capitalised = self.running = ZERO

    @property
    def total(self) -> Fraction:
        """All interest so far."""
        return self.capitalised + self.running

    def capitalise(self, start: date) -> None:
        """Close the year: its interest bears interest from now on."""
        self.capitalised += self.running
        self.running = ZERO
        self.years += 1
        self.year_end = anniversary(start, self.years)
