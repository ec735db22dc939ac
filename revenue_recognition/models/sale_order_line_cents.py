"""Cents of an order's total that none of its lines shows: its invoice books them, so they are of the price."""

from odoo import models

from .revenue_obligation import OPEN_ENDED


class SaleOrderLine(models.Model):
    """Companies round the untaxed amount of a document over all of its lines (``round_globally``).

    20 lines of 16.9915 are 339.83, not 20 times 16.99: Odoo's order and invoice say so, and the journal items of some
    lines carry the difference.
    """

    _inherit = "sale.order.line"

    def _revenue_cents(self):
        """Return what of their orders' untaxed amounts these lines together do not show, in the orders' currency."""
        return sum(self._revenue_cents_by_line().values())

    def _revenue_cents_by_line(self):
        """Return, by the id of each line that has some, what Odoo adds to its amount to reach that of the order."""
        taxes, found = self.env["account.tax"], {}
        for order in self.order_id:
            company, lines = order.company_id, order._get_priced_lines()
            if company.tax_calculation_rounding_method != "round_globally":
                continue
            lines = lines.filtered(lambda line: not line._revenue_has_own_terms())
            rows = [line._prepare_base_line_for_taxes_computation() for line in lines]
            taxes._add_tax_details_in_base_lines(rows, company)
            taxes._round_base_lines_tax_details(rows, company)
            cents = [row["tax_details"]["delta_total_excluded_currency"] for row in rows]
            found.update({line.id: one for line, one in zip(lines, cents, strict=True) if one and line in self})
        return found


class RevenueContract(models.Model):
    _inherit = "revenue.contract"

    def _order_cents(self):
        """Return what of the untaxed amounts of confirmed orders no line of the fixed consideration shows."""
        return self._cents_of(self.order_ids.filtered(lambda order: order.state == "sale"))

    def _cents_of(self, orders):
        """Return what of the untaxed amounts of some orders no line of the fixed consideration shows."""
        lines = self._followed_obligations().sale_line_ids & orders.order_line
        return (lines | orders.order_line._revenue_reductions())._revenue_cents()

    def _added_cents(self, promises):
        """Return the same of order lines that become obligations: values of :meth:`SaleOrderLine._revenue_promises`."""
        fixed = [values for values in promises if values["measure"] not in OPEN_ENDED]
        ids = [number for values in fixed for _set, _zero, numbers in values["sale_line_ids"] for number in numbers]
        return self.env["sale.order.line"].browse(ids)._revenue_cents()

    def _is_rounding_only(self, delta):
        """Return whether an amount, without any change of a line, is no more than rounding its order anew makes.

        It comes with the next change: a line that is added at its standalone selling price stays a contract of its own.
        """
        return 0 < abs(self._units(delta)) <= len(self._followed_obligations().sale_line_ids)
