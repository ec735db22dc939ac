"""Local days of instants in universal time without zone, many of them."""

from datetime import date, datetime, timedelta
from functools import cache

from ..engine.zone import EPOCH, MICROSECOND, Zone

#: No zone has begun a day at another minute of universal time in the years that usage is of.
STEP = timedelta(minutes=15)
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
    """The local days of one zone, each quarter of an hour worked out once.

    >>> Days("Europe/Paris").of(datetime(2025, 3, 30, 22, 0))
    datetime.date(2025, 3, 31)
    """

    def __init__(self, tz: str) -> None:
        self._zone = zone_of(tz)
        self._known: dict[int, date] = {}

    def of(self, at: datetime) -> date:
        """Return the local day of an instant."""
        place = (at - NAIVE_EPOCH) // STEP
        found = self._known.get(place)
        if found is None:
            found = date.fromordinal(self._zone.day_of(place * (STEP // MICROSECOND)))
            self._known[place] = found
        return found
