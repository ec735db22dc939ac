from odoo import fields, models


class AccountMove(models.Model):
    _inherit = "account.move"

    billing_rules_text = fields.Text(
        "Billing Rules",
        compute="_compute_billing_rules_text",
        compute_sudo=True,
        help="The rules of billing that hold for the orders of this invoice, and whose they are.",
    )

    def _compute_billing_rules_text(self):
        for move in self:
            move.billing_rules_text = move.invoice_line_ids.sale_line_ids.order_id._billing_rules_told()

    def copy_data(self, default=None):
        # OVERRIDE: a debit note charges more than was agreed: it is no second bill of what its invoice bills.
        moves = self._flagged("billing_debit_note") if (default or {}).get("debit_origin_id") else self
        return super(AccountMove, moves).copy_data(default)
