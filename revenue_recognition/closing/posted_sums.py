"""What posted closes booked already."""

from odoo.tools import SQL

from .pairs import PAIRS
from .states import COUNTING


class PostedSums:
    """Sums the subledger of contracts, in whole units.

    :param loader: a :class:`~..loading.Loader`, for its company and currencies
    """

    def __init__(self, loader):
        self.loader = loader

    def of(self, contract_ids):
        """Return what is booked, by contract and by key of :class:`~.targets.Targets`; what was mirrored is not.

        What concerns a contract as a whole is told apart by its accounts: another account of the company, or of a
        policy, takes over all of it.

        :return: ``{contract id: {key: (units of the contract, units of the company's currency)}}``
        """
        booked = {}
        query = SQL(
            """
            SELECT e.contract_id, e.kind, COALESCE(e.obligation_id, 0),
                   COALESCE(p.debit_account_id, 0), p.credit_account_id,
                   (SUM(e.amount) * (10 ^ c.decimal_places)::numeric)::bigint,
                   (SUM(e.company_amount) * (10 ^ %s)::numeric)::bigint
              FROM revenue_entry e
              JOIN revenue_close r ON r.id = e.close_id AND r.state IN %s
              JOIN revenue_contract k ON k.id = e.contract_id
              JOIN res_currency c ON c.id = k.currency_id
              LEFT JOIN revenue_posting p ON p.id = e.posting_id AND e.kind IN %s
             WHERE %s
             GROUP BY 1, 2, 3, 4, 5, c.decimal_places
            HAVING SUM(e.amount) != 0 OR SUM(e.company_amount) != 0
            """,
            self.loader.company_decimals,
            COUNTING,
            ("routing", *PAIRS),
            self.loader.among("e.contract_id", contract_ids),
        )
        for contract_id, kind, obligation_id, debit, credit, amount, company in self.loader.rows(query):
            accounts = (debit, credit) if kind in PAIRS else debit
            before = booked.setdefault(contract_id, {}).get((kind, obligation_id, accounts), (0, 0))
            booked[contract_id][kind, obligation_id, accounts] = before[0] + amount, before[1] + company
        return booked
