"""Contract cost capitalised, and its impairment."""

from odoo.tools import SQL

from ...engine import events as e
from .base import Source


class ContractCosts(Source):
    """Reads ``revenue.contract.cost``; a cost that names no obligation is amortised with all of them."""

    def read_into(self, loaded):
        """See :class:`Source`."""
        query = SQL(
            """
            SELECT a.contract_id, a.id, a.date, a.kind, %s,
                   ARRAY(SELECT r.obligation_id FROM revenue_contract_cost_obligation_rel r WHERE r.cost_id = a.id)
              FROM revenue_contract_cost a
              JOIN revenue_contract k ON k.id = a.contract_id
              JOIN res_currency c ON c.id = k.currency_id
             WHERE %s AND %s
             ORDER BY a.date, a.id
            """,
            self.loader.scale("a.amount"),
            self.loader.among("a.contract_id", loaded),
            self.loader.until("a.date"),
        )
        for contract_id, row_id, day, kind, amount, obligations in self.loader.rows(query):
            contract = loaded[contract_id]
            place = f"contract cost {row_id}"
            if kind == "impair":
                contract.events.append(e.Impair(date=day, place=place, amount=amount))
                continue
            promises = contract.promises
            over = [promises[one] for one in sorted(obligations) if one in promises] or promises.values()
            keys = tuple(promise.key for promise in over if not promise.added_by or obligations)
            contract.events.append(e.ContractCost(date=day, place=place, amount=amount, over=keys))
