from odoo import api, fields, models


class RevenueCloseNoteWizard(models.AbstractModel):
    """Asks for a reason that stays on a close."""

    _name = "revenue.close.note.wizard"
    _description = "Reason on a Close"

    #: The field of the close that keeps the reason.
    _kept_in = None

    close_id = fields.Many2one("revenue.close", required=True, readonly=True)
    note = fields.Text(required=True, compute="_compute_note", store=True, readonly=False, precompute=True)

    @api.depends("close_id")
    def _compute_note(self):
        for wizard in self:
            wizard.note = wizard.close_id[self._kept_in]

    def action_explain(self):
        """Write the reason on the close."""
        self.ensure_one()
        self._explain()
        return {"type": "ir.actions.act_window_close"}

    def _explain(self):
        """Have the close keep the reason; it checks the rights."""
        raise NotImplementedError


class RevenueExceptionNoteWizard(models.TransientModel):
    """Asks why contracts may be left out of a close."""

    _name = "revenue.exception.note.wizard"
    _inherit = ["revenue.close.note.wizard"]
    _description = "Explain Exceptions"
    _kept_in = "exception_note"

    blocking_count = fields.Integer(related="close_id.blocking_count")
    note = fields.Text(string="Why They May Be Left Out")

    def _explain(self):
        self.close_id.action_explain_exceptions(self.note)


class RevenueDifferenceNoteWizard(models.TransientModel):
    """Asks why a period may be locked although subledger and ledger differ."""

    _name = "revenue.difference.note.wizard"
    _inherit = ["revenue.close.note.wizard"]
    _description = "Explain Difference"
    _kept_in = "difference_note"

    note = fields.Text(string="Why They May Differ")

    def _explain(self):
        self.close_id.action_explain_difference(self.note)
