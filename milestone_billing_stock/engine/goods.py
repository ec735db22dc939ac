"""What a milestone owes of a line of goods, by the quantity that was shipped."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Share:
    """What a milestone bills of an order line of goods, and the quantity that it stands for.

    :param units: what it bills in all, in units of the order's currency
    :param ordered: for how much of the line, in its unit of measure
    :param kept_quantity: what was billed when the order changed, 0 for nothing
    :param kept_units: what that came to: it stays, whatever the line is worth by now
    """

    units: int
    ordered: Fraction
    kept_quantity: Fraction = Fraction(0)
    kept_units: int = 0

    def countable(self, shipped: Fraction) -> Fraction:
        """Return what counts of a shipped quantity: never less than nothing, never more than is ordered.

        >>> one = Share(1000, Fraction(10))
        >>> [int(one.countable(Fraction(quantity))) for quantity in (-1, 4, 12)]
        [0, 4, 10]
        >>> int(Share(-200, Fraction(-2)).countable(Fraction(-3)))
        -2
        """
        if self.ordered < 0:
            return max(self.ordered, min(Fraction(0), shipped))
        return min(self.ordered, max(Fraction(0), shipped))

    def due(self, shipped: Fraction) -> int:
        """Return what is due in all, in units, once so much was shipped: nothing for nothing, all for all.

        What was kept is due at its quantity, and the rest of the share over the rest of the way.

        >>> [Share(1000, Fraction(3)).due(Fraction(quantity)) for quantity in range(4)]
        [0, 333, 667, 1000]
        >>> changed = Share(1700, Fraction(20), kept_quantity=Fraction(4), kept_units=280)
        >>> [changed.due(Fraction(quantity)) for quantity in (2, 4, 12, 20)]
        [140, 280, 990, 1700]
        """
        counted = self.countable(shipped)
        if counted == self.ordered:
            return self.units
        bend, first = self._bend()
        if abs(counted) < abs(bend):
            return _round(Fraction(first) * counted / bend)
        return first + _round(Fraction(self.units - first) * (counted - bend) / (self.ordered - bend))

    def quantity_of(self, units: int) -> Fraction:
        """Return at which shipped quantity so many units are due: the inverse of :meth:`due`.

        >>> Share(1000, Fraction(10)).quantity_of(400)
        Fraction(4, 1)
        >>> Share(1700, Fraction(20), Fraction(4), 280).quantity_of(280)
        Fraction(4, 1)
        """
        bend, first = self._bend()
        rest = self.units - first
        if rest and (units - first) * rest > 0:
            return bend + min(Fraction(1), Fraction(units - first, rest)) * (self.ordered - bend)
        return min(Fraction(1), max(Fraction(0), Fraction(units, first))) * bend if first else Fraction(0)

    def _bend(self) -> tuple[Fraction, int]:
        """Return up to which quantity what was kept is due, and how much that is; no more than the share."""
        inside = 0 < abs(self.kept_quantity) < abs(self.ordered) and self.kept_quantity * self.ordered > 0
        if not inside:
            return Fraction(0), 0
        beyond = (self.units - self.kept_units) * self.kept_units < 0 <= self.units * self.kept_units
        return self.kept_quantity, self.units if beyond else self.kept_units


@dataclass(frozen=True)
class Portion:
    """What of goods one document bills or credits: a quantity, what it comes to, and what that is beside the step.

    ``rest`` is on a line of its own, without a quantity: what other milestones bill of the same goods, taken off.
    """

    quantity: Fraction
    units: int
    rest: int


def settle(step: int, quantity: Fraction, units: int) -> Portion:
    """Return how a document comes to ``step`` with so much of the goods, which come to ``units`` by their price.

    >>> settle(280, Fraction(4), 400)
    Portion(quantity=Fraction(4, 1), units=400, rest=-120)
    """
    return Portion(quantity, units, step - units)


def credited(step: int, quantity: Fraction, documents: list[tuple[Fraction, int]]) -> list[tuple[Fraction, int]]:
    """Return what of each document is credited so that they come to ``step`` and ``quantity``, the last one first.

    :param step: units to credit in all
    :param quantity: of the goods, to credit in all
    :param documents: what is left of each: (quantity, units)
    :return: of each document (quantity, units)

    >>> credited(210, Fraction(3), [(Fraction(2), 140), (Fraction(4), 280)])
    [(Fraction(2, 1), 140), (Fraction(1, 1), 70)]
    >>> credited(100, Fraction(0), [(Fraction(2), 140)])
    [(Fraction(0, 1), 100)]
    """
    found, side = [], -1 if step < 0 else 1
    for left, units in documents:
        taken = max(min(left, quantity), Fraction(0)) if side > 0 else min(max(left, quantity), Fraction(0))
        part = side * max(0, min(side * step, side * units))
        found.append((taken, part))
        quantity, step = quantity - taken, step - part
        if not quantity and not step:
            break
    return found


def share_of(parts: Iterable[tuple[Fraction, Fraction]]) -> Fraction:
    """Return which part of several things is delivered, by their weights: 0 to 1.

    :param parts: of each, its weight and which part of it is delivered; what is given away weighs nothing

    >>> share_of([(Fraction(1000), Fraction(6, 10)), (Fraction(200), Fraction(0))])
    Fraction(1, 2)
    >>> share_of([(Fraction(0), Fraction(1))]), share_of([(Fraction(0), Fraction(1, 2))])
    (Fraction(1, 1), Fraction(0, 1))
    """
    rows = list(parts)
    total = sum((weight for weight, _part in rows), Fraction(0))
    if not total:
        return Fraction(int(all(part == 1 for _weight, part in rows)))
    return sum((weight * part for weight, part in rows), Fraction(0)) / total


def _round(value: Fraction) -> int:
    """Round half away from zero.

    >>> [_round(Fraction(number, 2)) for number in (1, -1, 3)]
    [1, -1, 2]
    """
    whole = (2 * abs(value.numerator) + value.denominator) // (2 * value.denominator)
    return -whole if value < 0 else whole
