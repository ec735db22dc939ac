from datetime import date

from odoo import models
from odoo.tools import SQL

from ..engine.events import Row
from ..engine.spans import by_row
from ..engine.zone import EPOCH, MICROSECOND
from .subscription_metering_point_rows import FIRST_DAY, exactly, microseconds

#: The days of a point as they were after a batch: sums of days that no later batch touched, else from their
#: records, and from the sums that those left which are archived.
DAYS = """
WITH days AS (
    SELECT day, bool_and(batch_id <= %(cut)s) AS unchanged FROM subscription_usage_day
     WHERE point_id = %(point)s AND day >= %(start)s AND day < %(to)s GROUP BY day
), records AS (
    SELECT (at AT TIME ZONE 'UTC' AT TIME ZONE %(tz)s)::date AS day, dimension, quantity AS sum, 1 AS count,
           quantity AS max, quantity AS last, at AS last_at, batch_id AS last_batch, key
      FROM subscription_usage usage
     WHERE point_id = %(point)s AND at >= %(since)s AND at < %(until)s AND batch_id <= %(cut)s
       AND NOT EXISTS (
        SELECT FROM subscription_usage_replaced WHERE usage_id = usage.id AND batch_id <= %(cut)s
       )
    UNION ALL
    SELECT day, dimension, sum, count, max, last, last_at, last_batch, ''
      FROM subscription_usage_archived
     WHERE point_id = %(point)s AND day >= %(start)s AND day < %(to)s AND batch_id <= %(cut)s
       AND (replaced_batch = 0 OR replaced_batch > %(cut)s)
)
SELECT day, dimension, sum, count, max, last, last_at FROM subscription_usage_day JOIN days USING (day)
 WHERE point_id = %(point)s AND unchanged AND count != 0
UNION ALL
SELECT day, dimension, sum(sum), sum(count)::bigint, max(max),
       (array_agg(last ORDER BY last_at DESC, last_batch DESC, key DESC))[1], max(last_at)
  FROM records LEFT JOIN days USING (day) WHERE unchanged IS NOT TRUE GROUP BY day, dimension
ORDER BY 1, 7, 2
"""
#: The records of a point that counted after a batch.
RECORDS = """
SELECT id, at, quantity, key, batch_id, dimension FROM subscription_usage usage
 WHERE point_id = %(point)s AND at >= %(since)s AND at < %(until)s AND batch_id <= %(cut)s
   AND NOT EXISTS (SELECT FROM subscription_usage_replaced WHERE usage_id = usage.id AND batch_id <= %(cut)s)
 ORDER BY at, batch_id, key
 LIMIT %(limit)s
"""


class SubscriptionMeteringPoint(models.Model):
    """What a metering point measured, as it was known after a batch of usage: what an invoice line was made of."""

    _inherit = "subscription.metering.point"

    def _bounds(self, zone, start, to, cut):
        """Return the values of the queries: days (ordinals), their instants and the last batch that counts."""
        epoch = EPOCH.replace(tzinfo=None)
        return {
            "point": self.id,
            "tz": self.tz,
            "start": date.fromordinal(start),
            "to": date.fromordinal(to),
            "since": epoch + zone.midnight(start) * MICROSECOND,
            "until": epoch + zone.midnight(to) * MICROSECOND,
            "cut": cut,
        }

    def _days_after(self, zone, start, to, cut):
        """Return what the days [start, to) came to after a batch.

        :param zone: ``engine.zone.Zone``
        :param int start: an ordinal day, as is ``to``
        :param int cut: the number of the last batch that counts
        :return: a list of (date, dimension, sum, count, highest, latest, datetime of that), in their order
        """
        self.env["subscription.usage.batch"].flush_model()
        return self.env.execute_query(SQL(DAYS, **self._bounds(zone, start, to, cut)))

    def _records_after(self, zone, start, to, cut, limit=None):
        """Return the records of the days [start, to) that counted after a batch, in order of their instants.

        :return: a list of (id, datetime in UTC, quantity, key, batch, dimension)
        """
        return self.env.execute_query(SQL(RECORDS, limit=limit, **self._bounds(zone, start, to, cut)))

    def _changed_after(self, cut):
        """Return whether a later batch changed any day of this point."""
        query = SQL("SELECT FROM subscription_usage_day WHERE point_id = %s AND batch_id > %s LIMIT 1", self.id, cut)
        return bool(self.env.execute_query(query))

    def _rows_after(self, usage, zone, start, to, cut):
        """Return the rows of the days [start, to) as the engine rates them, as they were known after a batch.

        :param usage: ``engine.terms.Usage``, as the meter counts
        :return: a list of ``engine.events.Row``
        """
        levels = usage.aggregation == "time_weighted"
        if levels and not self._changed_after(cut):
            return list(self._level_rows(zone))
        if by_row(usage) or levels:
            # A level holds since before the period.
            found = self._records_after(zone, FIRST_DAY if levels else start, to, cut)
            return [
                Row(moment, zone.day_of(moment), exactly(quantity), key, batch, dimension or None)
                for _id, at, quantity, key, batch, dimension in found
                for moment in (microseconds(at),)
            ]
        place = {"sum": 2, "count": 3, "max": 4, "last": 5}[usage.aggregation]
        rows = []
        for number, row in enumerate(self._days_after(zone, start, to, cut)):
            day = row[0].toordinal()
            rows.append(Row(number, day, exactly(row[place]), f"{number:09}", day, row[1] or None))
        return rows
