from odoo import fields, models

KINDS = [
    ("billing", "Billed"),
    ("routing", "Billed Elsewhere"),
    ("revenue", "Revenue"),
    ("interest", "Interest"),
    ("refund", "Refund Liability"),
    ("presentation", "Contract Asset"),
    ("exchange", "Exchange Difference"),
    ("loss", "Loss Provision"),
    ("contract_cost", "Contract Cost"),
    ("amortisation", "Amortisation"),
]


class RevenueEntry(models.Model):
    """The subledger: what a close books for an obligation, or for a contract as a whole.

    Amounts are in the direction of the two accounts, below zero where a period takes back
    what earlier ones booked. Rows of a posted close are never changed; the database refuses it.
    """

    _name = "revenue.entry"
    _description = "Revenue Subledger"
    _order = "date desc, id desc"
    _log_access = False

    close_id = fields.Many2one("revenue.close", required=True, index=True, ondelete="restrict")
    company_id = fields.Many2one("res.company", required=True, index=True)
    contract_id = fields.Many2one("revenue.contract", required=True, ondelete="restrict")
    obligation_id = fields.Many2one("revenue.obligation", index="btree_not_null", ondelete="restrict")
    partner_id = fields.Many2one("res.partner", string="Customer", ondelete="restrict")
    policy_version_id = fields.Many2one("revenue.policy.version", ondelete="restrict")
    posting_id = fields.Many2one("revenue.posting", index=True, ondelete="restrict")
    date = fields.Date(required=True)
    kind = fields.Selection(KINDS, required=True)
    debit_account_id = fields.Many2one("account.account", ondelete="restrict")
    credit_account_id = fields.Many2one("account.account", ondelete="restrict")
    currency_id = fields.Many2one("res.currency", required=True)
    company_currency_id = fields.Many2one(related="company_id.currency_id", string="Company Currency")
    amount = fields.Monetary(required=True)
    company_amount = fields.Monetary(required=True, currency_field="company_currency_id")
    cumulative = fields.Monetary(help="All that is booked of it since the contract began.")
    allocated = fields.Monetary(help="The price allocated to the obligation on that day.")
    progress = fields.Float(digits=(16, 12), help="The fraction earned, 0 to 1.")
