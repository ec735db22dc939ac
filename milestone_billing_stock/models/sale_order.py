from odoo import api, fields, models


class SaleOrder(models.Model):
    """What other systems ask about the goods of an order, and which holds keep them from shipping."""

    _inherit = "sale.order"

    billing_goods_line_ids = fields.One2many(
        "sale.order.line",
        compute="_compute_billing_goods_line_ids",
        string="Goods of the Plan",
        help="The lines of goods that its billing schedules bill, with what was shipped and invoiced of each.",
    )

    @api.depends("order_line.billing_schedule_id", "order_line.qty_delivered_method")
    def _compute_billing_goods_line_ids(self):
        for order in self:
            order.billing_goods_line_ids = order.order_line.filtered(lambda line: line._billing_is_goods())

    def get_goods_billing(self):
        """Return what was ordered, shipped and billed of each line of goods of these orders that a plan bills.

        Quantities are in the unit of measure of the line, amounts untaxed, in the currency of the order.

        :return: a list of dictionaries with ``order_id``, ``line_id``, ``product``, ``unit``, ``currency``,
            ``ordered``, ``shipped``, ``not_shipped_any_more`` (nothing is open for it), ``invoiced`` (quantity on
            invoices, drafts included), ``amount`` (what the line comes to), ``billed_amount``, ``to_bill_amount`` and
            ``billed_ahead_amount`` (a deposit that deliveries have not settled yet)
        :raises AccessError: without the right to read the orders.
        """
        self.check_access("read")
        lines = self.order_line.filtered(lambda line: line._billing_is_goods())
        lines.check_access("read")
        return [line._billing_goods_values() for line in lines.sudo()]

    def _billing_shipping_holds(self):
        """Return the holds (``billing.hold``) that keep the goods of this order from being shipped now."""
        self.ensure_one()
        order = self.sudo()
        rule = order.partner_id.commercial_partner_id.with_company(order.company_id).billing_hold_shipping
        stops = order.company_id.billing_hold_shipping if not rule else rule == "stop"
        return order._billing_active_holds() if stops else order.env["billing.hold"]


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _billing_goods_values(self):
        """Return the values of this line for ``get_goods_billing``."""
        self.ensure_one()
        rows = self.billing_allocation_ids
        return {
            "order_id": self.order_id.id,
            "line_id": self.id,
            "product": self.product_id.display_name or "",
            "unit": self.product_uom_id.name or "",
            "currency": self.currency_id.name,
            "ordered": self.product_uom_qty,
            "shipped": self.qty_delivered,
            "not_shipped_any_more": self.billing_unshipped_quantity,
            "invoiced": self.qty_invoiced,
            "amount": self.price_subtotal,
            "billed_amount": self.currency_id.round(sum(rows.mapped("billed_amount"))),
            "to_bill_amount": self.currency_id.round(sum(rows.mapped("to_bill_amount"))),
            "billed_ahead_amount": self.billing_deposit_amount,
        }
