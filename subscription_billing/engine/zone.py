"""Local days and instants: midnight of the customer's zone, day by day, changes of the clock included.

Instants are microseconds of UTC since 1970.

>>> tokyo = Zone("Asia/Tokyo")
>>> tokyo.day_of(instant(date(2025, 4, 30).toordinal(), 15)) == date(2025, 5, 1).toordinal()
True
>>> paris = Zone("Europe/Paris")
>>> spring = date(2025, 3, 30).toordinal()
>>> (paris.midnight(spring + 1) - paris.midnight(spring)) // 3_600_000_000
23
"""

from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from .cadence import Day

Instant = int
SECOND = 1_000_000
HOUR = 3600 * SECOND
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
EPOCH_DAY = EPOCH.toordinal()
MICROSECOND = timedelta(microseconds=1)


def instant(day: Day, hour: int = 0) -> Instant:
    """Return the instant of an hour of UTC."""
    return (day - EPOCH_DAY) * 24 * HOUR + hour * HOUR


class Zone:
    """A time zone.

    :param name: of the IANA database
    :raises ValueError: for an unknown one
    """

    def __init__(self, name: str) -> None:
        try:
            self._zone = ZoneInfo(name)
        except (LookupError, OSError, ValueError) as error:
            raise ValueError(name) from error
        self.name = name

    def day_of(self, at: Instant) -> Day:
        """Return the local day of an instant."""
        return (EPOCH + at * MICROSECOND).astimezone(self._zone).toordinal()

    def offset(self, at: datetime) -> timedelta:
        """Return how far local time is from universal time at an instant of it (without zone)."""
        found = at.replace(tzinfo=timezone.utc).astimezone(self._zone).utcoffset()
        return found or timedelta()

    def midnight(self, day: Day) -> Instant:
        """Return the first instant of a local day, also where the clock skips its midnight."""
        return (datetime.combine(date.fromordinal(day), datetime.min.time(), self._zone) - EPOCH) // MICROSECOND
