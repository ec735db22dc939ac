"""Reading a whole scenario."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..cadence import Day
from ..events import History
from ..terms import Charge
from ..wording import _
from ..zone import Zone
from .charges import Context, read_charges, read_settings
from .events import read_events
from .limits import check_limits
from .node import Node
from .questions import Asked, read_questions


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A customer's charges, what happened to them, when bills are made, and what is asked.

    :param histories: of the charges, in their order
    :param runs: days of the billing runs
    """

    decimals: int
    zone: Zone
    corrections: str
    charges: Sequence[Charge]
    histories: Sequence[History]
    runs: Sequence[Day]
    asked: Sequence[Asked]

    @property
    def scale(self) -> int:
        """Units of the smallest coin per whole of the currency."""
        scale: int = 10**self.decimals
        return scale


def read_scenario(value: Any, decimals: Mapping[str, int]) -> Scenario:
    """Return a scenario read from plain values.

    :param decimals: of every currency, by ISO code
    :raises Refusal: naming the place of the first thing that is wrong
    """
    node = Node(value)
    node.only("id title source currency charges", "customer settings events runs expect expect_error")
    for key in ("id", "title", "source"):
        node.text(key)
    currency = node.text("currency")
    if currency not in decimals:
        raise node.refuse("currency", _('no currency "%(code)s"', code=currency))
    zone, billing_day = _customer(node)
    settings = _settings(node)
    starts = read_charges(node, Context(settings, billing_day, decimals[currency]))
    charges = [start.charge for start in starts]
    histories = read_events(node, starts, zone)
    runs, asked = read_questions(node, charges)
    check_limits(charges, runs, asked)
    return Scenario(
        decimals=decimals[currency],
        zone=zone,
        corrections=settings["corrections"],
        charges=charges,
        histories=histories,
        runs=runs,
        asked=asked,
    )


def _customer(node: Node) -> tuple[Zone, int | None]:
    """Return the zone and the billing day of the customer."""
    if not node.has("customer"):
        return Zone("UTC"), None
    customer = node.node("customer")
    customer.only("", "billing_day timezone")
    name = customer.optional("timezone", customer.text, "UTC")
    try:
        zone = Zone(name)
    except ValueError:
        raise customer.refuse("timezone", _('no time zone "%(name)s"', name=name)) from None
    return zone, customer.maybe("billing_day", lambda key: customer.whole(key, 1, 31))


def _settings(node: Node) -> dict[str, Any]:
    settings = node.node("settings") if node.has("settings") else Node({}, "settings")
    settings.only("", "proration applies corrections group_by ladder free_units short_commitment grace")
    return read_settings(settings)
