"""From rows of usage to quantities: which rows lie together, what they come to, and levels over time."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import ceil, floor

from .cadence import Day
from .events import Row
from .money import ZERO, Number, rounded_to
from .terms import QuantityRounding, Usage
from .zone import HOUR, Instant, Zone

AGGREGATIONS = ("sum", "count", "max", "last", "time_weighted")
GROUPS = ("period", "day", "hour", "record", "dimension")
#: Groups that last as long as the period.
LASTING = ("period", "dimension")


def aggregate(how: str, rows: Sequence[Row]) -> Number:
    """Return the quantity of rows, which are in order of instant; 0 of none.

    >>> rows = [Row(n, 1, quantity, str(n), 1) for n, quantity in enumerate((3, 5, 4))]
    >>> [aggregate(how, rows) for how in ("sum", "count", "max", "last")]
    [12, 3, 5, 4]
    """
    if not rows:
        return 0
    if how == "count":
        return len(rows)
    if how == "max":
        return max(row.quantity for row in rows)
    if how == "last":
        return max(rows, key=lambda row: (row.at, row.received, row.key)).quantity
    return sum(row.quantity for row in rows)


def rounded_quantity(quantity: Number, rounding: QuantityRounding | None) -> Number:
    """Return a quantity rounded by its absolute value.

    >>> [str(rounded_quantity(Fraction(-25, 10), QuantityRounding(0, how))) for how in ("nearest", "up", "down")]
    ['-3', '-3', '-2']
    """
    if rounding is None or not quantity:
        return quantity
    if rounding.method == "nearest":
        return rounded_to(quantity, rounding.decimals)
    scale = Fraction(10) ** rounding.decimals
    size = scale * max(quantity, -quantity)
    whole = ceil(size) if rounding.method == "up" else floor(size)
    return Fraction(whole if quantity > 0 else -whole) / scale


class Meter:
    """The rows of a charge that count.

    :param rows: in order of day and instant
    """

    def __init__(self, rows: Sequence[Row], zone: Zone) -> None:
        self.rows = rows
        self.zone = zone
        self.days = [row.day for row in rows]
        self._times: list[Instant] = []
        self._levels: list[Number] = []
        self._totals: list[Number] = []

    def between(self, start: Day, to: Day) -> Sequence[Row]:
        """Return the rows of the days [start, to)."""
        return self.rows[bisect_left(self.days, start) : bisect_left(self.days, to)]

    def level(self, start: Day, to: Day, full_start: Day, full_to: Day) -> Number:
        """Return the level over the days [start, to) × their seconds ÷ the seconds of the full period."""
        midnight = self.zone.midnight
        whole = midnight(full_to) - midnight(full_start)
        if not whole:
            # A zone that changed sides of the date line skipped the day.
            return ZERO
        return Fraction(self._total(midnight(to)) - self._total(midnight(start))) / whole

    def _total(self, at: Instant) -> Number:
        """Return level × time from the first row to an instant."""
        if not self._times and self.rows:
            self._add_up()
        place = bisect_right(self._times, at) - 1
        return self._totals[place] + self._levels[place] * (at - self._times[place]) if place >= 0 else ZERO

    def _add_up(self) -> None:
        total: Number = 0
        for row in sorted(self.rows, key=lambda row: (row.at, row.received, row.key)):
            if self._times:
                total += self._levels[-1] * (row.at - self._times[-1])
            self._times.append(row.at)
            self._levels.append(row.quantity)
            self._totals.append(total)


def groups(group_by: str, rows: Iterable[Row]) -> list[list[Row]]:
    """Return rows by what is rated together; all of them by period, also when there is none."""
    if group_by == "period":
        return [list(rows)]
    if group_by == "record":
        return [[row] for row in rows]
    found: dict[object, list[Row]] = {}
    for row in rows:
        key = row.day if group_by == "day" else row.at // HOUR if group_by == "hour" else row.dimension
        found.setdefault(key, []).append(row)
    return list(found.values())


def by_piece(rows: Sequence[Row], starts: Sequence[Day]) -> list[list[Row]]:
    """Return rows of a group by the piece that holds their day.

    :param starts: first days of the pieces
    """
    if len(starts) == 1:
        return [list(rows)]
    found: list[list[Row]] = [[] for _start in starts]
    for row in rows:
        found[bisect_right(starts, row.day) - 1].append(row)
    return found


def metered(charge: Usage, rows: Sequence[Row]) -> Number:
    """Return the rounded quantity of some rows; not of levels, which need their time."""
    return rounded_quantity(aggregate(charge.aggregation, rows), charge.rounding)
