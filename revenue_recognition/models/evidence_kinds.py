"""What kinds of evidence there are, what their values mean, and what cannot be."""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from ..engine.reading.node import exact, quoted

#: Keys that begin so are Odoo's own.
OWN_KEYS = "auto/"
ONE = Fraction(1)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of evidence.

    :param fits: the measures it says something about; of each the triggers, or nothing where any will do
    :param least: the smallest value, None for any
    :param most: the largest value, None for any
    :param above: the smallest value itself is too small
    :param money: an amount in the contract's currency, in no smaller unit than its smallest coin
    :param default: the value when none is given, None where one is needed
    :param valueless: it has no value
    """

    key: str
    label: str
    fits: Mapping[str, Collection[str]]
    least: int | None = None
    most: int | None = None
    above: bool = False
    money: bool = False
    default: float | None = None
    valueless: bool = False

    def suits(self, measure: str, trigger: str | bool) -> bool:
        """Return whether an obligation with this measure and trigger has a use for it."""
        return measure in self.fits and (not self.fits[measure] or trigger in self.fits[measure])


#: Measures that wait for a trigger: to be satisfied, or for their time to start.
TRIGGERED = ("point_in_time", "straight_line")
KINDS = {
    kind.key: kind
    for kind in (
        Kind("progress", "Progress Observed", {"manual": ()}, least=0, most=1),
        Kind("usage", "Usage", {"usage": ()}, money=True),
        Kind("units", "Units Delivered", {"units": (), **dict.fromkeys(TRIGGERED, ("delivered",))}),
        Kind("start", "Started", {"straight_line": (), "usage": ()}, valueless=True),
        Kind(
            "satisfy",
            "Accepted",
            dict.fromkeys(TRIGGERED, ("acceptance",)),
            least=0,
            most=1,
            above=True,
            default=1.0,
        ),
        Kind("estimate_cost", "Cost at Completion", {"cost_to_cost": ()}, least=0, above=True),
        Kind("estimate_hours", "Hours at Completion", {"hours": ()}, least=0, above=True),
        Kind("estimate_unit_price", "Price Expected per Unit", {"units": ()}, least=0),
        Kind("estimate_returns", "Share Expected Back", {"units": ()}, least=0, most=1),
    )
}
#: Of each measure that needs an estimate at completion: the kind of evidence it is.
ESTIMATES = {"cost_to_cost": "estimate_cost", "hours": "estimate_hours"}
#: Kinds whose values add up, within limits.
ADDING = ("satisfy", "units")


def sendable(text: str) -> str:
    """Return a text without what no protocol can carry; it may quote something that was wrong."""
    return text.encode(errors="replace").decode()


class Wrong(Exception):
    """A fact cannot be; ``at`` names the part of it that is wrong."""

    def __init__(self, at, message):
        super().__init__(sendable(message))
        self.at = at


@dataclass(slots=True)
class Day:
    """The sum of one day's values, and the lowest and highest running total in between."""

    net: Fraction
    low: Fraction
    high: Fraction


class Running:
    """What was delivered or accepted of one obligation, day by day: never below nothing, never beyond the whole.

    >>> running = Running([(date(2026, 1, 1), ONE)])
    >>> running.refusal(date(2026, 1, 31), Fraction(2, 3))
    >>> running.add(date(2026, 1, 31), Fraction(2, 3))
    >>> running.refusal(date(2026, 1, 15), Fraction(1, 2))
    (datetime.date(2026, 1, 31), Fraction(7, 6), Fraction(1, 1))
    >>> running.refusal(date(2026, 2, 28), Fraction(-1))
    (datetime.date(2026, 2, 28), Fraction(-1, 3), Fraction(0, 1))

    :param limits: the whole, from each date on; nothing where there is no limit
    """

    def __init__(self, limits: Iterable[tuple[date, Fraction]] = ()) -> None:
        self.limits = sorted(limits)
        self.days: dict[date, Day] = {}
        self.automatic = self.foreign = False

    def add(self, day: date, value: Fraction) -> None:
        """Add a value after all others of its day."""
        found = self.days.setdefault(day, Day(Fraction(0), Fraction(0), Fraction(0)))
        found.net += value
        found.low, found.high = min(found.low, found.net), max(found.high, found.net)

    def refusal(self, day: date, value: Fraction) -> tuple[date, Fraction, Fraction] | None:
        """Return the day, the sum and the limit that a value would pass, or nothing."""
        sums = Fraction(0)
        later = []
        for other in sorted(self.days):
            one = self.days[other]
            if other <= day:
                sums += one.net
            else:
                later.append((other, one))
        checks = [(day, sums + value)]
        for other, one in later:
            checks.append((other, sums + value + (one.low if value < 0 else one.high)))
            sums += one.net
        for other, total in checks:
            limit = Fraction(0) if value < 0 else self.limit_on(other)
            if limit is not None and (total < limit if value < 0 else total > limit):
                return other, total, limit
        return None

    def total(self) -> Fraction:
        """Return all that adds up."""
        return sum((one.net for one in self.days.values()), Fraction(0))

    def limit_on(self, day: date) -> Fraction | None:
        """Return the whole as of a day, or nothing where it is open."""
        at = bisect_right(self.limits, day, key=lambda limit: limit[0])
        return self.limits[at - 1][1] if at else None


def value_of(kind: Kind, value: object, decimals: int, env) -> Fraction | None:
    """Return the value of a fact, exactly; None where its kind has none.

    :param value: anything
    :param decimals: of the contract's currency
    :param env: the environment, for the words of a refusal
    :raises Wrong: when it is no value for this kind
    :raises Refusal: when it is no number
    """
    given = value is not None and value is not False
    if kind.valueless:
        if given and value != 0:
            raise Wrong("value", env._("Evidence of kind %s has no value.", kind.key))
        return None
    if not given:
        if kind.default is None:
            raise Wrong("value", env._("A value is needed for evidence of kind %s.", kind.key))
        value = kind.default
    number = exact(value, "value")
    if (kind.least is not None and number < kind.least) or (kind.most is not None and number > kind.most):
        raise Wrong("value", _range(kind, value, env))
    if kind.above and number == kind.least:
        raise Wrong("value", _range(kind, value, env))
    if kind.key == "units" and not number:
        raise Wrong("value", env._("No units at all are no evidence."))
    if kind.money and (number * 10**decimals).denominator != 1:
        raise Wrong("value", env._("%(value)s has more than %(count)s decimals.", value=quoted(value), count=decimals))
    return number


def _range(kind: Kind, value: object, env) -> str:
    if kind.most is not None and kind.above:
        return env._("%(value)s must be above 0 and at most 1; 0.25 means 25 %%.", value=quoted(value))
    if kind.most is not None:
        return env._("%(value)s is not between 0 and 1; 0.25 means 25 %%.", value=quoted(value))
    if kind.above:
        return env._("%(value)s is not above 0.", value=quoted(value))
    return env._("%(value)s is below 0.", value=quoted(value))
