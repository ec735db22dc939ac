from odoo import api, models


class RevenuePosting(models.Model):
    """From a posting to its rows and to the ledger."""

    _inherit = "revenue.posting"

    @api.depends("kind", "close_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for posting in self:
            posting.display_name = " · ".join(filter(None, [posting.close_id.name, labels.get(posting.kind)]))

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
