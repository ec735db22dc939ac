from odoo import fields, models
from odoo.tools import SQL

from ..closing.account_roles import ROLES
from ..closing.states import COUNTING, STANDING

#: Accounts on which nothing but contracts stands: every journal item on them has to be known to the subledger.
OWN_ROLES = ("contract_liability", "contract_asset", "refund_liability", "loss_provision", "contract_cost")


class RevenueClose(models.Model):
    """Subledger = ledger, account by account."""

    _inherit = "revenue.close"

    difference = fields.Monetary(
        compute="_compute_difference",
        currency_field="company_currency_id",
        help="What the subledger and the ledger differ by on the day of the close, all accounts together.",
    )

    def _compute_difference(self):
        for close in self:
            rows = close._compare(close.company_id, close.date) if close.state in STANDING else []
            close.difference = close.company_currency_id.round(sum(abs(row["difference"]) for row in rows))

    def action_open_check(self):
        """Open the comparison of subledger and ledger on the day of the close."""
        self.ensure_one()
        self.check_access("read")
        check = self.env["revenue.check"].create({"company_id": self.company_id.id, "date": self.date})
        return check.action_check()

    # === BUSINESS METHODS === #

    def _compare(self, company, date):
        """Return what the subledger and the ledger say of each account at the end of a day.

        :return: dictionaries with ``account`` (id), ``whole`` (whether all items of the account count, or only those
            that closes made), ``subledger``, ``ledger`` and ``difference`` in the company's currency, debits above zero
        """
        self.env.flush_all()
        own = self._own_accounts(company)
        subledger = self._sum_subledger(company, date)
        ledger = self._sum_ledger(company, date, own)
        rounded = company.currency_id.round
        return [
            {
                "account": account,
                "whole": account in own,
                "subledger": subledger.get(account, 0.0),
                "ledger": ledger.get(account, 0.0),
                "difference": rounded(subledger.get(account, 0.0) - ledger.get(account, 0.0)),
            }
            for account in sorted({*subledger, *ledger})
        ]

    def _own_accounts(self, company):
        """Return the ids of the accounts on which nothing but contracts stands."""
        versions = self.env["revenue.policy.version"].sudo().search([("company_id", "in", (company.id, False))])
        accounts = self.env["account.account"].sudo()
        for role in OWN_ROLES:
            accounts |= company.sudo()[ROLES[role].company_field] | versions[ROLES[role].version_field]
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT a FROM revenue_contract,
                       UNNEST(ARRAY[liability_account_id, asset_account_id, refund_account_id]) AS a
                 WHERE company_id = %s AND a IS NOT NULL
                """,
                company.id,
            )
        )
        return {*accounts.ids, *(account for (account,) in rows)}

    def _sum_subledger(self, company, date):
        rows = self.env.execute_query(
            SQL(
                """
                SELECT account, SUM(amount)::text FROM (
                    SELECT p.debit_account_id AS account, p.company_amount AS amount
                      FROM revenue_posting p JOIN revenue_close r ON r.id = p.close_id
                     WHERE r.company_id = %(company)s AND r.state IN %(states)s AND r.date <= %(date)s
                    UNION ALL
                    SELECT p.credit_account_id, -p.company_amount
                      FROM revenue_posting p JOIN revenue_close r ON r.id = p.close_id
                     WHERE r.company_id = %(company)s AND r.state IN %(states)s AND r.date <= %(date)s
                ) sides
                 WHERE account IS NOT NULL GROUP BY account
                """,
                company=company.id,
                states=COUNTING,
                date=date,
            )
        )
        return {account: float(amount) for account, amount in rows}

    def _sum_ledger(self, company, date, own):
        rows = self.env.execute_query(
            SQL(
                """
                SELECT account_id, SUM(balance)::text FROM account_move_line
                 WHERE company_id = %s AND parent_state = 'posted' AND date <= %s
                   AND (account_id = ANY(%s) OR revenue_posting_id IS NOT NULL)
                 GROUP BY account_id
                """,
                company.id,
                date,
                list(own),
            )
        )
        return {account: float(amount) for account, amount in rows}
