"""Of what has no month in a waterfall: what is earned and not posted yet, as the next closes will book it."""

from odoo import fields
from odoo.tools import SQL, split_every

from ..engine import Refusal, Timeline
from ..engine.position import position
from ..loading import Loader

#: Contracts that are worked out at a time.
CHUNK = 1000
#: Ids of contracts about which a fact is dated after the last close, or was recorded since then: only these can have
#: earned what no close has seen. ``fresh`` is told the day of a fact, and when it was recorded.
FACTS = """
    WITH milestones AS (
        SELECT m.project_id, m.sale_line_id FROM project_milestone m WHERE %(milestone)s
    ), work AS (
        SELECT a.project_id, a.so_line, a.account_id FROM account_analytic_line a WHERE %(work)s
    ), lines AS (
        SELECT sale_line_id AS id FROM milestones UNION SELECT so_line FROM work
    )
    SELECT e.contract_id FROM revenue_evidence e WHERE %(evidence)s
    UNION SELECT i.revenue_contract_id FROM account_move_line i
           WHERE i.revenue_contract_id IS NOT NULL AND i.parent_state = 'posted' AND %(invoice)s
    UNION SELECT c.contract_id FROM revenue_modification c WHERE c.state = 'applied' AND %(change)s
    UNION SELECT c.contract_id FROM revenue_price_change c WHERE %(change)s
    UNION SELECT o.contract_id FROM lines
            JOIN revenue_obligation_sale_line_rel r ON r.sale_line_id = lines.id
            JOIN revenue_obligation o ON o.id = r.obligation_id
    UNION SELECT o.contract_id FROM milestones JOIN revenue_obligation o ON o.project_id = milestones.project_id
    UNION SELECT s.revenue_contract_id FROM milestones JOIN sale_order s ON s.project_id = milestones.project_id
    UNION SELECT s.revenue_contract_id FROM milestones
            JOIN sale_order_line l ON l.project_id = milestones.project_id
            JOIN sale_order s ON s.id = l.order_id
    UNION SELECT o.contract_id FROM work JOIN revenue_obligation o ON o.project_id = work.project_id
    UNION SELECT o.contract_id FROM work
            JOIN project_project p ON p.account_id = work.account_id
            JOIN revenue_obligation o ON o.project_id = p.id
    UNION SELECT x.contract_id FROM revenue_exception x WHERE x.close_id = %(last)s AND x.blocking
    UNION SELECT t.id FROM revenue_contract t WHERE %(contract)s
    UNION SELECT o.contract_id FROM revenue_obligation o WHERE %(obligation)s
"""


