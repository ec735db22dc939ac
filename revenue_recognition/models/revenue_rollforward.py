from odoo import api, models
from odoo.tools import SQL

from ..closing.states import COUNTING

#: Of each kind of entry: its sign on contract liability (credits above zero), its sign on contract asset (debits above
#: zero), the column of its movement and its sign there. Other kinds do not touch the contract balances.
EFFECTS = (
    ("billing", 1, 0, "billed"),
    ("routing", 1, 0, "billed"),
    ("revenue", -1, 0, "recognised"),
    ("interest", 1, 0, "interest"),
    ("interest_income", -1, 0, "interest"),
    ("refund", -1, 0, "refund"),
    ("exchange", -1, 0, "currency"),
    ("presentation", 1, 1, "reclass"),
)
#: The columns of movements of the net position, in the order of the report.
MOVEMENTS = ("billed", "recognised", "modification", "interest", "refund", "currency")


class RevenueContract(models.Model):
    """Contract balances from one day to another (ASC 606-10-50-8)."""

    _inherit = "revenue.contract"

    @api.model
    def _rollforward(self, company, date_from, date_to):
        """Return SQL of the balances of each contract the user may read, in the company's currency.

        Columns: ``contract_id``, ``partner_id``, ``opening``, those of :data:`MOVEMENTS`, ``closing``, ``liability``
        and ``asset`` (contract liability and contract asset at the end), ``opening_liability`` and ``opening_asset``.
        Opening and closing are contract liability less contract asset, and opening and movements make closing. What
        applied modifications caught up is taken out of what is recognised: they count in the first standing close
        that was prepared after they were applied.

        :param company: whose contracts they are
        :param date_from: first day of the period
        :param date_to: last day
        """
        chosen = self._search([("company_id", "=", company.id)]).subselect()
        values = {"company": company.id, "first": date_from, "last": date_to, "states": COUNTING, "chosen": chosen}
        values["places"] = company.currency_id.decimal_places
        effects = SQL(", ").join(SQL("(%s, %s, %s, %s)", *effect) for effect in EFFECTS)
        return SQL(ROLLFORWARD, effects=effects, **values)

    @api.model
    def _rollforward_accounts(self, company, date_to):
        """Return the ids of the accounts of contract liability and contract asset that entries were booked on."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT CASE WHEN p.kind IN ('billing', 'routing', 'interest')
                                     THEN p.credit_account_id ELSE p.debit_account_id END
                  FROM revenue_posting p JOIN revenue_close r ON r.id = p.close_id
                 WHERE r.company_id = %(company)s AND r.state IN %(states)s AND r.date <= %(date)s
                   AND p.kind IN %(kinds)s
                """,
                company=company.id,
                states=COUNTING,
                date=date_to,
                kinds=tuple(effect[0] for effect in EFFECTS),
            )
        )
        return {account for (account,) in rows if account}


ROLLFORWARD = """
    WITH effects (kind, liability, asset, part) AS (VALUES %(effects)s),
    sums AS (
        SELECT e.contract_id, f.liability, f.asset, f.part, r.date >= %(first)s AS moved,
               SUM(e.company_amount) AS amount
          FROM revenue_entry e
          JOIN revenue_close r ON r.id = e.close_id
          JOIN effects f ON f.kind = e.kind
         WHERE r.company_id = %(company)s AND r.state IN %(states)s AND r.date <= %(last)s
         GROUP BY 1, 2, 3, 4, 5
    ), changes AS (
        SELECT m.contract_id, ROUND(SUM((m.revenue_after - m.revenue_before) * c.rate), %(places)s) AS amount
          FROM revenue_modification m
          JOIN revenue_contract k ON k.id = m.contract_id
          CROSS JOIN LATERAL (
               SELECT r.id, r.date FROM revenue_close r
                WHERE r.company_id = %(company)s AND r.kind = 'close' AND r.state IN %(states)s
                  AND r.date >= m.date AND r.prepared_at >= m.applied_at
                  AND NOT EXISTS (SELECT 1 FROM revenue_close v WHERE v.reversed_id = r.id AND v.state IN %(states)s)
                ORDER BY r.date, r.id LIMIT 1) r
          CROSS JOIN LATERAL (
               SELECT COALESCE(SUM(e.company_amount) / NULLIF(SUM(e.amount), 0), 0) AS rate
                 FROM revenue_entry e
                WHERE e.close_id = r.id AND e.contract_id = m.contract_id AND e.kind = 'revenue') c
         WHERE k.company_id = %(company)s AND m.state = 'applied' AND r.date BETWEEN %(first)s AND %(last)s
         GROUP BY 1
    ), rows AS (
        SELECT s.contract_id,
               COALESCE(SUM(amount * (liability - asset)) FILTER (WHERE NOT moved), 0) AS opening,
               COALESCE(SUM(amount * liability) FILTER (WHERE NOT moved), 0) AS opening_liability,
               COALESCE(SUM(amount * asset) FILTER (WHERE NOT moved), 0) AS opening_asset,
               COALESCE(SUM(amount * liability) FILTER (WHERE moved AND part = 'billed'), 0) AS billed,
               COALESCE(SUM(amount * liability) FILTER (WHERE moved AND part = 'recognised'), 0) AS earned,
               COALESCE(SUM(amount * liability) FILTER (WHERE moved AND part = 'interest'), 0) AS interest,
               COALESCE(SUM(amount * liability) FILTER (WHERE moved AND part = 'refund'), 0) AS refund,
               COALESCE(SUM(amount * liability) FILTER (WHERE moved AND part = 'currency'), 0) AS currency,
               SUM(amount * (liability - asset)) AS closing,
               SUM(amount * liability) AS liability,
               SUM(amount * asset) AS asset
          FROM sums s GROUP BY 1
    )
    SELECT r.contract_id, k.partner_id, r.opening, r.billed, r.earned + COALESCE(c.amount, 0) AS recognised,
           -COALESCE(c.amount, 0) AS modification, r.interest, r.refund, r.currency, r.closing, r.liability, r.asset,
           r.opening_liability, r.opening_asset
      FROM rows r
      JOIN revenue_contract k ON k.id = r.contract_id
      LEFT JOIN changes c ON c.contract_id = r.contract_id
     WHERE k.id IN %(chosen)s
       AND (r.opening_liability, r.opening_asset, r.billed, r.earned, r.interest, r.refund, r.currency, r.liability,
            r.asset) IS DISTINCT FROM (0, 0, 0, 0, 0, 0, 0, 0, 0)
"""
