"""What is promised and agreed: the terms that a contract is made of.

Money is in units of the currency's smallest unit: whole numbers for what is promised,
invoiced or paid; fractions for standalone selling prices and prices per unit.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any, ClassVar

from .money import Number


@dataclass(frozen=True, slots=True)
class Recognition:
    """How progress of an obligation is measured; each measure has a subclass with its own terms.

    What measures it stands above the terms: the registry of measures says so (:mod:`.measures.registry`).
    """

    method: ClassVar[str] = ""
    #: Makes the measure of an obligation; given by the registry.
    starts: ClassVar[Callable[["Obligation"], Any]]

    def measure(self, obligation: "Obligation") -> Any:
        """Return a fresh measure of an obligation without any progress."""
        return type(self).starts(obligation)


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
class Rates:
    """Smallest units of the company currency per smallest unit of the contract's, each from its date on.

    :param decimals: of the company currency
    """

    dates: tuple[date, ...]
    rates: tuple[Fraction, ...]
    decimals: int = 2
