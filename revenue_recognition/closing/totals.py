"""Postings as the sum of their rows, once all rows of a close are there."""

from odoo.tools import SQL


def total_postings(cr, close_id):
    """Merge postings with the same accounts and dimensions, and write the sums of all.

    :param cr: cursor
    :param int close_id: the close, of which every contract is worked out
    """
    twice = _twice(close_id)
    cr.execute(
        SQL("UPDATE revenue_entry e SET posting_id = twice.first FROM (%s) twice WHERE e.posting_id = twice.id", twice)
    )
    cr.execute(SQL("DELETE FROM revenue_posting p USING (%s) twice WHERE p.id = twice.id", twice))
    cr.execute(
        SQL(
            """
            UPDATE revenue_posting p
               SET amount = sums.amount, company_amount = sums.company_amount, rows = sums.rows
              FROM (SELECT posting_id, SUM(amount) AS amount, SUM(company_amount) AS company_amount, COUNT(*) AS rows
                      FROM revenue_entry WHERE close_id = %s GROUP BY posting_id) sums
             WHERE p.id = sums.posting_id
            """,
            close_id,
        )
    )


def _twice(close_id):
    """Return a query of postings that say the same as an earlier one: two parts were worked out at once."""
    return SQL(
        """
        SELECT id, first FROM (
            SELECT id, MIN(id) OVER (PARTITION BY kind, journal_id, debit_account_id, credit_account_id, currency_id,
                                     analytic_distribution, contract_id, partner_id) AS first
              FROM revenue_posting WHERE close_id = %s
        ) posting WHERE id != first
        """,
        close_id,
    )
