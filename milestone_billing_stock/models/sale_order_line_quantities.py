from odoo import api, fields, models


class SaleOrderLine(models.Model):
    """Odoo's own figures of goods under a plan: quantities are those on invoices, amounts are those of the plan."""

    _inherit = "sale.order.line"

    billing_deposit_amount = fields.Monetary(
        "Billed Ahead",
        compute="_compute_billing_deposit_amount",
        compute_sudo=True,
        help="Billed of these goods beyond the quantities that are invoiced: a deposit that is not settled yet. "
        "Below zero, what other milestones still bill of them. Untaxed.",
    )
    billing_billed_amount = fields.Monetary(
        "Billed by the Plan",
        compute="_compute_billing_deposit_amount",
        compute_sudo=True,
        help="What stands on invoices of the plan, drafts included, less credit notes. Untaxed.",
    )
    billing_unshipped_quantity = fields.Float(
        "Not Shipped Any More",
        compute="_compute_billing_unshipped_quantity",
        store=True,
        digits="Product Unit",
        help="Ordered, not delivered, and no transfer is open for it.",
    )

    # === COMPUTE METHODS === #

    @api.depends("billing_allocation_ids.billed_amount", "invoice_lines.price_subtotal", "invoice_lines.parent_state")
    def _compute_billing_deposit_amount(self):
        for line in self:
            rows = line.invoice_lines.filtered(
                lambda row: row.billing_allocation_id and not row.billing_bills_goods and row.parent_state != "cancel"
            )
            line.billing_billed_amount = line.currency_id.round(
                sum(line.billing_allocation_ids.mapped("billed_amount"))
            )
            amounts = (row._billing_order_amount(line.currency_id) * -row.move_id.direction_sign for row in rows)
            line.billing_deposit_amount = line.currency_id.round(sum(amounts)) if line._billing_is_goods() else 0.0

    @api.depends("product_uom_qty", "qty_delivered", "state", "billing_schedule_id", "move_ids.state")
    def _compute_billing_unshipped_quantity(self):
        for line in self:
            left = line.product_uom_qty - line.qty_delivered
            lacks = line.state == "sale" and line._billing_is_goods() and left * line.product_uom_qty > 0
            states = set(line.sudo().move_ids.mapped("state")) if lacks else set()
            line.billing_unshipped_quantity = left if states and states <= {"done", "cancel"} else 0.0

    def _compute_price_unit(self):
        # OVERRIDE: what is billed keeps its price, as Odoo has it; a deposit bills goods without a quantity of them.
        billed = self.filtered(lambda line: line._billing_is_goods() and line._billing_has_invoices())
        return super(SaleOrderLine, self - billed)._compute_price_unit()

    @api.depends("qty_delivered_method", "invoice_lines.billing_bills_goods")
    def _compute_qty_invoiced(self):
        return super()._compute_qty_invoiced()

    def _prepare_qty_invoiced(self):
        # OVERRIDE: of goods what is on invoices, as without a plan; deposits are no quantity of them.
        goods = self.filtered(lambda line: line._billing_is_goods())
        quantities = super(SaleOrderLine, self - goods)._prepare_qty_invoiced()
        for line in goods:
            quantities[line] = line._billing_goods_invoiced(lambda move: move.state != "cancel")
        return quantities

    @api.depends("qty_delivered_method", "invoice_lines.quantity", "invoice_lines.billing_bills_goods")
    def _compute_qty_invoiced_posted(self):
        goods = self.filtered(lambda line: line._billing_is_goods())
        for line in goods:
            line.qty_invoiced_posted = line._billing_goods_invoiced(lambda move: move.state == "posted")
        return super(SaleOrderLine, self - goods)._compute_qty_invoiced_posted()

    @api.depends("qty_delivered_method", "invoice_lines.price_subtotal")
    def _compute_invoice_status(self):
        # OVERRIDE: Odoo takes goods that are shipped in part, the rest cancelled, for invoiced. The plan knows better.
        result = super()._compute_invoice_status()
        goods = self.filtered(lambda line: line.state == "sale" and line._billing_is_goods())
        shares = goods._billing_open_shares()
        for line in goods:
            closed = "invoiced" if line._is_fully_billed() else "no"
            line.invoice_status = "to invoice" if shares[line] else closed
        return result

    # === QUANTITIES === #

    def _billing_counted_rows(self):
        # OVERRIDE: the goods, and what other documents invoiced of them.
        if not self._billing_is_goods():
            return super()._billing_counted_rows()
        return self.sudo().invoice_lines.filtered(
            lambda row: row.product_id and (row.billing_bills_goods or not row.billing_allocation_id)
        )

    def _billing_goods_invoiced(self, stands):
        """Return the quantity of goods on invoices less that on credit notes, in the unit of this line.

        :param stands: which invoices count: a function of ``account.move``
        """
        self.ensure_one()
        rows = (
            self.sudo()
            ._get_invoice_lines()
            .filtered(
                lambda row: (
                    stands(row.move_id)
                    and row.product_id
                    and (row.billing_bills_goods or not row.billing_allocation_id)
                )
            )
        )
        return sum(row._billing_order_quantity() for row in rows)

    def _is_fully_billed(self):
        # OVERRIDE: by amounts, since the quantity may be invoiced before the last milestone, or after it.
        if not self._billing_is_goods():
            return super()._is_fully_billed()
        rows = self.sudo()._get_invoice_lines().filtered(lambda row: row.parent_state != "cancel")
        if not self.price_subtotal:
            return bool(rows)
        billed = sum(row._billing_order_amount(self.currency_id) * -row.move_id.direction_sign for row in rows)
        return self.currency_id.compare_amounts(billed, self.price_subtotal) == 0

    def _quantity_due(self, shares):
        # OVERRIDE: the quantity that is to be invoiced, where one is.
        if self._billing_is_goods():
            carrier = self._billing_goods_carrier()
            if any(row == carrier for row, _amount in shares):
                quantity = float(carrier._quantity_to_bill())
                if quantity * self.product_uom_qty > 0:
                    return quantity
        return super()._quantity_due(shares)
