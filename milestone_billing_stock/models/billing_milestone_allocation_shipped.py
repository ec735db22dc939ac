from odoo import models


class BillingMilestoneAllocation(models.Model):
    """Goods that were shipped, or came back, are on a document also where nothing is left to bill or credit with them.

    What other milestones billed of them comes off, so that the document may come to nothing: their cost is booked.
    """

    _inherit = "billing.milestone.allocation"

    def _is_to_be_billed(self):
        # OVERRIDE: also goods alone; of price zero, each time some are shipped.
        carrier = self._free_goods_carrier()
        if carrier:
            return self == carrier and self._goods_left() > 0
        return super()._is_to_be_billed() or (not self.to_bill_amount and self._goods_left() > 0)

    def _is_overbilled(self):
        # OVERRIDE: also goods alone, that came back.
        return super()._is_overbilled() or (not self.to_bill_amount and self._goods_left() < 0)

    def _free_goods_carrier(self):
        """Return the share that bills the quantity of goods of price zero by delivery; empty for others."""
        self.ensure_one()
        line = self.line_id
        free = line._billing_is_goods() and not line.price_subtotal
        carrier = line._billing_goods_carrier() if free else self.browse()
        return carrier.filtered(lambda row: row._follows_goods())

    def _goods_left(self):
        """Return the quantity of goods that was shipped and is on no invoice, seen from the side of the line.

        Below zero, what came back and is on no credit note; nothing where this share does not bill the quantity.

        :return: a ``Fraction``
        """
        self.ensure_one()
        line = self.line_id
        if not self._follows_goods() or self != line._billing_goods_carrier() or line._billing_was_by_amounts():
            return 0
        return self._quantity_to_bill() * (-1 if line.product_uom_qty < 0 else 1)

    def _draft_credit_lines(self):
        # OVERRIDE: also those of goods alone, which credit no amount.
        found = super()._draft_credit_lines()
        others = self.sudo().filtered(lambda row: not row.credited_amount and row._follows_goods())
        goods = others.invoice_line_ids.filtered("billing_bills_goods")
        return found | goods.filtered(lambda line: line.parent_state == "draft" and not line._is_billing_charge())


class BillingMilestone(models.Model):
    _inherit = "billing.milestone"

    def _has_open_shares(self):
        # OVERRIDE: also goods alone.
        return super()._has_open_shares() or any(row._goods_left() for row in self.allocation_ids)

    def _exceeds_order(self, owed):
        # OVERRIDE: goods alone that came back are not more than the order is worth.
        return any(owed.values()) and super()._exceeds_order(owed)


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _billing_find_open(self):
        # OVERRIDE: goods alone may be open, too.
        carriers = (line._billing_goods_carrier() for line in self if line._billing_is_goods())
        return super()._billing_find_open().union(*(row for row in carriers if row and row._goods_left()))

    def _billing_was_by_amounts(self):
        """Return whether goods of this line were billed with their product before quantities were followed."""
        self.ensure_one()
        return any(
            row.billing_allocation_id and row.product_id and not row.billing_bills_goods
            for row in self.sudo().invoice_lines
            if row.parent_state != "cancel"
        )
