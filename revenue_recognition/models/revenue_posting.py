from odoo import api, fields, models

from .append_only import protect

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

    def init(self):
        """Create the triggers that keep posted postings, which hold the accounts and the date of their rows."""
        protect(self.env.cr, self._table, "revenue_refuse_settled_entries")
        return super().init()

    # === COMPUTE METHODS === #

    @api.depends("kind", "close_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for posting in self:
            posting.display_name = " · ".join(filter(None, [posting.close_id.name, labels.get(posting.kind)]))

    # === ACTIONS === #

    def action_open_entries(self):
        """Open the rows of the subledger that postings sum."""
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id("revenue_recognition.action_revenue_entry")
        return {**action, "domain": [("posting_id", "in", self.ids)], "context": {}}

    def action_open_journal_items(self):
        """Open the journal items of postings."""
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Journal Items"),
            "res_model": "account.move.line",
            "view_mode": "list,form",
            "domain": [("revenue_posting_id", "in", self.ids)],
        }

    # === BUSINESS METHODS === #

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
