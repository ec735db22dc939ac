from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import float_compare


class BillingMilestone(models.Model):
    """Taking back what is no longer attained, and following what people do with the invoices."""

    _inherit = "billing.milestone"

    # === TAKING BACK === #

    def _take_back_drafts(self):
        """Remove from draft invoices what is billed and no longer attained; what of it stays due is billed anew."""
        self.ensure_one()
        surplus = self.allocation_ids.filtered(lambda row: row._is_overbilled())
        drafts = surplus.invoice_line_ids.filtered(
            lambda line: line.parent_state == "draft" and line._is_billing_charge()
        )
        if not drafts:
            return
        moves = drafts.move_id
        names = ", ".join(move.display_name for move in moves)
        drafts.with_context(billing_taking_back=True).unlink()
        empty = moves.filtered(
            lambda move: not move.invoice_line_ids.filtered(lambda line: line.display_type == "product")
        )
        empty._billing_discard()
        self.order_id._billing_log(
            self.env._("%(milestone)s is undone: taken off %(invoices)s.", milestone=self.name, invoices=names)
        )

    def _credit_owed(self):
        """Return the untaxed amount that is posted and no longer attained, by allocation: ``{allocation: amount}``."""
        self.ensure_one()
        return {row: -row.to_bill_amount for row in self.allocation_ids if row._is_overbilled()}

    def _propose_credit(self, owed):
        """Ask a person to credit what is posted and undone.

        :param dict owed: see :meth:`_credit_owed`
        """
        self.ensure_one()

        def words(told):
            amount = told.currency_id.format(sum(owed.values()))
            return told.env._("Credit %s", amount), " ".join(told._credit_reason(owed))

        self._ask_person(words)

    def _credit_reason(self, owed):
        """Return (reason, remedy) of what is posted and undone.

        :param dict owed: see :meth:`_credit_owed`
        """
        self.ensure_one()
        invoices = self.sudo().invoice_line_ids.move_id.filtered(lambda move: move.state == "posted")
        return (
            self.env._(
                "Undone, but %(amount)s is posted on %(invoices)s.",
                amount=self.currency_id.format(sum(owed.values())),
                invoices=", ".join(invoices.mapped("name")),
            ),
            self.env._("Use “Credit Note” on the milestone to draft it, or attain the milestone again."),
        )

    def action_credit(self):
        """Draft the credit notes for what is posted and no longer attained.

        :return: a window action on the credit notes
        :raises AccessError: for anybody but a billing manager.
        :raises UserError: when nothing is to be credited.
        """
        self.env["billing.attainment"]._check_may_bill()
        self.check_access("read")
        moves = self.env["account.move"]
        for milestone in self.sudo():
            owed = milestone._credit_owed()
            if owed:
                moves |= milestone._draft_credit(owed)
        if not moves:
            raise UserError(
                self.env._("Nothing to credit: these milestones are billed no further than they are attained.")
            )
        return self._open_invoices(moves)

    def _draft_credit(self, owed):
        """Create the draft credit note of ``owed`` (``{allocation: amount}``) against the last posted invoice."""
        self.ensure_one()
        source = self.invoice_line_ids.move_id.filtered(
            lambda move: move.state == "posted" and move.move_type == "out_invoice"
        ).sorted("id")[-1:]
        order = self.order_id.with_company(self.company_id)
        values = order._prepare_invoice()
        values.update(
            move_type="out_refund",
            reversed_entry_id=source.id,
            ref=self.env._("Credit of %(invoice)s: %(milestone)s is undone", invoice=source.name, milestone=self.name),
            invoice_payment_term_id=False,
            transaction_ids=False,
        )
        for allocation, amount in owed.items():
            line = allocation._prepare_invoice_line(amount)
            line["billing_key"] = False
            values["invoice_line_ids"].append(Command.create(line))
        moves = self.env["account.move"].with_context(default_move_type="out_refund").create(values)
        moves._billing_turn_negative()
        return moves

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
            allocation.reopened_amount = allocation.credited_amount
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
        """Queue what a hold blocked of these milestones, and say on their orders what may be invoiced again."""
        self.attainment_ids._requeue_blocked()
        self.allocation_ids.line_id._billing_refresh()

    # === WHAT OTHERS DO WITH THE INVOICES === #

    def _billed_by_hand(self):
        """Note that the native button just billed what was due of these milestones."""
        for milestone in self:
            milestone.billing_round += 1
            move = milestone.invoice_line_ids.sorted("id")[-1:].move_id
            rows = milestone.attainment_ids.filtered(lambda row: row.state in ("pending", "failed"))
            rows._set_state("billed", billed_on=fields.Datetime.now(), move_id=move.id)

    def _follow_invoices(self, why):
        """Make these milestones due again after their draft was removed; they wait in the queue for its next turn.

        :param str why: what happened to the draft
        """
        self.allocation_ids._close_lost_credits()
        due = self.filtered(
            lambda milestone: milestone.order_id.state == "sale" and milestone.allocation_ids._any_open()
        )
        due._requeue(wake=False)
        for milestone in due:
            milestone.order_id._billing_log(
                self.env._(
                    "%(milestone)s is due again: %(why)s. The next run bills it; a hold keeps it back.",
                    milestone=milestone.name,
                    why=why,
                )
            )

    def _follow_credit(self):
        """Close what waited for the credit note that was just posted."""
        self.filtered(lambda milestone: "blocked" in milestone.attainment_ids.mapped("state"))._requeue()
