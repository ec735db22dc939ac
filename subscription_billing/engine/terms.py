"""What is agreed: charges with their prices, and the calendar, rules and promises that belong to them.

Days are ordinal numbers, spans half-open; money and prices are exact, in the currency.
"""

from dataclasses import dataclass, field
from fractions import Fraction

from .cadence import FOREVER, NEVER, Calendar, Day, Step
from .money import ONE, ZERO, Number
from .rating import Rating


@dataclass(frozen=True, slots=True)
class Price:
    """A price set: how an amount is found, and whether it is a unit price, which uplift raises; a rating never is.

    :param decimals: of a price raised from it; None: those of the uplift
    """

    rating: Rating
    is_unit: bool = True
    decimals: int | None = None


def unit_price(amount: Number, decimals: int | None = None) -> Price:
    """Return a price per unit.

    :param decimals: as of :class:`Price`
    """
    return Price(Rating("flat", price=Fraction(amount)), decimals=decimals)


@dataclass(frozen=True, slots=True)
class Version:
    """A price known beforehand.

    :param applies: ``day`` or ``period``: from its day, or with the first period that starts on or after it
    """

    day: Day
    price: Price
    applies: str


@dataclass(frozen=True, slots=True)
class Rise:
    """A step of an uplift.

    :param percent: as in 5 for 5 %; of a step by index, what the index rose by
    """

    day: Day
    percent: Fraction
    applies: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Uplift:
    """How prices rise.

    :param against: ``base``: the price as it was set times all rises, rounded once; ``prior``: the rounded price before
    :param decimals: of a raised price, where the one that was set says no other
    """

    steps: tuple[Rise, ...] = ()
    against: str = "base"
    cap: Fraction | None = None
    floor: Fraction | None = None
    decimals: int = 2

    def held(self, percent: Fraction) -> Fraction:
        """Return a rise between the floor and the cap."""
        if self.cap is not None:
            percent = min(percent, self.cap)
        return percent if self.floor is None else max(percent, self.floor)


@dataclass(frozen=True, slots=True)
class Promise:
    """The commitment of a usage charge: money per group, the factor above it, whether what is below is filled up."""

    amount: Fraction
    factor: Fraction = ONE
    true_up: bool = True


@dataclass(frozen=True, slots=True)
class QuantityRounding:
    """How an aggregated quantity is rounded: ``nearest``, ``up`` or ``down``, by its absolute value."""

    decimals: int
    method: str = "nearest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """What all charges have.

    :param place: in the list of charges
    :param calendar: its periods
    :param first: the first day charged, after a trial
    :param end: the first day no more, as agreed
    :param in_advance: whether a period is billed on its first day, else when it is over
    :param grace: days after the end of a period before it is first billed
    """

    key: str
    kind: str
    place: int
    calendar: Calendar
    first: Day
    end: Day = FOREVER
    in_advance: bool = False
    grace: int = 0
    proration: str = "days"


@dataclass(frozen=True, slots=True, kw_only=True)
class Priced(Charge):
    """A charge by period whose price may change.

    :param term: length of a term
    :param terms_from: the day from which terms are counted; None: the first one charged
    :param price_from: the day on which the price was set, rises after which apply to it; None: the first one charged
    :param renews: whether a term follows by itself
    :param renewal_percent: rise on the first day of each further term
    :param applies: when changes take effect that do not say so themselves
    """

    price: Price
    term: Step | None = None
    terms_from: Day | None = None
    price_from: Day | None = None
    renews: bool = False
    renewal_percent: Fraction | None = None
    versions: tuple[Version, ...] = ()
    uplift: Uplift = field(default_factory=Uplift)
    applies: str = "day"

    @property
    def first_of_terms(self) -> Day:
        """The first day of the first term."""
        return self.first if self.terms_from is None else self.terms_from


@dataclass(frozen=True, slots=True, kw_only=True)
class Recurring(Priced):
    """So many units at a price per period.

    :param reduction: percent that come off the price at first
    """

    quantity: Number = 1
    reduction: Fraction = ZERO


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage(Priced):
    """Metered quantity, rated when the period is over; the settings are those of the format.

    :param discounts: percent that come off what a period comes to, and since when: what holds on its last day counts
    :param estimates: since when, and of how many periods before, the mean is taken where no row is known: what holds on
        the day on which a period is due counts for it; 0: nothing is estimated
    :param estimated_until: the first day on which a period that is due may no more be one that is estimated
    """

    aggregation: str = "sum"
    rounding: QuantityRounding | None = None
    group_by: str = "period"
    free: Fraction = ZERO
    free_units: str = "whole"
    ladder: str = "restart"
    promise: Promise | None = None
    minimum: Fraction | None = None
    maximum: Fraction | None = None
    discounts: tuple[tuple[Day, Fraction], ...] = ()
    estimates: tuple[tuple[Day, int], ...] = ()
    estimated_until: Day = NEVER

    def discount_on(self, day: Day) -> Fraction:
        """Return the percent that come off on a day."""
        found = [percent for since, percent in self.discounts if since <= day]
        return found[-1] if found else ZERO

    def estimate_on(self, day: Day) -> int:
        """Return of how many periods before the mean is taken for a period that is due on a day."""
        found = [periods for since, periods in self.estimates if since <= day]
        return found[-1] if found else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class OneTime(Charge):
    """A price on one day."""

    price: Price
    quantity: Number = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Commitment(Charge):
    """An amount that other charges must come to in its period.

    :param of: places of the charges
    :param short: ``prorated`` or ``full``: what is promised where the period is cut short
    """

    amount: Fraction
    of: tuple[int, ...] = ()
    short: str = "prorated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepaid(Charge):
    """Funds bought in advance that pay other charges.

    :param of: places of the charges
    :param expires: after which time a grant is worthless; None: never
    """

    price: Fraction
    funds: Fraction
    of: tuple[int, ...] = ()
    expires: Step | None = None
