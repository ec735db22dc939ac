from odoo import api, fields, models


class StockPicking(models.Model):
    """A transfer says what keeps it back."""

    _inherit = "stock.picking"

    billing_hold_text = fields.Text(
        "Kept Back by Billing",
        compute="_compute_billing_hold_text",
        compute_sudo=True,
        help="Who holds the billing of the order, why, and until when. Until then it cannot be validated.",
    )

    billing_invoice_count = fields.Integer(
        compute="_compute_billing_invoice_count",
        compute_sudo=True,
        help="Invoices and credit notes of what this transfer ships.",
    )

    @api.depends("state", "move_ids.sale_line_id", "move_ids.location_dest_id")
    def _compute_billing_hold_text(self):
        for picking in self:
            open_moves = picking.move_ids.filtered(lambda move: move.state not in ("done", "cancel"))
            holds = self.env["billing.hold"].concat(*open_moves._billing_stopped_by().values())
            picking.billing_hold_text = "\n".join(hold._describe() for hold in holds)

    @api.depends("move_ids.sale_line_id.invoice_lines")
    def _compute_billing_invoice_count(self):
        for picking in self:
            picking.billing_invoice_count = len(picking._billing_invoices())

    def action_view_billing_invoices(self):
        """Open the invoices and credit notes of what these transfers ship.

        :return: a window action
        :raises AccessError: without the right to read them.
        """
        self.check_access("read")
        self.env["account.move"].check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Invoices"),
            "res_model": "account.move",
            "view_mode": "list,form",
            "views": [[False, "list"], [False, "form"]],
            "domain": [["id", "in", self.sudo()._billing_invoices().ids]],
        }

    def _billing_invoices(self):
        """Return the invoices of the quantities that these transfers ship: those of goods of a plan."""
        lines = self.move_ids.sale_line_id.filtered("billing_schedule_id").invoice_lines
        return lines.filtered("billing_bills_goods").move_id
