"""Which exceptions wait for a person now: the same for worklist, dashboard and contracts."""

from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..closing.states import AT_WORK


class RevenueException(models.Model):
    """Exceptions of contracts, and those that a close at work found beyond them.

    A close keeps the exceptions found when it was computed; those that the contract has too are left out.
    """

    _inherit = "revenue.exception"

    is_todo = fields.Boolean(
        string="To Do",
        compute="_compute_is_todo",
        search="_search_is_todo",
        help="Found of the contract itself, or by the close at work and of no contract's own.",
    )

    def _compute_is_todo(self):
        todo = self.search([("id", "in", self.ids), ("is_todo", "=", True)])
        for exception in self:
            exception.is_todo = exception in todo

    def _search_is_todo(self, operator, value):
        if operator != "in" or set(value) != {True}:
            return NotImplemented
        self.flush_model(["close_id", "contract_id", "obligation_id", "kind", "blocking"])
        self.env["revenue.close"].flush_model(["state"])
        found = SQL(
            """
            SELECT e.id FROM revenue_exception e JOIN revenue_close c ON c.id = e.close_id
             WHERE c.state IN %s AND NOT EXISTS (
                SELECT 1 FROM revenue_exception own
                 WHERE own.close_id IS NULL AND own.contract_id = e.contract_id AND own.kind = e.kind
                   AND own.blocking = e.blocking AND own.obligation_id IS NOT DISTINCT FROM e.obligation_id)
            """,
            tuple(AT_WORK),
        )
        ids = [row for (row,) in self.env.execute_query(found)]
        return Domain("close_id", "=", False) | Domain("id", "in", ids)

    def _note_blocking(self, found):
        """Copy the blocking exceptions of a close to its contracts, which are left out from then on.

        :param found: list of (contract, list of :class:`~..loading.Problem`)
        """
        contracts = self.env["revenue.contract"].union(*(contract for contract, _problems in found))
        self.search([("contract_id", "in", contracts.ids), ("close_id", "=", False)]).unlink()
        self._note([(contract, problem, {}) for contract, problems in found for problem in problems])
        contracts._note_billed_above()
