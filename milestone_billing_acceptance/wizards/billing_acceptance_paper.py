import base64

from odoo import fields, models
from odoo.exceptions import UserError

from ..models.billing_acceptance_answering import Answer


class BillingAcceptancePaper(models.TransientModel):
    """Record what the customer answered on paper."""

    _name = "billing.acceptance.paper"
    _description = "Record Acceptance on Paper"

    milestone_id = fields.Many2one("billing.milestone", required=True, ondelete="cascade")
    kind = fields.Selection(
        [("accepted", "Accepted"), ("partial", "Accepted in part"), ("rejected", "Rejected")],
        "Answer",
        required=True,
        default="accepted",
        help="What the customer said.",
    )
    percent = fields.Float(
        "Accepted (cumulative %)",
        digits=(16, 6),
        help="To how much of the milestone, in all, with what was accepted before.",
    )
    open_points = fields.Text("Still Open", help="What the customer still expects.")
    date = fields.Date(
        "Day",
        required=True,
        default=lambda self: self.env.company._billing_today(),
        help="The day on which it was signed.",
    )
    signed_by = fields.Char(required=True, help="Who signed for the customer.")
    reason = fields.Text(
        "How, or Why", required=True, help="How it was given, or why it was rejected. It stays on record."
    )
    file = fields.Binary("Signed Page", required=True, attachment=False, help="The scanned page.")
    file_name = fields.Char()

    def action_record(self):
        """Record the answer; an acceptance attains the milestone.

        :return: an action that closes the dialog
        :raises AccessError: for anybody but billing managers
        :raises UserError: saying what is wrong, and the remedy
        """
        self.ensure_one()
        self.env["billing.acceptance"]._check_may_record()
        self.milestone_id.check_access("read")
        if not self.file:
            raise UserError(self.env._("The signed page is missing."))
        answer = Answer(
            self.kind,
            name=self.signed_by,
            reason=self.reason,
            open_points=self.open_points or "",
            percent=self.percent,
        )
        file = (self.file_name or self.env._("Signed page"), base64.b64decode(self.file))
        self.milestone_id._record_on_paper(answer, self.date, file, self.env.user)
        return {"type": "ir.actions.act_window_close"}
