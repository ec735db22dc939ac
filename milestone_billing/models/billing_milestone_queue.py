from collections import Counter

from odoo import api, fields, models

#: States in which something of a milestone waits to be billed, or to be tried again.
WAITING = ("due", "blocked", "failed")
#: States of milestones that a hold would change nothing about.
SETTLED = ("drafted", "invoiced", "paid", "cancelled")


class BillingMilestone(models.Model):
    """The queue as people see and work it: why something waits, what lifts it, and what became of many at once."""

    _inherit = "billing.milestone"

    block_help = fields.Text(
        "Why, and What Lifts It",
        compute="_compute_block_help",
        groups="base.group_user",
        help="What keeps the milestone from being billed, and what to do about it.",
    )

    @api.depends(
        "state",
        "status",
        "block_reason",
        "is_held",
        "attainment_ids.remedy",
        "amount",
        "schedule_id.amount_lines",
    )
    @api.depends_context("lang", "uid")
    def _compute_block_help(self):
        for milestone in self:
            milestone.block_help = "\n".join(text for text in milestone._obstacle() if text)

    needs_credit = fields.Boolean(
        "To Credit",
        compute="_compute_may_retry",
        groups="base.group_user",
        help="More of it is billed than is attained: it waits for a credit note.",
    )
    may_retry = fields.Boolean(
        compute="_compute_may_retry",
        groups="base.group_user",
        help="Trying again may bill it: neither a hold nor a credit note that is still to be made stands in its way.",
    )

    @api.depends("state", "is_held", "trigger_gone", "allocation_ids.to_bill_amount")
    def _compute_may_retry(self):
        for milestone in self:
            milestone.needs_credit = milestone.state == "blocked" and milestone._is_overbilled()
            waits = milestone.state in ("blocked", "failed") and not milestone.needs_credit
            waits = waits and not milestone._waits_for_nothing()
            milestone.may_retry = waits and not milestone.is_held

    may_hold = fields.Boolean(
        compute="_compute_may_hold",
        groups="base.group_user",
        help="Something of it is left to be held back, and no hold does.",
    )
    may_release = fields.Boolean(
        compute="_compute_may_hold",
        groups="base.group_user",
        help="A hold keeps back what is left of it.",
    )

    @api.depends("state", "is_held")
    def _compute_may_hold(self):
        for milestone in self:
            open_ended = milestone.state not in SETTLED
            milestone.may_hold = open_ended and not milestone.is_held
            milestone.may_release = open_ended and milestone.is_held

    @api.depends("name", "order_id.name")
    @api.depends_context("billing_with_order")
    def _compute_display_name(self):
        result = super()._compute_display_name()
        if self.env.context.get("billing_with_order"):  # anybody: says more in its name
            # Where milestones of many orders are side by side, “Deposit” alone says little.
            for milestone in self:
                milestone.display_name = f"{milestone.sudo().order_id.name or ''} · {milestone.name or ''}"
        return result

    # === MANY AT ONCE === #

    def _bill_now(self):
        """Queue again what is blocked or failed of these milestones, bill what is due, and return where they stand.

        :return: see ``_outcome_texts``
        """
        attainments = self.env["billing.attainment"]
        attainments._check_may_bill()
        rows = self.sudo().attainment_ids.filtered(lambda row: row.state in ("blocked", "failed"))
        rows._set_state("pending")
        # Committed, so that they stay queued if the billing below is rolled back by a conflict.
        attainments._commit()
        attainments.run_pending()
        self.invalidate_recordset()
        return self._outcome()

    def _outcome(self):
        """Return how many of these milestones are billed, still blocked, failed or under way, and why the first wait.

        :return: ``{"billed": int, "blocked": int, "failed": int, "pending": int, "left": int, "invoices": [names],
            "reasons": [texts]}``: ``left`` are left to the invoice run
        """
        states = Counter(milestone.state for milestone in self)
        left = self.filtered(lambda milestone: milestone.state == "due" and milestone._is_left_to_run())
        waiting = self.filtered(lambda milestone: milestone.state in ("blocked", "failed")) | left
        reasons = [
            self.env._(
                "%(order)s, %(milestone)s: %(reason)s",
                order=milestone.sudo().order_id.name,
                milestone=milestone.name,
                reason=reason,
            )
            for milestone in waiting[:3]
            if (reason := milestone._obstacle()[0])
        ]
        moves = self.sudo().invoice_line_ids.move_id.filtered(lambda move: move.state != "cancel").sorted("id")
        return {
            "billed": len(self) - sum(states[state] for state in (*WAITING, "planned", "cancelled", "credited")),
            "blocked": states["blocked"],
            "failed": states["failed"],
            "pending": states["due"] - len(left),
            "left": len(left),
            "invoices": [move.display_name for move in moves],
            "reasons": reasons,
        }

    def _format_totals(self, name="waiting_amount"):
        """Return the sums of this amount, currency by currency, as a text."""
        # Isolated, since some symbols are written from right to left.
        return " + ".join(
            f"\u2068{currency.format(sum(milestones.mapped(name)))}\u2069"
            for currency, milestones in self.grouped("currency_id").items()
        )
