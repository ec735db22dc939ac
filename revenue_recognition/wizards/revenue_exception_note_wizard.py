from odoo import api, fields, models


class RevenueExceptionNoteWizard(models.TransientModel):
    """Asks why contracts may be left out of a close."""

    _name = "revenue.exception.note.wizard"
    _description = "Explain Exceptions"

    close_id = fields.Many2one("revenue.close", required=True, readonly=True)
    blocking_count = fields.Integer(related="close_id.blocking_count")
    note = fields.Text(
        string="Why They May Be Left Out",
        required=True,
        compute="_compute_note",
        store=True,
        readonly=False,
        precompute=True,
    )

    @api.depends("close_id")
    def _compute_note(self):
        for wizard in self:
            wizard.note = wizard.close_id.exception_note

    def action_explain(self):
        """Write the reason on the close."""
        self.ensure_one()
        self.close_id.action_explain_exceptions(self.note)
        return {"type": "ir.actions.act_window_close"}
