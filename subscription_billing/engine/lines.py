"""Lines: what is billed of a part for the first time, and how it is corrected later."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from .bill import Rounded, Segment
from .cadence import Day
from .money import Number

PARTS = ("credit", "recurring", "usage", "one_time", "overage", "true_up", "prepaid", "draw_down")
ORDER = {part: place for place, part in enumerate(PARTS)}


class Line(NamedTuple):
    """One line of a run.

    :param place: of the charge
    :param amount: units
    :param quantity: None where a line has none
    """

    place: int
    part: str
    start: Day
    to: Day
    amount: int
    quantity: Number | None = None

    @property
    def order(self) -> tuple[int, Day, Day, int, int]:
        """By charge, days, part and amount."""
        return (self.place, self.start, self.to, ORDER[self.part], self.amount)


class Writer:
    """Writes the lines of one charge.

    :param kind: of the charge, which is the part of its segments
    :param corrections: ``net`` or ``split``
    """

    def __init__(self, place: int, kind: str, corrections: str) -> None:
        self.place = place
        self.kind = kind
        self.split = corrections == "split"
        self.is_usage = kind == "usage"
        self.counts = kind != "prepaid"

    def lines(self, new: Rounded, old: Rounded | None) -> Iterator[Line]:
        """Yield what to bill of a part, amounts of 0 left out.

        :param new: what should have been billed; without segments and amounts where the part no longer exists
        :param old: what stands; None: no line was ever billed
        """
        if old is None:
            found = self._first(new)
        elif self.split:
            found = self._split(new, old)
        else:
            found = self._net(new, old)
        for line in (*found, *self._rest(new, old)):
            if line.amount:
                yield line

    def _line(self, start: Day, to: Day, amount: int, quantity: Number, first: bool = False) -> Line:
        part = self.kind if first or amount >= 0 else "credit"
        return Line(self.place, part, start, to, amount, quantity if self.counts else None)

    def _first(self, new: Rounded) -> Iterator[Line]:
        for segment, amount in zip(new.segments, new.amounts, strict=True):
            yield self._line(segment.start, segment.to, amount, segment.quantity, first=True)

    def _rest(self, new: Rounded, old: Rounded | None) -> Iterator[Line]:
        """Yield overage and true-up: lines of the whole part."""
        overage, filled = (old.overage, old.true_up) if old else (0, 0)
        part = new.part
        yield Line(self.place, "overage", part.start, part.to, new.overage - overage)
        yield Line(self.place, "true_up", part.start, part.to, new.true_up - filled)

    def _net(self, new: Rounded, old: Rounded) -> Iterator[Line]:
        """Yield one line for the difference, over the days whose segment changed."""
        amount = sum(new.amounts) - sum(old.amounts)
        if not amount:
            return
        start, to = changed(old.segments, new.segments, _usage_terms if self.is_usage else _terms)
        part = self.kind if amount > 0 else "credit"
        quantity = None
        if self.is_usage:
            quantity = sum(one.quantity for one in new.segments) - sum(one.quantity for one in old.segments)
        yield Line(self.place, part, start, to, amount, quantity)

    def _split(self, new: Rounded, old: Rounded) -> Iterator[Line]:
        """Yield credit and charge apart; segments match by first day, price and quantity."""
        left = {one[:1] + one[2:4]: (one, amount) for one, amount in zip(old.segments, old.amounts, strict=True)}
        for one, amount in zip(new.segments, new.amounts, strict=True):
            matched, stands = left.pop(one[:1] + one[2:4], (None, 0))
            if matched is None:
                yield self._line(one.start, one.to, amount, one.quantity)
                continue
            start, to = sorted((matched.to, one.to)) if matched.to != one.to else (one.start, one.to)
            yield self._line(start, to, amount - stands, 0 if self.is_usage else one.quantity)
        for one, amount in left.values():
            yield self._line(one.start, one.to, -amount, -one.quantity if self.is_usage else one.quantity)


def _terms(segment: Segment) -> tuple[Any, ...]:
    return segment.quantity, segment.rating


def _usage_terms(segment: Segment) -> tuple[Any, ...]:
    return segment.quantity, segment.rating, segment.amount


def changed(old: Any, new: Any, terms: Callable[[Segment], tuple[Any, ...]]) -> tuple[Day, Day]:
    """Return the span from the first to the last day whose segment changed; all days where rounding alone did.

    :param terms: what of a segment counts; a day outside all segments is not charged
    """
    edges = sorted({day for one in (*old, *new) for day in (one.start, one.to)})
    before, after = _by_edge(old, edges, terms), _by_edge(new, edges, terms)
    places = [place for place in range(len(edges) - 1) if before[place] != after[place]]
    return (edges[places[0]], edges[places[-1] + 1]) if places else (edges[0], edges[-1])


def _by_edge(segments: Any, edges: list[Day], terms: Callable[[Segment], tuple[Any, ...]]) -> list[Any]:
    found: list[Any] = []
    waiting = iter(segments)
    one = next(waiting, None)
    for edge in edges:
        while one is not None and one.to <= edge:
            one = next(waiting, None)
        found.append(terms(one) if one is not None and one.start <= edge else None)
    return found
