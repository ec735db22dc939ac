"""Discounts that belong to some obligations only."""

from odoo.tools import SQL

from ...engine.terms import Discount
from .base import Source


class Discounts(Source):
    """Reads ``revenue.contract.discount``."""

    def read_into(self, loaded):
        """See :class:`Source`."""
        query = SQL(
            """
            SELECT d.contract_id, d.id, %s,
                   ARRAY(SELECT r.obligation_id FROM revenue_contract_discount_obligation_rel r
                          WHERE r.discount_id = d.id ORDER BY 1)
              FROM revenue_contract_discount d
              JOIN revenue_contract k ON k.id = d.contract_id
              JOIN res_currency c ON c.id = k.currency_id
             WHERE %s
             ORDER BY d.contract_id, d.id
            """,
            self.loader.scale("d.amount"),
            self.loader.among("d.contract_id", loaded),
        )
        for contract_id, row_id, amount, obligations in self.loader.rows(query):
            contract = loaded[contract_id]
            keys = tuple(
                contract.promises[obligation].key for obligation in obligations if obligation in contract.promises
            )
            if keys:
                contract.discounts.append(Discount(amount=amount, allocate_to=keys, place=f"discount {row_id}"))
