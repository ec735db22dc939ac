from fractions import Fraction

from odoo import models
from odoo.addons.milestone_billing.models.billing_milestone_allocation_taxes import unrounded
from odoo.addons.milestone_billing.models.deferred import is_plan_deferred


class SaleOrderLine(models.Model):
    """Which lines are goods of a plan, and which of its milestones puts their quantity on invoices."""

    _inherit = "sale.order.line"

    def write(self, vals):
        # OVERRIDE: shares stand for quantities, also where the amount of the line stays what it was.
        watched = "product_uom_qty" in vals and not is_plan_deferred(self)
        before = {line: (line.product_uom_qty, line.price_subtotal) for line in self} if watched else {}
        result = super().write(vals)
        same = self.filtered(
            lambda line: (
                line in before
                and line.product_uom_qty != before[line][0]
                and line.price_subtotal == before[line][1]
                and line._billing_is_goods()
            )
        )
        same.order_id._billing_follow_lines()
        return result

    def _billing_joins_plan(self):
        # OVERRIDE: not what a transfer added without an order: the plan has no amount for it, and Odoo bills it.
        if not super()._billing_joins_plan():
            return False
        # Billing users plan orders and read no transfers.
        return bool(self.product_uom_qty or not (self.qty_delivered or self.sudo().move_ids))

    def _billing_has_invoices(self):
        """Return whether the plan billed anything of this line, drafts included."""
        self.ensure_one()
        return any(self.sudo().billing_allocation_ids.mapped("billed_amount"))

    def _billing_is_goods(self):
        """Return whether this line is of goods that are delivered by transfers, and under a billing schedule."""
        self.ensure_one()
        return self.qty_delivered_method == "stock_move" and bool(self.sudo().billing_schedule_id)

    def _billing_goods_carrier(self):
        """Return the share that bills the quantity: the first one due by delivery, else the last one of the plan."""
        self.ensure_one()
        rows = self.sudo().billing_allocation_ids
        rows = rows.sorted(lambda row: (row.milestone_id.sequence, row.milestone_id.id))
        delivered = rows.filtered(lambda row: row.milestone_id.due_on == "delivery")
        bills = rows.filtered(lambda row: row.amount or row.invoice_line_ids)
        # Also where nothing is left to bill with the delivery: what others bill of the goods comes off.
        return (delivered & bills)[:1] or delivered[:1] or bills[-1:]

    def _billing_parts_of_quantity(self, quantity):
        """Return net amount and taxes of a quantity of this line at its price: see ``_billing_parts``."""
        self.ensure_one()
        taxes = self.env["account.tax"]
        base_line = self._prepare_base_line_for_taxes_computation(quantity=quantity, extra_tax_data={})
        taxes._add_tax_details_in_base_line(base_line, self.company_id)
        taxes._round_base_lines_tax_details([base_line], self.company_id)
        return self.env["account.move.line"]._billing_parts_of(base_line, 1)

    def _billing_is_whole(self, quantity):
        """Return whether a quantity at this line's price needs no rounding that its document would do as a whole."""
        self.ensure_one()
        exact = unrounded(self.price_unit, quantity, self.discount) / Fraction(str(self.currency_id.rounding))
        return exact.denominator == 1 or not self._billing_rounds_globally()

    def _billing_goods_standing(self):
        """Return the quantity of goods that is on invoices and stays, in the unit of this line (``Fraction``).

        What a credit note took back counts as far as it may be billed again; a concession makes nothing due.
        """
        self.ensure_one()
        rows = self.sudo().invoice_lines.filtered(lambda row: row.parent_state != "cancel")
        planned = rows.filtered("billing_bills_goods")
        standing = _quantity(rows.filtered(lambda row: not row.billing_allocation_id and row.product_id))
        for share, lines in planned.grouped("billing_allocation_id").items():
            credits = lines.filtered(lambda row: not row._is_billing_charge())
            standing += _quantity(lines - credits)
            again = share._standing() if credits else None
            for move in credits.move_id:
                own = credits.filtered(lambda row, move=move: row.move_id == move)
                standing += _quantity(own) * _counted(share, move, again)
        return standing


def _counted(share, note, standing):
    """Return which part of the quantity that a credit note takes back of a share counts (``Fraction``).

    One that comes to nothing gives no money away: it takes back goods alone, and all of them.
    """
    lines = share.sudo().invoice_line_ids.filtered(lambda row: row.move_id == note)
    if not sum(row._billing_order_units() for row in lines):
        return Fraction(1)
    return Fraction(standing.reopened, standing.credited) if standing.credited else Fraction(0)


def _quantity(lines):
    """Return what these invoice lines come to in the unit of their order line, credits negative: a ``Fraction``."""
    return sum((Fraction(str(row._billing_order_quantity())) for row in lines), Fraction(0))
