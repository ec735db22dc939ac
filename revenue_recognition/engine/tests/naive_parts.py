"""What the naive implementation is built from: numbers, calendars, and one obligation with its measure of progress.

Money is a `Fraction` of minor units; nothing is rounded but by :func:`whole` and :func:`to_whole`.
"""

from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from math import floor

DAY = timedelta(days=1)
WITHOUT_CENTS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
WITH_THREE = "BHD IQD JOD KWD LYD OMR TND"
DECIMALS = {code: 0 if code in WITHOUT_CENTS else 3 for code in f"{WITHOUT_CENTS} {WITH_THREE}".split()}


def number(value):
    """Read a number exactly as it is written: 0.1 is a tenth."""
    return Fraction(Decimal(repr(value))) if isinstance(value, float) else Fraction(value)


def whole(value):
    """Round to the nearest whole unit, halves away from zero."""
    down = floor(abs(value) + Fraction(1, 2))
    return down if value >= 0 else -down


def to_whole(parts):
    """Round parts so that they still make their (rounded) total: cut off, then a unit to the largest remainders."""
    result = [int(part) for part in parts]
    missing = whole(sum(parts)) - sum(result)
    unit = 1 if missing > 0 else -1
    ranked = sorted(range(len(parts)), key=lambda n: -unit * (parts[n] - result[n]))
    for n in ranked[: abs(missing)]:
        result[n] += unit
    return result


def portions(total, weights):
    """Share a total out exactly; evenly if nothing weighs anything."""
    if not sum(weights):
        weights = [1 for _weight in weights]
    return [Fraction(total) * weight / sum(weights) for weight in weights]


def months(start, end):
    """Months from start to end, both inclusive; a part month counts its days over that month's days."""
    total = Fraction(0)
    while start <= end:
        size = monthrange(start.year, start.month)[1]
        last = min(end, start.replace(day=size))
        total += Fraction(last.day - start.day + 1, size)
        start = last + DAY
    return total


def days(start, end):
    return Fraction(max(0, (end - start).days + 1))


def ratio(done, total):
    """Progress, between 0 and 1; with nothing to do it is 1."""
    if total <= 0:
        return Fraction(1)
    return min(Fraction(1), max(Fraction(0), Fraction(done) / total))


