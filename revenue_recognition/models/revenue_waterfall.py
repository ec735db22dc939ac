from contextlib import closing
from fractions import Fraction

from psycopg2 import DataError, ProgrammingError

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..closing.states import COUNTING
from ..engine.measures import open_ended
from ..engine.money import in_currency, round_half_away
from ..engine.spread import Spread
from .revenue_waterfall_earned import EarnedUnposted
from .revenue_waterfall_planned import OF_MILESTONES, PlannedMilestones

#: What rows may be about: SQL of their key, of contracts ``k`` and obligations ``o``.
GROUPS = {
    None: SQL("0"),
    "contract": SQL("k.id"),
    "customer": SQL("k.partner_id"),
    "product": SQL("COALESCE(o.product_id, 0)"),
    "obligation": SQL("COALESCE(o.id, 0)"),
}
OF_OBLIGATIONS = ("product", "obligation")
#: What has no price to be earned: it earns what it brings.
EXEMPT = open_ended()
MAX_MONTHS = 240


class RevenueContract(models.Model):
    """Revenue by month: what is recognised, and what remains as time will earn it."""

    _inherit = "revenue.contract"

    @api.model
    @api.readonly
    def get_waterfall(
        self, domain: list, date_from: str, date_to: str, group_by: str | None = None, at: str | None = None
    ) -> dict:
        """Return the revenue of contracts by month, in the currency of the company: recognised and forecast.

        Recognised is what posted closes booked, by the month of the close. Forecast is what remains of the allocated
        price of obligations that time alone earns, spread evenly from the day after it was last booked to their end;
        what is caught up falls on the first day that no close covers. What is earned by a fact and not posted yet is
        forecast in its month, or the first open one: the next close books it. What waits for milestones of a project
        falls on their deadlines, today where these have passed. What waits for another fact (a milestone without a
        deadline, cost, hours, a delivery) is ``unscheduled``. What is still to be invoiced or used has no forecast.
        Amounts in another currency are forecast at the latest rate. Of each row, all its amounts together are what is
        allocated to it, and what it earned as invoiced or used; a month's forecast is rounded for the row, so that rows
        of another grouping may differ by a cent.

        (``from`` is a keyword of Python: the period is ``date_from`` and ``date_to``.)

        :param list domain: of contracts of the current company; ``[]`` for all
        :param str date_from: ISO date, the first day of the period
        :param str date_to: ISO date, its last day; 240 months at most
        :param str group_by: ``"contract"``, ``"customer"``, ``"product"``, ``"obligation"``, or nothing for one row
        :param str at: ISO date; closes after that day are left out, as if they were still to come; all count when
            left out
        :return: ``{"company": name, "currency": code, "group_by": …, "from": date, "to": date, "closed": the last day
            a posted close covers or false, "months": ["2026-01", …], "rows": […], "totals": {…}}``. A row has ``key``
            (id, or false), ``name``, ``recognised`` and ``forecast`` (``{month: amount}``, every month), ``before``
            (recognised before the period), ``recognised_after`` (after it), ``forecast_before`` (forecast before the
            period), ``after`` (forecast after it) and ``unscheduled``; the totals have the same amounts
        :raises AccessError: for users who are neither revenue accountants, controllers nor auditors
        :raises UserError: naming the argument that is wrong
        """
        self._check_may_simulate()
        period = self._read_period(date_from, date_to)
        if not isinstance(group_by, str | None) or (group_by or None) not in GROUPS:
            names = ", ".join(f'"{name}"' for name in GROUPS if name)
            raise UserError(self.env._("group_by: one of %(names)s, or nothing, is needed.", names=names))
        self.env.flush_all()
        waterfall = Waterfall(self, period, group_by or None, self._read_day(at, "at") if at else None)
        return waterfall.result(*self._read_waterfall(domain, waterfall))

    # === READING ARGUMENTS === #

    @api.model
    def _read_period(self, date_from, date_to):
        """Return the first and the last day of a period.

        :raises UserError: for what is none, or is too long
        """
        first, last = self._read_day(date_from or "-", "date_from"), self._read_day(date_to or "-", "date_to")
        if last < first:
            raise UserError(self.env._("date_to: %(to)s is before %(from)s.", **{"to": last, "from": first}))
        if 12 * (last.year - first.year) + last.month - first.month >= MAX_MONTHS:
            raise UserError(self.env._("date_to: %s months at most.", MAX_MONTHS))
        return first, last

    @api.model
    def _read_waterfall(self, domain, waterfall):
        """Return what is booked and what remains of the contracts of a domain.

        :raises UserError: for a domain that contracts do not have
        """
        if not isinstance(domain, list | tuple):
            raise UserError(self.env._("domain: a list is needed."))
        try:
            found = Domain(list(domain)) & Domain("company_id", "=", self.env.company.id)
            names = ("id", "partner_id", "currency_id", "state")
            chosen = self._search(found).select(*(SQL.identifier(self._table, name) for name in names))
            # Rolling back undoes nothing but the settings.
            with closing(self.env.cr.savepoint(flush=False)):
                waterfall.prepare()
                return waterfall.booked(chosen), waterfall.remaining(chosen)
        except (ValueError, TypeError, KeyError, AttributeError, DataError, ProgrammingError) as error:
            reason = str(error).strip().split("\n")[0][:200]
            raise UserError(self.env._("domain: %s", reason)) from error


