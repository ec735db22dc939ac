from collections import Counter

from odoo import api, fields, models

#: States in which something of a milestone waits to be billed, or to be tried again.
WAITING = ("due", "blocked", "failed")
#: States in which nothing of a milestone is left to keep back.
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

    @api.depends("state", "block_reason", "is_held", "attainment_ids.remedy")
    @api.depends_context("lang")
    def _compute_block_help(self):
        for milestone in self:
            waiting = milestone._stopped()
            texts = [waiting.reason, waiting.remedy]
            if not waiting and milestone.is_held and milestone.state not in SETTLED:
                texts = milestone._hold_reason()
            milestone.block_help = "\n".join(text for text in texts if text)

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

    @api.depends("state", "is_held", "allocation_ids.to_bill_amount")
    def _compute_may_retry(self):
        for milestone in self:
            blocked = milestone.state == "blocked"
            milestone.needs_credit = blocked and any(row._is_overbilled() for row in milestone.sudo().allocation_ids)
            waits = milestone.state in ("blocked", "failed") and not milestone.needs_credit
            milestone.may_retry = waits and not milestone.is_held

    @api.depends("name", "order_id.name")
    @api.depends_context("billing_with_order")
    def _compute_display_name(self):
        result = super()._compute_display_name()
        if self.env.context.get("billing_with_order"):
            # Where milestones of many orders are side by side, “Deposit” alone says little.
            for milestone in self:
                milestone.display_name = f"{milestone.sudo().order_id.name or ''} · {milestone.name or ''}"
        return result

    # === MANY AT ONCE === #

    def _bill_now(self):
        """Queue again what is blocked or failed of these milestones, bill what is due, and return where they stand.

        :return: see ``_tell_outcome``
        """
        attainments = self.env["billing.attainment"]
        attainments._check_may_bill()
        rows = self.sudo().attainment_ids.filtered(lambda row: row.state in ("blocked", "failed"))
        rows._set_state("pending")
        # What the user asked for stands, also when the billing itself has to give way to somebody else.
        attainments._commit()
        attainments.run_pending()
        self.invalidate_recordset()
        return self._outcome()

    def _outcome(self):
        """Return how many of these milestones are billed, still blocked, failed or under way, and why the first wait.

        :return: ``{"billed": int, "blocked": int, "failed": int, "pending": int, "invoices": [names],
            "reasons": [texts]}``
        """
        states = Counter(milestone.state for milestone in self)
        waiting = self.filtered(lambda milestone: milestone.state in ("blocked", "failed"))
        reasons = [
            self.env._(
                "%(order)s, %(milestone)s: %(reason)s",
                order=milestone.sudo().order_id.name,
                milestone=milestone.name,
                reason=milestone.block_reason,
            )
            for milestone in waiting[:3]
        ]
        moves = self.sudo().invoice_line_ids.move_id.filtered(lambda move: move.state != "cancel").sorted("id")
        return {
            "billed": len(self) - sum(states[state] for state in (*WAITING, "planned", "cancelled", "credited")),
            "blocked": states["blocked"],
            "failed": states["failed"],
            "pending": states["due"],
            "invoices": [move.display_name for move in moves],
            "reasons": reasons,
        }

    def _format_totals(self, name="to_bill_amount"):
        """Return the sums of this amount, currency by currency, as a text."""
        # Isolated, since some symbols are written from right to left.
        return " + ".join(
            f"\u2068{currency.format(sum(milestones.mapped(name)))}\u2069"
            for currency, milestones in self.grouped("currency_id").items()
        )
