"""Notes on a close about revenue booked on another account or distribution than before."""

from odoo import models
from odoo.tools import SQL

from ..closing.states import COUNTING
from ..loading import Problem

#: Rows of revenue of a close that stand on another account or distribution than the last ones of their obligation.
MOVED = """
    SELECT e.contract_id, e.obligation_id, o.name, p.credit_account_id, p.analytic_distribution,
           before.credit_account_id, before.analytic_distribution
      FROM revenue_entry e
      JOIN revenue_posting p ON p.id = e.posting_id
      JOIN revenue_obligation o ON o.id = e.obligation_id AND o.moved_at IS NOT NULL
      JOIN LATERAL (
            SELECT q.credit_account_id, q.analytic_distribution
              FROM revenue_entry x
              JOIN revenue_posting q ON q.id = x.posting_id
              JOIN revenue_close c ON c.id = x.close_id
             WHERE x.obligation_id = e.obligation_id AND x.kind = 'revenue' AND x.close_id != e.close_id
               AND c.state IN %(states)s
             ORDER BY c.date DESC, x.id DESC LIMIT 1
           ) before ON TRUE
     WHERE e.close_id = %(close)s AND e.kind = 'revenue'
       AND (before.credit_account_id, before.analytic_distribution)
           IS DISTINCT FROM (p.credit_account_id, p.analytic_distribution)
     ORDER BY e.id
"""


class RevenueClose(models.Model):
    """Before it is posted: what follows another account, distribution or project of its order."""

    _inherit = "revenue.close"

    def _note_moved(self):
        """Say which revenue is booked elsewhere from this close on."""
        rows = self.env.execute_query(SQL(MOVED, close=self.id, states=COUNTING))
        self._note(
            (
                contract,
                Problem(
                    "moved",
                    obligation,
                    blocking=False,
                    name=name,
                    now=self._booked_place(account, distribution),
                    before=self._booked_place(*before),
                ),
            )
            for contract, obligation, name, account, distribution, *before in rows
        )

    def _booked_place(self, account_id, distribution):
        """Return an account and an analytic distribution as people know them."""
        account = self.env["account.account"].sudo().browse(account_id).with_company(self.company_id)
        ids = {int(one) for key in distribution or {} for one in key.split(",")}
        analytic = self.env["account.analytic.account"].sudo().browse(sorted(ids)).exists()
        return ", ".join([account.display_name or "", *analytic.mapped("display_name")])

    def _note_other_projects(self):
        """Say which orders are delivered in another project than progress is read from."""
        for one in self.env["revenue.obligation"]._of_other_projects(self.company_id):
            place = one.sale_line_ids._revenue_project()
            problem = Problem(
                "project",
                one.id,
                blocking=False,
                name=one.name,
                now=place.display_name or "-",
                before=one.project_id.display_name or "-",
            )
            self._note([(one.contract_id.id, problem)])
