"""Hours worked, from timesheets."""

from odoo.tools import SQL

from ...engine import events as e
from ..values import among, exact
from .base import Source, alone, counting


class Timesheets(Source):
    """Reads the timesheets of the order lines, and of the project that belong to no order line.

    Where several obligations of a project are measured by hours, the latter count for none, which is said: work that
    is not billed belongs to no order line either.
    """

    def read_into(self, loaded):
        """See :class:`Source`."""
        wanted = self.wanted(loaded, "hours")
        unclear = set()
        for contract_id, obligation_id, day, mine, hours in self.loader.rows(self._query(wanted)) if wanted else ():
            contract = loaded[contract_id]
            promise = contract.promises.get(obligation_id)
            worked = exact(hours)
            if promise and worked and not mine:
                if promise.id not in unclear:
                    contract.problem("shared_hours", promise, blocking=False, name=promise.name)
                unclear.add(promise.id)
            elif promise and worked:
                place = f"timesheets {day}"
                contract.events.append(e.Hours(date=day, place=place, obligation=promise.key, hours=worked))

    def _query(self, ids):
        """Return the query; of a project with several such obligations only what names its order line counts."""
        return SQL(
            """
            WITH wanted AS (
                SELECT o.id, o.contract_id, o.project_id, %(alone)s AS alone, %(counting)s AS counting
                  FROM revenue_obligation o
                 WHERE %(among)s AND o.measure = 'hours'
            )
            SELECT contract_id, id, date, mine, SUM(unit_amount::numeric)::text
              FROM (
                SELECT w.contract_id, w.id, a.date, TRUE AS mine, a.unit_amount
                  FROM wanted w
                  JOIN revenue_obligation_sale_line_rel r ON r.obligation_id = w.id
                  JOIN account_analytic_line a ON a.so_line = r.sale_line_id
                 WHERE a.project_id IS NOT NULL AND %(until)s
                UNION ALL
                SELECT w.contract_id, w.id, a.date, w.alone, a.unit_amount
                  FROM wanted w
                  JOIN account_analytic_line a ON a.project_id = w.project_id
                 WHERE a.so_line IS NULL AND w.counting AND %(until)s
              ) hours
             GROUP BY contract_id, id, date, mine
             ORDER BY contract_id, id, date
            """,
            among=among("o.contract_id", ids),
            alone=alone(self.loader),
            counting=counting(self.loader, "o"),
            until=self.loader.until("a.date"),
        )
