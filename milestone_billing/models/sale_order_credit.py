from odoo import api, fields, models

#: The flag of invoices that a person asked for by the native button.
BY_BUTTON = "billing_by_button"


class SaleOrder(models.Model):
    _inherit = "sale.order"

    billing_rest = fields.Boolean(
        "Left to Settle",
        compute="_compute_billing_rest",
        compute_sudo=True,
        help="All lines are invoiced, and yet “Create Invoice” has something to draft: what is billed beyond the "
        "order, or what is left of its down payments.",
    )

    @api.depends("state", "billing_milestone_ids.allocation_ids.to_bill_amount", "billing_advance_left")
    def _compute_billing_rest(self):
        for order in self:
            # What is typed and not saved yet is billed by nobody.
            saved = order._origin
            order.billing_rest = (
                saved.state == "sale" and bool(saved.billing_schedule_ids) and saved._billing_has_rest()
            )

    def _billing_has_rest(self):
        """Return whether *Create Invoice* drafts something of this order beside what is still to be invoiced."""
        self.ensure_one()
        milestones = self.billing_milestone_ids
        if any(milestone._credit_owed() for milestone in milestones - milestones._held()):
            return True
        return not any(self._billing_later().values()) and bool(self._billing_advances())

    def _create_invoices(self, grouped=False, final=False, date=None):
        # OVERRIDE: as in Odoo alone, a final invoice credits what is invoiced beyond the order.
        credits = self.env["account.move"]
        if final and self._is_flagged(BY_BUTTON) and self.has_access("write"):
            credits = self._billing_credit_beyond()
        orders = self.with_context(raise_if_nothing_to_invoice=False) if credits else self
        invoices = super(SaleOrder, orders)._create_invoices(grouped, final, date)
        return invoices.with_env(self.env) | credits

    def _billing_credit_beyond(self):
        """Draft the credit notes that milestones of these orders owe, as their button *Credit Note* does.

        They are drafts, as all that the native button makes: whoever may make invoices of the order may have them.

        :return: the credit notes (``account.move``)
        """
        moves = self.env["account.move"]
        milestones = self.filtered(lambda order: order.state == "sale").sudo()._without_defaults().billing_milestone_ids
        for milestone in milestones - milestones._held():
            moves |= self.env["account.move"].browse(milestone._draft_owed().ids)
        return moves
