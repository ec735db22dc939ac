"""What posted closes booked already."""

from odoo.tools import SQL

from .states import COUNTING


class PostedSums:
    """Sums the subledger of contracts, in whole units.

    :param loader: a :class:`~..loading.Loader`, for its company and currencies
    """

    def __init__(self, loader):
        self.loader = loader

    def of(self, contract_ids):
        """Return what is booked, by contract and by key of :class:`~.targets.Targets`; what was mirrored is not.

        :return: ``{contract id: {key: (units of the contract, units of the company's currency)}}``
        """
        booked = {}
        query = SQL(
            """
            SELECT e.contract_id, e.kind, COALESCE(e.obligation_id, 0), COALESCE(p.debit_account_id, 0),
                   (SUM(e.amount) * (10 ^ c.decimal_places)::numeric)::bigint,
                   (SUM(e.company_amount) * (10 ^ %s)::numeric)::bigint
              FROM revenue_entry e
              JOIN revenue_close r ON r.id = e.close_id AND r.state IN %s
              JOIN revenue_contract k ON k.id = e.contract_id
              JOIN res_currency c ON c.id = k.currency_id
              LEFT JOIN revenue_posting p ON p.id = e.posting_id AND e.kind = 'routing'
             WHERE %s
             GROUP BY 1, 2, 3, 4, c.decimal_places
            HAVING SUM(e.amount) != 0 OR SUM(e.company_amount) != 0
            """,
            self.loader.company_decimals,
            COUNTING,
            self.loader.among("e.contract_id", contract_ids),
        )
        for contract_id, kind, obligation_id, account_id, amount, company in self.loader.rows(query):
            booked.setdefault(contract_id, {})[kind, obligation_id, account_id] = amount, company
        return booked
