"""Reading charges, each kind with its keys, its calendar and its rules."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..cadence import FOREVER, Cadence, Calendar, Day, Once, Step, first_billing_day, later
from ..errors import Refusal
from ..metering import AGGREGATIONS, GROUPS
from ..money import ONE, ZERO, Number
from ..proration import RULES
from ..terms import (
    Charge,
    Commitment,
    OneTime,
    Prepaid,
    Priced,
    Promise,
    QuantityRounding,
    Recurring,
    Uplift,
    Usage,
    unit_price,
)
from ..wording import _
from .node import Node, is_text, quoted
from .prices import APPLIES, read_price, read_uplift, read_versions

_PRICED = "price rating end anchor align trial term renewal renewal_percent versions uplift proration applies name"
#: Of each kind: required keys and optional ones.
KEYS = {
    "recurring": ("key kind start every", f"{_PRICED} quantity timing"),
    "usage": (
        "key kind start every",
        f"{_PRICED} aggregation quantity_rounding group_by free free_units ladder commitment minimum maximum grace",
    ),
    "one_time": ("key kind start price", "name quantity"),
    "commitment": ("key kind start amount of", "name every end anchor align short_commitment grace"),
    "prepaid": ("key kind start price", "name funds of every end anchor align expires"),
}
#: Which kinds a charge may have in ``of``.
COVERED = {
    "commitment": ("recurring", "usage", "one_time"),
    "prepaid": ("recurring", "usage", "one_time", "commitment"),
}
#: Values of each setting, its default first.
SETTINGS: dict[str, tuple[str, ...]] = {
    "proration": RULES,
    "applies": APPLIES,
    "corrections": ("net", "split"),
    "group_by": GROUPS,
    "ladder": ("restart", "continue"),
    "free_units": ("whole", "prorated"),
    "short_commitment": ("prorated", "full"),
}
LONGEST_GRACE = 36600


@dataclass(frozen=True, slots=True)
class Context:
    """What charges are read with: settings of the scenario, the customer's billing day, decimals of the currency."""

    settings: Mapping[str, Any]
    billing_day: int | None
    decimals: int


