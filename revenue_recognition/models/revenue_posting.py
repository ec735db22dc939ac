from odoo import fields, models

KINDS = [
    ("billing", "Billed"),
    ("routing", "Billed to Another Account"),
    ("revenue", "Revenue"),
    ("interest", "Interest Expense"),
    ("interest_income", "Interest Income"),
    ("refund", "Refund Liability"),
    ("presentation", "Contract Asset"),
    ("exchange", "Exchange Difference"),
    ("loss", "Loss Provision"),
    ("contract_cost", "Contract Cost"),
    ("amortisation", "Amortisation"),
]


class RevenuePosting(models.Model):
    """What becomes one debit and one credit of the ledger: the sum of some rows of the subledger."""

    _name = "revenue.posting"
    _description = "Posting of the Revenue Subledger"
    _order = "close_id, id"
    _log_access = False

    close_id = fields.Many2one("revenue.close", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True, index=True)
    date = fields.Date(related="close_id.date", store=True)
    kind = fields.Selection(
        KINDS, required=True, help="What it books: revenue, an invoice, the presentation as contract asset, and so on."
    )
    journal_id = fields.Many2one("account.journal")
    contract_id = fields.Many2one("revenue.contract", index="btree_not_null")
    partner_id = fields.Many2one("res.partner", string="Customer")
    debit_account_id = fields.Many2one("account.account")
    credit_account_id = fields.Many2one("account.account")
    currency_id = fields.Many2one("res.currency", required=True)
    company_currency_id = fields.Many2one(related="company_id.currency_id", string="Company Currency")
    amount = fields.Monetary(help="In the currency of the contract.")
    company_amount = fields.Monetary(currency_field="company_currency_id", help="In the currency of the company.")
    analytic_distribution = fields.Json()
    rows = fields.Integer(help="How many rows of the subledger it sums.")
    line_ids = fields.One2many("account.move.line", "revenue_posting_id", string="Journal Items")
    entry_ids = fields.One2many("revenue.entry", "posting_id", string="Subledger")

    _of_a_close = models.UniqueIndex("(id, close_id)")

    def _line_values(self):
        """Return the journal items: one debit and one credit.

        Where the currencies do not agree on the side, each has items of its own. Analytic
        income follows revenue alone.
        """
        if self.amount and self.company_amount and (self.amount > 0) != (self.company_amount > 0):
            return [*self._pair(self.amount, 0.0), *self._pair(0.0, self.company_amount)]
        return self._pair(self.amount, self.company_amount)

    def _pair(self, amount, company_amount):
        label = dict(self._fields["kind"]._description_selection(self.env))[self.kind]
        common = {
            "name": " · ".join(filter(None, [self.close_id.name, label, self.contract_id.name])),
            "partner_id": self.partner_id.id,
            "currency_id": self.currency_id.id,
            "revenue_posting_id": self.id,
        }
        return [
            {
                **common,
                "account_id": account.id,
                "amount_currency": sign * amount,
                "balance": sign * company_amount,
                "analytic_distribution": self.analytic_distribution if sign < 0 else False,
            }
            for account, sign in ((self.debit_account_id, 1), (self.credit_account_id, -1))
        ]

    def _plain(self):
        """Return the posting as plain values."""
        return {
            "kind": self.kind,
            "debit": self.debit_account_id.code or "",
            "credit": self.credit_account_id.code or "",
            "currency": self.currency_id.name,
            "amount": self.amount,
            "company_amount": self.company_amount,
        }
