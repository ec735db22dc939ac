from odoo import api, fields, models

#: Groups that see the button; for other users journal entries look as in Odoo alone.
READERS = "revenue_recognition.group_revenue_accountant,revenue_recognition.group_revenue_auditor"


class AccountMove(models.Model):
    """From a journal entry to the rows of the subledger behind it."""

    _inherit = "account.move"

    revenue_row_count = fields.Integer(compute="_compute_revenue_row_count", groups=READERS)

    @api.depends("line_ids.revenue_posting_id")
    def _compute_revenue_row_count(self):
        for move in self:
            move.revenue_row_count = sum(move.line_ids.revenue_posting_id.mapped("rows"))

    def action_open_revenue_entries(self):
        """Open the rows of the subledger that the journal entry sums."""
        return self.line_ids.revenue_posting_id.action_open_entries()


class AccountMoveLine(models.Model):
    """From a journal item to the rows of the subledger behind it."""

    _inherit = "account.move.line"

    def action_open_revenue_entries(self):
        """Open the rows of the subledger that the journal item sums."""
        return self.revenue_posting_id.action_open_entries()
