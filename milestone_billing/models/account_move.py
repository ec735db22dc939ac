from odoo import fields, models

from .mail_activity import SEND


class AccountMove(models.Model):
    _inherit = "account.move"

    billing_milestone_ids = fields.Many2many(
        "billing.milestone", compute="_compute_billing_milestone_ids", string="Milestones", compute_sudo=True
    )
    billing_milestone_count = fields.Integer(compute="_compute_billing_milestone_ids", compute_sudo=True)

    def _compute_billing_milestone_ids(self):
        for move in self:
            move.billing_milestone_ids = move.invoice_line_ids.billing_milestone_id
            move.billing_milestone_count = len(move.billing_milestone_ids)

    def unlink(self):
        milestones = self.sudo().invoice_line_ids.billing_milestone_id
        result = super(AccountMove, self._flagged("billing_taking_back")).unlink()
        if not self._is_flagged("billing_taking_back"):
            milestones._follow_invoices(lambda env: env._("its draft invoice was deleted"))
        return result

    def button_cancel(self):
        """Cancel these invoices; what they billed of milestones is due again."""
        result = super().button_cancel()
        if not self._is_flagged("billing_taking_back"):
            self.sudo().invoice_line_ids.billing_milestone_id._follow_invoices(
                lambda env: env._("its draft invoice was cancelled")
            )
        return result

    def write(self, vals):
        result = super().write(vals)
        if vals.get("is_move_sent"):
            sent = self.sudo().invoice_line_ids.billing_milestone_id
            sent.filtered(lambda row: all(row.invoice_ids.mapped("is_move_sent")))._stop_asking(SEND)
        if "state" in vals:
            refunds = self.filtered(lambda move: move.move_type == "out_refund")
            refunds.sudo().invoice_line_ids.billing_milestone_id._follow_draft_credits()
        return result

    def _post(self, soft=True):
        posted = super()._post(soft)
        refunds = posted.filtered(lambda move: move.move_type == "out_refund")
        refunds.sudo().invoice_line_ids.billing_milestone_id._follow_credit()
        (posted - refunds).sudo().invoice_line_ids.billing_milestone_id._follow_edited_drafts()
        return posted

    def action_view_billing_milestones(self):
        """Open the milestones that this invoice bills.

        :return: a window action
        """
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id("milestone_billing.action_billing_milestone")
        return dict(action, domain=[("id", "in", self.billing_milestone_ids.ids)], context={"create": False})

    def _billing_queue_sending(self):
        """Leave these posted invoices to Odoo's own sending, and ask somebody to send what has no address to go to."""
        for move in self._billing_leave_to_sending():
            move.invoice_line_ids.billing_milestone_id._ask_person(
                SEND,
                {"name": "no_address", "invoice": move.name, "customer": move.partner_id.display_name},
            )

    def _billing_sending_failed(self, message):
        # OVERRIDE: what the queue had sent is on no row of a run.
        result = super()._billing_sending_failed(message)
        for move in self.filtered(lambda move: move.billing_milestone_ids and not move._billing_is_of_run()):
            move.billing_milestone_ids._ask_person(SEND, move._billing_unsent_why(message))
        return result

    def _billing_is_of_run(self):
        """Return whether an invoice run made this invoice, and says what becomes of it."""
        self.ensure_one()
        return bool(self.env["billing.run.invoice"].sudo().search_count([("move_id", "=", self.id)], limit=1))

    def _billing_turn_negative(self):
        """Turn what comes to less than nothing into the opposite document, as Odoo does with a final invoice."""
        negative = self.filtered(lambda move: move.currency_id.compare_amounts(move.amount_total, 0.0) < 0)
        with self.env.protecting([self._fields["team_id"]], negative):
            negative.action_switch_move_type()

    def _billing_discard(self):
        """Remove these drafts, which bill nothing any more; one that had a number is cancelled, so none is missing."""
        for move in self._flagged("billing_taking_back"):
            if move.posted_before or move.name and move.name != "/":
                move.button_cancel()
            else:
                move.unlink()
