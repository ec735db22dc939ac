"""A change order under which the percentages stay, and what is billed catches up.

A third is billed, and 300 of 1,500 are billed by then: the second catches up.

>>> before = {1: {10: 200}, 2: {10: 300}, 3: {10: 500}}
>>> billed = {1: {10: 200}}
>>> claims = {1: {10: 300}, 2: {10: 450}, 3: {10: 750}}
>>> catch_up([Line(10, 1500)], before, [1, 2, 3], billed, claims).shares
{1: {10: 200}, 2: {10: 550}, 3: {10: 750}}
>>> claims = {1: {10: 100}, 2: {10: 150}, 3: {10: 250}}
>>> catch_up([Line(10, 500)], before, [1, 2, 3], billed, claims).shares
{1: {10: 200}, 2: {10: 50}, 3: {10: 250}}
>>> change = catch_up([Line(10, 150)], before, [1, 2, 3], billed, {1: {10: 30}, 2: {10: 45}, 3: {10: 75}})
>>> change.shares, change.uncovered
({1: {10: 200}, 2: {10: 0}, 3: {10: 0}}, {10: -50})
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from .change import Change, moves, on_lines
from .plan import Line

Shares = Mapping[int, Mapping[int, int]]


def catch_up(
    lines: Sequence[Line],
    shares: Shares,
    sequence: Sequence[int],
    frozen: Shares,
    claims: Shares,
    own: Collection[int] = (),
    floors: Shares | None = None,
) -> Change:
    """Give each item what its own definition claims of the new amounts, and let the next one catch up.

    Each line is looked at by itself. A frozen item keeps what it has billed, the others get what they claim. What is
    then missing on the line, since frozen items have billed less than their percent of it by now, goes to the next
    item: the first that is not frozen. What is too much comes off the next item, then off the one after it, and so on.
    When there is no such item, what is missing is ``added``, and what is too much ``uncovered``. No share changes
    sides: a charge is at least nothing, a discount at most.

    :param lines: with their new amounts, in units; a line not there has become 0
    :param shares: item key -> line key -> units, before
    :param sequence: keys of all items, in the sequence of the plan
    :param frozen: the items that have billed -> the shares they keep
    :param claims: what each item comes to by its own definition (:func:`~.plan.allocate`), as if nothing was billed
    :param own: keys of the items that take no line they neither claim nor have a share on
    :param floors: what items that are not frozen have billed in part, and keep at least
    :raises ValueError: when a key comes twice or an item is not in the sequence
    """
    _check(lines, sequence, shares, frozen, claims)
    before = {key: frozen.get(key, shares.get(key, {})) for key in sequence}
    change = Change({key: dict(given) for key, given in before.items()})
    amounts = dict.fromkeys([*on_lines(before), *on_lines(claims)], 0) | {line.key: line.amount for line in lines}
    going_on = [key for key in sequence if key not in frozen]
    for line in sorted(amounts):
        following = [key for key in going_on if key not in own or line in before[key] or line in claims.get(key, {})]
        takers = [_Taker(key, _on(line, claims, key), _on(line, floors or {}, key)) for key in following]
        billed = sum(_on(line, frozen, key) for key in frozen)
        _settle_line(change, line, amounts[line], amounts[line] - billed, takers)
    change.moved.extend(moves(before, change.shares))
    return change


def _on(line: int, shares: Shares, key: int) -> int:
    return shares.get(key, {}).get(line, 0)


def _check(lines: Sequence[Line], sequence: Sequence[int], *by_item: Shares) -> None:
    if len({line.key for line in lines}) < len(lines):
        raise ValueError("A line comes twice.")
    if len(set(sequence)) < len(sequence):
        raise ValueError("An item comes twice in the sequence.")
    strangers = {key for given in by_item for key in given} - set(sequence)
    if strangers:
        raise ValueError(f"Items {sorted(strangers)} are not in the sequence.")


@dataclass(frozen=True)
class _Taker:
    """An item that may still bill a line: what it claims of it, and what it has billed in part."""

    key: int
    claim: int
    floor: int

    def wanted(self, side: int) -> int:
        """Return what it claims on the line's side, but at least what it has billed; on the other side just that."""
        if self.is_stuck(side):
            return self.floor
        return max(self.claim * side, self.floor * side, 0) * side

    def is_stuck(self, side: int) -> bool:
        """Return whether it has billed what the line, having changed sides, is not any more."""
        return self.floor * side < 0

    def room(self, units: int, side: int) -> int:
        """Return what can come off a share of ``units``: on the line's side, above what is billed."""
        return max(0, (units - self.floor) * side) if units * side > 0 else 0


def _settle_line(change: Change, line: int, amount: int, left: int, takers: Sequence[_Taker]) -> None:
    """Share what is ``left`` of a line's amount after what is billed, and write down what found no place."""
    side = 1 if amount > 0 else -1
    given = {taker.key: taker.wanted(side) if amount else taker.floor for taker in takers}
    rest = left - sum(given.values())
    following = next((taker.key for taker in takers if not taker.is_stuck(side)), None)
    if rest * side > 0 and amount and following is not None:
        given[following] += rest
    elif rest * side > 0 and amount:
        change.added[line] = rest
    else:
        for taker in takers:
            off = max(0, min(taker.room(given[taker.key], side), -rest * side)) * side
            given[taker.key] -= off
            rest += off
        if rest:
            change.uncovered[line] = rest
    for key, units in given.items():
        if units or line in change.shares[key]:
            change.shares[key][line] = units
