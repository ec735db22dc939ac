"""What each milestone of a schedule bills on each line."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import ceil, floor
from typing import Literal

from .settle import absorb_in_percents, lacks, swap_in_fixed
from .split import largest_remainder, round_half_away

Kind = Literal["percent", "fixed", "balance"]
Shares = dict[int, dict[int, int]]
Exact = dict[int, Fraction]

# Thirds and the like are typed with some decimals: percents this near to 100 % mean it.
_NEARLY = Fraction(1, 100_000)
# Rounding alone moves a share by less than this; what moved more was billed otherwise.
_ROUNDING = 2


class PlanError(Exception):
    """A plan that cannot be computed, because of one of its items (``item``: key)."""

    def __init__(self, item: int, message: str) -> None:
        super().__init__(message)
        self.item = item


@dataclass(frozen=True)
class Line:
    """A sale order line: its key and what it comes to, in units, of any sign."""

    key: int
    amount: int


@dataclass(frozen=True)
class Item:
    """A milestone: how much it bills, on which lines.

    ``percent`` is a share of one and counts for the kind of that name, ``amount`` is in
    units and counts for ``fixed``. ``lines`` are the keys of the lines it covers, None
    for all; keys of lines that are not there are ignored. ``frozen`` are the shares it
    has billed, line key -> units, which then stay whatever the kind says.
    """

    key: int
    kind: Kind
    percent: Fraction = Fraction(0)
    amount: int = 0
    lines: frozenset[int] | None = None
    frozen: Mapping[int, int] | None = None


@dataclass(frozen=True)
class Plan:
    """Who bills what: ``shares`` is item key -> line key -> units.

    An item has a share, if only of 0, on each line it covers; a frozen one has those it
    came with. ``line_totals`` is what each line comes to: 0 for one that only a frozen
    share still knows.
    """

    shares: Shares
    line_totals: dict[int, int]

    def amount(self, item_key: int) -> int:
        """Return what an item bills in all, in units."""
        return sum(self.shares[item_key].values())

    @cached_property
    def total(self) -> int:
        """What all items bill, in units."""
        return sum(map(self.amount, self.shares))

    @property
    def lines_total(self) -> int:
        """What all lines come to, in units."""
        return sum(self.line_totals.values())

    @property
    def difference(self) -> int:
        """What the lines come to beyond what the items bill, in units."""
        return self.lines_total - self.total

    @cached_property
    def differences(self) -> dict[int, int]:
        """Line key -> what it comes to beyond what is billed, where that is not 0."""
        missing = lacks(self.line_totals, self.shares.values())
        return {key: units for key, units in missing.items() if units}

    def line_difference(self, line_key: int) -> int:
        """Return what a line comes to beyond what the items bill on it, in units."""
        return self.differences.get(line_key, 0)

    @property
    def is_whole(self) -> bool:
        """Whether the items bill each line exactly."""
        return not self.differences


def allocate(lines: Sequence[Line], items: Sequence[Item]) -> Plan:
    """Return what each item bills on each line it covers.

    A percent or fixed amount is shared in proportion to the lines covered. What
    rounding gave a line too much or too little is carried to its next item, so that
    after each item a line has got its exact amount so far, up or down to a unit. To keep
    that, a percent item may bill a unit more or less than its percent of the total;
    a fixed one never does. A balance bills what its lines lack after all other items;
    when several cover a line, the first takes it.

    Items that exactly come to a line's amount bill it to the unit, and so do percents
    that total 100 % but for their last decimals. Frozen shares that are off are made
    good by the last percent items still open, never below nothing.

    The order of the lines does not matter.

    :param lines: what the plan bills
    :param items: in the sequence of the plan
    :raises PlanError: when a fixed amount has nothing to be in proportion to
    :raises ValueError: when a key comes twice

    >>> third = Fraction("0.3333")
    >>> items = [Item(key, "percent", percent=third) for key in (1, 2, 3)]
    >>> plan = allocate([Line(10, 10_000_000)], [*items, Item(4, "balance")])
    >>> [plan.amount(key) for key in (1, 2, 3, 4)]
    [3333000, 3333000, 3333000, 1000]
    >>> plan = allocate([Line(10, 100), Line(11, -10)], items)
    >>> plan.shares[1], plan.difference, plan.is_whole
    ({10: 33, 11: -3}, 0, True)
    """
    _refuse_twice(line.key for line in lines)
    _refuse_twice(item.key for item in items)
    amounts = {line.key: line.amount for line in sorted(lines, key=lambda line: line.key)}
    exact = {item.key: _exact_shares(item, amounts) for item in items}
    shares = _share_out(amounts, items, exact)
    _close_lines(amounts, items, exact, shares)
    _add_balances(amounts, items, shares)
    billed = {key: 0 for item in items for key in item.frozen or ()}
    return Plan(shares, billed | {line.key: line.amount for line in lines})


def _refuse_twice(keys: Iterable[int]) -> None:
    seen: set[int] = set()
    for key in keys:
        if key in seen:
            raise ValueError(f"Key {key} comes twice.")
        seen.add(key)


def _covered(item: Item, amounts: Mapping[int, int]) -> list[int]:
    return [key for key in amounts if item.lines is None or key in item.lines]


def _exact_shares(item: Item, amounts: Mapping[int, int]) -> Exact:
    """Return what an item would bill on each line if units could be divided.

    None of a balance: that is known last.
    """
    if item.kind == "balance":
        return {}
    covered = _covered(item, amounts)
    if item.kind == "percent":
        return {key: item.percent * amounts[key] for key in covered}
    total = sum(amounts[key] for key in covered)
    if item.amount and not total and item.frozen is None:
        raise PlanError(item.key, "A fixed amount cannot be shared over lines that come to 0.")
    rate = Fraction(item.amount, total) if total else Fraction(0)
    return {key: rate * amounts[key] for key in covered}


def _share_out(amounts: Mapping[int, int], items: Sequence[Item], exact: Mapping[int, Exact]) -> Shares:
    """Round the items in sequence, carrying what each line got too little of."""
    shares: Shares = {}
    carry: Exact = {}
    for item in items:
        ideals = exact[item.key]
        if item.frozen is not None:
            got = dict(item.frozen)
        elif item.kind == "balance":
            got = dict.fromkeys(_covered(item, amounts), 0)
        else:
            got = _round_item(item, ideals, carry)
        for key, ideal in ideals.items():
            gap = ideal - got.get(key, 0)
            if item.frozen is None or abs(gap) < _ROUNDING:
                carry[key] = carry.get(key, Fraction(0)) + gap
        shares[item.key] = got
    return shares


def _round_item(item: Item, ideals: Exact, carry: Exact) -> dict[int, int]:
    wanted = [_same_side(ideal + carry.get(key, 0), ideal) for key, ideal in ideals.items()]
    total = item.amount
    if item.kind == "percent":
        total = round_half_away(sum(ideals.values(), Fraction(0)))
        total = max(total, sum(map(floor, wanted)))
        total = min(total, sum(map(ceil, wanted)))
    return dict(zip(ideals, largest_remainder(total, wanted), strict=True))


def _same_side(wanted: Fraction, ideal: Fraction) -> Fraction:
    """Return what is wanted, unless a carry made a discount of a charge."""
    return wanted if wanted * ideal > 0 else Fraction(0)


def _close_lines(
    amounts: Mapping[int, int],
    items: Sequence[Item],
    exact: Mapping[int, Exact],
    shares: Shares,
) -> None:
    """Make the items bill the lines they exactly come to, to the unit."""
    still = [item for item in items if item.frozen is None]
    closing = _closing(amounts, items, exact)
    percents = [item.key for item in still if item.kind == "percent"]
    fixed = [item.key for item in still if item.kind == "fixed"]
    flexible = {key for percent in percents for key, ideal in exact[percent].items() if ideal}
    swap_in_fixed(amounts, exact, shares, fixed, closing - flexible)
    absorb_in_percents(amounts, exact, shares, percents, closing & flexible)


def _closing(amounts: Mapping[int, int], items: Sequence[Item], exact: Mapping[int, Exact]) -> set[int]:
    balanced: set[int] = set()
    for item in items:
        if item.kind == "balance" and item.frozen is None:
            balanced.update(_covered(item, amounts))
    parts: dict[int, list[Item]] = {key: [] for key in amounts if key not in balanced}
    for item in items:
        for key in parts.keys() & exact[item.key].keys():
            parts[key].append(item)
    return {key for key in parts if _comes_to(amounts[key], key, parts[key], exact)}


def _comes_to(amount: int, key: int, items: Collection[Item], exact: Mapping[int, Exact]) -> bool:
    gap = abs(amount - sum((exact[item.key][key] for item in items), Fraction(0)))
    if gap and all(item.kind == "percent" for item in items):
        return gap < Fraction(1, 2) and gap <= _NEARLY * abs(amount)
    return not gap


def _add_balances(amounts: Mapping[int, int], items: Sequence[Item], shares: Shares) -> None:
    missing = lacks(amounts, shares.values())
    for item in items:
        if item.kind == "balance" and item.frozen is None:
            covered = _covered(item, amounts)
            shares[item.key] = {key: missing[key] for key in covered}
            missing |= dict.fromkeys(covered, 0)
