"""What a posted invoice says of a charge stays: see ``record_protection.posted``."""

from odoo import models
from odoo.addons.record_protection import posted


class AccountMove(models.Model):
    _inherit = "account.move"

    def write(self, vals):
        if vals.keys() & posted.DOCUMENT_FIELDS:
            moves = self.filtered(lambda move: move.state == "posted")
            posted.check_documents(moves.sudo().line_ids._subscription_posted().move_id, vals)
        return super().write(vals)


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def write(self, vals):
        if vals.keys() & posted.LINE_FIELDS:
            posted.check_lines(self._subscription_posted(), vals)
        return super().write(vals)

    def _subscription_posted(self):
        """Return those of these lines that bill a charge, and are posted, in superuser mode."""
        return self.sudo().filtered(lambda line: line.subscription_charge_id and line.move_id.state == "posted")
