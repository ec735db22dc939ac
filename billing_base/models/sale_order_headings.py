from odoo import models
from odoo.fields import Command


class SaleOrder(models.Model):
    """An invoice of a run that bills several orders has a section for each, of which Odoo prints the subtotal."""

    _inherit = "sale.order"

    def _create_account_invoices(self, invoice_vals_list, final):
        # OVERRIDE: only of runs. What a person makes by hand stays as Odoo makes it.
        if self._flag_value("billing_instruction"):
            for values in invoice_vals_list:
                values["invoice_line_ids"] = self._billing_with_headings(values["invoice_line_ids"])
        return super()._create_account_invoices(invoice_vals_list, final)

    def _billing_with_headings(self, commands):
        """Return the commands that create the lines of an invoice, with a section before those of each order.

        An order's own sections become subsections. Of a single order nothing changes.
        """
        parts = self._billing_lines_by_order(commands)
        if len(parts) < 2:
            return commands
        rows = []
        for order, lines in parts.items():
            rows.append({"display_type": "line_section", "name": order._billing_heading()})
            rows += [
                dict(line, display_type="line_subsection") if line.get("display_type") == "line_section" else line
                for line in lines
            ]
        return [Command.create(dict(row, sequence=number)) for number, row in enumerate(rows, 1)]

    def _billing_lines_by_order(self, commands):
        """Return the values of invoice lines by order (``{sale.order: [values]}``): without one, by the one before."""
        found, order = {}, self[:1]
        for _kind, _key, values in commands:
            linked = [command[1] for command in values.get("sale_line_ids") or ()]
            order = self.env["sale.order.line"].browse(linked[:1]).order_id or order
            found.setdefault(order, []).append(values)
        return found

    def _billing_heading(self):
        """Return what stands above the lines of this order on an invoice of several, in the customer's language."""
        self.ensure_one()
        order = self.with_context(lang=self.partner_invoice_id.lang or self.env.lang)
        if order.client_order_ref:
            return order.env._(
                "Order %(order)s, your reference %(reference)s", order=order.name, reference=order.client_order_ref
            )
        return order.env._("Order %s", order.name)