class Waterfall(EarnedUnposted, PlannedMilestones):
    """Reads and adds up; amounts are whole units of the company's currency.

    :param contracts: the model, with the rights and the company of the caller
    :param period: its first and last day
    :param group_by: a key of :data:`GROUPS`
    :param at: closes after this day do not count; None for all
    """

    def __init__(self, contracts, period, group_by, at):
        self.env = contracts.env
        self.company = self.env.company
        self.first, self.last = period
        self.group_by = group_by
        self.at = at
        self.currency_id = self.company.currency_id.id
        self.decimals = self.company.currency_id.decimal_places
        ends = self._month_ends()
        self.months = [day.strftime("%Y-%m") for day in ends]
        self.cuts = [fields.Date.subtract(self.first, days=1), *ends]
        closes = self._closes()
        self.days = {close_id: day for close_id, day, _stands in closes}
        self.standing = [close_id for close_id, _day, stands in closes if stands]
        self.closed = self.days[self.standing[0]] if self.standing else None
        floor = self.closed and fields.Date.add(self.closed, days=1)
        self.spread = Spread(self.cuts, floor)
        self.rates = {}
        self.exempt = EXEMPT

    def _month_ends(self):
        """Return the last day of each month of the period; of its last month, the last day of the period."""
        ends, day = [], fields.Date.end_of(self.first, "month")
        while day < self.last:
            ends.append(day)
            day = fields.Date.end_of(fields.Date.add(day, days=1), "month")
        return [*ends, self.last]

    # === DATABASE === #

    def prepare(self):
        """Set the database up for reading very many rows once: with memory and several processes, and without what
        pays for other queries only: compiling them, and sorting, as few groups come out of it as it can't foresee.
        """
        self.env.cr.execute(
            "SELECT set_config(name, value, TRUE) FROM (VALUES"
            " ('work_mem', '128MB'), ('jit', 'off'), ('enable_sort', 'off'),"
            " ('parallel_setup_cost', '100'), ('parallel_tuple_cost', '0.001')) AS settings (name, value)"
        )

    def _closes(self):
        """Return id and day of the closes and reopenings that count, the last one first, and whether each stands: is
        no reopening and was not opened again.
        """
        return self.env.execute_query(
            SQL(
                """
                SELECT r.id, r.date, r.kind = 'close' AND NOT EXISTS (
                           SELECT 1 FROM revenue_close v WHERE v.reversed_id = r.id AND v.state IN %(settled)s)
                  FROM revenue_close r
                 WHERE r.company_id = %(company)s AND r.state IN %(settled)s AND %(until)s
                 ORDER BY r.date DESC, r.id DESC
                """,
                settled=COUNTING,
                company=self.company.id,
                until=SQL("r.date <= %s", self.at) if self.at else SQL("TRUE"),
            )
        )

    def booked(self, chosen):
        """Return rows of key, close and what it recognised.

        :param chosen: SQL of the contracts that count: their ids, customers, currencies and states
        """
        return self.env.execute_query(
            SQL(
                """
                SELECT %s, e.close_id, (SUM(e.company_amount) * 10::numeric ^ %s)::bigint
                  FROM %s
                 WHERE e.kind = 'revenue' AND e.close_id = ANY(%s)
                 GROUP BY 1, 2
                """,
                GROUPS[self.group_by],
                self.decimals,
                self._subledger(chosen),
                list(self.days),
            )
        )

    def _subledger(self, chosen):
        """Return SQL for entries ``e`` of the contracts that count, with the tables of which rows are about.

        Where all contracts count together, for their postings: these are few.
        """
        everything = self.group_by not in ("contract", "customer") and self._all_count(chosen)
        if everything and not self.group_by:
            return SQL("revenue_posting e")
        return SQL(
            "revenue_entry e %s %s",
            SQL() if everything else SQL("JOIN (%s) k ON k.id = e.contract_id", chosen),
            SQL("JOIN revenue_obligation o ON o.id = e.obligation_id") if self.group_by in OF_OBLIGATIONS else SQL(),
        )

    def _all_count(self, chosen):
        """Return whether no contract of the company is left out, by the domain or by a rule the user is under."""
        everything = SQL("SELECT COUNT(*) FROM revenue_contract WHERE company_id = %s", self.company.id)
        [(same,)] = self.env.execute_query(SQL("SELECT (SELECT COUNT(*) FROM (%s) k) = (%s)", chosen, everything))
        return same

    def remaining(self, chosen):
        """Return rows of key, currency, its decimals, first and last day, by months, and units that remain.

        Obligations that run alike are one row. The first day is empty where it is not known yet.
        """
        group = GROUPS[self.group_by]
        rows = self._remaining(chosen, group)
        waiting = self._remaining(chosen, SQL("o.id"), OF_MILESTONES)
        unposted, earned = self._earned(chosen, group, LAST)
        return [*rows, *unposted, *self._planned(chosen, group, waiting, earned)]

    def _remaining(self, chosen, key, only=None):
        """Return rows as :meth:`remaining` does.

        :param key: SQL of what rows are about
        :param only: SQL that keeps obligations ``o``; None for all
        """
        return self.env.execute_query(
            SQL(
                REMAINING,
                key=key,
                standing=self.standing,
                last=self.standing[0] if self.standing else 0,
                closed=self.closed,
                chosen=chosen,
                earned=SQL("%s AND %s", SQL(EARNED, EXEMPT), only or SQL("TRUE")),
                last_day=LAST,
                booked=BOOKED,
                open=SQL(FIRST_OPEN_DAY, [self.days[close_id] for close_id in self.standing], self.standing),
            )
        )

    # === ADDING UP === #

    def result(self, booked, remaining):
        """Return what :meth:`RevenueContract.get_waterfall` does."""
        rows = {}
        buckets = {close_id: self._bucket(day) for close_id, day in self.days.items()}
        for key, close_id, amount in booked:
            self._row(rows, key)[0][buckets[close_id]] += amount
        for key, currency, decimals, first, last, monthly, amount in remaining:
            row = self._row(rows, key)
            amount = self._convert(amount, currency, decimals)
            if first is None:
                row[2] += amount
            else:
                self.spread.add(row[1], amount, first, last, monthly)
        totals = self._row({}, 0)
        for recognised, forecast, unscheduled in rows.values():
            totals[0] = [one + other for one, other in zip(totals[0], recognised, strict=True)]
            totals[1] = [one + other for one, other in zip(totals[1], forecast, strict=True)]
            totals[2] += unscheduled
        return self._plain(self._named(rows), totals)

    def _row(self, rows, key):
        """Return the row of a key: recognised and forecast by bucket, and what is unscheduled."""
        if key not in rows:
            rows[key] = [[0] * (len(self.cuts) + 1), [0] * (len(self.cuts) + 1), 0]
        return rows[key]

    def _bucket(self, day):
        return sum(1 for cut in self.cuts if cut < day)

    def _convert(self, amount, currency_id, decimals):
        """Return units of the company's currency, at the latest rate."""
        if currency_id == self.currency_id:
            return amount
        if currency_id not in self.rates:
            currencies = self.env["res.currency"].sudo()
            day = self.at or self.company._revenue_today()
            rate = currencies._get_conversion_rate(
                currencies.browse(currency_id), self.company.currency_id, self.company, day
            )
            self.rates[currency_id] = Fraction(repr(rate)) * Fraction(10) ** (self.decimals - decimals)
        return round_half_away(amount * self.rates[currency_id])

    def _named(self, rows):
        """Return keys, names and rows, by name."""
        ids = [key for key in rows if key]
        names = {0: self.env._("All Contracts") if not self.group_by else self.env._("None")}
        if self.group_by == "obligation":
            found = self.env["revenue.obligation"].sudo().browse(ids)
            names.update({one.id: f"{one.contract_id.name} · {one.name}" for one in found})
        elif self.group_by:
            model = {"contract": "revenue.contract", "customer": "res.partner", "product": "product.product"}
            found = self.env[model[self.group_by]].sudo().browse(ids)
            names.update({one.id: one.display_name for one in found})
        if not self.group_by:
            self._row(rows, 0)
        return sorted(((key, names[key], row) for key, row in rows.items()), key=lambda one: (one[1], one[0]))

    def _plain(self, named, totals):
        return {
            "company": self.company.name,
            "currency": self.company.currency_id.name,
            "group_by": self.group_by or False,
            "from": self.first.isoformat(),
            "to": self.last.isoformat(),
            "closed": self.closed.isoformat() if self.closed else False,
            "months": self.months,
            "rows": [{"key": key or False, "name": name, **self._amounts(row)} for key, name, row in named],
            "totals": self._amounts(totals),
        }

    def _amounts(self, row):
        recognised, forecast = ([in_currency(units, self.decimals) for units in part] for part in row[:2])
        return {
            "recognised": dict(zip(self.months, recognised[1:-1], strict=True)),
            "forecast": dict(zip(self.months, forecast[1:-1], strict=True)),
            "before": recognised[0],
            "recognised_after": recognised[-1],
            "forecast_before": forecast[0],
            "after": forecast[-1],
            "unscheduled": in_currency(row[2], self.decimals),
        }


