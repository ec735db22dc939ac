"""A contract with all that happened to it, and what is asked of it.

Money is in units of the currency's smallest unit.
"""

from dataclasses import dataclass
from datetime import date

from .events import Event
from .terms import Discount, Financing, Obligation, Rates, Variable

__all__ = ["Contract", "Question", "Rates", "Scenario"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """A contract and all that happened to it.

    :param fixed: fixed consideration, net of discounts; None: the sum of the stated prices
    :param events: in the order they were listed; they apply by date, and in this order within a date
    :param decimals: of the currency
    """

    date: date
    obligations: tuple[Obligation, ...]
    fixed: int | None = None
    variable: tuple[Variable, ...] = ()
    discount: tuple[Discount, ...] = ()
    financing: Financing | None = None
    events: tuple[Event, ...] = ()
    decimals: int = 2
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A date at whose end the position is wanted, and the ends of its bands of remaining obligations."""

    at: date
    bands: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A contract and the dates at which its position is asked for."""

    contract: Contract
    questions: tuple[Question, ...]
    rates: Rates | None = None
    book: str = "asc606"