@dataclass
class Obligation:
    """One obligation: its terms, what was done, and what it holds of the price."""

    key: str
    method: str
    terms: dict
    recognition: dict
    separate: bool = False
    removed: bool = False
    # the price: `frozen` is earned already, `live` is earned with progress
    frozen: Fraction = Fraction(0)
    live: Fraction = Fraction(0)
    refunded: Fraction = Fraction(0)
    interest: Fraction = Fraction(0)
    interest_this_year: Fraction = Fraction(0)
    # what the measure of progress had reached when it last started again
    start_done: Fraction = Fraction(0)
    start_uninstalled: Fraction = Fraction(0)
    unsatisfied: Fraction = Fraction(1)
    # what was done
    satisfied: Fraction = Fraction(0)
    progress: Fraction = Fraction(0)
    delivered: Fraction = Fraction(0)
    hours: Fraction = Fraction(0)
    usage: Fraction = Fraction(0)
    normal: Fraction = Fraction(0)
    uninstalled: Fraction = Fraction(0)
    costs: Fraction = Fraction(0)
    reached: set = field(default_factory=set)
    expected_price: Fraction | None = None
    return_rate: Fraction = Fraction(0)

    @property
    def is_open(self):
        """Whether it takes no share of the price, and is worth what it has earned."""
        return self.method in ("usage", "as_invoiced") or (self.method == "units" and "quantity" not in self.terms)

    @property
    def price(self):
        """The stated price, or None."""
        if "price" in self.terms:
            return self.terms["price"]
        if "quantity" in self.terms and "unit_price" in self.terms:
            return self.terms["quantity"] * self.terms["unit_price"]
        return None

    @property
    def unit_price(self):
        """The stated price of a unit, or None."""
        if "unit_price" in self.terms:
            return self.terms["unit_price"]
        if self.price is not None and self.terms.get("quantity"):
            return self.price / self.terms["quantity"]
        return None

    @property
    def ssp(self):
        """The standalone selling price, or what stands in for it when there is only one obligation."""
        if "ssp" in self.terms:
            return self.terms["ssp"]
        if "ssp_range" in self.terms and "ssp_method" not in self.terms:
            low, high = self.terms["ssp_range"]
            return self.price if self.price is not None and low <= self.price <= high else (low + high) / 2
        return self.price if self.price is not None else Fraction(1)

    # ------------------------------------------------------------------ progress
    def done(self, day):
        """What was done to the end of a day, in the measure's own unit."""
        if self.method == "straight_line":
            return self._time(min(day, self.recognition["end"]))
        if self.method == "milestones":
            return sum((self.recognition["milestones"][key] for key in self.reached), Fraction(0))
        return {
            "point_in_time": self.satisfied,
            "manual": self.progress,
            "hours": self.hours,
            "units": self.delivered,
            "cost_to_cost": self.normal + min(self.uninstalled, self.start_uninstalled),
        }[self.method]

    def total(self):
        """What is to be done in all, in the same unit."""
        return {
            "straight_line": lambda: self._time(self.recognition["end"]),
            "hours": lambda: self.recognition["total_hours"],
            "units": lambda: self.terms["quantity"],
            "cost_to_cost": lambda: self.recognition["total_cost"] - self.newly_uninstalled,
        }.get(self.method, lambda: Fraction(1))()

    def _time(self, end):
        count = months if self.recognition["prorate"] == "monthly" else days
        return count(self.recognition["start"], end)

    @property
    def newly_uninstalled(self):
        return max(Fraction(0), self.uninstalled - self.start_uninstalled)

    def whole_life(self, day):
        """Progress since inception, uninstalled materials aside."""
        if self.method == "cost_to_cost":
            return ratio(self.normal, self.recognition["total_cost"] - self.uninstalled)
        return ratio(self.done(day), self.total())

    def measure(self, day, earned=0):
        """Progress since the measure last started; of an open obligation, whether it earned anything."""
        if self.removed:
            return Fraction(1)
        if self.method == "usage":
            return self.satisfied
        if self.is_open:
            return Fraction(1 if earned else 0)
        return ratio(self.done(day) - self.start_done, self.total() - self.start_done)

    def restart(self, day):
        """Start the measure again on what is left."""
        self.unsatisfied = 1 - self.whole_life(day)
        self.start_uninstalled = self.uninstalled
        self.start_done = self.done(day)

    # ------------------------------------------------------------------ what it earns
    def earned(self, allocated, frozen, day):
        """Return what is earned of an allocated amount, exactly, before expected rebates and returns."""
        if self.removed:
            return Fraction(frozen if self.is_reduced else allocated)
        live, progress = allocated - frozen, self.measure(day)
        at_cost = Fraction(0)
        if self.method == "cost_to_cost":
            at_cost = min(self.newly_uninstalled, max(live, Fraction(0)))
        return frozen + (live - at_cost) * progress + at_cost

    def net(self, gross, units):
        """Take expected rebates and returns off an amount that stands for so many units."""
        if self.method != "units":
            return gross
        rebate = 0 if self.expected_price is None else (self.unit_price - self.expected_price) * units
        return (gross - rebate) * (1 - self.return_rate)

    @property
    def is_reduced(self):
        """Whether rebates or returns are expected: what is earned is then rounded after them, not before."""
        return self.method == "units" and (self.expected_price is not None or self.return_rate != 0)

    @property
    def units_promised(self):
        return self.delivered if self.removed else self.terms.get("quantity", self.delivered)


def make_obligation(data, scale):
    """Read one obligation of a scenario, its money in minor units."""
    terms = {key: number(data[key]) * scale for key in ("price", "ssp", "unit_price") if key in data}
    if "quantity" in data:
        terms["quantity"] = number(data["quantity"])
    if "ssp_range" in data:
        terms["ssp_range"] = [number(end) * scale for end in data["ssp_range"]]
    terms.update({key: data[key] for key in ("ssp_method", "distinct") if key in data})
    recognition = dict(data["recognition"])
    for key in {"start", "end"} & set(recognition):
        recognition[key] = date.fromisoformat(recognition[key])
    if "total_cost" in recognition:
        recognition["total_cost"] = number(recognition["total_cost"]) * scale
    if "total_hours" in recognition:
        recognition["total_hours"] = number(recognition["total_hours"])
    if "milestones" in recognition:
        recognition["milestones"] = {key: number(weight) for key, weight in recognition["milestones"].items()}
    return Obligation(data["key"], recognition["method"], terms, recognition)
