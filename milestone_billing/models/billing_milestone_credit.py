from odoo import fields, models
from odoo.addons.billing_base.engine.units import to_units
from odoo.addons.billing_base.models.obstacles import explain
from odoo.exceptions import UserError
from odoo.tools import float_compare

from .mail_activity import CREDIT, MEND


class BillingMilestone(models.Model):
    """Taking back what is no longer attained, and following what people do with the invoices."""

    _inherit = "billing.milestone"

    # === TAKING BACK === #

    def _take_back_drafts(self):
        """Remove from draft invoices what is billed and no longer attained; what of it stays due is billed anew."""
        self.ensure_one()
        owed = self._credit_owed()
        drafts = self._draft_charges(owed)
        if not drafts:
            return
        reduced = self._exceeds_order(owed)
        moves = drafts.move_id
        names = ", ".join(move.display_name for move in moves)
        drafts._flagged("billing_taking_back").unlink()
        moves._billing_renew_deductions()
        empty = moves.filtered(
            lambda move: not move.invoice_line_ids.filtered(lambda line: line.display_type == "product")
        )
        empty._billing_discard()
        values = {"milestone": self.name, "invoices": names}
        order = self.order_id._billing_for_history()
        if reduced:
            text = order.env._(
                "The order was reduced: %(milestone)s is taken off %(invoices)s, and billed anew.", **values
            )
        else:
            text = order.env._("%(milestone)s is undone: taken off %(invoices)s.", **values)
        order._billing_log(text)

    def _draft_charges(self, owed):
        """Return the lines of draft invoices that bill what is ``owed`` (see :meth:`_credit_owed`)."""
        lines = self.env["account.move.line"].concat(*(row.sudo().invoice_line_ids for row in owed))
        return lines.filtered(lambda line: line.parent_state == "draft" and line._is_billing_charge())

    def _credit_owed(self):
        """Return the untaxed amount that is posted and no longer attained, by allocation: ``{allocation: amount}``."""
        self.ensure_one()
        return {row: -row.to_bill_amount or 0.0 for row in self.allocation_ids if row._is_overbilled()}

    def _propose_credit(self, owed):
        """Ask a person to credit what is posted and undone.

        :param dict owed: see :meth:`_credit_owed`
        """
        self.ensure_one()
        self._ask_person(CREDIT, self._credit_why(owed))

    def _credit_reason(self, owed):
        """Return (reason, remedy) of what is posted and undone, or more than the order is worth.

        :param dict owed: see :meth:`_credit_owed`
        """
        return explain(self._credit_why(owed), self.env)

    def _credit_why(self, owed):
        """Return the facts of what is posted and undone, or more than the order is worth, as ``obstacles`` has them.

        :param dict owed: see :meth:`_credit_owed`
        """
        self.ensure_one()
        invoices = self.sudo().invoice_line_ids.move_id.filtered(
            lambda move: move.state == "posted" and move.move_type == "out_invoice"
        )
        name = "undone"
        if self._exceeds_order(owed):
            name = "reduced" if any(row.line_id._billing_is_beyond() for row in owed) else "billed_more"
        return {
            "name": name,
            "amount": self.currency_id.round(sum(owed.values())),
            "currency": self.currency_id.id,
            "invoices": invoices.mapped("name"),
        }

    def _exceeds_order(self, owed):
        """Return whether all that is to be credited is more than the order is worth, undone or not.

        :param dict owed: see :meth:`_credit_owed`
        """
        return all(
            to_units(row.amount + amount, row.currency_id.rounding) == row._standing().kept
            for row, amount in owed.items()
        )

    def action_bill_again(self):
        """Make what was credited of these milestones due again, and bill it.

        :return: True
        :raises AccessError: for anybody but a billing manager.
        :raises UserError: when nothing was credited.
        """
        self.env["billing.attainment"]._check_may_bill()
        self.check_access("read")
        milestones = self.sudo()
        credited = milestones.allocation_ids.filtered(
            lambda row: float_compare(
                row.credited_amount, row.reopened_amount, precision_rounding=row.currency_id.rounding
            )
        )
        if not credited:
            raise UserError(self.env._("Nothing of these milestones was credited."))
        for allocation in credited:
            allocation.asked_amount = allocation.credited_amount
        credited.milestone_id._requeue()
        return True

    def _requeue(self, wake=True):
        """Put the last attainment of these milestones back into the queue: what stands on invoices changed."""
        for milestone in self.sudo():
            if milestone.order_id.state == "sale":
                milestone.attainment_ids.sorted("id")[-1:]._set_state("pending")
        if self and wake:
            self.env["billing.attainment"]._wake()

    def _resume(self):
        """Queue what a hold blocked of these milestones, and work out what Odoo may invoice of their orders."""
        self.attainment_ids._requeue_blocked()
        self.allocation_ids.line_id._billing_refresh()

    # === WHAT OTHERS DO WITH THE INVOICES === #

    def _billed_by_hand(self):
        """Note that the native button just billed what was due of these milestones."""
        for milestone in self:
            milestone.billing_round += 1
            move = milestone.invoice_line_ids.sorted("id")[-1:].move_id
            rows = milestone.attainment_ids.filtered(
                lambda row: row.state in ("pending", "failed") or row._is_kept_by_rule()
            )
            rows._set_state("billed", billed_on=fields.Datetime.now(), move_id=move.id)
            if any(rows.mapped("to_tell")):
                rows._wake()
        self._stop_asking(MEND)
        self._follow_edited_drafts()

    def _follow_invoices(self, why):
        """Make these milestones due again after their draft was removed; they wait in the queue for its next turn.

        :param why: takes an environment and returns what happened to the draft, in its language
        """
        self._follow_draft_credits()
        due = self.filtered(lambda milestone: milestone.order_id.state == "sale" and milestone._has_open_shares())
        due._requeue(wake=False)
        for milestone in due:
            order = milestone.order_id._billing_for_history()
            order._billing_log(
                order.env._(
                    "%(milestone)s is due again: %(why)s. The next run bills it; a hold keeps it back.",
                    milestone=milestone.name,
                    why=why(order.env),
                )
            )

    def _has_open_shares(self):
        """Return whether anything of this milestone is to be on an invoice or a credit note."""
        self.ensure_one()
        return self.allocation_ids._any_open()

    def _follow_credit(self):
        """Queue again what waited for a credit note, or is credited too little, once one was made or posted."""
        waiting = self.filtered(
            lambda milestone: "blocked" in milestone.attainment_ids.mapped("state") or milestone._credit_owed()
        )
        waiting._requeue()
        self._follow_draft_credits()
