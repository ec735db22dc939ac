"""Reading what is asked: runs, periods, meters, prices, ratings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from ..cadence import Day
from ..errors import Refusal
from ..money import ZERO, Number
from ..rating import Rating
from ..terms import Charge, Promise, Usage
from ..wording import _
from .charges import read_promise
from .node import Node, day, exact
from .prices import read_rating

#: Of each kind: required keys and optional ones.
KEYS = {
    "run": ("run", "lines total balances"),
    "periods": ("periods count", "from list"),
    "meter": ("meter on", "quantity"),
    "price": ("price on", "amount"),
    "rate": ("rate quantities", "cumulative free commitment minimum maximum amounts total"),
}
MOST_PERIODS = 10_000


@dataclass(frozen=True, slots=True)
class RunAsked:
    """The lines of a run: which one of the list of runs."""

    number: int


@dataclass(frozen=True, slots=True)
class PeriodsAsked:
    """The first parts of a charge that end after a day."""

    place: int
    count: int
    since: Day | None


@dataclass(frozen=True, slots=True)
class MeterAsked:
    """The metered quantity of the part that holds a day."""

    place: int
    day: Day


@dataclass(frozen=True, slots=True)
class PriceAsked:
    """The unit price in force on a day."""

    place: int
    day: Day


@dataclass(frozen=True, slots=True, kw_only=True)
class RateAsked:
    """What quantities cost: each for itself, or as successive rows of one period."""

    rating: Rating
    quantities: tuple[Number, ...]
    cumulative: bool = False
    free: Fraction = ZERO
    promise: Promise | None = None
    minimum: Fraction | None = None
    maximum: Fraction | None = None


Asked = RunAsked | PeriodsAsked | MeterAsked | PriceAsked | RateAsked


def read_questions(scenario: Node, charges: Sequence[Charge]) -> tuple[list[Day], list[Asked]]:
    """Return the days of the runs and what is asked, in order."""
    nodes = list(scenario.nodes("expect"))
    kinds = [_kind(node) for node in nodes]
    asked_runs = _in_order([(node.day("run"), node.at("run")) for node in nodes if node.has("run")])
    runs = _in_order([(day(value, place), place) for value, place in scenario.items("runs")])
    if not scenario.has("runs"):
        runs = asked_runs
    reader = _Reader(charges, runs)
    return runs, [reader.read(node, kind) for node, kind in zip(nodes, kinds, strict=True)]


def _kind(node: Node) -> str:
    found = [kind for kind in KEYS if node.has(kind)]
    # "price" and "rate" name a charge and a rating; no kind has the key of another.
    if len(found) != 1:
        raise Refusal(node.place, _("asks for not just one of %(kinds)s", kinds=", ".join(KEYS)))
    node.only(*KEYS[found[0]])
    return found[0]


def _in_order(days: Sequence[tuple[Day, str]]) -> list[Day]:
    for place in range(1, len(days)):
        if days[place][0] < days[place - 1][0]:
            raise Refusal(days[place][1], _("runs are not in the order of their dates"))
    return [one for one, _place in days]


class _Reader:
    """Reads entries of ``expect`` one by one."""

    def __init__(self, charges: Sequence[Charge], runs: Sequence[Day]) -> None:
        self.charges: Mapping[str, Charge] = {charge.key: charge for charge in charges}
        self.runs = runs
        self.taken: dict[Day, int] = {}

    def read(self, node: Node, kind: str) -> Asked:
        """Return what an entry asks."""
        found: Asked = getattr(self, f"_read_{kind}")(node)
        return found

    def _charge(self, node: Node, key: str) -> Charge:
        name = node.text(key)
        if name not in self.charges:
            raise node.refuse(key, _('no charge "%(key)s"', key=name))
        return self.charges[name]

    def _read_run(self, node: Node) -> Asked:
        """Return the n-th run of a day for its n-th entry."""
        on = node.day("run")
        before = self.taken.get(on, 0)
        numbers = [number for number, one in enumerate(self.runs) if one == on]
        if before >= len(numbers):
            raise node.refuse("run", _("asked for more often than it is run"))
        self.taken[on] = before + 1
        return RunAsked(numbers[before])

    def _read_periods(self, node: Node) -> Asked:
        charge = self._charge(node, "periods")
        return PeriodsAsked(charge.place, node.whole("count", 0, MOST_PERIODS), node.maybe("from", node.day))

    def _read_meter(self, node: Node) -> Asked:
        charge = self._charge(node, "meter")
        if not isinstance(charge, Usage):
            raise node.refuse("meter", _("not a charge by usage"))
        return MeterAsked(charge.place, node.day("on"))

    def _read_price(self, node: Node) -> Asked:
        return PriceAsked(self._charge(node, "price").place, node.day("on"))

    def _read_rate(self, node: Node) -> Asked:
        quantities = [exact(value, place) for value, place in node.items("quantities")]
        return RateAsked(
            rating=read_rating(node.node("rate")),
            quantities=tuple(one.numerator if one.denominator == 1 else one for one in quantities),
            cumulative=node.optional("cumulative", node.flag, False),
            free=node.optional("free", node.not_below, ZERO),
            promise=read_promise(node) if node.has("commitment") else None,
            minimum=node.maybe("minimum", node.number),
            maximum=node.maybe("maximum", node.number),
        )
