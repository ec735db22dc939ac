"""Reading events: what happened to each charge, refused where it does not go with the charge or comes out of turn."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..cadence import Day
from ..errors import Refusal
from ..events import Break, Cancel, Change, History, Renewal, Row, in_turn
from ..terms import Priced
from ..wording import _
from ..zone import Instant, Zone, instant
from .charges import Start
from .node import Node, day, quoted
from .prices import read_applies, read_set_price

#: Of each type: required keys and optional ones.
KEYS = {
    "usage": ("type charge at quantity key", "received dimension replaces"),
    "change": ("type charge date", "recorded quantity price rating applies"),
    "cancel": ("type date", "charge recorded credit"),
    "pause": ("type date", "charge recorded"),
    "resume": ("type date", "charge recorded"),
    "renew": ("type charge date number", "percent"),
}
#: Which kinds of charge an event goes with; a cancel with all.
FITS = {
    "usage": ("usage",),
    "change": ("recurring", "usage", "one_time"),
    "pause": ("recurring",),
    "resume": ("recurring",),
    "renew": ("recurring", "usage"),
}
#: What a change may set, by the kind of its charge.
SETS = {
    "recurring": ("quantity", "price", "rating"),
    "usage": ("price", "rating"),
    "one_time": ("quantity", "price"),
}
_INSTANT = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?Z", re.ASCII)
MOST_TERMS = 10_000


@dataclass(slots=True)
class _Drafts:
    """What happened to a charge, while it is read."""

    changes: list[Change] = field(default_factory=list)
    cancels: list[Cancel] = field(default_factory=list)
    breaks: list[Break] = field(default_factory=list)
    renewals: list[Renewal] = field(default_factory=list)
    rows: dict[str, Row] = field(default_factory=dict)

    def history(self) -> History:
        return History(
            tuple(self.changes),
            tuple(self.cancels),
            tuple(self.breaks),
            tuple(self.renewals),
            tuple(self.rows.values()),
        )


def read_events(scenario: Node, starts: Sequence[Start], zone: Zone) -> list[History]:
    """Return what happened to each charge, in the order of the charges."""
    reader = _Reader(starts, zone)
    for listed, node in enumerate(scenario.nodes("events")):
        reader.read(node, listed)
    for draft in reader.drafts:
        _check_breaks(draft.breaks)
        _check_renewals(draft.renewals)
    return [draft.history() for draft in reader.drafts]


class _Reader:
    """Reads events one by one and puts each to the charges that it touches."""

    def __init__(self, starts: Sequence[Start], zone: Zone) -> None:
        self.starts: Mapping[str, Start] = {start.charge.key: start for start in starts}
        self.zone = zone
        self.drafts = [_Drafts() for _start in starts]

    def read(self, node: Node, listed: int) -> None:
        """Read one event.

        :param listed: its place in the list
        """
        kind = node.one_of("type", KEYS, "event type")
        node.only(*KEYS[kind])
        start = self._charge(node, kind) if node.has("charge") else None
        if kind == "usage":
            assert start is not None
            self._read_usage(node, self.drafts[start.charge.place])
            return
        on = node.day("date")
        if start is not None and on < start.day:
            raise node.refuse("date", _("before the start of the charge"))
        recorded = node.optional("recorded", node.day, on)
        getattr(self, f"_read_{kind}")(node, start, on, recorded, listed)

    def _charge(self, node: Node, kind: str) -> Start:
        key = node.text("charge")
        if key not in self.starts:
            raise node.refuse("charge", _('no charge "%(key)s"', key=key))
        start = self.starts[key]
        if start.charge.kind not in FITS.get(kind, (start.charge.kind,)):
            given = {"event": kind, "kind": start.charge.kind}
            raise node.refuse("charge", _("%(event)s does not go with a charge of kind %(kind)s", **given))
        return start

    def _touched(self, start: Start | None, kind: str | None = None) -> list[_Drafts]:
        """Return the drafts of the charge named, or else of all of a kind."""
        if start is not None:
            return [self.drafts[start.charge.place]]
        return [
            self.drafts[one.charge.place] for one in self.starts.values() if kind is None or one.charge.kind == kind
        ]

    def _read_change(self, node: Node, start: Start, on: Day, recorded: Day, listed: int) -> None:
        charge = start.charge
        for key in ("quantity", "price", "rating"):
            if node.has(key) and key not in SETS[charge.kind]:
                given = {"key": key, "kind": charge.kind}
                raise node.refuse(key, _("a charge of kind %(kind)s has no %(key)s to change", **given))
        if node.has("price") and node.has("rating"):
            raise node.refuse("price", _("needed is one of price and rating"))
        priced = node.has("price") or node.has("rating")
        if not priced and not node.has("quantity"):
            raise node.refuse("price", _("a change needs a quantity, a price or a rating"))
        default = charge.applies if isinstance(charge, Priced) else "day"
        quantity = node.maybe("quantity", node.quantity)
        price = read_set_price(node) if priced else None
        change = Change(on, recorded, listed, quantity, price, read_applies(node, default))
        self.drafts[charge.place].changes.append(change)

    def _read_cancel(self, node: Node, start: Start | None, on: Day, recorded: Day, _listed: int) -> None:
        cancel = Cancel(on, recorded, node.optional("credit", node.flag, True), start is not None)
        for draft in self._touched(start):
            draft.cancels.append(cancel)

    def _read_pause(self, _node: Node, start: Start | None, on: Day, recorded: Day, listed: int) -> None:
        for draft in self._touched(start, "recurring"):
            draft.breaks.append(Break(on, recorded, listed, pauses=True))

    def _read_resume(self, _node: Node, start: Start | None, on: Day, recorded: Day, listed: int) -> None:
        for draft in self._touched(start, "recurring"):
            draft.breaks.append(Break(on, recorded, listed, pauses=False))

    def _read_renew(self, node: Node, start: Start, on: Day, recorded: Day, listed: int) -> None:
        charge = start.charge
        if not isinstance(charge, Priced) or charge.term is None or charge.renews:
            raise node.refuse("charge", _("the charge has no term that is renewed by hand"))
        number = node.whole("number", 2, MOST_TERMS)
        renewal = Renewal(on, recorded, listed, number, node.maybe("percent", node.number))
        self.drafts[charge.place].renewals.append(renewal)

    def _read_usage(self, node: Node, draft: _Drafts) -> None:
        at, on = self._at(node)
        received = node.optional("received", node.day, on)
        if received < on:
            raise node.refuse("received", _("received before it was used"))
        key = node.text("key")
        replaces = node.maybe("replaces", node.text)
        if replaces is not None and (replaces not in draft.rows or replaces == key):
            raise node.refuse("replaces", _('no earlier row "%(key)s" of the charge', key=replaces))
        row = Row(at, on, node.quantity("quantity"), key, received, node.maybe("dimension", node.text), replaces)
        other = draft.rows.get(key)
        if other is None or _content(other) == _content(row):
            draft.rows[key] = row if other is None or row.received < other.received else other
        else:
            raise node.refuse("key", _('there is another row "%(key)s" with other content', key=key))

    def _at(self, node: Node) -> tuple[Instant, Day]:
        """Return the instant and the local day of a row: of a date, the start of that day."""
        value = node.need("at")
        if isinstance(value, str) and len(value) == 10:
            on = node.day("at")
            return self.zone.midnight(on), on
        found = _INSTANT.fullmatch(value) if isinstance(value, str) else None
        if not found:
            raise node.refuse("at", _("neither a date nor an instant of UTC: %(value)s", value=quoted(value)))
        at = _instant(found, node.at("at"), value)
        return at, self.zone.day_of(at)


def _instant(found: re.Match[str], place: str, value: str) -> Instant:
    on = day(found[1], place)
    hour, minute, second = (int(found[group] or 0) for group in (2, 3, 4))
    if hour > 23 or minute > 59 or second > 59:
        raise Refusal(place, _("neither a date nor an instant of UTC: %(value)s", value=quoted(value)))
    return instant(on) + ((hour * 60 + minute) * 60 + second) * 1_000_000 + int((found[5] or "").ljust(6, "0"))


def _content(row: Row) -> tuple[Any, ...]:
    """Return what makes a row, sent again, the same: all but when it was received."""
    return row.at, row.quantity, row.dimension, row.replaces


def _check_breaks(breaks: Sequence[Break]) -> None:
    for one, fits in in_turn(breaks):
        if not fits:
            reason = _("paused already") if one.pauses else _("not paused")
            raise Refusal(f"events[{one.listed}].type", reason)


def _check_renewals(renewals: Sequence[Renewal]) -> None:
    reached = 1
    for one in sorted(renewals, key=lambda one: (one.day, one.number)):
        if one.number > reached + 1:
            given = {"number": str(one.number), "before": str(one.number - 1)}
            raise Refusal(f"events[{one.listed}].number", _("term %(number)s without term %(before)s", **given))
        reached = max(reached, one.number)
