from odoo import fields, models
from odoo.tools import SQL


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

        :param int size: contracts of a part
        :return: how many contracts there were
        """
        last = max(close.part_ids.mapped("last_contract_id"), default=0)
        rows = self.env.execute_query(
            SQL(
                """
                INSERT INTO revenue_close_part (close_id, first_contract_id, last_contract_id, contract_count, done)
                SELECT %s, MIN(id), MAX(id), COUNT(*), FALSE
                  FROM (SELECT id, (ROW_NUMBER() OVER (ORDER BY id) - 1) / %s AS part
                          FROM revenue_contract WHERE company_id = %s AND date <= %s AND id > %s) contract
                 GROUP BY part ORDER BY part
                RETURNING contract_count
                """,
                close.id,
                size,
                close.company_id.id,
                close.date,
                last,
            )
        )
        close.invalidate_recordset(["part_ids"])
        return sum(count for (count,) in rows)

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
        return self.env["revenue.contract"].search(
            [
                ("company_id", "=", self.close_id.company_id.id),
                ("date", "<=", self.close_id.date),
                ("id", ">=", self.first_contract_id),
                ("id", "<=", self.last_contract_id),
            ],
            order="id",
        )
