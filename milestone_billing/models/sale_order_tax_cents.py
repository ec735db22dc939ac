from collections import Counter

from odoo import models
from odoo.addons.billing_base.engine.units import to_units

from .billing_milestone_allocation_taxes import NET, price_of_parts


class AccountMove(models.Model):
    """The last invoice of a plan takes the cents of tax that its invoices, each rounded by itself, leave.

    Odoo works out the taxes of each invoice from what it bills, and so do we; three times 21 % of a third of an order
    may come to a cent more, or less, than 21 % of the order, which is what the customer agreed to.
    """

    _inherit = "account.move"

    def _billing_settle_taxes(self):
        """Put what is left of the taxes of orders that these new draft invoices end on the last of them."""
        invoices = self.filtered(lambda move: move.move_type == "out_invoice")
        for order in invoices.line_ids.sale_line_ids.order_id.filtered("billing_schedule_ids"):
            if not any(order._billing_later().values()):
                last = invoices.filtered(lambda move, order=order: order in move.line_ids.sale_line_ids.order_id)[-1]
                last._billing_settle_taxes_of(order)

    def _billing_settle_taxes_of(self, order):
        """Put what the taxes of ``order`` come to beyond those of all its documents on a line of this invoice."""
        self.ensure_one()
        wanted, (billed, rows) = Counter(), order._billing_billed_parts()
        for parts in order._billing_line_parts().values():
            wanted.update(parts)
        fixed = self.env["account.move.line"]
        for kind, tax in [key for key in wanted if key[0] == "tax"]:
            missing = wanted[kind, tax] - billed[kind, tax]
            bearing = [row for row, parts in rows.items() if (kind, tax) in parts]
            own = [row for row in bearing if row.move_id == self and rows[row][NET]]
            # Rounding leaves less than one unit for each line; a larger difference, or another base, has another cause.
            if missing and own and wanted["base", tax] == billed["base", tax] and abs(missing) <= len(bearing):
                rows[max(own, key=lambda row: abs(rows[row][NET]))][kind, tax] += missing
                fixed |= fixed.concat(*own)
        # All lines of the tax are given: Odoo rounds together what is not. It works out tax items for a price only.
        prices = {row: row.price_unit for row in fixed}
        together = any(row._billing_is_rounded_with_others(rows[row][NET]) for row in fixed)
        fixed.price_unit = 0.0
        for row in fixed:
            rate = self.invoice_currency_rate
            values = price_of_parts(row, rows[row], self.currency_id, rate, row.quantity or 1.0)
            row.write(_at_price(values, prices[row]) if together else values)


def _at_price(values, price):
    """Return values of an invoice line as of ``price_of_parts``, but with this price: its net is rounded by Odoo."""
    data = {name: value for name, value in values["extra_tax_data"].items() if name != "manual_total_excluded_currency"}
    return dict(values, price_unit=price, extra_tax_data=dict(data, price_unit=price))


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _billing_is_rounded_with_others(self, net):
        """Return whether a whole document was rounded, so that this line's ``net`` (units) is not its own subtotal."""
        self.ensure_one()
        return abs(to_units(self.price_subtotal, self.currency_id.rounding)) != abs(net)


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _billing_line_parts(self):
        """Return net amount and taxes of the lines of this order as its totals have them: ``{line: parts}``.

        See ``_billing_parts``; down payments are left out.
        """
        self.ensure_one()
        taxes = self.env["account.tax"]
        lines = self.sudo().order_line.filtered(lambda line: not line.display_type and not line.is_downpayment)
        base_lines = {line: line._prepare_base_line_for_taxes_computation() for line in lines}
        taxes._add_tax_details_in_base_lines(list(base_lines.values()), self.company_id)
        taxes._round_base_lines_tax_details(list(base_lines.values()), self.company_id)
        parts_of = self.env["account.move.line"]._billing_parts_of
        return {line: parts_of(base_line, 1) for line, base_line in base_lines.items()}

    def _billing_billed_parts(self):
        """Return net amount and taxes of all that stands on documents of this order, but for down payments.

        :return: their sum, and ``{invoice line: parts}``; see ``_billing_parts``
        """
        self.ensure_one()
        lines = self.sudo().order_line.filtered(lambda line: not line.is_downpayment)
        rows = lines.invoice_lines.filtered(lambda row: row.currency_id == self.currency_id)._billing_parts()
        total = Counter()
        for parts in rows.values():
            total.update(parts)
        return total, rows
