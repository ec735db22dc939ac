"""What customers paid, from the reconciled invoices of the contract, net of taxes."""

from fractions import Fraction

from odoo.tools import SQL

from ...engine import events as e
from ...engine.money import round_half_away
from ..values import among, exact
from .base import Source


class Payments(Source):
    """Reads payments by the day they meet their invoice, or the payment's own date if that is later.

    An invoice's payment belongs to the contract in the proportion its lines have of the
    total. A close reads them only where money bears interest: nothing else depends on them.
    """

    def read_into(self, loaded):
        """See :class:`Source`."""
        wanted = [one.id for one in loaded.values() if self.loader.payments or one.financing_rate]
        paid = {}
        totals = {}
        for contract_id, day, amount in self.loader.rows(self._query(wanted)) if wanted else ():
            total = paid.get(contract_id, Fraction(0)) + exact(amount) * 10 ** loaded[contract_id].decimals
            paid[contract_id] = total
            totals.setdefault(contract_id, {})[day] = round_half_away(total)
        for contract_id, by_day in totals.items():
            _add_payments(loaded[contract_id], by_day)

    def _query(self, ids):
        return SQL(
            """
            WITH own AS (
                SELECT revenue_contract_id AS contract_id, move_id, SUM(-amount_currency) AS amount
                  FROM account_move_line
                 WHERE %s AND parent_state = 'posted' AND display_type = 'product'
                 GROUP BY 1, 2
            ), due AS (
                SELECT own.contract_id, l.id, own.amount,
                       SUM(l.amount_currency) OVER (PARTITION BY own.contract_id, l.move_id) AS total
                  FROM own JOIN account_move_line l ON l.move_id = own.move_id
                 WHERE l.display_type = 'payment_term'
            ), paid AS (
                SELECT due.contract_id, due.amount, due.total, p.max_date AS day, p.debit_amount_currency AS paid,
                       p.credit_move_id AS other
                  FROM due JOIN account_partial_reconcile p ON p.debit_move_id = due.id
                UNION ALL
                SELECT due.contract_id, due.amount, due.total, p.max_date, -p.credit_amount_currency, p.debit_move_id
                  FROM due JOIN account_partial_reconcile p ON p.credit_move_id = due.id
            )
            SELECT paid.contract_id, paid.day, SUM(paid.paid * paid.amount / NULLIF(paid.total, 0))::text
              FROM paid
              JOIN account_move_line l ON l.id = paid.other
              JOIN account_move m ON m.id = l.move_id
             WHERE m.move_type NOT IN ('out_invoice', 'out_refund') AND %s
             GROUP BY 1, 2
            HAVING SUM(paid.paid * paid.amount / NULLIF(paid.total, 0)) != 0
             ORDER BY 1, 2
            """,
            among("revenue_contract_id", ids),
            self.loader.until("paid.day"),
        )


def _add_payments(contract, totals):
    """Add payments, of no more than is billed by then.

    What was paid and then credited is owed to the customer until it is paid back or used: it stays on the receivable,
    in the ledger too, and is no consideration for the contract any more.

    :param dict totals: what was paid in all, by day
    """
    billed = total = counted = 0
    for day in sorted({*totals, *contract.billed_by_day}):
        billed += contract.billed_by_day.get(day, (0, 0))[0]
        total = totals.get(day, total)
        now = min(total, max(billed, 0))
        if now != counted:
            contract.events.append(e.Payment(date=day, place=f"payments of {day}", amount=now - counted))
        counted = now
