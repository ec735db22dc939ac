"""Prepaid funds: what is granted, what it pays of other charges, and what is left."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
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
    :param paid: units that invoices say: less than was drawn where a discount comes off what was paid
    """

    place: int
    of: Sequence[int]
    day: Day
    expiry: Day
    left: int
    paid: int = 0

    def lives_on(self, day: Day) -> bool:
        """Return whether it is granted by a day and not expired on it."""
        return self.day <= day < self.expiry


class Payable(NamedTuple):
    """A part that funds may pay, in the order in which they do: its pay day, the charge, its period.

    :param total: what it comes to before a discount, in units
    :param kept: the share of it that is billed
    """

    day: Day
    place: int
    number: int
    total: int
    kept: Number = 1


#: What funds pay, as invoices say it: units by (place of the prepaid charge, place of the charge paid, its period).
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


def payable(charge: Charge, bill: Rounded, undiscounted: Rounded | None = None) -> Payable:
    """Return what funds may pay of a charge: a whole part, on its first day if in advance, else on its last.

    :param undiscounted: what the part comes to without the discount of the charge, where it has one
    """
    day = bill.part.start if charge.in_advance else bill.part.to - 1
    whole = (undiscounted or bill).total
    if bill.total <= 0 or whole <= 0:
        return Payable(day, charge.place, bill.part.number, min(0, bill.total))
    return Payable(day, charge.place, bill.part.number, whole, Fraction(bill.total, whole))


def draw(found: Sequence[Grant], parts: Iterable[Payable]) -> Draws:
    """Pay parts from grants, which are left with the rest: the soonest expiry first, then the earliest grant.

    >>> old, new = Grant(0, (1,), 1, 40, 30), Grant(0, (1,), 20, FOREVER, 50)
    >>> draw([new, old], [Payable(31, 1, 0, 60)]), old.left, new.left
    ({(0, 1, 0): 60}, 0, 20)

    A discount comes off what funds left to pay:

    >>> half = Grant(0, (1,), 1, FOREVER, 50)
    >>> draw([half], [Payable(31, 1, 0, 100, Fraction(9, 10))]), half.left
    ({(0, 1, 0): 45}, 0)
    """
    order = sorted(found, key=lambda grant: (grant.expiry, grant.day, grant.place))
    draws: Draws = {}
    for part in sorted(parts):
        owed = part.total
        for grant in order:
            if owed <= 0:
                break
            if part.place in grant.of and grant.left > 0 and grant.lives_on(part.day):
                drawn = min(owed, grant.left)
                before = round_half_away((part.total - owed) * part.kept)
                grant.left -= drawn
                owed -= drawn
                paid = round_half_away((part.total - owed) * part.kept) - before
                grant.paid += paid
                key = (grant.place, part.place, part.number)
                draws[key] = draws.get(key, 0) + paid
    return draws


def balance(found: Iterable[Grant], place: int, day: Day) -> int:
    """Return what is left on a day of the grants of a prepaid charge, in units."""
    return sum(grant.left for grant in found if grant.place == place and grant.lives_on(day))
