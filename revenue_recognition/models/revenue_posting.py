from odoo import fields, models

from .revenue_entry import KINDS


class RevenuePosting(models.Model):
    """What becomes one debit and one credit of the ledger: the sum of some rows of the subledger."""

    _name = "revenue.posting"
    _description = "Posting of the Revenue Subledger"
    _order = "close_id, id"

    close_id = fields.Many2one("revenue.close", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="close_id.company_id", store=True)
    kind = fields.Selection(KINDS, required=True)
    journal_id = fields.Many2one("account.journal")
    contract_id = fields.Many2one("revenue.contract", index="btree_not_null")
    partner_id = fields.Many2one("res.partner", string="Customer")
    debit_account_id = fields.Many2one("account.account")
    credit_account_id = fields.Many2one("account.account")
    currency_id = fields.Many2one("res.currency", required=True)
    company_currency_id = fields.Many2one(related="company_id.currency_id", string="Company Currency")
    amount = fields.Monetary()
    company_amount = fields.Monetary(currency_field="company_currency_id")
    analytic_distribution = fields.Json()
    rows = fields.Integer(help="How many rows of the subledger it sums.")
    debit_line_id = fields.Many2one("account.move.line", string="Debit", index="btree_not_null", ondelete="restrict")
    credit_line_id = fields.Many2one("account.move.line", string="Credit", index="btree_not_null", ondelete="restrict")
    entry_ids = fields.One2many("revenue.entry", "posting_id", string="Subledger")