class EarnedUnposted:
    """Gives what is earned and not posted yet the month in which a close books it."""

    def _earned(self, chosen, group, last_day):
        """Return what is earned through the running month and not booked: in the open months that it belongs to.

        What was earned in months that are closed falls on the first open day, as the next close catches it up. What
        time alone earns is left aside: it is spread.

        :param chosen: SQL of the contracts that count
        :param group: SQL of what rows are about
        :param last_day: SQL of the last day of an obligation ``o`` that time alone earns
        :return: rows as ``Waterfall.remaining`` returns them, and what they take off what has no month, by obligation
        """
        rows, earned = [], {}
        for ids in split_every(CHUNK, self._touched(chosen, last_day)):
            keys, booked = self._waiting_keys(ids, group, last_day), self._booked_of(ids)
            for contract in Loader(self.env, self.company, self._until(), payments=False).load(ids).values():
                for promise_id, steps in self._work_out(contract, keys, booked).items():
                    key, exempt = keys[promise_id]
                    head = key, contract.currency_id, contract.decimals
                    earned[promise_id] = 0 if exempt else sum(units for _day, units in steps)
                    if earned[promise_id]:
                        rows.append((*head, None, None, False, -earned[promise_id]))
                    rows += [(*head, day, day, False, units) for day, units in steps if units]
        return rows, earned

    def _until(self):
        """Return the end of the running month: through it a close may be looked at."""
        return fields.Date.end_of(self.company._revenue_today(), "month")

    def _touched(self, chosen, last_day):
        """Return the ids of active contracts of which a fact may have earned something since the last close."""
        query = SQL(
            """
            SELECT k.id FROM (%s) k
             WHERE k.state = 'active' AND k.id IN (%s) AND EXISTS (
                       SELECT 1 FROM revenue_obligation o WHERE o.contract_id = k.id AND NOT %s)
             ORDER BY 1
            """,
            chosen,
            self._facts(),
            self._timed(last_day),
        )
        return [contract_id for (contract_id,) in self.env.execute_query(query)]

    def _facts(self):
        last = self.standing[0] if self.standing else 0
        # From when the close was begun: what it saw of the facts recorded meanwhile is not told by them.
        since = self.env["revenue.close"].sudo().browse(last).create_date if last else None

        def fresh(day, recorded):
            if not last:
                return SQL("TRUE")
            dated = SQL("%s > %s", SQL.identifier(*day.split(".")), self.closed) if day else SQL("FALSE")
            return SQL("(%s OR %s >= %s)", dated, SQL.identifier(*recorded.split(".")), since)

        return SQL(
            FACTS,
            milestone=fresh("m.reached_date", "m.write_date"),
            work=fresh("a.date", "a.write_date"),
            invoice=fresh("i.date", "i.write_date"),
            evidence=fresh("e.date", "e.create_date"),
            change=fresh("c.date", "c.write_date"),
            contract=fresh(None, "t.write_date"),
            obligation=fresh(None, "o.write_date"),
            last=last,
        )

    def _timed(self, last_day):
        return SQL("(o.measure IN ('straight_line', 'point_in_time') AND %s IS NOT NULL)", last_day)

    def _waiting_keys(self, ids, group, last_day):
        """Return of obligations that facts earn what their rows are about, and whether they are exempt."""
        query = SQL(
            "SELECT o.id, %s, o.measure IN %s FROM revenue_obligation o JOIN revenue_contract k ON k.id = o.contract_id"
            " WHERE o.contract_id = ANY(%s) AND NOT %s",
            group,
            self.exempt,
            list(ids),
            self._timed(last_day),
        )
        return {obligation_id: values for obligation_id, *values in self.env.execute_query(query)}

    def _booked_of(self, ids):
        """Return the units of revenue that the closes that count booked, by obligation."""
        query = SQL(
            """
            SELECT e.obligation_id, (SUM(e.amount) * 10::numeric ^ c.decimal_places)::bigint
              FROM revenue_entry e
              JOIN revenue_contract k ON k.id = e.contract_id
              JOIN res_currency c ON c.id = k.currency_id
             WHERE e.contract_id = ANY(%s) AND e.kind = 'revenue' AND e.close_id = ANY(%s)
             GROUP BY 1, c.decimal_places
            """,
            list(ids),
            list(self.days),
        )
        return dict(self.env.execute_query(query))

    def _work_out(self, contract, keys, booked):
        """Return day and units of what each month earns of obligations; nothing where a close leaves it out."""
        if contract.blocked() or not contract.promises:
            return {}
        ids = {promise.key: promise.id for promise in contract.promises.values() if promise.id in keys}
        before, steps = {one: booked.get(one, 0) for one in ids.values()}, {one: [] for one in ids.values()}
        try:
            timeline = Timeline(contract.contract())
            for end, day in self._open_months(contract.date):
                for line in position(timeline.forward(end), end).lines:
                    if line.key in ids:
                        one = ids[line.key]
                        steps[one].append((day, line.recognised - before[one]))
                        before[one] = line.recognised
        except Refusal:
            return {}
        return steps

    def _open_months(self, begun):
        """Yield the last day of each open month from a day to the running one, and the day its revenue falls on."""
        today, last = self.company._revenue_today(), self._until()
        start = max(begun, fields.Date.add(self.closed, days=1)) if self.closed else begun
        end = fields.Date.end_of(min(start, last), "month")
        while end < last:
            yield end, end
            end = fields.Date.end_of(fields.Date.add(end, days=1), "month")
        if begun <= last:
            yield last, max(today, start)
