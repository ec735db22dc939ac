from odoo import fields, models


class RevenueClose(models.Model):
    """One close of a company's revenue: computed, looked through, approved by a colleague, posted, locked."""

    _name = "revenue.close"
    _description = "Revenue Close"
    _check_company_auto = True
    _order = "date desc, id desc"

    name = fields.Char(required=True, readonly=True, default="/")
    company_id = fields.Many2one(
        "res.company", required=True, index=True, readonly=True, default=lambda self: self.env.company
    )
    company_currency_id = fields.Many2one(related="company_id.currency_id")
    date = fields.Date(required=True, help="The last day of the period.")
    kind = fields.Selection(
        [("close", "Close"), ("reversal", "Reopening")], required=True, default="close", readonly=True
    )
    state = fields.Selection(
        [
            ("draft", "New"),
            ("computing", "Computing"),
            ("computed", "To Approve"),
            ("approved", "Approved"),
            ("posting", "Posting"),
            ("posted", "Posted"),
            ("locked", "Locked"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        default="draft",
        readonly=True,
        index=True,
    )
    granularity = fields.Selection(
        [("contract", "Per Contract"), ("customer", "Per Customer"), ("summary", "Summary")],
        string="Ledger Detail",
        readonly=True,
    )
    prepared_by_id = fields.Many2one("res.users", readonly=True)
    prepared_at = fields.Datetime(readonly=True)
    approved_by_id = fields.Many2one("res.users", readonly=True)
    approved_at = fields.Datetime(readonly=True)
    posted_by_id = fields.Many2one("res.users", readonly=True)
    posted_at = fields.Datetime(readonly=True)
    reason = fields.Char(readonly=True, help="Why the period was opened again.")
    reversed_id = fields.Many2one("revenue.close", string="Reopens", readonly=True, index="btree_not_null")
    contract_count = fields.Integer(readonly=True)
    last_contract_id = fields.Integer(readonly=True, help="How far it is computed.")
    posting_ids = fields.One2many("revenue.posting", "close_id", string="Postings", readonly=True)
    entry_ids = fields.One2many("revenue.entry", "close_id", string="Subledger", readonly=True)
    exception_ids = fields.One2many("revenue.exception", "close_id", string="Exceptions", readonly=True)
