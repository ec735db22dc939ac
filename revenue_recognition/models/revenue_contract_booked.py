"""Where contracts stand in the books: what they are listed and grouped by."""

from contextlib import closing

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..closing.states import COUNTING
from .revenue_rollforward import EFFECTS

POSITIONS = [
    ("asset", "Contract Asset"),
    ("liability", "Contract Liability"),
    ("settled", "Settled"),
    ("none", "Nothing Booked"),
]
#: For one query over all entries: memory, and no time for compiling it.
SETTINGS = "SELECT set_config('work_mem', '128MB', TRUE), set_config('jit', 'off', TRUE)"
#: Of each kind of entry: its sign on what the contract is owed (below zero) or owes, and its column.
SIGNS = [(kind, sign, part) for kind, sign, asset, part in EFFECTS if not asset]


class RevenueContract(models.Model):
    """Balances of contracts as posted closes left them, in one query for many."""

    _inherit = "revenue.contract"

    position_kind = fields.Selection(
        POSITIONS,
        string="Position",
        compute="_compute_booked",
        search="_search_position_kind",
        compute_sudo=True,
        group_expand=True,
        help="As posted closes left it: earned beyond what is billed is a contract asset, billed beyond what is earned "
        "a contract liability.",
    )
    booked_balance = fields.Monetary(
        string="Balance",
        compute="_compute_booked",
        compute_sudo=True,
        aggregator=None,
        help="Contract asset or contract liability in the books; which one it is, the position says.",
    )
    booked_billed = fields.Monetary(
        string="Billed in the Books",
        compute="_compute_booked",
        compute_sudo=True,
        aggregator=None,
        help="What closes booked of its invoices.",
    )
    booked_revenue = fields.Monetary(
        string="Recognised in the Books",
        compute="_compute_booked",
        compute_sudo=True,
        aggregator=None,
        help="What closes booked of its revenue.",
    )

    @api.depends("entry_ids")
    def _compute_booked(self):
        rows = self.env.execute_query(self._booked_sql(SQL("e.contract_id = ANY(%s)", self._origin.ids)))
        found = {contract_id: amounts for contract_id, *amounts in rows}
        for contract in self:
            amounts = found.get(contract._origin.id)
            net, billed, revenue = (contract.currency_id.round(float(one)) for one in amounts or (0, 0, 0))
            contract.position_kind = self._kind_of(net) if amounts else "none"
            contract.booked_balance = abs(net)
            contract.booked_billed = billed
            contract.booked_revenue = revenue

    @api.model
    def _kind_of(self, net):
        """Return how a net position is presented; above zero is what the contract owes."""
        if not net:
            return "settled"
        return "liability" if net > 0 else "asset"

    @api.model
    def _booked_sql(self, condition):
        """Return SQL of contracts with their net position (above zero what they owe), billed and recognised."""
        return SQL(
            """
            SELECT e.contract_id, SUM(e.amount * f.sign) AS net,
                   COALESCE(SUM(e.amount) FILTER (WHERE f.part = 'billed'), 0) AS billed,
                   COALESCE(SUM(e.amount) FILTER (WHERE e.kind = 'revenue'), 0) AS revenue
              FROM revenue_entry e
              JOIN revenue_close r ON r.id = e.close_id
              JOIN (VALUES %s) AS f (kind, sign, part) ON f.kind = e.kind
             WHERE r.state IN %s AND %s
             GROUP BY 1
            """,
            SQL(", ").join(SQL("(%s, %s, %s)", *one) for one in SIGNS),
            COUNTING,
            condition,
        )

    # === GROUPING AND SEARCHING === #

    @api.model
    def _standing(self):
        """Return the ids of contracts by how they stand in the books; of those without entries there are none.

        Worked out once in a transaction: a kanban asks for each of its columns. What is settled is never changed, so
        that the closes that are settled say whether it is still right.
        """
        closes = self.env["revenue.close"].sudo()
        closes.flush_model(["state"])
        key = ("revenue_standing", *closes.search([("state", "in", COUNTING)], order="id").ids)
        if key not in self.env.cr.cache:
            standing = {"asset": [], "liability": [], "settled": []}
            # Rolling back undoes nothing but the settings.
            with closing(self.env.cr.savepoint(flush=False)):
                self.env.cr.execute(SETTINGS)
                for contract_id, net, _billed, _revenue in self.env.execute_query(self._booked_sql(SQL("TRUE"))):
                    standing[self._kind_of(net)].append(contract_id)
            self.env.cr.cache[key] = standing
        return self.env.cr.cache[key]

    def _field_to_sql(self, alias, field_expr, query=None):
        if field_expr != "position_kind":
            return super()._field_to_sql(alias, field_expr, query)
        column = SQL.identifier(alias, "id")
        cases = [SQL("WHEN %s = ANY(%s) THEN %s", column, ids, kind) for kind, ids in self._standing().items()]
        return SQL("CASE %s ELSE 'none' END", SQL(" ").join(cases))

    def _search_position_kind(self, operator, value):
        if operator not in ("in", "not in"):
            return NotImplemented
        kinds = {kind for kind, _label in POSITIONS if (kind in value) == (operator == "in")}
        standing = self._standing()
        if "none" not in kinds:
            return Domain("id", "in", [one for kind in kinds for one in standing[kind]])
        return Domain("id", "not in", [one for kind, ids in standing.items() if kind not in kinds for one in ids])
