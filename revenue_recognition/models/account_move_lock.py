from odoo import models
from odoo.exceptions import UserError


class AccountMove(models.Model):
    """What a close booked stays, and a period that is locked for revenue stays as it is."""

    _inherit = "account.move"

    def write(self, vals):
        if vals.get("state", "posted") != "posted":
            self.filtered(lambda move: move.state == "posted")._check_no_revenue_close()
        return super().write(vals)

    def _post(self, soft=True):
        posted = super()._post(soft)
        for move in posted.sudo().filtered(lambda move: move.move_type == "out_refund"):
            for contract in move.invoice_line_ids.revenue_contract_id:
                contract._propose_concession(move)
        return posted

    def _reverse_moves(self, default_values_list=None, cancel=False):
        self._check_no_revenue_close()
        return super()._reverse_moves(default_values_list, cancel)

    def _check_fiscal_lock_dates(self):
        """Ask the lock date of revenue too, for moves that touch contracts.

        :raises UserError: naming the lock, and what to do
        """
        result = super()._check_fiscal_lock_dates()
        for move in self:
            locked = move.company_id.sudo().revenue_lock_date
            if locked and move.date <= locked and move._touches_revenue():
                reason = self.env._(
                    "%(move)s belongs to a revenue contract, and revenue is locked through %(date)s. "
                    "Give it a later accounting date, or ask a revenue controller to reopen the period."
                )
                raise UserError(reason % {"move": move.display_name, "date": locked})
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
            reason = self.env._("This entry was made by %(close)s. Reopen that close instead; it mirrors its entries.")
            raise UserError(reason % {"close": closes[0].name})
