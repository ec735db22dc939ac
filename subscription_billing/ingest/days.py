"""Local days of instants in universal time without zone, many of them."""

from datetime import date, datetime, timedelta
from functools import cache

from ..engine.zone import EPOCH, MICROSECOND, Zone

NAIVE_EPOCH = EPOCH.replace(tzinfo=None)


@cache
def zone_of(name: str) -> Zone:
    """Return a time zone, read once."""
    return Zone(name)


def midnight(tz: str, day: date) -> datetime:
    """Return the first instant of a local day.

    >>> midnight("Asia/Tokyo", date(2025, 5, 1))
    datetime.datetime(2025, 4, 30, 15, 0)
    """
    return NAIVE_EPOCH + zone_of(tz).midnight(day.toordinal()) * MICROSECOND


class Days:
    """The local days of one zone, each minute of universal time worked out once.

    >>> Days("Europe/Paris").of("2025-03-30T22:00:00")
    '2025-03-31'
    """

    def __init__(self, tz: str) -> None:
        self._tz = tz
        self._known: dict[str, str] = {}

    def of(self, at: str) -> str:
        """Return the local day of an instant, ISO without zone."""
        minute = at[:16]
        found = self._known.get(minute)
        if found is None:
            found = self._known[minute] = str(local_day(self._tz, datetime.fromisoformat(minute)))
        return found


def local_day(tz: str, at: datetime) -> date:
    """Return the local day of an instant."""
    return date.fromordinal(zone_of(tz).day_of((at - NAIVE_EPOCH) // MICROSECOND))


def offsets(tz: str, first: datetime, last: datetime) -> list[tuple[datetime, datetime, timedelta]]:
    """Return how far local time is from universal time: (from, until, by how much), from one instant to another.

    >>> [(str(start), str(shift)) for start, _after, shift in offsets("Europe/Paris", *2 * [datetime(2025, 3, 30)])]
    [('2025-03-29 00:00:00', '1:00:00'), ('2025-03-30 01:00:00', '2:00:00')]
    """
    zone, day = zone_of(tz), timedelta(days=1)
    start, end = first.replace(hour=0, minute=0, second=0, microsecond=0) - day, last + 2 * day
    found = [[start, start, zone.offset(start)]]
    while start < end:
        if zone.offset(start + day) != found[-1][2]:
            change = _change(zone, start, start + day)
            found[-1][1] = change
            found.append([change, change, zone.offset(change)])
        start += day
    found[-1][1] = start
    return [tuple(row) for row in found]


def _change(zone, start, after):
    """Return the first instant with the offset that holds at ``after``, to the second."""
    before, later = start, after
    while later - before > timedelta(seconds=1):
        middle = before + (later - before) // 2
        middle = middle.replace(microsecond=0)
        if zone.offset(middle) == zone.offset(after):
            later = middle
        else:
            before = middle
    return later
