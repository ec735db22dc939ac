from odoo import api, fields, models

from .mail_activity import CREDIT

#: The context flag under which invoices stay drafts, whatever the ``invoice_policy`` of their schedule is.
AS_DRAFT = "billing_as_draft"


class BillingMilestone(models.Model):
    """Orders that a discount or a negative price took below what is billed: a credit note is asked for at once.

    The credit is part of milestones that are still planned; without this it would wait until they are due.
    """

    _inherit = "billing.milestone"

    def _is_below_billed(self):
        """Return whether this planned milestone credits what its plan has billed beyond what its lines are worth."""
        self.ensure_one()
        if self.order_id.state != "sale" or self.attained_percent or not self.amount:
            return False
        schedule = self.schedule_id.sudo()
        billed, rest = schedule.amount_billed, self._round(schedule.amount_lines - schedule.amount_billed)
        if billed * self.amount >= 0 or billed * rest >= 0 or self._is_frozen():
            return False
        # What bills as its plan began is no credit, where another milestone was credited as a whole before it.
        return schedule._first_billed() * self.amount < 0

    def _below_billed_why(self):
        """Return the facts of what this milestone credits, as ``obstacles`` has them."""
        self.ensure_one()
        moves = self.sudo().schedule_id.milestone_ids.invoice_line_ids.move_id
        invoices = moves.filtered(lambda move: move.state != "cancel" and move.move_type == "out_invoice").sorted("id")
        names = invoices.mapped("display_name")
        return {"name": "reduced", "amount": abs(self.amount), "currency": self.currency_id.id, "invoices": names}

    def _ask_about_below_billed(self):
        """Ask a person to credit what these milestones owe the customer, as long as they do."""
        below = self.filtered(lambda milestone: milestone._is_below_billed())
        self.env.add_to_compute(self._fields["to_credit_amount"], self)
        for milestone in below:
            milestone._ask_person(CREDIT, milestone._below_billed_why())
        (self - below).filtered(lambda milestone: not milestone.attainment_ids)._stop_asking(CREDIT)

    def _draft_below_billed(self):
        """Draft the credit note of this milestone, if it owes one, whenever it would have been due; return it."""
        self.ensure_one()
        if not self._is_below_billed():
            return self.env["account.move"]
        self._attain_now("manual")
        moves, _left = self._flagged(AS_DRAFT)._bill_due()
        move = moves.get(self, self.env["account.move"])
        rows = self.attainment_ids.filtered(lambda row: row.state == "pending")
        rows._set_state("billed", billed_on=fields.Datetime.now(), move_id=move.id)
        self._stop_asking(CREDIT)
        return self.env["account.move"].browse(move.ids)

    def _leave_to_run(self):
        # OVERRIDE: a credit note that a person asks for is no invoice of a run.
        return {} if self._is_flagged(AS_DRAFT) else super()._leave_to_run()

    def _post_moves(self, moves):
        if self._is_flagged(AS_DRAFT):
            return self._log_invoiced(moves)
        return super()._post_moves(moves)

    @api.depends("amount", "schedule_id.amount_lines")
    def _compute_may_retry(self):
        result = super()._compute_may_retry()
        for milestone in self:
            milestone.needs_credit = milestone.needs_credit or milestone._is_below_billed()
        return result


class BillingSchedule(models.Model):
    _inherit = "billing.schedule"

    def _first_billed(self):
        """Return what the first invoice that stands billed of this plan, untaxed: above zero what a customer owes."""
        self.ensure_one()
        shares = self.milestone_ids.allocation_ids.filtered("invoiced_amount")
        first = min(shares, key=lambda row: min(row.sudo().invoice_line_ids.ids), default=shares)
        return first.invoiced_amount
