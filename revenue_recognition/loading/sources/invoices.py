"""What was invoiced and credited, from the posted journal items of the contract."""

from fractions import Fraction

from odoo.tools import SQL

from ...engine import events as e
from ..values import among, exact
from .base import Source


class Invoices(Source):
    """Reads the invoice lines of contracts, whatever account they stand on."""

    def read_into(self, loaded):
        """See :class:`Source`."""
        for row in self.loader.rows(self._query(loaded)):
            contract_id, day, account_id, currency_id, obligation_id, advance, amount, company = row
            contract = loaded[contract_id]
            units = round(exact(amount) * 10**contract.decimals)
            company_units = round(exact(company) * 10**self.loader.company_decimals)
            if currency_id != contract.currency_id:
                contract.problem("currency", currency=self.loader.names[currency_id], date=day)
                continue
            _add(contract.billed, account_id, units, company_units)
            _add(contract.billed_by_day, day, units, company_units)
            self._happened(contract, contract.promises.get(obligation_id), day, units, advance)

    def _happened(self, contract, promise, day, units, advance):
        if not units:
            return
        place = f"invoices of {day}"
        key = promise.key if promise else None
        kind = e.Invoice if units > 0 else e.CreditNote
        contract.events.append(kind(date=day, place=place, amount=abs(units), obligation=key, advance=advance))
        if promise and promise.trigger == "invoice" and promise.price:
            self._satisfied(contract, promise, day, units)

    def _satisfied(self, contract, promise, day, units):
        """What an invoice satisfies is counted in units of money, of those that are still agreed."""
        if promise.measure == "point_in_time":
            event = e.Deliver(date=day, place=f"invoices of {day}", obligation=promise.key, units=Fraction(units))
            contract.events.append(event)
        else:
            promise.facts.append((day, Fraction(units, promise.price)))

    def _query(self, loaded):
        return SQL(
            """
            SELECT l.revenue_contract_id, l.date, l.account_id, l.currency_id, one.id, one.advance,
                   SUM(-l.amount_currency)::text, SUM(-l.balance)::text
              FROM account_move_line l
              LEFT JOIN LATERAL (
                    SELECT CASE WHEN COUNT(DISTINCT r.obligation_id) = 1 THEN MIN(r.obligation_id) END AS id,
                           COALESCE(BOOL_OR(s.is_downpayment), FALSE) AS advance
                      FROM sale_order_line_invoice_rel i
                      JOIN sale_order_line s ON s.id = i.order_line_id
                      LEFT JOIN revenue_obligation_sale_line_rel r ON r.sale_line_id = i.order_line_id
                     WHERE i.invoice_line_id = l.id
                   ) one ON TRUE
             WHERE %s AND l.parent_state = 'posted' AND l.display_type = 'product'
               AND %s
             GROUP BY 1, 2, 3, 4, 5, 6
             ORDER BY 1, 2, 5 NULLS LAST, 7
            """,
            among("l.revenue_contract_id", loaded),
            self.loader.until("l.date"),
        )


def _add(amounts, key, units, company_units):
    before = amounts.get(key, (0, 0))
    amounts[key] = before[0] + units, before[1] + company_units
