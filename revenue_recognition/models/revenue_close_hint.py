from odoo import api, fields, models
from odoo.exceptions import UserError


class RevenueClose(models.Model):
    """What a close says to the people who work on it: what comes next, and by whom."""

    _inherit = "revenue.close"

    next_step = fields.Char(compute="_compute_next_step", compute_sudo=True)
    exception_count = fields.Integer(compute="_compute_door_counts", string="Number of Exceptions")
    move_count = fields.Integer(compute="_compute_door_counts", string="Number of Journal Entries")

    # === COMPUTE METHODS === #

    @api.depends("state", "contract_done", "exception_note", "prepared_by_id", "reversal_ids", "exception_ids")
    @api.depends_context("uid", "lang")
    def _compute_next_step(self):
        takes_part = self.env.user.has_group("revenue_recognition.group_revenue_accountant")
        for close in self:
            hint = getattr(close, f"_hint_{close.state}")
            watched = close._watched() if not takes_part else None
            close.next_step = watched or hint()

    def _compute_door_counts(self):
        exceptions = dict(
            self.env["revenue.exception"]._read_group([("close_id", "in", self.ids)], ["close_id"], ["__count"])
        )
        for close in self:
            close.exception_count = exceptions.get(close, 0)
            close.move_count = len(close.move_ids)

    # === WHAT COMES NEXT === #

    def _hint_draft(self):
        return self.env._(
            "Compute it: every entry is shown before it exists. A revenue accountant does that; nothing is posted yet."
        )

    def _hint_computing(self):
        return self.env._(
            "%(done)s of %(total)s contracts are worked out. The rest follows in the background; Continue takes it up "
            "again if it was interrupted.",
            done=self.contract_done,
            total=self.contract_count,
        )

    def _hint_computed(self):
        if self.blocking_count and not (self.exception_note or "").strip():
            return self.env._(
                "Contracts left out: %s. See to their exceptions and compute again, or write down why they may be left "
                "out. Then a colleague approves.",
                self.blocking_count,
            )
        if self.prepared_by_id == self.env.user:
            return self.env._("You prepared it: another person, a revenue controller, has to approve it.")
        return self.env._(
            "Look through the entries and the exceptions, then approve. A revenue controller other than %s does that.",
            self.prepared_by_id.name,
        )

    def _hint_approved(self):
        return self.env._("Post it to the ledger. A revenue controller does that.")

    def _hint_posting(self):
        return self.env._(
            "The journal entries are being posted in the background; Continue takes it up again if it was interrupted."
        )

    def _hint_posted(self):
        if self.kind == "reversal":
            return self.env._("The period is open again: what %s booked is taken back.", self.reversed_id.name)
        if self.reversal_ids:
            return self._hint_reopened()
        return self.env._("Lock it, so that nothing is closed again through its date. A revenue controller does that.")

    def _hint_locked(self):
        if self.reversal_ids:
            return self._hint_reopened()
        return self.env._("Nothing is left to do. What came in too late counts in the next close.")

    def _hint_reopened(self):
        return self.env._("It was reopened: %s took it back. Close the period again.", self.reversal_ids.name)

    def _hint_cancelled(self):
        return self.env._("It was given up; nothing of it is booked.")

    def _watched(self):
        """Return what an auditor waits for: nothing that an auditor could do."""
        if self.kind == "reversal" or self.reversal_ids:
            return None
        return {
            "draft": self.env._("It waits to be computed. Nothing is booked yet."),
            "computing": self.env._("The contracts are being worked out."),
            "computed": self.env._(
                "%s prepared it; it waits for the approval of another person.", self.prepared_by_id.name
            ),
            "approved": self.env._("It is approved, and waits to be posted."),
            "posting": self.env._("The journal entries are being posted."),
            "posted": self.env._("It is posted; the period is not locked yet."),
        }.get(self.state)

    # === ACTIONS === #

    def action_explain_exceptions(self, note):
        """Write down why contracts may be left out of a close.

        :param str note: the reason; it stays on the close
        :raises AccessError: for users who are no revenue accountants
        :raises UserError: without a reason, or when the close does not wait for approval
        """
        self.ensure_one()
        self._check_group("revenue_recognition.group_revenue_accountant")
        self._in_state("computed")
        if not isinstance(note, str) or not note.strip():
            raise UserError(self.env._("Say why contracts may be left out of %s.", self.name))
        self.sudo().exception_note = note.strip()

    def action_view_entries(self):
        """Open the rows of the subledger."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("revenue_recognition.action_revenue_entry")
        return {**action, "domain": [("close_id", "=", self.id)], "context": {"search_default_group_kind": 1}}

    def action_view_exceptions(self):
        """Open what has to be seen to."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("revenue_recognition.action_revenue_exception")
        return {**action, "name": self.env._("Exceptions"), "domain": [("close_id", "=", self.id)]}

    def action_view_moves(self):
        """Open the journal entries."""
        self.ensure_one()
        return self.move_ids._get_records_action(name=self.env._("Journal Entries"))
