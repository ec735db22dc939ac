"""Which days of usage may be taken together: those of one period and one price.

A roll-up of many days stands for their rows wherever no rule looks at single days or rows.
"""

from collections.abc import Iterable

from .cadence import Day
from .events import History
from .life import end_of, parts
from .prices import prices
from .rating import Rating
from .terms import Usage


def edges(charge: Usage, known: History, until: Day) -> list[Day]:
    """Return the first days of spans of one period and one price, before ``until``, in order.

    >>> from .cadence import Cadence, Step
    >>> from .terms import Version, unit_price
    >>> weekly = Cadence.on(1, Step(1, "weeks"))
    >>> power = Usage(
    ...     key="A", kind="usage", place=0, first=3, calendar=weekly, price=unit_price(2),
    ...     versions=(Version(10, unit_price(3), "day"),),
    ... )
    >>> edges(power, History(), 20)
    [3, 8, 10, 15]
    """
    end = min(until, end_of(charge, known))
    found = set()
    for part in parts(charge, end):
        if part.start >= end:
            break
        found.add(part.start)
    found.update(day for day in prices(charge, known, end).days if charge.first < day < end)
    return sorted(found)


def by_day(charge: Usage) -> bool:
    """Return whether usage of a charge is looked at day by day, so that days are not taken together."""
    return charge.group_by == "day" or charge.aggregation == "time_weighted"


def by_row(charge: Usage) -> bool:
    """Return whether usage of a charge is looked at row by row, so that no roll-up says enough."""
    ratings = [charge.price.rating, *(version.price.rating for version in charge.versions)]
    return rated_by_row(charge.group_by, charge.aggregation, ratings)


def rated_by_row(group_by: str, aggregation: str, ratings: Iterable[Rating]) -> bool:
    """Return whether usage taken together so, at any of these prices, is looked at row by row.

    >>> from fractions import Fraction
    >>> share = Rating("percent", rate=Fraction(1, 50))
    >>> rated_by_row("period", "sum", [share]), rated_by_row("period", "count", [share])
    (False, True)
    """
    if group_by in ("record", "hour"):
        return True
    return any(rating.by_row and (aggregation == "count" or _looks_at_rows(rating)) for rating in ratings)


def _looks_at_rows(rating: Rating) -> bool:
    """Return whether a price by percent is more than a share of the sum of the rows."""
    return bool(rating.per_event) or rating.free_events is not None or rating.free_amount is not None
