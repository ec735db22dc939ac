"""The causes of differences between subledger and ledger; a period is not locked while a difference has no cause."""

from odoo import api, fields, models
from odoo.addons.record_protection import reading
from odoo.addons.record_protection.refusals import read_argument
from odoo.exceptions import UserError
from odoo.tools import SQL, formatLang

from ..closing.states import COUNTING

#: Causes that need no explanation: the next close books what differs.
FOLLOWED = ("documents",)


class RevenueClose(models.Model):
    """Differences with their causes: what no later close will book is to be put right, or explained, before locking."""

    _inherit = "revenue.close"

    difference_note = fields.Text(
        string="Why the Books Differ",
        readonly=True,
        copy=False,
        help="A close that the ledger does not agree with is only locked with a reason.",
    )

    # === CAUSES === #

    @api.model
    def _differences(self, company, date):
        """Return why subledger and ledger of a company differ at the end of a day.

        :return: list of dictionaries with ``cause`` (``documents``: invoices that no close has counted yet, ``tax``,
            ``stranger``: other items of an account on which only contracts stand, ``entries``: items of closes that
            are not as the subledger has them), ``account`` (id) and ``amount``: subledger less ledger, in the company's
            currency
        """
        rows = [row for row in self._compare(company, date) if row["difference"]]
        items = self._items_by_cause(company, date, [row["account"] for row in rows if row["whole"]])
        rounded = company.currency_id.round
        found = []
        for row in rows:
            left = row["difference"]
            for cause in ("documents", "tax", "currency", "stranger"):
                amount = rounded(items.get((row["account"], cause), 0.0))
                if amount:
                    found.append({"cause": cause, "account": row["account"], "amount": amount})
                    left = rounded(left - amount)
            if left:
                found.append({"cause": "entries", "account": row["account"], "amount": left})
        return found

    def _items_by_cause(self, company, date, accounts):
        """Return what no close made of the items of accounts, less what the subledger has of them: amounts by account
        and cause, subledger less ledger.
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT account, cause, SUM(amount)::text FROM (
                    SELECT l.account_id AS account, -l.balance AS amount,
                           CASE WHEN l.display_type = 'tax' THEN 'tax'
                                WHEN l.revenue_contract_id IS NULL OR l.display_type != 'product' THEN 'stranger'
                                WHEN l.currency_id != k.currency_id THEN 'currency'
                                ELSE 'documents' END AS cause
                      FROM account_move_line l LEFT JOIN revenue_contract k ON k.id = l.revenue_contract_id
                     WHERE l.company_id = %(company)s AND l.parent_state = 'posted' AND l.date <= %(date)s
                       AND l.account_id = ANY(%(accounts)s) AND l.revenue_posting_id IS NULL
                    UNION ALL
                    SELECT p.credit_account_id, -p.company_amount, 'documents'
                      FROM revenue_posting p JOIN revenue_close r ON r.id = p.close_id
                     WHERE r.company_id = %(company)s AND r.state IN %(states)s AND r.date <= %(date)s
                       AND p.kind = 'billing' AND p.credit_account_id = ANY(%(accounts)s)
                ) items GROUP BY 1, 2
                """,
                company=company.id,
                date=date,
                accounts=accounts,
                states=COUNTING,
            )
        )
        return {(account, cause): float(amount) for account, cause, amount in rows}

    def _unexplained(self):
        """Return the differences that no close will take up by itself."""
        return [one for one in self._differences(self.company_id, self.date) if one["cause"] not in FOLLOWED]

    @api.model
    def _difference_texts(self, company, differences):
        """Return differences in words, each with its account and what puts it right."""
        words = {
            "documents": self.env._(
                "%(amount)s on %(account)s: invoices or credit notes of contracts that no close that stands has "
                "counted. The next close counts them."
            ),
            "tax": self.env._(
                "%(amount)s on %(account)s: tax without an account of its own. Give the tax an account, and bring the "
                "amount there by a journal entry."
            ),
            "currency": self.env._(
                "%(amount)s on %(account)s: invoices or credit notes in another currency than their contracts, which "
                "no close counts. Credit them, and bill in the currency of the contract."
            ),
            "stranger": self.env._(
                "%(amount)s on %(account)s: journal items that belong to no invoice of a contract. Bring them to "
                "another account."
            ),
            "entries": self.env._(
                "%(amount)s on %(account)s: items of closes that are not as the subledger has them. Compare, and have "
                "the entry put right."
            ),
        }
        accounts = self.env["account.account"].sudo()
        return [
            words[difference["cause"]]
            % {
                "amount": formatLang(self.env, difference["amount"], currency_obj=company.currency_id),
                "account": accounts.browse(difference["account"]).with_company(company).display_name,
            }
            for difference in differences
        ]

    # === LOCKING === #

    def _lock(self):
        self._check_state("posted")
        self._check_ties()
        return super()._lock()

    def _check_ties(self):
        """Refuse to lock a period in which subledger and ledger differ by what nobody explained.

        :raises UserError: naming each difference, and what puts it right
        """
        if (self.difference_note or "").strip() or not self.difference:
            return
        unexplained = self._unexplained()
        if unexplained:
            reason = self.env._(
                "%(close)s is not locked while subledger and ledger differ:\n%(differences)s\nPut it right, or write "
                "down why they differ (Explain Difference).",
                close=self.name,
                differences="\n".join(self._difference_texts(self.company_id, unexplained)),
            )
            raise UserError(reason)

    def action_explain_difference(self, note):
        """Write down why subledger and ledger may differ when a period is locked.

        :param str note: the reason; it stays on the close
        :raises AccessError: for users who are no revenue accountants
        :raises UserError: without a reason, or when the close is not posted
        """
        self.ensure_one()
        self._check_group("revenue_recognition.group_revenue_accountant")
        self._check_state("posted")
        note = read_argument(self.env, "note", reading.text, note)
        if not note.strip():
            raise UserError(self.env._("Say why subledger and ledger may differ in %s.", self.name))
        self.sudo().difference_note = note.strip()

    def _missing_ties(self):
        if not self.difference or self.reversal_ids:
            return []
        found = self._differences(self.company_id, self.date)
        explained = bool((self.difference_note or "").strip())
        label = self.env._("Compare")
        return [
            self._miss(text, "action_open_check", label, blocking=one["cause"] not in FOLLOWED and not explained)
            for one, text in zip(found, self._difference_texts(self.company_id, found), strict=True)
        ]
