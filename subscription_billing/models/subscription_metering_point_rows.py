from datetime import date, timedelta
from fractions import Fraction

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..engine.events import Row
from ..engine.life import end_of
from ..engine.spans import by_day, by_row, edges
from ..engine.zone import EPOCH, MICROSECOND

#: Which sum of a roll-up is what a meter asks for, and how the sums of several days come together.
MEASURES = {"sum": ("sum", "sum"), "count": ("count", "sum"), "max": ("max", "max"), "last": ("last", "last")}
#: How far ahead rows are taken in.
AHEAD = 3
#: Before any usage.
FIRST_DAY = date(1990, 1, 1).toordinal()


class SubscriptionMeteringPoint(models.Model):
    """What a metering point measured, as the engine takes it: from roll-ups, wherever those say enough."""

    _inherit = "subscription.metering.point"

    def _rows_for(self, usage, known, zone, cuts=(), part=None):
        """Return the rows of this point on the days of a charge, as the engine rates them.

        :param usage: the charge (``engine.terms.Usage``)
        :param known: what happened to it (``engine.events.History``)
        :param zone: its days (``engine.zone.Zone``)
        :param cuts: days (ordinals) from which rows are not taken together with those before
        :param part: the only period that is rated (``engine.cadence.Part``); None: all are
        :return: a tuple of ``engine.events.Row``, in order of day and instant
        """
        if not self:
            return ()
        until = self.company_id._billing_today().toordinal() + AHEAD
        days = edges(usage, known, until)
        if part:
            until = min(until, part.to)
            days = [day for day in days if part.start <= day < until]
        if not days:
            return ()
        if by_row(usage):
            self._check_records_kept(days[0])
            return tuple(self._raw_rows(days[0], zone, until))
        if usage.aggregation == "time_weighted":
            return tuple(self._level_rows(zone))
        until = min(until, end_of(usage, known))
        days = sorted({*days, *(day for day in cuts if days[0] < day < until)})
        return tuple(self._rolled_rows(usage, days, until))

    def _rolled_rows(self, usage, days, until):
        """Yield a row for each span of days that are rated together, from roll-ups of the days before ``until``."""
        column, how = MEASURES[usage.aggregation]
        dimension = SQL("dimension") if usage.group_by == "dimension" else SQL("''")
        span = (
            SQL("day")
            if by_day(usage)
            else SQL("(%s::date[])[width_bucket(day, %s::date[])]", *(2 * [list(map(date.fromordinal, days))]))
        )
        value = {
            "sum": SQL("sum(%s)", SQL.identifier(column)),
            "max": SQL("max(%s)", SQL.identifier(column)),
            "last": SQL("(array_agg(%s ORDER BY last_at DESC, last_batch DESC))[1]", SQL.identifier(column)),
        }[how]
        query = SQL(
            """
            SELECT %s AS span, %s AS dimension, (%s)::text
              FROM subscription_usage_day
             WHERE point_id = %s AND day >= %s AND day < %s AND count != 0
          GROUP BY 1, 2 ORDER BY 1, 2
            """,
            span,
            dimension,
            value,
            self.id,
            date.fromordinal(days[0]),
            date.fromordinal(until),
        )
        for place, (day, name, quantity) in enumerate(self.env.execute_query(query)):
            start = day.toordinal()
            yield Row(start, start, exactly(quantity), f"{place:09}", start, name or None)

    def _level_rows(self, zone):
        """Yield rows that set the level of each day as it was in the mean, and at its end as it was then.

        A level is one, whatever the dimensions of its records: where there are any, their sums by day do not say it.
        """
        if self._has_dimensions():
            yield from self._raw_rows(FIRST_DAY, zone, self.company_id._billing_today().toordinal() + AHEAD)
            return
        query = SQL(
            """
            SELECT day, first_at, weighted::text, last::text
              FROM subscription_usage_day WHERE point_id = %s AND count != 0 ORDER BY day
            """,
            self.id,
        )
        for day, first_at, weighted, last in self.env.execute_query(query):
            start, first = day.toordinal(), microseconds(first_at)
            end = zone.midnight(start + 1)
            mean = exactly(weighted) / (end - first)
            yield Row(first, start, mean, f"{start}/1", start)
            yield Row(end, start + 1, exactly(last), f"{start}/0", start)

    def _check_records_kept(self, first):
        """Refuse to rate records one by one of which some are archived.

        :param int first: the ordinal day from which they are rated
        :raises UserError: naming the meter, the month and the remedy
        """
        domain = [
            ("meter_id", "=", self.meter_id.id),
            ("company_id", "=", self.company_id.id),
            ("month", ">=", date.fromordinal(first).replace(day=1)),
        ]
        archived = self.env["subscription.usage.archive"].sudo().search(domain, order="month", limit=1)
        if archived:
            raise UserError(
                self.env._(
                    "%(meter)s: records of %(month)s are in the archive, and this price looks at each of them. Choose "
                    "one that is taken by day or period.",
                    meter=self.meter_id.name,
                    month=f"{archived.month:%Y-%m}",
                )
            )

    def _has_dimensions(self):
        """Return whether records of this point name dimensions."""
        query = SQL("SELECT FROM subscription_usage_day WHERE point_id = %s AND dimension != '' LIMIT 1", self.id)
        return bool(self.env.execute_query(query))

    def _raw_rows(self, first, zone, until):
        """Yield the rows of the days [first, until) (ordinals) themselves, without those that another one replaces."""
        epoch = EPOCH.replace(tzinfo=None)
        query = SQL(
            """
            SELECT at, quantity::text, key, batch_id, dimension
              FROM subscription_usage usage
             WHERE point_id = %s AND at >= %s AND at < %s
               AND NOT EXISTS (SELECT FROM subscription_usage_replaced WHERE usage_id = usage.id)
          ORDER BY at, batch_id, key
            """,
            self.id,
            epoch + zone.midnight(first) * MICROSECOND,
            epoch + zone.midnight(until) * MICROSECOND,
        )
        for at, quantity, key, batch, dimension in self.env.execute_query(query):
            moment = microseconds(at)
            yield Row(moment, zone.day_of(moment), exactly(quantity), key, batch, dimension or None)


def exactly(number):
    """Return a number as it is written, as a whole number where it is one: Odoo reads decimals as floats, not texts.

    >>> exactly("0.100"), exactly(0.1), exactly(5.0)
    (Fraction(1, 10), Fraction(1, 10), 5)
    """
    found = Fraction(str(number))
    return found.numerator if found.denominator == 1 else found


def microseconds(moment):
    """Return a moment of the database (datetime, UTC) as the engine counts it."""
    return (moment - EPOCH.replace(tzinfo=None)) // timedelta(microseconds=1)
