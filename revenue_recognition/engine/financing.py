"""Significant financing component (ASC 606-10-32-15 to 32-20).

Money received ahead of performance accretes interest, simple by days/365 within a year
and capitalised on each anniversary; the interest is an expense and joins the price of what
is still to be satisfied (Example 29). Where the customer pays later, the interest is income.
"""

from datetime import date
from fractions import Fraction

from .allocation import Shares, among
from .dates import DAY
from .interest import Interest
from .money import ONE, ZERO
from .state import ContractState, ObligationState


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
        daily = any(_moves(obligation, interest.through) for obligation in state.obligations.values())
        until = interest.through + DAY if daily else min(day, interest.year_end)
        _accrue_stretch(state, interest, financing.rate, until)
        if until == interest.year_end:
            interest.capitalise(financing.start)
            _close_year(state)
    state.allocate()


def _close_year(state: ContractState) -> None:
    """Let the interest of the year belong to the price like any other."""
    state.joined_before = state.joined_total
    for one in state.obligations.values():
        one.joined_before = one.joined


def _moves(obligation: ObligationState, day: date) -> bool:
    """Return whether time alone still moves the revenue of an obligation."""
    return obligation.measure.timed and not obligation.removed and obligation.measure.progress(day) < ONE


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
        for key, share in waiting.items():
            state.obligations[key].joined += amount * share
        state.joined_total += amount
        state.allocate()


def _balance(state: ContractState, interest: Interest) -> Fraction:
    """Return what bears interest: money received and capitalised interest less revenue without this year's interest."""
    if state.ended is not None:
        return ZERO
    return state.paid + interest.capitalised - _revenue(state, interest)


def _revenue(state: ContractState, interest: Interest) -> int:
    """Return what is recognised without the interest that joined the price this year."""
    if state.joined_total == state.joined_before:
        return sum(state.recognised(interest.through).values())
    revenue = 0
    for one, share in zip(state.obligations.values(), state.shares(this_year=False), strict=True):
        whole, one.allocated = one.allocated, share
        revenue += one.recognised(interest.through)
        one.allocated = whole
    return revenue


def _unsatisfied(state: ContractState, day: date) -> Shares:
    """Return how interest is shared between what is not satisfied yet, in parts that total 1.

    It is shared by the prices without the interest that joined them this year: that is simple within the year, and who
    has how much of it does not depend on the days on which somebody asked.
    """
    shares = dict(zip(state.obligations, state.shares(this_year=False), strict=True))
    waiting: Shares = {
        obligation.key: shares[obligation.key]
        for obligation in state.sharing()
        if obligation.measure.progress(day) < ONE
    }
    return among(waiting, waiting)
