"""Local days of instants in universal time without zone, many of them."""

from datetime import date, datetime
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
