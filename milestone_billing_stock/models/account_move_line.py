from odoo import api, fields, models
from odoo.tools.sql import column_exists, create_column


class AccountMoveLine(models.Model):
    """Which lines of a plan bill a quantity of goods: those without a product bill amounts of them only."""

    _inherit = "account.move.line"

    billing_bills_goods = fields.Boolean(
        compute="_compute_billing_bills_goods",
        store=True,
        help="It bills or credits a quantity of goods of a billing schedule.",
    )

    def _auto_init(self):
        # The column comes empty: what was billed of goods before was billed by amounts.
        if not column_exists(self.env.cr, self._table, "billing_bills_goods"):
            create_column(self.env.cr, self._table, "billing_bills_goods", "bool")
        return super()._auto_init()

    @api.depends("billing_allocation_id", "product_id")
    def _compute_billing_bills_goods(self):
        for line in self:
            share = line.sudo().billing_allocation_id
            line.billing_bills_goods = bool(share and line.product_id and share.line_id._billing_is_goods())

    def _billing_order_quantity(self):
        """Return the quantity of this line in the unit of its order line, credit notes negative."""
        self.ensure_one()
        unit = self.sale_line_ids[:1].product_uom_id
        quantity = self.quantity
        if self.product_uom_id and unit and self.product_uom_id != unit:
            quantity = self.product_uom_id._compute_quantity(quantity, unit, rounding_method="HALF-UP")
        return quantity * -self.move_id.direction_sign