#: Of an obligation ``o`` of a contract ``k``: which it is about, its days and what is booked of it.
EARNED = "k.state = 'active' AND o.measure NOT IN %s AND (o.measure != 'units' OR o.quantity != 0)"
LAST = SQL("COALESCE(o.earned_to, o.date_end, (o.date_start + o.duration_months * INTERVAL '1 month')::date - 1)")
BOOKED = SQL("COALESCE(e.cumulative, p.cumulative, 0)")
FIRST_OPEN_DAY = "(%s::date[])[array_position(%s::int[], p.close_id)] + 1"
#: The last close ``e`` says of most what is booked. Of the others their latest entry ``p`` does, which the index of
#: a contract's entries has last: postings of later closes have higher ids, for a company has one close at work.
REMAINING = """
    SELECT t.key, t.currency_id, c.decimal_places, t.first, t.last, t.monthly,
           (t.amount * 10::numeric ^ c.decimal_places)::bigint
      FROM (
            SELECT %(key)s AS key, k.currency_id, COALESCE(o.monthly, FALSE) AS monthly, %(last_day)s AS last,
                   CASE WHEN o.measure IN ('straight_line', 'point_in_time') AND %(last_day)s IS NOT NULL
                        THEN GREATEST(COALESCE(o.earned_from, o.date_start), e.open, %(open)s) END AS first,
                   SUM(COALESCE(o.allocated, 0) - %(booked)s) AS amount
              FROM revenue_obligation o
              JOIN (%(chosen)s) k ON k.id = o.contract_id
              LEFT JOIN (SELECT x.obligation_id, x.cumulative, %(closed)s::date + 1 AS open
                           FROM revenue_entry x WHERE x.close_id = %(last)s AND x.kind = 'revenue'
                        ) e ON e.obligation_id = o.id
              LEFT JOIN LATERAL (
                    SELECT x.cumulative, x.close_id
                      FROM revenue_entry x
                     WHERE e.obligation_id IS NULL AND x.contract_id = o.contract_id
                       AND COALESCE(x.obligation_id, 0) = o.id AND x.kind = 'revenue' AND x.close_id = ANY(%(standing)s)
                     ORDER BY x.posting_id DESC
                     LIMIT 1
                   ) p ON TRUE
             WHERE %(earned)s AND COALESCE(o.allocated, 0) != %(booked)s
             GROUP BY 1, 2, 3, 4, 5
           ) t
      JOIN res_currency c ON c.id = t.currency_id
"""