def read_settings(node: Node, defaults: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return the settings of an object, the defaults where it has none of its own."""
    found = dict(defaults or {key: values[0] for key, values in SETTINGS.items()} | {"grace": 0})
    for key, values in SETTINGS.items():
        if node.has(key):
            found[key] = node.one_of(key, values, "setting")
    if node.has("grace"):
        found["grace"] = node.whole("grace", 0, LONGEST_GRACE)
    return found


@dataclass(frozen=True, slots=True)
class Start:
    """A charge as far as it is read for events: its first day before any trial."""

    charge: Charge
    day: Day


def read_charges(scenario: Node, context: Context) -> list[Start]:
    """Return the charges of a scenario, in its order."""
    nodes = list(scenario.nodes("charges"))
    places: dict[str, int] = {}
    kinds = []
    for place, node in enumerate(nodes):
        kinds.append(node.one_of("kind", KEYS, "kind"))
        node.only(*KEYS[kinds[-1]])
        key = node.text("key")
        if key in places:
            raise node.refuse("key", _('there is another charge "%(key)s"', key=key))
        places[key] = place
    reader = _Reader(context, places, kinds)
    return [reader.read(node, place) for place, node in enumerate(nodes)]


class _Reader:
    """Reads charges one by one, knowing the keys and kinds of them all."""

    def __init__(self, context: Context, places: Mapping[str, int], kinds: list[str]) -> None:
        self.context = context
        self.places = places
        self.kinds = kinds

    def read(self, node: Node, place: int) -> Start:
        """Return a charge with its first day."""
        kind = self.kinds[place]
        start = node.day("start")
        node.maybe("name", node.text)
        settings = read_settings(node, self.context.settings)
        trial = node.maybe("trial", node.step)
        first = later(start, trial) if trial else start
        end = node.optional("end", node.day, FOREVER)
        if end <= start:
            raise node.refuse("end", _("not after the start"))
        common = {"key": node.text("key"), "kind": kind, "place": place, "first": first, "end": end}
        if kind != "one_time":
            common["calendar"] = self._calendar(node, first, end)
        read = getattr(self, f"_read_{kind}")
        return Start(read(node, common, settings), start)

    def _calendar(self, node: Node, first: Day, end: Day) -> Calendar:
        every = node.maybe("every", node.step)
        aligned = node.optional("align", node.flag, True)
        anchor = node.maybe("anchor", node.day)
        if every is None:
            if node.text("kind") == "commitment" and end == FOREVER:
                raise node.refuse("end", _("a commitment needs every or end"))
            return Once(first, first + 1 if end == FOREVER else end)
        return cadence(every, first, anchor, self.context.billing_day if aligned else None)

    def _priced(self, node: Node, common: dict[str, Any], settings: Mapping[str, Any]) -> dict[str, Any]:
        applies = settings["applies"]
        decimals = self.context.decimals
        price = read_price(node)
        if node.has("uplift") and not price.is_unit:
            raise node.refuse("uplift", _("a rating is never raised"))
        renewal = node.optional("renewal", lambda key: node.one_of(key, ("manual", "auto"), "renewal"), "manual")
        return {
            **common,
            "price": price,
            "proration": settings["proration"],
            "applies": applies,
            "term": node.maybe("term", node.step),
            "renews": renewal == "auto",
            "renewal_percent": node.maybe("renewal_percent", node.number),
            "versions": read_versions(node, applies),
            "uplift": (
                read_uplift(node.node("uplift"), applies, decimals) if node.has("uplift") else Uplift(decimals=decimals)
            ),
        }

    def _read_recurring(self, node: Node, common: dict[str, Any], settings: Mapping[str, Any]) -> Priced:
        timing = node.optional("timing", lambda key: node.one_of(key, ("advance", "arrears"), "timing"), "advance")
        return Recurring(
            **self._priced(node, common, settings),
            quantity=_quantity(node),
            in_advance=timing == "advance",
        )

    def _read_usage(self, node: Node, common: dict[str, Any], settings: Mapping[str, Any]) -> Priced:
        how = node.optional("aggregation", lambda key: node.one_of(key, AGGREGATIONS, "aggregation"), "sum")
        if how == "time_weighted" and settings["group_by"] != "period":
            other = "settings.group_by"
            raise node.refuse("group_by", _("time_weighted goes by period only (see also %(other)s)", other=other))
        return Usage(
            **self._priced(node, common, settings),
            grace=settings["grace"],
            aggregation=how,
            rounding=_quantity_rounding(node) if node.has("quantity_rounding") else None,
            group_by=settings["group_by"],
            free=node.optional("free", node.not_below, ZERO),
            free_units=settings["free_units"],
            ladder=settings["ladder"],
            promise=read_promise(node) if node.has("commitment") else None,
            minimum=node.maybe("minimum", node.number),
            maximum=node.maybe("maximum", node.number),
        )

    def _read_one_time(self, node: Node, common: dict[str, Any], settings: Mapping[str, Any]) -> Charge:
        first = common["first"]
        common = {**common, "calendar": Once(first, first + 1), "end": first + 1}
        price = unit_price(node.number("price"))
        quantity = _quantity(node)
        return OneTime(**common, in_advance=True, price=price, quantity=quantity)

    def _read_commitment(self, node: Node, common: dict[str, Any], settings: Mapping[str, Any]) -> Charge:
        return Commitment(
            **common,
            grace=settings["grace"],
            amount=node.number("amount"),
            of=self._of(node, "commitment"),
            short=settings["short_commitment"],
        )

    def _read_prepaid(self, node: Node, common: dict[str, Any], settings: Mapping[str, Any]) -> Charge:
        price = node.number("price")
        return Prepaid(
            **common,
            in_advance=True,
            price=price,
            funds=node.optional("funds", node.not_below, price),
            of=self._of(node, "prepaid"),
            expires=node.maybe("expires", node.step),
        )

    def _of(self, node: Node, kind: str) -> tuple[int, ...]:
        found = []
        for value, at in node.items("of"):
            if not is_text(value) or value not in self.places:
                raise Refusal(at, _("no charge %(value)s", value=quoted(value)))
            place = self.places[value]
            if self.kinds[place] not in COVERED[kind]:
                given = {"kind": kind, "other": self.kinds[place]}
                raise Refusal(at, _("a charge of kind %(kind)s does not go with one of kind %(other)s", **given))
            found.append(place)
        return tuple(found)


def cadence(every: Step, first: Day, anchor: Day | None, billing_day: int | None) -> Cadence:
    """Return the calendar of a charge.

    :param first: its first day
    :param anchor: a day on which a period starts; None: the billing day, in months and years, else the first day
    :param billing_day: of the customer, None where the charge is not aligned with it
    """
    if anchor is None and billing_day is not None and every.months:
        return Cadence(first_billing_day(first, billing_day), every, billing_day)
    return Cadence.on(first if anchor is None else anchor, every)


def _quantity(node: Node) -> Number:
    return node.quantity("quantity") if node.has("quantity") else 1


def read_promise(node: Node) -> Promise:
    """Return the commitment of a usage charge."""
    own = node.node("commitment")
    own.only("amount", "factor true_up")
    true_up = own.optional("true_up", own.flag, True)
    return Promise(own.not_below("amount"), own.optional("factor", own.number, ONE), true_up)


def _quantity_rounding(node: Node) -> QuantityRounding:
    own = node.node("quantity_rounding")
    own.only("decimals", "method")
    methods = ("nearest", "up", "down")
    method = own.optional("method", lambda key: own.one_of(key, methods, "method"), "nearest")
    return QuantityRounding(own.whole("decimals", -12, 12), method)
