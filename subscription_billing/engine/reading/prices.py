"""Reading prices: ratings with their tiers, versions, and uplift."""

from collections.abc import Iterator
from fractions import Fraction

from ..cadence import Day
from ..money import ZERO
from ..rating import Rating, Tier
from ..terms import Price, Rise, Uplift, Version, unit_price
from ..wording import _
from .node import Node

#: Of each model: required keys and optional ones.
KEYS = {
    "flat": ("model price", "per"),
    "graduated": ("model tiers", "per size zero_fee"),
    "volume": ("model tiers", "per size zero_fee"),
    "stairstep": ("model tiers", "zero_fee"),
    "package": ("model size price", ""),
    "percent": ("model rate", "per_event free_events free_amount"),
}
APPLIES = ("day", "period")


def read_rating(node: Node) -> Rating:
    """Return a rating."""
    model = node.one_of("model", KEYS, "model")
    node.only(*KEYS[model])
    return Rating(
        model,
        price=node.optional("price", node.number, ZERO),
        per=node.optional("per", node.above, Fraction(1)),
        size=node.maybe("size", node.above),
        tiers=tuple(_tiers(node, model)) if "tiers" in KEYS[model][0] else (),
        zero_fee=node.optional("zero_fee", node.flag, False),
        rate=node.optional("rate", node.number, ZERO),
        per_event=node.optional("per_event", node.number, ZERO),
        free_events=node.maybe("free_events", node.not_below),
        free_amount=node.maybe("free_amount", node.not_below),
    )


def _tiers(node: Node, model: str) -> Iterator[Tier]:
    tiers = list(node.nodes("tiers"))
    if not tiers:
        raise node.refuse("tiers", _("at least one tier is needed"))
    low = ZERO
    for place, tier in enumerate(tiers):
        tier.only("", "up_to flat" if model == "stairstep" else "up_to price flat")
        up_to = tier.maybe("up_to", tier.number)
        if up_to is None and place < len(tiers) - 1:
            raise tier.refuse("up_to", _("only the last tier may be open"))
        if up_to is not None and up_to <= low:
            raise tier.refuse("up_to", _("tiers must rise"))
        low = low if up_to is None else up_to
        yield Tier(up_to, tier.optional("price", tier.number, ZERO), tier.optional("flat", tier.number, ZERO))


def read_price(node: Node) -> Price:
    """Return the price or the rating of an object, which has to have just one of them."""
    if node.has("price") == node.has("rating"):
        raise node.refuse("price", _("needed is one of price and rating"))
    return read_set_price(node)


def read_set_price(node: Node) -> Price:
    """Return the price or the rating of an object."""
    if node.has("price"):
        return unit_price(node.number("price"))
    return Price(read_rating(node.node("rating")), is_unit=False)


def read_versions(node: Node, applies: str) -> tuple[Version, ...]:
    """Return the versions of a charge.

    :param applies: when they take effect that do not say so themselves
    """
    found: list[Version] = []
    for version in node.nodes("versions"):
        version.only("from", "price rating applies")
        day = _in_order(version, found[-1].day if found else None)
        found.append(Version(day, read_price(version), read_applies(version, applies)))
    return tuple(found)


def read_applies(node: Node, default: str) -> str:
    """Return when something takes effect."""
    return node.optional("applies", lambda key: node.one_of(key, APPLIES, "setting"), default)


def _in_order(node: Node, before: Day | None) -> Day:
    day = node.day("from")
    if before is not None and day < before:
        raise node.refuse("from", _("out of order: it is before the one listed before it"))
    return day


def read_uplift(node: Node, applies: str, decimals: int) -> Uplift:
    """Return the uplift of a charge.

    :param decimals: of the currency
    """
    node.only("steps", "base_index against cap floor decimals")
    index = node.maybe("base_index", node.above)
    steps: list[Rise] = []
    for step in node.nodes("steps"):
        step.only("from", "percent index applies")
        day = _in_order(step, steps[-1].day if steps else None)
        if step.has("percent") == step.has("index"):
            raise step.refuse("percent", _("a step needs one of percent and index"))
        if step.has("index"):
            if index is None:
                raise step.refuse("index", _("a step by index needs %(place)s", place=node.at("base_index")))
            percent = (step.above("index") / index - 1) * 100
            index = step.above("index")
        else:
            percent = step.number("percent")
        steps.append(Rise(day, percent, read_applies(step, applies)))
    return Uplift(
        steps=tuple(steps),
        against=node.optional("against", lambda key: node.one_of(key, ("base", "prior"), "setting"), "base"),
        cap=node.maybe("cap", node.number),
        floor=node.maybe("floor", node.number),
        decimals=node.optional("decimals", lambda key: node.whole(key, -12, 12), decimals),
    )
