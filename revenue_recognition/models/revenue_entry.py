from odoo import fields, models

from .revenue_posting import KINDS


class CheckedTogether(fields.Many2one):
    """A reference that a foreign key over several columns checks: it has none of its own.

    A close writes millions of rows, and most of the time that takes goes into the foreign keys of each.
    """

    def update_db_foreign_key(self, model, column):
        """See :class:`odoo.fields.Many2one`."""


class RevenueEntry(models.Model):
    """The subledger: what a close books for an obligation, or for a contract as a whole.

    Amounts are in the direction of the posting's two accounts, below zero where a period takes
    back what earlier ones booked. Rows of a posted close are never changed; the database
    refuses it. What many rows have in common is on their posting: a close writes millions.
    """

    _name = "revenue.entry"
    _description = "Revenue Subledger"
    _order = "id desc"
    _log_access = False

    close_id = CheckedTogether("revenue.close", required=True, index=True, ondelete="restrict")
    posting_id = CheckedTogether(
        "revenue.posting",
        required=True,
        index=True,
        ondelete="restrict",
        help="The sum in the ledger that this row is part of.",
    )
    contract_id = fields.Many2one("revenue.contract", required=True, ondelete="restrict")
    obligation_id = fields.Many2one("revenue.obligation", index="btree_not_null", ondelete="restrict")
    kind = fields.Selection(
        KINDS, required=True, help="What it books: revenue, an invoice, the presentation as contract asset, and so on."
    )
    amount = fields.Monetary(required=True, help="In the currency of the contract.")
    company_amount = fields.Monetary(
        required=True, currency_field="company_currency_id", help="In the currency of the company."
    )
    cumulative = fields.Monetary(help="All that is booked of it since the contract began.")
    allocated = fields.Monetary(help="The price allocated to the obligation on that day.")
    progress = fields.Float(digits=(16, 12), help="The fraction earned, 0 to 1.")

    company_id = fields.Many2one(related="posting_id.company_id")
    date = fields.Date(related="close_id.date")
    state = fields.Selection(
        related="close_id.state", help="Where its close stands: before it is posted, the books have nothing of it."
    )
    debit_account_id = fields.Many2one(related="posting_id.debit_account_id")
    credit_account_id = fields.Many2one(related="posting_id.credit_account_id")
    currency_id = fields.Many2one(related="posting_id.currency_id")
    company_currency_id = fields.Many2one(related="posting_id.company_currency_id", string="Company Currency")
    partner_id = fields.Many2one(related="contract_id.partner_id")
    product_id = fields.Many2one(related="obligation_id.product_id")
    policy_version_id = fields.Many2one(related="obligation_id.policy_version_id")

    _of_its_posting = models.Constraint(
        "FOREIGN KEY (posting_id, close_id) REFERENCES revenue_posting (id, close_id)",
        "An entry belongs to the close of its posting.",
    )
    _once_a_close = models.UniqueIndex(
        "(contract_id, (COALESCE(obligation_id, 0)), kind, posting_id)",
        "A close books a kind of entry once for an obligation.",
    )
