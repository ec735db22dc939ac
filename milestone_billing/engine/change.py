"""What becomes of a plan when the order changes.

30 of 100 are billed; the line grows, shrinks, and comes to less than what is billed.

>>> before = {1: {10: 30}, 2: {10: 30}, 3: {10: 40}}
>>> billed = {1: Billed({10: 30}, is_closed=True)}
>>> redistribute([Line(10, 114)], before, [1, 2, 3], billed, "pro_rata").shares
{1: {10: 30}, 2: {10: 36}, 3: {10: 48}}
>>> change = redistribute([Line(10, 45)], before, [1, 2, 3], billed, "last")
>>> change.shares, change.moved[-1]
({1: {10: 30}, 2: {10: 15}, 3: {10: 0}}, Move(item=3, before=40, after=0))
>>> change = redistribute([Line(10, 20)], before, [1, 2, 3], billed, "new")
>>> change.shares[1], change.uncovered
({10: 20}, {10: -10})
>>> redistribute([Line(10, 60)], {1: {10: 100}}, [1], {1: Billed({10: 50})}, "last").shares
{1: {10: 60}}
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Literal

from .plan import Line
from .settle import absorb
from .split import largest_remainder

#: Who takes what a line has more or less:
#:
#: ``pro_rata``
#:     each, in proportion to what it had to bill on the line; if that was nothing, as on a new
#:     line, to what it has to bill in all; if that too is nothing, equally.
#: ``last``
#:     the difference goes to the last; one that takes away more than the last has yet to bill
#:     walks back.
#: ``new``
#:     as ``last``, but what is more than before is ``added``.
Rule = Literal["pro_rata", "last", "new"]


@dataclass(frozen=True)
class Move:
    """An item whose amount changed, from one number of units to another."""

    item: int
    before: int
    after: int


@dataclass(frozen=True)
class Billed:
    """What an item has billed by now, which stays whatever becomes of the lines.

    ``units`` is line key -> units on invoices, less what of it was taken back and may be
    billed again. ``credited`` is what of these units credit notes took off for good.
    Nothing more goes to an item that ``is_closed``: it is attained and billed in full.
    """

    units: Mapping[int, int] = field(default_factory=dict)
    credited: Mapping[int, int] = field(default_factory=dict)
    is_closed: bool = False


@dataclass(frozen=True)
class Change:
    """The plan after a change order.

    On each line, its shares and what is ``added`` come to the line's new amount. ``added``
    is for a new item; ``uncovered`` is what was billed beyond what a changed line is now
    worth, with the opposite sign: a credit, to be made by the items whose shares are
    now less than what they billed. Neither has zeros.
    """

    shares: dict[int, dict[int, int]]
    added: dict[int, int] = field(default_factory=dict)
    moved: list[Move] = field(default_factory=list)
    uncovered: dict[int, int] = field(default_factory=dict)


def redistribute(
    lines: Sequence[Line],
    shares: Mapping[int, Mapping[int, int]],
    sequence: Sequence[int],
    billed: Mapping[int, Billed],
    rule: Rule,
    own: Collection[int] = (),
) -> Change:
    """Fit a plan to the new amounts of its lines, leaving alone what is billed.

    Each line is looked at by itself. What a line loses comes first off what credit notes
    took off it already. What is left of it after all that is billed goes to what the
    items that are not closed have yet to bill, by the :data:`Rule`.

    No share changes sides: a charge is at least nothing, a discount at most. "More" is
    away from zero on the line's own side. When there is nobody to take it, what is
    more is ``added`` under each rule. What is billed beyond the line is ``uncovered``: the
    last items that billed it lose it from their shares, which then are less than billed.

    :param lines: with their new amounts, in units; a line not there has become 0
    :param shares: item key -> line key -> units, before
    :param sequence: keys of all items, in the sequence of the plan
    :param billed: the items that have billed -> what
    :param own: keys of the items that take no line they have no share on, if only of 0
    :raises ValueError: when a key comes twice, when an item is not in the sequence or
        the rule is unknown
    """
    _check(lines, shares, sequence, billed, rule)
    before = {key: dict(shares.get(key, {})) for key in sequence}
    change = Change({key: dict(given) for key, given in before.items()})
    sharing = _Sharing(rule, {key: _open(before[key], billed.get(key)) for key in sequence if not _closed(billed, key)})
    on_line = on_lines(before)
    amounts = dict.fromkeys(on_line, 0) | {line.key: line.amount for line in lines}
    for line in sorted(amounts):
        given = on_line.get(line, {})
        if sum(given.values()) != amounts[line]:
            takers = [key for key in sharing.open if key not in own or line in before[key]]
            kept = _kept(line, amounts[line], given, billed)
            _record(change, line, kept, takers, sharing.fit(line, amounts[line], sum(kept.values()), takers))
    return owe_uncovered(change, before, sequence, billed)


def owe_uncovered(
    change: Change, before: Mapping[int, Mapping[int, int]], sequence: Sequence[int], billed: Mapping[int, Billed]
) -> Change:
    """Take what is billed beyond a line off the shares of the last items that billed it: they owe a credit.

    :param change: in which they still have what they billed
    :param before: the shares before the change
    :param sequence: keys of all items, in the sequence of the plan
    :param billed: the items that have billed -> what
    """
    shares = {key: dict(given) for key, given in change.shares.items()}
    for line, units in change.uncovered.items():
        items = [key for key in sequence if key in billed and billed[key].units.get(line)]
        left, _rest = absorb(units, [shares[key].get(line, 0) for key in items], -1 if units > 0 else 1)
        for key, after in zip(items, left, strict=True):
            shares[key][line] = after
    moved = moves({key: before.get(key, {}) for key in sequence}, shares)
    return replace(change, shares=shares, moved=moved)


def _closed(billed: Mapping[int, Billed], key: int) -> bool:
    return key in billed and billed[key].is_closed


def _open(given: Mapping[int, int], billed: Billed | None) -> dict[int, int]:
    """Return what an item has yet to bill on each line: nothing where it billed more than its share."""
    units = billed.units if billed else {}
    left = {line: share - units.get(line, 0) for line, share in given.items()}
    return {line: 0 if rest * units.get(line, 0) < 0 else rest for line, rest in left.items()}


def _kept(line: int, amount: int, given: Mapping[int, int], billed: Mapping[int, Billed]) -> dict[int, int]:
    """Return what each item has billed on a line, less credit notes as far as the line lost that much."""
    kept = {key: row.units.get(line, 0) for key, row in billed.items()}
    total = sum(given.values())
    side = 1 if total > 0 else -1
    lost = max(0, (total - amount) * side)
    for key in reversed([key for key in given if key in kept]):
        taken = min(lost, max(0, billed[key].credited.get(line, 0) * side))
        kept[key] -= taken * side
        lost -= taken
    return kept


def _check(
    lines: Sequence[Line],
    shares: Mapping[int, Mapping[int, int]],
    sequence: Sequence[int],
    billed: Mapping[int, Billed],
    rule: Rule,
) -> None:
    if rule not in ("pro_rata", "last", "new"):
        raise ValueError(f"Unknown rule {rule!r}.")
    if len({line.key for line in lines}) < len(lines):
        raise ValueError("A line comes twice.")
    if len(set(sequence)) < len(sequence):
        raise ValueError("An item comes twice in the sequence.")
    strangers = (shares.keys() | billed.keys()) - set(sequence)
    if strangers:
        raise ValueError(f"Items {sorted(strangers)} are not in the sequence.")


def on_lines(shares: Mapping[int, Mapping[int, int]]) -> dict[int, dict[int, int]]:
    """Return shares by line: line key -> item key -> units."""
    by_line: dict[int, dict[int, int]] = {}
    for key, given in shares.items():
        for line, units in given.items():
            by_line.setdefault(line, {})[key] = units
    return by_line


def moves(before: Mapping[int, Mapping[int, int]], after: Mapping[int, Mapping[int, int]]) -> list[Move]:
    """Return the items whose amounts differ between the shares ``before`` and ``after``."""
    totals = [Move(key, sum(given.values()), sum(after[key].values())) for key, given in before.items()]
    return [move for move in totals if move.before != move.after]


@dataclass(frozen=True)
class _Result:
    shares: list[int]
    added: int = 0
    uncovered: int = 0


def _record(change: Change, line: int, kept: Mapping[int, int], takers: Sequence[int], result: _Result) -> None:
    """Write down what became of one line: an item that had no share on it gets none of 0."""
    after = {key: kept.get(key, 0) for key in change.shares}
    for key, units in zip(takers, result.shares, strict=True):
        after[key] += units
    for key, units in after.items():
        if units or line in change.shares[key]:
            change.shares[key][line] = units
    if result.added:
        change.added[line] = result.added
    if result.uncovered:
        change.uncovered[line] = result.uncovered


class _Sharing:
    """A rule at work on one line after the other."""

    def __init__(self, rule: Rule, unbilled: Mapping[int, Mapping[int, int]]) -> None:
        self.rule = rule
        self.open = unbilled
        self.totals = {key: sum(given.values()) for key, given in unbilled.items()}
        # What rounding owes each item from the lines before, lest it all go one way.
        self.carry: dict[int, Fraction] = dict.fromkeys(unbilled, Fraction(0))

    def fit(self, line: int, amount: int, billed: int, takers: Sequence[int]) -> _Result:
        """Share what is left of a line's amount, of which so much is billed, over the takers."""
        had = [self.open[key].get(line, 0) for key in takers]
        left = amount - billed
        if left * amount <= 0:
            return _Result([0] * len(had), uncovered=left)
        if not takers:
            return _Result([], added=left)
        if self.rule == "pro_rata":
            return _Result(self._pro_rata(left, takers, had))
        return self._last(left, had)

    def _last(self, left: int, had: Sequence[int]) -> _Result:
        side = 1 if left > 0 else -1
        if sum(had) * side < 0:
            # The line changed sides, and nothing of what it was remains.
            had = [0] * len(had)
        delta = left - sum(had)
        if self.rule == "new" and delta * side > 0:
            return _Result(list(had), added=delta)
        after, rest = absorb(delta, had, side)
        return _Result(after, uncovered=rest)

    def _pro_rata(self, left: int, takers: Sequence[int], had: Sequence[int]) -> list[int]:
        weights = list(map(abs, had))
        if not any(weights):
            weights = [abs(self.totals[key]) for key in takers]
        if not any(weights):
            weights = [1] * len(takers)
        delta = Fraction(left - sum(had), sum(weights))
        places = [place for place, weight in enumerate(weights) if weight]
        ideals = [had[place] + delta * weights[place] for place in places]
        owed = [self.carry[takers[place]] for place in places]
        after = list(had)
        for place, ideal, units in zip(places, ideals, _round(left, ideals, owed), strict=True):
            self.carry[takers[place]] += ideal - units
            after[place] = units
        return after


def _round(total: int, ideals: Sequence[Fraction], owed: Sequence[Fraction]) -> list[int]:
    wanted = [ideal + carry for ideal, carry in zip(ideals, owed, strict=True)]
    same_side = [want if want * ideal > 0 else Fraction(0) for want, ideal in zip(wanted, ideals, strict=True)]
    return largest_remainder(total, same_side)
