"""What Odoo does again and again, or for nobody, while many invoices are made at once: once, or not at all.

The invoices are the same with it as without.
"""

from odoo import models


class AccountMove(models.Model):
    _inherit = "account.move"

    def message_post_with_source(self, source_ref, **kwargs):
        # OVERRIDE: whoever makes them says of all of them at once which orders they bill.
        if source_ref == "mail.message_origin_link" and self._is_flagged("billing_making"):
            return self.env["mail.message"]
        self.check_access("read")
        return super().message_post_with_source(source_ref, **kwargs)

    def _billing_tell_origin(self):
        """Note on these invoices which orders they bill, in Odoo's own words."""
        render = self.env["ir.qweb"]._render
        bodies = {
            move.id: render("mail.message_origin_link", {"self": move, "origin": move.line_ids.sale_line_ids.order_id})
            for move in self
        }
        if bodies:
            self._message_log_batch(bodies)


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def write(self, vals):
        # OVERRIDE: Odoo writes each amount that it works out, most of which are there already.
        if self._is_flagged("billing_making") and not self._billing_will_change(vals):
            return True
        return super().write(vals)

    def _billing_will_change(self, vals):
        """Return whether writing ``vals`` changes one of these lines, as Odoo's own ``write`` finds it."""
        changes = self.env["account.move"]._field_will_change
        return any(changes(line, vals, name) for line in self for name in vals)


class AccountBankStatementLine(models.Model):
    _inherit = "account.bank.statement.line"

    def action_undo_reconciliation(self):
        # OVERRIDE: Odoo undoes that of no line at all whenever it writes a line of an invoice, which takes its time.
        return super().action_undo_reconciliation() if self else None
