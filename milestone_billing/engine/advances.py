"""What was paid in advance, set against what is billed: how much of it comes off which invoice."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from .split import largest_remainder, round_half_away

When = Literal["next", "pro_rata", "last"]


@dataclass(frozen=True)
class Advance:
    """What is left of an advance, in units of the order's currency, taxes included.

    Less than nothing when more came off than there is, as when the advance itself was credited afterwards. ``group``
    says whose tax it carries: an advance comes off charges with the same taxes as long as there are any.
    """

    key: Hashable
    group: Hashable
    left: int


def comes_off(left: int, charge: int, later: int, when: When) -> int:
    """Return how much of ``left`` comes off a charge: never more than the charge, and all by the last one.

    What came off too much (``left`` below zero) is given back at once, whatever is billed.

    :param left: units still to come off
    :param charge: units that are billed now
    :param later: units that are still to be billed after it
    :param when: ``next``: as soon as possible; ``last``: as late as possible; ``pro_rata``: evenly

    >>> [comes_off(363, 605, 605, when) for when in ("next", "pro_rata", "last")]
    [363, 182, 0]
    >>> [comes_off(363, 605, 0, when) for when in ("next", "pro_rata", "last")]
    [363, 363, 363]
    >>> comes_off(800, 605, 605, "last"), comes_off(800, 605, 605, "next"), comes_off(-20, 605, 605, "last")
    (195, 605, -20)
    """
    if left <= 0:
        return left
    if charge <= 0:
        return 0
    later = max(0, later)
    if when == "next":
        wanted = left
    elif when == "last":
        wanted = max(0, left - later)
    else:
        wanted = round_half_away(Fraction(left * charge, charge + later))
        wanted = max(wanted, left - later)
    return min(wanted, charge)


def taken_off(left: int, charges: Sequence[int], when: When) -> list[int]:
    """Return how much of ``left`` comes off each of ``charges``, billed one after the other.

    >>> [taken_off(300, [500, 500], when) for when in ("next", "pro_rata", "last")]
    [[300, 0], [150, 150], [0, 300]]
    >>> taken_off(1200, [500, 500], "last"), taken_off(-20, [500], "next")
    ([500, 500], [0])
    """
    found, left, later = [], max(0, left), sum(charges)
    for charge in charges:
        later -= charge
        found.append(comes_off(left, charge, later, when))
        left -= found[-1]
    return found


def set_against(
    advances: Iterable[Advance],
    charges: Mapping[Hashable, int],
    later: Mapping[Hashable, int],
    when: When,
) -> dict[Hashable, int]:
    """Return how much of each advance comes off an invoice: ``{key: units}``, without zeros.

    Each group of taxes by itself first. What is left of a group of which nothing more will be billed (a tax that
    changed, a part that Odoo charges without tax) comes off whatever the invoice still asks for.

    :param charges: what the invoice bills, taxes included, by group
    :param later: what is still to be billed after it, taxes included, by group

    >>> two = [Advance(1, "21", 363), Advance(2, "6", 106)]
    >>> set_against(two, {"21": 1210}, {"6": 1060}, "next")
    {1: 363}
    >>> set_against(two, {"6": 1060}, {}, "next")
    {1: 363, 2: 106}
    >>> set_against(two, {"6": 300}, {}, "next")
    {1: 194, 2: 106}
    """
    off: dict[Hashable, int] = {}
    left = {advance.key: advance.left for advance in advances}
    groups: dict[Hashable, list[Hashable]] = {}
    for advance in advances:
        groups.setdefault(advance.group, []).append(advance.key)
    room = sum(charges.values()) - sum(min(0, units) for units in left.values())
    for group, keys in groups.items():
        room -= _take(keys, left, off, min(charges.get(group, 0), room), later.get(group, 0), when)
    ended = [key for group, keys in groups.items() if later.get(group, 0) <= 0 for key in keys]
    reserved = sum(max(0, left[key]) for key in left if key not in ended)
    _take(ended, left, off, room, sum(max(0, units) for units in later.values()) - reserved, when)
    return {key: off[key] for key in left if off.get(key)}


def _take(
    keys: list[Hashable], left: dict[Hashable, int], off: dict[Hashable, int], charge: int, later: int, when: When
) -> int:
    """Move what comes off from ``left`` to ``off``, the first advance first; return what of ``charge`` it used up."""
    for key in keys:
        if left[key] < 0:
            off[key], left[key] = left[key], 0
    wanted = comes_off(sum(left[key] for key in keys), charge, later, when)
    used = wanted
    for key in keys:
        part = min(left[key], wanted)
        off[key] = off.get(key, 0) + part
        left[key] -= part
        wanted -= part
    return used


def split_off(parts: Mapping[Hashable, int], units: int) -> dict[Hashable, int]:
    """Return the part of net amount and taxes that ``units`` of their total take along, to the unit.

    Taking it all takes each part exactly, however much was taken before.

    :param parts: what is left of the net amount and of each tax

    >>> split_off({"net": 30000, "tax": 6300}, 12100), split_off({"net": 30000, "tax": 6300}, 36300)
    ({'net': 10000, 'tax': 2100}, {'net': 30000, 'tax': 6300})
    >>> split_off({"net": 3, "tax": 1}, 1)
    {'net': 1, 'tax': 0}
    """
    total = sum(parts.values())
    if units == total:
        return dict(parts)
    ideals = [Fraction(part * units, total) if total else Fraction(0) for part in parts.values()]
    return dict(zip(parts, largest_remainder(units, ideals), strict=True))
