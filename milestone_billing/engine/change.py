"""What becomes of a plan when the order changes."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from .plan import Line
from .settle import absorb
from .split import largest_remainder

Rule = Literal["pro_rata", "last", "new"]


@dataclass(frozen=True)
class Move:
    """An item whose amount changed, from one number of units to another."""

    item: int
    before: int
    after: int


@dataclass(frozen=True)
class Change:
    """The plan after a change order.

    On each line, its shares, what is ``added`` and what is ``uncovered`` come to the
    line's new amount. ``added`` is for a new item; ``uncovered`` is what has been
    billed beyond what the line is now worth, with the opposite sign: a credit.
    Neither has zeros.
    """

    shares: dict[int, dict[int, int]]
    added: dict[int, int] = field(default_factory=dict)
    moved: list[Move] = field(default_factory=list)
    uncovered: dict[int, int] = field(default_factory=dict)


def redistribute(
    lines: Sequence[Line],
    shares: Mapping[int, Mapping[int, int]],
    sequence: Sequence[int],
    frozen: Mapping[int, Mapping[int, int]],
    rule: Rule,
    own: Collection[int] = (),
) -> Change:
    """Fit a plan to the new amounts of its lines, leaving alone what is billed.

    Each line is looked at by itself. What is left of it after the frozen shares goes to
    the items that are not frozen:

    ``pro_rata``
        in proportion to what they had on it; if that was nothing, as on a new line, to
        what they come to in all; if that too is nothing, equally.
    ``last``
        the difference goes to the last of them; one that takes away more than the last
        has walks back.
    ``new``
        as ``last``, but what is more than before is ``added``.

    No share changes sides: a charge is at least nothing, a discount at most. "More" is
    away from zero on the line's own side. When there is nobody to take it, what is
    more is ``added`` under each rule, and what is less is ``uncovered``.

    :param lines: with their new amounts, in units; a line not there has become 0
    :param shares: item key -> line key -> units, before
    :param sequence: keys of all items, in the sequence of the plan
    :param frozen: the items that have billed -> the shares they keep
    :param own: keys of the items that take no line they have no share on, if only of 0
    :raises ValueError: when a key comes twice, when an item is not in the sequence or
        the rule is unknown

    >>> before = {1: {10: 30}, 2: {10: 30}, 3: {10: 40}}
    >>> billed = {1: {10: 30}}
    >>> redistribute([Line(10, 114)], before, [1, 2, 3], billed, "pro_rata").shares
    {1: {10: 30}, 2: {10: 36}, 3: {10: 48}}
    >>> change = redistribute([Line(10, 45)], before, [1, 2, 3], billed, "last")
    >>> change.shares, change.moved[-1]
    ({1: {10: 30}, 2: {10: 15}, 3: {10: 0}}, Move(item=3, before=40, after=0))
    >>> redistribute([Line(10, 20)], before, [1, 2, 3], billed, "new").uncovered
    {10: -10}
    """
    _check(lines, shares, sequence, frozen, rule)
    before = {key: frozen.get(key, shares.get(key, {})) for key in sequence}
    change = Change({key: dict(given) for key, given in before.items()})
    sharing = _Sharing(rule, {key: sum(before[key].values()) for key in sequence if key not in frozen})
    on_line = _by_line(before)
    amounts = dict.fromkeys(on_line, 0) | {line.key: line.amount for line in lines}
    for line in sorted(amounts):
        given = on_line.get(line, {})
        if sum(given.values()) != amounts[line]:
            takers = [key for key in sharing.totals if key not in own or line in before[key]]
            _record(change, line, takers, sharing.fit(amounts[line], given, takers))
    change.moved.extend(_moves(before, change.shares))
    return change


def _check(
    lines: Sequence[Line],
    shares: Mapping[int, Mapping[int, int]],
    sequence: Sequence[int],
    frozen: Mapping[int, Mapping[int, int]],
    rule: Rule,
) -> None:
    if rule not in ("pro_rata", "last", "new"):
        raise ValueError(f"Unknown rule {rule!r}.")
    if len({line.key for line in lines}) < len(lines):
        raise ValueError("A line comes twice.")
    if len(set(sequence)) < len(sequence):
        raise ValueError("An item comes twice in the sequence.")
    strangers = (shares.keys() | frozen.keys()) - set(sequence)
    if strangers:
        raise ValueError(f"Items {sorted(strangers)} are not in the sequence.")


def _by_line(shares: Mapping[int, Mapping[int, int]]) -> dict[int, dict[int, int]]:
    by_line: dict[int, dict[int, int]] = {}
    for key, given in shares.items():
        for line, units in given.items():
            by_line.setdefault(line, {})[key] = units
    return by_line


def _moves(before: Mapping[int, Mapping[int, int]], after: Mapping[int, Mapping[int, int]]) -> list[Move]:
    moves = [Move(key, sum(given.values()), sum(after[key].values())) for key, given in before.items()]
    return [move for move in moves if move.before != move.after]


@dataclass(frozen=True)
class _Result:
    shares: list[int]
    added: int = 0
    uncovered: int = 0


def _record(change: Change, line: int, takers: Sequence[int], result: _Result) -> None:
    """Write down what became of one line: a taker that had no share on it gets none of 0."""
    for key, units in zip(takers, result.shares, strict=True):
        if units or line in change.shares[key]:
            change.shares[key][line] = units
    if result.added:
        change.added[line] = result.added
    if result.uncovered:
        change.uncovered[line] = result.uncovered


class _Sharing:
    """A rule at work on one line after the other."""

    def __init__(self, rule: Rule, totals: Mapping[int, int]) -> None:
        self.rule = rule
        self.totals = totals
        # What rounding owes each item from the lines before, lest it all go one way.
        self.carry: dict[int, Fraction] = dict.fromkeys(totals, Fraction(0))

    def fit(self, amount: int, given: Mapping[int, int], takers: Sequence[int]) -> _Result:
        """Fit what is given on a line to its new amount: the takers', and what is billed and stays."""
        billed = sum(units for key, units in given.items() if key not in self.totals)
        return self.share(amount, billed, takers, [given.get(key, 0) for key in takers])

    def share(self, amount: int, billed: int, takers: Sequence[int], had: Sequence[int]) -> _Result:
        """Share what is left of a line's amount over the takers, who had so much."""
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
