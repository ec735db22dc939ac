"""What proves a row of the subledger, on the row itself: for whoever audits it."""

from odoo import fields, models

#: So many facts are listed, the latest; the button has all.
LISTED = 40


class RevenueEntry(models.Model):
    """Evidence, documents and people behind a row."""

    _inherit = "revenue.entry"

    prepared_by_id = fields.Many2one(related="close_id.prepared_by_id", string="Prepared By")
    approved_by_id = fields.Many2one(related="close_id.approved_by_id", string="Approved By")
    evidence_ids = fields.Many2many(
        "revenue.evidence", compute="_compute_proof", help="Facts through the day of the close."
    )
    invoice_line_ids = fields.Many2many(
        "account.move.line",
        string="Invoice Items",
        compute="_compute_proof",
        help="Items of posted invoices of the contract through the day of the close.",
    )

    def _compute_proof(self):
        lines = self.env["account.move.line"]
        readable = lines.has_access("read")
        for entry in self:
            of_contract = [("contract_id", "=", entry.contract_id.id), ("date", "<=", entry.date)]
            if entry.obligation_id:
                of_contract.append(("obligation_id", "=", entry.obligation_id.id))
            entry.evidence_ids = self.env["revenue.evidence"].search(of_contract, limit=LISTED)
            items = [
                ("revenue_contract_id", "=", entry.contract_id.id),
                ("parent_state", "=", "posted"),
                ("display_type", "=", "product"),
                ("date", "<=", entry.date),
            ]
            entry.invoice_line_ids = (
                lines.search(items, limit=LISTED, order="date desc, id desc") if readable else lines
            )
