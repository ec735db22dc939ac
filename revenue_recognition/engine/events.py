"""What happens to a contract, each with its date.

Money is in units of the contract currency's smallest unit; costs and prices per unit may
be fractions of it. ``place`` says where the event stands in its source, for refusals.
"""

from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from fractions import Fraction

from .money import ONE
from .terms import Obligation


class CostKind(Enum):
    """What a cost says about progress (ASC 606-10-55-21)."""

    NORMAL = "normal"
    UNINSTALLED = "uninstalled"
    INSTALLED = "installed"
    WASTED = "wasted"


class Treatment(Enum):
    """How a modification is accounted for (ASC 606-10-25-12 and 25-13); AUTO decides between the others."""

    AUTO = "auto"
    SEPARATE = "separate"
    PROSPECTIVE = "prospective"
    CATCH_UP = "catch_up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened on a date."""

    date: date
    place: str = "event"


@dataclass(frozen=True, slots=True, kw_only=True)
class Performance(Event):
    """A fact about the progress of one obligation."""

    obligation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Satisfy(Performance):
    """Control of an obligation, or of a share of it, passed to the customer (ASC 606-10-25-30)."""

    share: Fraction = ONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress(Performance):
    """An observed fraction of the whole obligation, cumulative."""

    progress: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Deliver(Performance):
    """Units delivered, or taken back when below zero."""

    units: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Milestone(Performance):
    """A milestone reached, or not reached after all."""

    milestone: str
    undo: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours(Performance):
    """Hours worked."""

    hours: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimateHours(Performance):
    """The hours expected at completion."""

    total: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimateCost(Performance):
    """The cost expected at completion, without what is wasted; in units of money."""

    total: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage(Performance):
    """Usage, or sales of the customer that earn a royalty; in units of money (ASC 606-10-55-65)."""

    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost(Performance):
    """A cost incurred for an obligation, in units of money."""

    amount: Fraction
    kind: CostKind = CostKind.NORMAL


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimateUnitPrice(Performance):
    """The price now expected for every unit of an obligation, in units of money (ASC 606-10-32-14)."""

    amount: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimateReturns(Performance):
    """The share of the delivered units now expected back (ASC 606-10-55-22 to 55-29)."""

    rate: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate(Event):
    """A variable amount is estimated anew (ASC 606-10-32-14); ``constrained`` None leaves the constraint as it is."""

    variable: str
    amount: int
    constrained: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """New terms of one obligation within a modification; None leaves a term as it is."""

    obligation: str
    ssp: Fraction | None = None
    quantity: Fraction | None = None
    end: date | None = None
    start: date | None = None
    total_cost: Fraction | None = None
    price: int | None = None
    place: str = "change"


@dataclass(frozen=True, slots=True, kw_only=True)
class Modify(Event):
    """The parties change scope or price (ASC 606-10-25-10).

    :param alone: it concerns the obligations it names only; others keep their price (25-13c)
    """

    treatment: Treatment
    fixed_delta: int = 0
    add: tuple[Obligation, ...] = ()
    remove: tuple[str, ...] = ()
    change: tuple[Change, ...] = ()
    refund: int = 0
    alone: bool = False

    @property
    def named(self) -> set[str]:
        """The obligations that it changes or removes."""
        return {*self.remove, *(change.obligation for change in self.change)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice(Event):
    """An amount invoiced; one that the customer may still cancel counts for nothing (ASC 606-10-45-4).

    :param advance: a down payment: it earns nothing, whatever is earned as it is invoiced (606-10-45-2, 55-18)
    """

    amount: int
    obligation: str | None = None
    unconditional: bool = True
    advance: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditNote(Event):
    """An amount taken off what was invoiced; of an ``advance``, also where a later invoice deducts it."""

    amount: int
    obligation: str | None = None
    advance: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment(Event):
    """Money received from the customer, or paid back when below zero."""

    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Terminate(Event):
    """The contract ends; what is not satisfied lapses."""

    refund: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractCost(Event):
    """A cost to obtain or fulfil the contract becomes an asset (ASC 340-40-25-1, 25-5)."""

    amount: int
    over: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Impair(Event):
    """A part of the contract-cost asset that will not be recovered (ASC 340-40-35-3)."""

    amount: int
