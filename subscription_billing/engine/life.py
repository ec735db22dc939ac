"""How long a charge runs as known on a day, and its parts in that time."""

from collections.abc import Iterator

from .cadence import FOREVER, Cadence, Day, Part, later
from .events import Cancel, History
from .terms import Charge, OneTime, Priced


def end_of(charge: Charge, known: History) -> Day:
    """Return the first day on which a charge runs no more; its first day where it never runs.

    The earliest of the end agreed, the end of the last term and a cancel counts.
    """
    if isinstance(charge, OneTime):
        taken_back = any((one.named and one.credit) or one.day <= charge.first for one in known.cancels)
        return charge.first if taken_back else charge.end
    ends = [charge.end, *(_cancelled(charge, one) for one in known.cancels)]
    if isinstance(charge, Priced) and charge.term and not charge.renews:
        ends.append(later(charge.first_of_terms, charge.term, 1 + len(known.terms())))
    return max(charge.first, min(ends))


def _cancelled(charge: Charge, cancel: Cancel) -> Day:
    """Return the end that a cancel sets: its day, or without credit the end of the period of the day before."""
    if cancel.day <= charge.first:
        return charge.first
    if cancel.credit or not isinstance(charge.calendar, Cadence):
        return cancel.day
    return charge.calendar.start(charge.calendar.holding(cancel.day - 1) + 1)


def parts(charge: Charge, end: Day = FOREVER, since: Day | None = None) -> Iterator[Part]:
    """Yield the parts of a charge that runs to a day, those that end after ``since`` only."""
    number = charge.calendar.holding(charge.first if since is None else max(since, charge.first))
    while part := charge.calendar.part(number, charge.first, end):
        yield part
        number += 1


def due_parts(charge: Charge, end: Day, day: Day) -> list[Part]:
    """Return the parts of a charge that are due by a day."""
    found = []
    for part in parts(charge, end):
        if not is_due(charge, part, day):
            break
        found.append(part)
    return found


def is_due(charge: Charge, part: Part, day: Day) -> bool:
    """Return whether a part is due by a day: on its first day, or in arrears once it is over and grace has passed."""
    return part.start <= day if charge.in_advance else part.to + charge.grace <= day
