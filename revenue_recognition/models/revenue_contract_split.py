from odoo import fields, models
from odoo.addons.record_protection.posted import MOVING


class RevenueContract(models.Model):
    """Order lines that are divided: what is billed of a promise may come to stand on an order line of its own.

    So it does when Milestone Billing is removed. It is still the same promise, of the same price.
    """

    _inherit = "revenue.contract"

    def _follow_as_draft(self):
        self._take_over_divided_lines()
        return super()._follow_as_draft()

    def _propose(self):
        self._take_over_divided_lines()
        if self._is_flagged(MOVING):
            return self.env["revenue.modification"]
        return super()._propose()

    def _take_over_divided_lines(self):
        """Add to obligations the order lines that carry what was billed of theirs, and nothing of their own."""
        live = self._live_obligations()
        lines = self.order_ids.filtered(lambda order: order.state == "sale").order_line
        fresh = lines.filtered(lambda line: not line.revenue_contract_id and not line.display_type) - live.sale_line_ids
        for line in fresh:
            billed = line.invoice_lines.filtered(lambda row: row.revenue_contract_id == self)
            if not billed or billed != line.invoice_lines:
                continue
            near = live.filtered(lambda one, billed=billed: one.product_id & billed.product_id)
            # Of several of a product, the one that was billed so, else the one whose order lines lack just so much.
            near = near.sorted(
                lambda one, line=line, billed=billed: (
                    not one.sale_line_ids & billed.sale_line_ids,
                    abs(one.price - sum((one.sale_line_ids | line).mapped("price_subtotal"))),
                )
            )
            if near:
                for one in live.filtered(lambda one, lines=near[0].sale_line_ids: one.sale_line_ids == lines):
                    one.sale_line_ids |= line
                line.revenue_contract_id = self


class SaleOrderLine(models.Model):
    """A line whose units were counted anew, at the same worth, promises what it promised."""

    _inherit = "sale.order.line"

    revenue_units_promised = fields.Float(
        readonly=True, copy=False, help="How many units were promised when the quantity was written in other units."
    )
    revenue_units_written = fields.Float(readonly=True, copy=False, help="The quantity that stands for them.")

    def write(self, vals):
        # OVERRIDE: remember which units these are, for contracts that count them or price them by the unit.
        recounted = "product_uom_qty" in vals and self._is_flagged(MOVING)
        promised = {line: line._revenue_quantity() for line in self if recounted and line.sudo().revenue_contract_id}
        result = super().write(vals)
        for line, units in promised.items():
            values = {"revenue_units_promised": units, "revenue_units_written": line.product_uom_qty}
            line.sudo().write(values)
        return result

    def _revenue_quantity(self):
        """Return the quantity of the line, in the units in which it was promised."""
        self.ensure_one()
        if not self.revenue_units_written:
            return self.product_uom_qty
        return self.product_uom_qty * self.revenue_units_promised / self.revenue_units_written
