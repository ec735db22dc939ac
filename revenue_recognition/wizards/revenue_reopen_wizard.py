from odoo import fields, models


class RevenueReopenWizard(models.TransientModel):
    """Asks why a period is opened again."""

    _name = "revenue.reopen.wizard"
    _description = "Reopen a Period"

    close_id = fields.Many2one("revenue.close", required=True, readonly=True)
    company_id = fields.Many2one(related="close_id.company_id")
    reason = fields.Char(required=True, help="It stays on the record of the reopening.")

    def action_reopen(self):
        """Open the period again, and show what takes it back."""
        self.ensure_one()
        reversal = self.close_id.action_reopen(self.reason)
        return reversal._get_records_action()
