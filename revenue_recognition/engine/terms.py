"""The terms of a contract with a customer, as agreed at inception.

Money is in units of the currency's smallest unit: whole numbers for what is promised,
invoiced or paid; fractions for standalone selling prices and prices per unit.
"""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, ClassVar

from .money import Number

if TYPE_CHECKING:
    from .events import Event
    from .measures.base import Measure


@dataclass(frozen=True, slots=True)
class Recognition:
    """How progress of an obligation is measured; each measure has a subclass with its own terms."""

    method: ClassVar[str] = ""

    def measure(self, obligation: "Obligation") -> "Measure":
        """Return a fresh measure of an obligation without any progress."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True, kw_only=True)
class Obligation:
    """A promise to transfer something distinct (ASC 606-10-25-14).

    :param price: the stated contract price, None where none is stated
    :param ssp: the standalone selling price of the whole obligation
    :param ssp_range: lowest and highest standalone selling price (of a residual: what was ever observed)
    :param residual: the standalone selling price is what the others leave (ASC 606-10-32-34c)
    :param distinct: None where nobody said; then the measure decides for what is partly satisfied
    """

    key: str
    recognition: Recognition
    name: str = ""
    price: int | None = None
    ssp: Number | None = None
    ssp_range: tuple[Fraction, Fraction] | None = None
    residual: bool = False
    quantity: Fraction | None = None
    unit_price: Fraction | None = None
    distinct: bool | None = None
    place: str = "obligation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """An estimate of variable consideration (ASC 606-10-32-5), which the constraint (32-11) may keep out.

    :param allocate_to: the obligations it belongs to (32-40); empty: all
    """

    key: str
    amount: int
    constrained: bool = False
    allocate_to: tuple[str, ...] = ()
    place: str = "variable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Discount:
    """A discount that observable evidence ties to some obligations only (ASC 606-10-32-37)."""

    amount: int
    allocate_to: tuple[str, ...]
    place: str = "discount"


@dataclass(frozen=True, slots=True, kw_only=True)
class Financing:
    """A significant financing component (ASC 606-10-32-15): a yearly rate and the date it counts from."""

    rate: Fraction
    start: date


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
    events: "tuple[Event, ...]" = ()
    decimals: int = 2
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """Smallest units of the company currency per smallest unit of the contract's, each from its date on.

    :param decimals: of the company currency
    """

    dates: tuple[date, ...]
    rates: tuple[Fraction, ...]
    decimals: int = 2


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
