from odoo import api, fields, models

from .billing_milestone import STATES

#: The states as people read them: of what is not billed yet a hold comes first, and a credit note that is still a draft
#: has a status of its own, since it credits nothing yet.
STATUSES = [*STATES[:2], ("held", "On Hold"), *STATES[2:-2], ("crediting", "Draft Credit Note"), *STATES[-2:]]


class BillingMilestone(models.Model):
    """Where a milestone stands, and what keeps it from being billed."""

    _inherit = "billing.milestone"

    status = fields.Selection(
        STATUSES,
        compute="_compute_status",
        store=True,
        groups="base.group_user",
        index=True,
        group_expand="_group_by_state",
        help="Where it stands between the plan and the payment, whether a hold keeps it back, or a credit note of it "
        "is still a draft.",
    )

    @api.depends(
        "order_id.state",
        "attained_percent",
        "to_bill_amount",
        "billed_amount",
        "credited_amount",
        "outside_amount",
        "attainment_ids.state",
        "trigger_gone",
        "invoice_line_ids.move_id.state",
        "invoice_line_ids.move_id.payment_state",
    )
    def _compute_state(self):
        for milestone in self:
            milestone.state = milestone._current_state(milestone._blocking_attainment())
        self._push_changes()

    @api.depends("attainment_ids.state", "attainment_ids.reason", "state", "trigger_gone")
    @api.depends_context("lang")
    def _compute_block_reason(self):
        for milestone in self:
            stuck = milestone.state in ("blocked", "failed") or milestone._is_left_to_run()
            milestone.block_reason = stuck and milestone._obstacle()[0]

    def _blocking_attainment(self):
        """Return the last attainment that is blocked or failed, if any."""
        return self.attainment_ids.filtered(lambda row: row.state in ("blocked", "failed")).sorted("id")[-1:]

    @api.depends(
        "hold_ids.is_active",
        "order_id.billing_hold_ids.is_active",
        "partner_id.commercial_partner_id.billing_hold_ids.is_active",
    )
    def _compute_is_held(self):
        for milestone in self:
            milestone.is_held = bool(milestone._active_holds())
        self._push_changes()

    @api.model
    def _group_by_state(self, states, _domain):
        """Return the states that occur, in the order in which a milestone goes through them."""
        return [state for state, _label in STATUSES if state in states]

    @api.depends(
        "state",
        "is_held",
        "allocation_ids.to_bill_amount",
        "allocation_ids.credited_amount",
        "trigger_gone",
        "attainment_ids.state",
        "invoice_line_ids.move_id.state",
    )
    def _compute_status(self):
        for milestone in self:
            if milestone._awaits_posting():
                milestone.status = "crediting"
            else:
                milestone.status = "held" if milestone.is_held and milestone._is_kept_by_hold() else milestone.state

    def _is_kept_by_hold(self):
        """Return whether nothing but a hold would keep this milestone from being billed."""
        self.ensure_one()
        if self.state == "blocked":
            return not self._is_overbilled() and not self._waits_for_nothing()
        return self.state in ("planned", "due", "partial")

    def _current_state(self, waiting):
        """Return the state; ``waiting`` is the attainment that is blocked or failed, if any."""
        self.ensure_one()
        if waiting:
            return waiting.state
        if self.attainment_ids.filtered(lambda row: row.state == "pending") or not self._is_zero(self.to_bill_amount):
            return "cancelled" if self.order_id.state == "cancel" else "due"
        # Invoices are read only here: a milestone that just became due, as a task is marked done, needs none of them.
        lines = self.sudo().invoice_line_ids.filtered(lambda line: line.parent_state != "cancel")
        moves = lines.filtered(lambda line: line._is_billing_charge()).move_id
        complete = self._is_attained()
        if not moves:
            if self.order_id.state == "cancel":
                return "cancelled"
            if self._is_zero(self.outside_amount):
                return "invoiced" if complete and self._is_zero(self.amount) else self._state_without_trigger("planned")
            return "invoiced" if complete else self._state_without_trigger("partial")
        if not self._is_zero(self.credited_amount) and self._is_zero(self.billed_amount):
            return "credited"
        if not complete:
            return self._state_without_trigger("partial")
        if any(move.state == "draft" for move in moves):
            return "drafted"
        return "paid" if all(move.payment_state in ("paid", "in_payment", "reversed") for move in moves) else "invoiced"

    def _is_zero(self, amount):
        self.ensure_one()
        return self.currency_id.is_zero(amount) if self.currency_id else not amount
