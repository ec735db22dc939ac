"""Prepaid funds: what is granted, what it pays of other charges, and what is left."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from .bill import Rounded
from .cadence import FOREVER, Day, Part, later
from .money import Number, round_half_away
from .terms import Charge, Prepaid


@dataclass(slots=True)
class Grant:
    """Funds granted on a day.

    :param place: of the prepaid charge
    :param of: places of the charges that it pays
    :param expiry: the first day on which it is worthless
    :param left: units
    """

    place: int
    of: Sequence[int]
    day: Day
    expiry: Day
    left: int

    def lives_on(self, day: Day) -> bool:
        """Return whether it is granted by a day and not expired on it."""
        return self.day <= day < self.expiry


class Payable(NamedTuple):
    """A part that funds may pay, in the order in which they do: its pay day, the charge, its period."""

    day: Day
    place: int
    number: int
    total: int


#: What funds pay: units by (place of the prepaid charge, place of the charge paid, its period).
Draws = dict[tuple[int, int, int], int]


def grants(charge: Prepaid, parts: Iterable[Part], scale: Number) -> list[Grant]:
    """Return what a prepaid charge grants: its funds on the first day of each part."""
    funds = max(0, round_half_away(charge.funds * scale))
    return [
        Grant(
            charge.place, charge.of, part.start, later(part.start, charge.expires) if charge.expires else FOREVER, funds
        )
        for part in parts
    ]


def payable(charge: Charge, bill: Rounded) -> Payable:
    """Return what funds may pay of a charge: a whole part, on its first day if in advance, else on its last."""
    day = bill.part.start if charge.in_advance else bill.part.to - 1
    return Payable(day, charge.place, bill.part.number, bill.total)


def draw(found: Sequence[Grant], parts: Iterable[Payable]) -> Draws:
    """Pay parts from grants, which are left with the rest: the soonest expiry first, then the earliest grant.

    >>> old, new = Grant(0, (1,), 1, 40, 30), Grant(0, (1,), 20, FOREVER, 50)
    >>> draw([new, old], [Payable(31, 1, 0, 60)]), old.left, new.left
    ({(0, 1, 0): 60}, 0, 20)
    """
    order = sorted(found, key=lambda grant: (grant.expiry, grant.day, grant.place))
    draws: Draws = {}
    for part in sorted(parts):
        owed = part.total
        for grant in order:
            if owed <= 0:
                break
            if part.place in grant.of and grant.left > 0 and grant.lives_on(part.day):
                paid = min(owed, grant.left)
                grant.left -= paid
                owed -= paid
                key = (grant.place, part.place, part.number)
                draws[key] = draws.get(key, 0) + paid
    return draws


def balance(found: Iterable[Grant], place: int, day: Day) -> int:
    """Return what is left on a day of the grants of a prepaid charge, in units."""
    return sum(grant.left for grant in found if grant.place == place and grant.lives_on(day))
