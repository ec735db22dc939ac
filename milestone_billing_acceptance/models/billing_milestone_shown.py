from odoo import api, fields, models


class BillingMilestone(models.Model):
    """What queue, timeline and forms say of acceptance."""

    _inherit = "billing.milestone"

    acceptance_help = fields.Text(
        "Acceptance Awaited",
        compute="_compute_acceptance_help",
        groups="base.group_user",
        help="What it waits for before it is attained, and what to do about it.",
    )
    may_ask_acceptance = fields.Boolean(
        compute="_compute_acceptance_help",
        groups="base.group_user",
        help="The customer can be asked to accept it.",
    )

    @api.depends(
        "needs_acceptance",
        "acceptance_state",
        "acceptance_until",
        "attained_percent",
        "acceptance_ready_percent",
        "order_id.state",
    )
    @api.depends_context("lang")
    def _compute_acceptance_help(self):
        for milestone in self:
            milestone.acceptance_help = " ".join(filter(None, milestone._acceptance_obstacle()))
            milestone.may_ask_acceptance = not milestone._ask_refusal()

    @api.depends("acceptance_state", "acceptance_until", "needs_acceptance")
    def _compute_block_help(self):
        return super()._compute_block_help()

    def _acceptance_obstacle(self):
        """Return (reason, remedy) of the acceptance that this milestone waits for; empty texts for none."""
        self.ensure_one()
        milestone = self.sudo()
        if not milestone.needs_acceptance or milestone._is_attained() or milestone.order_id.state != "sale":
            return "", ""
        if opened := milestone._open_acceptance():
            return opened._waiting_texts()
        again = self.env._("Press “Ask for Acceptance” for the next round.")
        last = milestone.acceptance_ids.sorted("round")[-1:]
        if last.state == "rejected":
            return self.env._("The customer rejected it. %s", last._outcome_text()), again
        if last.state == "partial":
            return self.env._("The customer accepted it in part. %s", last._outcome_text()), again
        if milestone.acceptance_ready_percent > milestone.attained_percent:
            return self.env._("Ready for acceptance: the customer is not asked."), self.env._(
                "Press “Ask for Acceptance”."
            )
        return "", ""

    def _obstacle(self):
        # OVERRIDE: a milestone that waits for its customer says so wherever others say what keeps them.
        reason, remedy = super()._obstacle()
        return (reason, remedy) if reason else self._acceptance_obstacle()

    def _status_label(self):
        # OVERRIDE: what is planned may wait for the customer by now.
        opened = self._open_acceptance() if self.needs_acceptance and self.status == "planned" else None
        if not opened:
            return super()._status_label()
        return self.env._("Awaiting Acceptance") if opened.state == "open" else self.env._("Ready for Acceptance")

    def _allowed_actions(self, rights, readable):
        # OVERRIDE: no button goes round the customer.
        allowed = super()._allowed_actions(rights, readable)
        if not self.sudo()._requires_acceptance():
            return allowed
        return [name for name in allowed if name not in ("attain", "attain_to")]

    def _describe_effect(self):
        # OVERRIDE: of what the customer accepts, not of a button.
        if not self.sudo()._requires_acceptance() or self._is_attained() or self.state == "cancelled":
            return super()._describe_effect()
        amount = self.currency_id.format(self._amount_ahead())
        sentence = self.env._("The customer's acceptance bills %s, untaxed.", amount)
        return f"{sentence} {self._describe_invoice()}"
