from odoo import models
from odoo.exceptions import UserError
from odoo.tools import format_date


class AccountMove(models.Model):
    """Contracts follow their documents; what a close booked stays, and so does a period that is locked for revenue."""

    _inherit = "account.move"

    # === CONTRACTS FOLLOW INVOICES AND CREDIT NOTES === #

    def write(self, vals):
        result = super().write(vals)
        if vals.get("state", "posted") != "posted":
            self._update_revenue_contracts()
        return result

    def _post(self, soft=True):
        posted = super()._post(soft)
        posted._update_revenue_contracts()
        return posted

    def unlink(self):
        contracts = self.sudo().invoice_line_ids.revenue_contract_id
        result = super().unlink()
        contracts._follow_documents()
        return result

    def _update_revenue_contracts(self):
        """Have the contracts of invoices and credit notes follow them: posted, reset to draft, or cancelled."""
        documents = self.sudo().filtered(lambda move: move.is_sale_document(include_receipts=True))
        documents.invoice_line_ids.revenue_contract_id._follow_documents()

    # === WHAT STAYS === #

    def _reverse_moves(self, default_values_list=None, cancel=False):
        self._check_no_revenue_close()
        return super()._reverse_moves(default_values_list, cancel)

    def _get_violated_lock_dates(self, invoice_date, has_tax):
        # OVERRIDE: what a person dates is refused with the remedy, never moved to another day in silence.
        found = super()._get_violated_lock_dates(invoice_date, has_tax)
        return [lock for lock in found if lock[1] != "revenue_lock_date"]

    def _check_fiscal_lock_dates(self):
        """Check the lock date of revenue too, for moves that bill contracts or were made by a close.

        :raises UserError: naming the lock, and what to do
        """
        result = super()._check_fiscal_lock_dates()
        for move in self:
            locked = move.company_id.sudo().revenue_lock_date
            if locked and move.date <= locked and move._touches_revenue():
                raise UserError(
                    self.env._(
                        "%(move)s belongs to a revenue contract, and revenue is locked through %(date)s. "
                        "Give it a later invoice date, or ask a revenue controller to reopen the period.",
                        move=move.display_name,
                        date=format_date(self.env, locked),
                    )
                )
        return result

    def _touches_revenue(self):
        """Return whether the move bills a contract, or was made by a close."""
        lines = self.sudo().line_ids
        return bool(lines.revenue_contract_id or lines.revenue_posting_id)

    def _check_no_revenue_close(self):
        """Refuse to take back what a close booked.

        :raises UserError: naming the close, and what to do
        """
        closes = self.sudo().line_ids.revenue_posting_id.close_id
        if closes:
            raise UserError(
                self.env._(
                    "This entry was made by %(close)s. Reopen that close instead; it mirrors its entries.",
                    close=closes[0].name,
                )
            )
