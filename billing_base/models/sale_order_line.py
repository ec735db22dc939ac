from odoo import api, fields, models
from odoo.tools import float_is_zero
from odoo.tools.sql import column_exists, create_column


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    billing_due_since = fields.Date(
        "Due Since",
        compute="_compute_billing_due_since",
        store=True,
        copy=False,
        help="Since when Odoo calls this line ready to invoice, without a break.",
    )

    _billing_due_idx = models.Index("(company_id, billing_due_since, order_id) WHERE billing_due_since IS NOT NULL")

    def _auto_init(self):
        # OVERRIDE: in a database with orders, what is ready when the addon comes became so on the order's day.
        if not column_exists(self.env.cr, "sale_order_line", "billing_due_since"):
            create_column(self.env.cr, "sale_order_line", "billing_due_since", "date")
            self.env.cr.execute(
                """
                UPDATE sale_order_line line SET billing_due_since = orders.date_order::date
                  FROM sale_order orders
                 WHERE orders.id = line.order_id AND line.qty_to_invoice <> 0
                   AND line.display_type IS NULL AND line.is_downpayment IS NOT TRUE
                """
            )
        return super()._auto_init()

    @api.depends("qty_to_invoice", "is_downpayment", "display_type")
    def _compute_billing_due_since(self):
        digits, begun = self.env["decimal.precision"].precision_get("Product Unit"), self.browse()
        for line in self:
            ready = not (line.display_type or line.is_downpayment)
            if not ready or float_is_zero(line.qty_to_invoice, precision_digits=digits):
                line.billing_due_since = False
            elif not line.billing_due_since:
                line.billing_due_since = (line.order_id.company_id or self.env.company)._billing_today()
                begun |= line
        begun.order_id._billing_wake_if_automatic()

    def _billing_has_other_source(self):
        """Return whether another source than Odoo's own quantities says what is due of this line, or none does."""
        self.ensure_one()
        return bool(self.display_type)

    def _billing_may_be_planned(self):
        """Return whether a plan may bill this line by amounts: not where it is charged again and again."""
        self.ensure_one()
        return True

    def _prepare_invoice_lines_vals_list(self, **optional_values):
        # OVERRIDE: every line that an order is billed by has a key, whoever bills it.
        planned = self._billing_planned(optional_values)
        if planned is not None:
            return planned
        rows = super()._prepare_invoice_lines_vals_list(**optional_values)
        ahead = self._flag_value("billing_rounds_ahead")
        if ahead is not None and not self.display_type:
            key = f"line/{self.id}/{self.order_id.billing_round + ahead}"
            for number, values in enumerate(rows):
                values.setdefault("billing_key", f"{key}/{number}" if number else key)
        return rows

    def _billing_planned(self, optional_values):
        """Return the values of the invoice lines that a run makes of this order line; None where no run bills it.

        They are what was planned a moment before, under the same lock.

        :param dict optional_values: of Odoo's ``_prepare_invoice_lines_vals_list``
        """
        instruction = self._flag_value("billing_instruction")
        if not instruction or self.display_type:
            return None
        place = {name: optional_values[name] for name in ("sequence",) if name in optional_values}
        return [{**values, **place} for values in instruction.lines.get(self.id, ())]
