"""Cost incurred, from the analytic lines of projects: vendor bills, timesheets, expenses."""

from odoo.tools import SQL

from ...engine import events as e
from ..values import among, exact
from .base import Source, counting


class Costs(Source):
    """Reads what was charged to the project's analytic account, by the kind each line has.

    Lines of income are not cost. Where obligations of a project share its analytic account,
    only lines that name an order line can be told apart; the rest is a problem.
    """

    def read_into(self, loaded):
        """See :class:`Source`."""
        wanted = self.wanted(loaded, "cost_to_cost")
        for row in self.loader.rows(self._query(wanted)) if wanted else ():
            contract_id, obligation_id, day, kind, amount, shared = row
            contract = loaded[contract_id]
            promise = contract.promises.get(obligation_id)
            if promise is None:
                continue
            if shared:
                contract.problem("shared", promise, name=promise.name)
                continue
            cost = self._in_contract_currency(contract, day, exact(amount))
            if cost:
                place = f"{promise.key}: cost of {day}"
                contract.events.append(
                    e.Cost(date=day, place=place, obligation=promise.key, amount=cost, kind=e.CostKind(kind))
                )

    def _in_contract_currency(self, contract, day, amount):
        """Return an amount of the company's currency in units of the contract's."""
        units = amount * 10**self.loader.company_decimals
        if contract.currency_id == self.loader.company.currency_id.id:
            return units
        rates = self.loader.rates.of(contract.currency_id)
        current = [rate for since, rate in zip(rates.dates, rates.rates, strict=True) if since <= day]
        return units / current[-1] if current else units

    def _query(self, ids):
        return SQL(
            """
            WITH wanted AS (
                SELECT o.id, o.contract_id, p.account_id, %(counting)s AS counting, EXISTS (
                           SELECT 1 FROM revenue_obligation other
                             JOIN revenue_contract its ON its.id = other.contract_id AND its.state != 'cancelled'
                             JOIN project_project place ON place.id = other.project_id
                            WHERE place.account_id = p.account_id AND other.id != o.id
                              AND other.measure = 'cost_to_cost' AND (%(other)s OR NOT (%(counting)s))
                       ) AS shared
                  FROM revenue_obligation o
                  JOIN project_project p ON p.id = o.project_id
                 WHERE %(among)s AND o.measure = 'cost_to_cost' AND p.account_id IS NOT NULL
            )
            SELECT w.contract_id, w.id, a.date, COALESCE(a.revenue_cost_kind, 'normal') AS kind,
                   SUM(-a.amount)::text,
                   w.shared AND NOT EXISTS (
                       SELECT 1 FROM revenue_obligation_sale_line_rel r
                        WHERE r.obligation_id = w.id AND r.sale_line_id = a.so_line
                   ) AND a.so_line IS NULL
              FROM wanted w
              JOIN account_analytic_line a ON a.account_id = w.account_id
              LEFT JOIN account_account g ON g.id = a.general_account_id
             WHERE (g.id IS NULL OR g.account_type LIKE 'expense%%' OR g.account_type = 'asset_current')
               AND a.category != 'invoice' AND a.amount != 0 AND %(until)s
               AND (NOT w.shared OR (a.so_line IS NULL AND w.counting) OR EXISTS (
                       SELECT 1 FROM revenue_obligation_sale_line_rel r
                        WHERE r.obligation_id = w.id AND r.sale_line_id = a.so_line
                   ))
             GROUP BY w.contract_id, w.id, a.date, kind, 6
             ORDER BY w.contract_id, w.id, a.date, kind DESC
            """,
            among=among("o.contract_id", ids),
            until=self.loader.until("a.date"),
            counting=counting(self.loader, "o"),
            other=counting(self.loader, "other"),
        )
