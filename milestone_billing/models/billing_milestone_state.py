from odoo import api, fields, models
from odoo.tools import float_compare

from .billing_milestone import STATES

#: Where it stands as people read it: a hold is said before anything else that is not billed yet.
STATUSES = [*STATES[:2], ("held", "On Hold"), *STATES[2:]]


class BillingMilestone(models.Model):
    """Where a milestone stands, and what keeps it from being billed."""

    _inherit = "billing.milestone"

    status = fields.Selection(
        STATUSES,
        compute="_compute_status",
        store=True,
        index=True,
        group_expand="_group_by_state",
        help="Where it stands between the plan and the payment, and whether a hold keeps it back.",
    )

    @api.depends(
        "order_id.state",
        "attained_percent",
        "to_bill_amount",
        "billed_amount",
        "credited_amount",
        "attainment_ids.state",
        "invoice_line_ids.move_id.state",
        "invoice_line_ids.move_id.payment_state",
    )
    def _compute_state(self):
        for milestone in self:
            milestone.state = milestone._current_state(milestone._stopped())

    @api.depends("attainment_ids.state", "attainment_ids.reason")
    @api.depends_context("lang")
    def _compute_block_reason(self):
        for milestone in self:
            milestone.block_reason = milestone._stopped().reason

    def _stopped(self):
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

    @api.model
    def _group_by_state(self, states, _domain):
        """Return the states that occur, in the order in which a milestone goes through them."""
        return [state for state, _label in STATUSES if state in states]

    @api.depends("state", "is_held")
    def _compute_status(self):
        for milestone in self:
            held = milestone.is_held and milestone.state in ("planned", "due", "partial")
            milestone.status = "held" if held else milestone.state

    def _current_state(self, waiting):
        """Return the state; ``waiting`` is the attainment that is blocked or failed, if any."""
        self.ensure_one()
        if waiting:
            return waiting.state
        if self.attainment_ids.filtered(lambda row: row.state == "pending") or not self._is_zero(self.to_bill_amount):
            return "cancelled" if self.order_id.state == "cancel" else "due"
        # Not looked up before: what just became due, as a task is marked done, knows of its invoices what it needs.
        lines = self.sudo().invoice_line_ids.filtered(lambda line: line.parent_state != "cancel")
        moves = lines.filtered(lambda line: line._is_billing_charge()).move_id
        complete = float_compare(self.attained_percent, 100.0, precision_digits=6) >= 0
        if not moves:
            if self.order_id.state == "cancel":
                return "cancelled"
            return "invoiced" if complete and self._is_zero(self.amount) else "planned"
        if not self._is_zero(self.credited_amount) and self._is_zero(self.billed_amount):
            return "credited"
        if not complete:
            return "partial"
        if any(move.state == "draft" for move in moves):
            return "drafted"
        return "paid" if all(move.payment_state in ("paid", "in_payment", "reversed") for move in moves) else "invoiced"

    def _is_zero(self, amount):
        self.ensure_one()
        return self.currency_id.is_zero(amount) if self.currency_id else not amount

    def _active_holds(self):
        """Return the holds (``billing.hold``) that keep this milestone from being billed now."""
        self.ensure_one()
        milestone = self.sudo()
        holds = milestone.hold_ids | milestone.order_id.billing_hold_ids
        holds |= milestone.partner_id.commercial_partner_id.billing_hold_ids
        return holds.filtered("is_active")
