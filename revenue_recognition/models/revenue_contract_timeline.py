"""A contract through time: what is billed, what is recognised, what is still to come."""

from odoo import api, fields, models
from odoo.tools import SQL

from ..closing.states import COUNTING
from ..engine import Refusal, Timeline
from ..engine.money import in_currency
from ..engine.position import position
from ..loading import Loader
from ..loading.planned import planned_events

#: So many points are drawn at most; a longer contract is drawn by quarters or years.
POINTS = 48
MONTHS_APART = (1, 3, 12, 60, 600)


class RevenueContract(models.Model):
    """The timeline of one contract, in its own currency."""

    _inherit = "revenue.contract"

    @api.readonly
    def get_timeline(self) -> dict:
        """Return what is billed, recognised and forecast of the contract, cumulative, from month to month.

        Recognised is what posted closes booked. Forecast is what is earned by the end of a month as far as it is known
        today: of what has happened, of what time alone earns, and of milestones by their deadlines. Months become
        quarters or years where there are many.

        :return: ``{"currency": id, "price": transaction price, "today": ISO date, "closed": the last day that a
            posted close of the contract covers or false, "points": [{"date": ISO date, "billed": amount or false,
            "recognised": amount or false, "forecast": amount or false}], "waiting": what no date is known for yet,
            "problems": [texts]}``, amounts in the contract's currency; points are empty where there are problems that
            keep it from being worked out
        :raises AccessError: for users who may not read the contract, or are of no revenue group
        """
        self.ensure_one()
        self._check_may_simulate()
        self.check_access("read")
        contract = self.sudo()
        contract.env.flush_all()
        loaded = Loader(contract.env, contract.company_id).load(contract.ids)[contract.id]
        found = {**contract._timeline_head(), "points": [], "price": 0.0, "waiting": 0.0}
        sentence = self.env["revenue.exception"]._sentence
        if not loaded.blocked() and loaded.promises:
            loaded.events += planned_events(loaded, self.company_id._revenue_today())
            try:
                found.update(contract._draw(loaded))
            except Refusal as refusal:
                loaded.refused(refusal)
        found["problems"] = [sentence(problem, self) for problem in loaded.problems if problem.blocking]
        return found

    def _timeline_head(self):
        closed = self._closed_through()
        return {
            "currency": self.currency_id.id,
            "today": self.company_id._revenue_today().isoformat(),
            "closed": closed.isoformat() if closed else False,
        }

    def _closed_through(self):
        """Return the last day that a posted close of the company covers, if the contract had begun; else nothing."""
        last = self.env["revenue.close"]._last_posted(self.company_id)
        return last.date if last and last.date >= self.date else None

    def _draw(self, loaded):
        """Return points, price and what waits, of a contract that can be worked out.

        :raises Refusal: when it can't be
        """
        today = self.company_id._revenue_today()
        closes, closed = self._booked_by_close(), self._closed_through()
        timeline = Timeline(loaded.contract())
        points, found = [], None
        for day in self._timeline_days(loaded, today):
            state = timeline.forward(day)
            found = position(state, day)
            booked = sum(amount for date, amount in closes if date <= day)
            points.append(
                {
                    "date": day.isoformat(),
                    "billed": in_currency(found.billed, loaded.decimals) if self._has_begun(day, today) else False,
                    "recognised": self.currency_id.round(booked) if closed and self._has_begun(day, closed) else False,
                    "forecast": in_currency(found.revenue, loaded.decimals) if not closed or day >= closed else False,
                }
            )
        price = in_currency(found.transaction_price, loaded.decimals)
        waiting = self.currency_id.round(price - in_currency(found.revenue, loaded.decimals))
        return {"points": points, "price": price, "waiting": waiting}

    def _has_begun(self, day, now):
        """Return whether the month that ends with a day has begun by another day."""
        return fields.Date.start_of(day, "month") <= now

    def _timeline_days(self, loaded, today):
        """Return the ends of months from inception until nothing more is known to happen."""
        obligations = self.obligation_ids
        ends = [today, loaded.date, *(event.date for event in loaded.events)]
        ends += [day for obligation in obligations for day in (obligation.earned_to, obligation.date_end) if day]
        first, last = fields.Date.start_of(loaded.date, "month"), fields.Date.end_of(max(ends), "month")
        months = 12 * (last.year - first.year) + last.month - first.month + 1
        step = next(step for step in MONTHS_APART if months <= step * POINTS or step == MONTHS_APART[-1])
        days, months = [], 0
        while not days or days[-1] < last:
            months += step
            days.append(fields.Date.subtract(fields.Date.add(first, months=months), days=1))
        return days

    def _booked_by_close(self):
        """Return day and revenue of each posted close of the contract, the first one first."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT r.date, SUM(e.amount)::text
                  FROM revenue_entry e JOIN revenue_close r ON r.id = e.close_id
                 WHERE e.contract_id = %s AND e.kind = 'revenue' AND r.state IN %s
                 GROUP BY 1 ORDER BY 1
                """,
                self.id,
                COUNTING,
            )
        )
        return [(day, float(amount)) for day, amount in rows]
