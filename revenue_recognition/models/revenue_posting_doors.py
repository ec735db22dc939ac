from odoo import models


class RevenuePosting(models.Model):
    """From a posting to its rows and to the ledger."""

    _inherit = "revenue.posting"

    def action_open_entries(self):
        """Open the rows of the subledger that postings sum."""
        action = self.env["ir.actions.act_window"]._for_xml_id("revenue_recognition.action_revenue_entry")
        return {**action, "domain": [("posting_id", "in", self.ids)], "context": {}}

    def action_open_journal_items(self):
        """Open the journal items of postings."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Journal Items"),
            "res_model": "account.move.line",
            "view_mode": "list,form",
            "domain": [("revenue_posting_id", "in", self.ids)],
        }
