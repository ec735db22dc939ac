from odoo import api, models

from .mail_activity import POST

#: States in which something else comes before a credit note that is still a draft.
BEFORE_DRAFT_CREDIT = ("due", "blocked", "failed", "drafted", "cancelled")


class BillingMilestone(models.Model):
    """Credit notes that are drafted and not posted: nothing is credited by them yet, and somebody has to post them."""

    _inherit = "billing.milestone"

    def _draft_credit_lines(self):
        """Return the lines of draft credit notes of these milestones (``account.move.line``, as superuser)."""
        return self.sudo().allocation_ids._draft_credit_lines()

    def _last_credit_note(self):
        """Return the last credit note of this milestone that stands, draft or posted (``account.move``)."""
        self.ensure_one()
        lines = self.sudo().invoice_line_ids.filtered(lambda line: line.parent_state != "cancel")
        return lines.filtered(lambda line: not line._is_billing_charge()).move_id.sorted("id")[-1:]

    def _awaits_posting(self):
        """Return whether what is left to do for this milestone is to post its draft credit note."""
        self.ensure_one()
        return self.state not in BEFORE_DRAFT_CREDIT and bool(self._draft_credit_lines())

    def _draft_credit_reason(self):
        """Return (reason, remedy) of a draft credit note of this milestone."""
        self.ensure_one()
        amount = self.currency_id.round(sum(row._drafted_credit() for row in self.sudo().allocation_ids))
        reason = self.env._("%s is on a credit note that is still a draft.", self.currency_id.format(amount))
        return reason, self._draft_credit_remedy()

    def _draft_credit_remedy(self):
        return self.env._("Open the credit note from its milestone or order and confirm it, or delete it.")

    def _post_request(self):
        """Return (summary, note) of what asks a person to post the draft credit notes of these milestones."""
        note = self.env._("It is credited once its credit note, a draft by now, is posted.")
        return self.env._("Post the credit note"), f"{note} {self._draft_credit_remedy()}"

    @api.model
    def _add_who_may_post(self, remedy, user):
        """Return ``remedy`` for ``user`` to read: with whom to ask where he may not post credit notes."""
        if user.has_group("account.group_account_invoice"):
            return remedy
        return f"{remedy} {self.env._('Those who may post invoices confirm it: ask one of them.')}"

    def _follow_draft_credits(self):
        """Ask a person to post the draft credit notes of these milestones; ask no more where there are none."""
        drafted = self._draft_credit_lines().billing_milestone_id
        (self - drafted)._stop_asking(POST)
        asked = drafted._activities(POST).billing_milestone_ids
        (drafted - asked)._ask_person(POST)


class BillingMilestoneAllocation(models.Model):
    _inherit = "billing.milestone.allocation"

    def _draft_credit_lines(self):
        """Return the lines of draft credit notes of these shares (``account.move.line``, as superuser)."""
        # Only where something was credited are invoices looked up: what just became due knows what it needs.
        credited = self.sudo().filtered("credited_amount")
        return credited.invoice_line_ids.filtered(
            lambda line: line.parent_state == "draft" and not line._is_billing_charge()
        )

    def _drafted_credit(self):
        """Return what draft credit notes credit of this share, untaxed, in the order's currency."""
        self.ensure_one()
        lines = self._draft_credit_lines()
        return sum(line._billing_order_amount(self.currency_id) * line.move_id.direction_sign for line in lines)
