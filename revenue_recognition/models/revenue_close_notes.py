from odoo import models
from odoo.tools import SQL

from ..engine.wording import Figure
from ..loading import Problem

#: Facts of a company dated up to a day and recorded after a moment, from every table that closes read.
LATE = """
    SELECT contract_id, COUNT(*), MIN(date) FROM (
        SELECT contract_id, date FROM revenue_evidence
         WHERE company_id = %(company)s AND date <= %(date)s AND create_date > %(moment)s
        UNION ALL
        SELECT contract_id, date FROM revenue_price_change
         WHERE company_id = %(company)s AND date <= %(date)s AND create_date > %(moment)s
        UNION ALL
        SELECT contract_id, date FROM revenue_modification
         WHERE company_id = %(company)s AND date <= %(date)s AND applied_at > %(moment)s AND state = 'applied'
        UNION ALL
        SELECT revenue_contract_id, date FROM account_move_line
         WHERE company_id = %(company)s AND date <= %(date)s AND create_date > %(moment)s
           AND revenue_contract_id IS NOT NULL AND parent_state = 'posted' AND display_type = 'product'
        UNION ALL
        SELECT o.contract_id, a.date FROM revenue_obligation o
          JOIN revenue_obligation_sale_line_rel r ON r.obligation_id = o.id
          JOIN account_analytic_line a ON a.so_line = r.sale_line_id
         WHERE o.company_id = %(company)s AND o.measure = 'hours' AND a.project_id IS NOT NULL
           AND a.date <= %(date)s AND a.create_date > %(moment)s
        UNION ALL
        SELECT o.contract_id, a.date FROM revenue_obligation o
          JOIN project_project p ON p.id = o.project_id
          JOIN account_analytic_line a ON a.account_id = p.account_id
         WHERE o.company_id = %(company)s AND o.measure = 'cost_to_cost' AND a.category != 'invoice'
           AND a.date <= %(date)s AND a.create_date > %(moment)s
        UNION ALL
        SELECT o.contract_id, m.reached_date FROM revenue_obligation o
          JOIN revenue_obligation_sale_line_rel r ON r.obligation_id = o.id
          JOIN project_milestone m ON m.sale_line_id = r.sale_line_id
         WHERE o.company_id = %(company)s AND (o.measure = 'milestones' OR o.trigger = 'milestone') AND m.is_reached
           AND m.reached_date <= %(date)s AND m.write_date > %(moment)s
    ) facts
     GROUP BY contract_id ORDER BY contract_id
"""


class RevenueClose(models.Model):
    """Notes on a close: facts of closed periods that came in late, proposed modifications that wait for an answer."""

    _inherit = "revenue.close"

    def _note_late_evidence(self):
        """Say which facts of closed periods came in after their close."""
        last = self._last_posted(self.company_id)
        if not last:
            return
        query = SQL(LATE, company=self.company_id.id, date=last.date, moment=last.prepared_at)
        self._note(
            (contract_id, Problem("late", blocking=False, count=Figure(f"{count:,}"), date=date))
            for contract_id, count, date in self.env.execute_query(query)
        )

    def _note_proposals(self):
        """Say which changes of contracts wait for an answer."""
        waiting = self.env["revenue.modification"].search(
            [("company_id", "=", self.company_id.id), ("state", "=", "proposed"), ("date", "<=", self.date)]
        )
        self._note((one.contract_id.id, Problem("proposed", blocking=False, name=one.name)) for one in waiting)

    def _note(self, problems):
        """Note problems of contracts, as (id, :class:`~..loading.Problem`)."""
        contracts = self.env["revenue.contract"]
        self.env["revenue.exception"]._note(
            [(contracts.browse(contract_id), problem, {"close_id": self.id}) for contract_id, problem in problems]
        )
