from math import ceil

from odoo import fields, models
from odoo.tools import SQL

#: Scheduled actions that work at a close.
WORKERS = 2


class RevenueClosePart(models.Model):
    """A stretch of contracts of a close: what one worker works out in one transaction.

    Parts exist while their close is computed. Several workers take them without waiting for each other.
    """

    _name = "revenue.close.part"
    _description = "Part of a Revenue Close"
    _order = "id"
    _log_access = False

    close_id = fields.Many2one("revenue.close", required=True, index=True, ondelete="cascade")
    first_contract_id = fields.Integer(required=True, help="The lowest id of its contracts.")
    last_contract_id = fields.Integer(required=True, help="The highest id of its contracts.")
    contract_count = fields.Integer(required=True)
    done = fields.Boolean()

    def _divide(self, close, size):
        """Divide the contracts of a close that came after its last part.

        :param int size: contracts of a part, at most
        :return: how many contracts there were
        """
        last = max(close.part_ids.mapped("last_contract_id"), default=0)
        count = self.env["revenue.contract"].search_count([*close._contract_domain(), ("id", ">", last)])
        # As many parts for each worker, so that neither waits for the other at the end.
        parts = WORKERS * ceil(count / size / WORKERS) if count > size else 1
        self.env.execute_query(
            SQL(
                """
                INSERT INTO revenue_close_part (close_id, first_contract_id, last_contract_id, contract_count, done)
                SELECT %s, MIN(id), MAX(id), COUNT(*), FALSE
                  FROM (SELECT id, (ROW_NUMBER() OVER (ORDER BY id) - 1) / %s AS part
                          FROM revenue_contract WHERE company_id = %s AND date <= %s AND id > %s) contract
                 GROUP BY part ORDER BY part
                RETURNING id
                """,
                close.id,
                max(1, ceil(count / parts)),
                close.company_id.id,
                close.date,
                last,
            )
        )
        close.invalidate_recordset(["part_ids"])
        return count

    def _take_next(self, close):
        """Lock the first part that nobody is at, until the transaction ends; return it, or none."""
        query = SQL(
            """
            SELECT id FROM revenue_close_part WHERE close_id = %s AND NOT done
             ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED
            """,
            close.id,
        )
        return self.browse(row_id for (row_id,) in self.env.execute_query(query))

    def _contracts(self):
        """Return the contracts of a part, in the order of their ids."""
        self.ensure_one()
        ids = [("id", ">=", self.first_contract_id), ("id", "<=", self.last_contract_id)]
        return self.env["revenue.contract"].search([*self.close_id._contract_domain(), *ids], order="id")
