"""How much one scenario may ask for: what takes a server minutes is refused before it starts."""

from collections.abc import Sequence

from ..cadence import Cadence, Day, later
from ..errors import Refusal
from ..terms import Charge, Priced
from ..wording import _
from .questions import Asked, MeterAsked, PeriodsAsked, PriceAsked

#: Periods of one charge, periods over all runs, and terms.
MOST_PERIODS, MOST_BILLS, MOST_TERMS = 10_000, 500_000, 3_000


def check_limits(charges: Sequence[Charge], runs: Sequence[Day], asked: Sequence[Asked]) -> None:
    """Refuse a scenario that bills or asks for more periods than a person would look at."""
    days = [*runs, *(one.day for one in asked if isinstance(one, MeterAsked | PriceAsked))]
    if not days:
        return
    last, total = max(days), 0
    for charge in charges:
        count = _periods(charge, last)
        total += count * len(runs)
        place = f"charges[{charge.place}]"
        if count > MOST_PERIODS or total > MOST_BILLS:
            raise Refusal(f"{place}.every", _("too many periods to bill up to the last date asked for"))
        if isinstance(charge, Priced) and charge.term and charge.renews:
            end = later(charge.first, charge.term, MOST_TERMS)
            if end < min(last, charge.end):
                raise Refusal(f"{place}.term", _("too many terms up to the last date asked for"))
    if sum(one.count for one in asked if isinstance(one, PeriodsAsked)) > MOST_BILLS:
        raise Refusal("expect", _("too many periods asked for"))


def _periods(charge: Charge, last: Day) -> int:
    if not isinstance(charge.calendar, Cadence):
        return 1
    return max(0, charge.calendar.holding(min(last, charge.end)) - charge.calendar.holding(charge.first))
