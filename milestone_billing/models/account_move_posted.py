"""What a posted invoice says of an order with a plan stays: see ``record_protection.posted``."""

from odoo import api, models
from odoo.addons.record_protection import posted


class AccountMove(models.Model):
    _inherit = "account.move"

    def write(self, vals):
        if vals.keys() & posted.DOCUMENT_FIELDS:
            moves = self.filtered(lambda move: move.state == "posted")
            posted.check_documents(moves.sudo().line_ids._billing_posted().move_id, vals)
        return super().write(vals)


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        if any(vals.get("sale_line_ids") for vals in vals_list):
            posted.check_joined(lines._billing_posted())
        return lines

    def write(self, vals):
        if not vals.keys() & posted.LINE_FIELDS:
            return super().write(vals)
        kept = self._billing_posted()
        posted.check_lines(kept, vals)
        result = super().write(vals)
        if "sale_line_ids" in vals:
            posted.check_joined(self._billing_posted() - kept)
        return result

    def _billing_posted(self):
        """Return those of these lines that bill an order with a plan, and are posted, in superuser mode."""
        lines = self.sudo().filtered(lambda line: line.move_id.state == "posted" and line.display_type == "product")
        return lines.filtered(
            lambda line: line.billing_allocation_id or line.sale_line_ids.order_id.billing_schedule_ids
        )


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        if any(vals.get("invoice_lines") for vals in vals_list):
            posted.check_joined(lines.sudo().invoice_lines._billing_posted())
        return lines

    def write(self, vals):
        # The other side of an invoice line's order lines.
        rows = posted.joined(self, vals["invoice_lines"]) if "invoice_lines" in vals else None
        if rows:
            posted.check_joined(rows._billing_posted())
        result = super().write(vals)
        if rows:
            posted.check_joined(rows._billing_posted())
        return result
