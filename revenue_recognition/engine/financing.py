"""Significant financing component (ASC 606-10-32-15 to 32-20).

Money received ahead of performance accretes interest, simple by days/365 within a year
and capitalised on each anniversary; the interest is an expense and joins the price of what
is still to be satisfied (Example 29). Where the customer pays later, the interest is income.
"""

from datetime import date
from fractions import Fraction

from .allocation import Shares, among
from .dates import DAY, anniversary
from .money import ONE, ZERO, part_of, round_half_away
from .state import ContractState, ObligationState


class Interest:
    """Interest of a contract through a day, in units, exactly; positive is expense.

    ``running`` is what the current year has accrued and not yet capitalised; ``joined`` is
    the part of it that joined the price.
    """

    __slots__ = ("capitalised", "joined", "through", "running", "year_end", "years")

    def __init__(self, start: date) -> None:
        self.through = start
        self.years = 1
        self.year_end = anniversary(start, 1)
        self.capitalised = self.running = self.joined = ZERO

    @property
    def total(self) -> Fraction:
        """All interest so far."""
        return self.capitalised + self.running

    def capitalise(self, start: date) -> None:
        """Close the year: its interest bears interest from now on."""
        self.capitalised += self.running
        self.running = self.joined = ZERO
        self.years += 1
        self.year_end = anniversary(start, self.years)


def accrue(state: ContractState, day: date) -> None:
    """Bring the interest of a contract forward to the end of a day.

    Events of that day are not applied yet: interest for a day is on the balance at the end
    of the day before.
    """
    financing = state.contract.financing
    if financing is None:
        return
    if state.financing is None:
        state.financing = Interest(financing.start)
    interest = state.financing
    while interest.through < day:
        daily = any(_moves(one, interest.through) for one in state.obligations.values())
        until = interest.through + DAY if daily else min(day, interest.year_end)
        _accrue_stretch(state, interest, financing.rate, until)
        if until == interest.year_end:
            interest.capitalise(financing.start)
    state.allocate()


def _moves(one: ObligationState, day: date) -> bool:
    """Return whether time alone still moves the revenue of an obligation."""
    return one.measure.timed and not one.removed and one.measure.progress(day) < ONE


def _accrue_stretch(state: ContractState, interest: Interest, rate: Fraction, until: date) -> None:
    """Accrue on a balance that does not change."""
    balance = _balance(state, interest)
    amount = rate * balance * (until - interest.through).days / 365
    waiting = _unsatisfied(state, interest.through)
    if abs(balance) < 1 or (amount > 0 and not waiting):
        amount = ZERO
    interest.running += amount
    interest.through = until
    if amount > 0:
        interest.joined += amount
        for key, share in waiting.items():
            state.obligations[key].joined += amount * share
        state.joined_total += amount
        state.allocate()


def _balance(state: ContractState, interest: Interest) -> Fraction:
    """Return what bears interest: money received and capitalised interest less revenue without this year's interest."""
    if state.ended is not None:
        return ZERO
    revenue = sum(state.recognised(interest.through).values())
    price = sum(one.allocated for one in state.obligations.values())
    if interest.joined and price:
        revenue -= part_of(round_half_away(interest.joined), min(ONE, Fraction(revenue, price)))
    return state.paid + interest.capitalised - revenue


def _unsatisfied(state: ContractState, day: date) -> Shares:
    """Return how interest is shared between what is not satisfied yet, in parts that total 1."""
    waiting: Shares = {one.key: one.allocated for one in state.sharing() if one.measure.progress(day) < ONE}
    return among(waiting, waiting)
