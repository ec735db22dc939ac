from odoo.addons.milestone_billing.tests.common import BillingCommon
from odoo.fields import Command

DEPOSIT = {"name": "Deposit", "percent": 30, "due_on": "confirmation"}
DELIVERY = {"name": "Delivery", "percent": 70, "due_on": "delivery"}
ALL = {"name": "Delivery", "percent": 100, "due_on": "delivery"}


class GoodsCommon(BillingCommon):
    """A company that ships goods, and shortcuts for stories of deliveries."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids |= cls.env.ref("stock.group_stock_manager")
        cls.company.anglo_saxon_accounting = True
        cls.warehouse = cls.env["stock.warehouse"].search([("company_id", "=", cls.company.id)], limit=1)
        cls.category = cls._make_category()
        cls.pump = cls._make_goods("Pump", cost=60.0)

    @classmethod
    def _make_category(cls, **values):
        accounts = {
            name: cls.env["account.account"].create(
                {
                    "name": name,
                    "code": f"GOODS{place}",
                    "account_type": kind,
                    "company_ids": [Command.set(cls.company.ids)],
                }
            )
            for place, (name, kind) in enumerate([("Stock", "asset_current"), ("Cost of sales", "expense")])
        }
        return cls.env["product.category"].create(
            {
                "name": "Machines",
                "property_valuation": "real_time",
                "property_cost_method": "average",
                "property_stock_valuation_account_id": accounts["Stock"].id,
                "property_account_expense_categ_id": accounts["Cost of sales"].id,
                **values,
            }
        )

    @classmethod
    def _make_goods(cls, name, cost=60.0, stock=1000.0, **values):
        product = cls.env["product.product"].create(
            {
                "name": name,
                "type": "consu",
                "is_storable": True,
                "invoice_policy": "delivery",
                "list_price": 100.0,
                "standard_price": cost,
                "categ_id": cls.category.id,
                "taxes_id": [Command.clear()],
                "property_account_income_id": cls.company_data["default_account_revenue"].id,
                **values,
            }
        )
        if stock:
            cls.env["stock.quant"]._update_available_quantity(product, cls.warehouse.lot_stock_id, stock)
        return product

    @classmethod
    def _sell(cls, *lines, plan=(ALL,), **values):
        """Confirm an order of goods with a plan; a line is a quantity of pumps at 100, or a dictionary.

        :return: the order
        """
        rows = [line if isinstance(line, dict) else {"product_uom_qty": line} for line in lines]
        rows = [{"product_id": cls.pump.id, "price_unit": 100.0, **row} for row in rows]
        order = cls._make_order(*rows)
        cls._make_schedule(order, *plan, **values)
        order.action_confirm()
        cls._drain()
        return order

    @classmethod
    def _ship(cls, order, quantity, product=None, backorder=True):
        """Ship a quantity of each open move of ``order`` (or of those of a product); return the transfer."""
        picking = order.picking_ids.filtered(
            lambda row: row.state not in ("done", "cancel") and row.location_dest_id.usage == "customer"
        )[:1]
        for move in picking.move_ids:
            wanted = not product or move.product_id == product
            move.quantity = quantity if wanted else 0.0
            move.picked = wanted
        cls._validate(picking, backorder)
        return picking

    @classmethod
    def _validate(cls, picking, backorder=True):
        context = {"skip_backorder": True, "picking_ids_not_to_backorder": [] if backorder else picking.ids}
        picking.with_context(**context).button_validate()
        cls._drain()

    @classmethod
    def _return(cls, picking, quantity, to_refund=True):
        """Take a quantity of each move of a done transfer back; return the transfer."""
        wizard = (
            cls.env["stock.return.picking"]
            .with_context(active_id=picking.id, active_model="stock.picking")
            .create({"picking_id": picking.id})
        )
        wizard.product_return_moves.write({"quantity": quantity, "to_refund": to_refund})
        back = wizard._create_return()
        back.move_ids.write({"quantity": quantity, "picked": True})
        cls._validate(back)
        return back

    @classmethod
    def _credit(cls, order):
        """Draft and post the credit notes that milestones of ``order`` owe; return them."""
        for milestone in order.billing_schedule_ids.milestone_ids:
            if milestone._credit_owed():
                milestone.action_credit()
        notes = order.invoice_ids.filtered(lambda move: move.move_type == "out_refund" and move.state == "draft")
        notes.action_post()
        cls._drain()
        return notes

    def _cogs(self, order):
        """Return the quantity and the cost that invoices of ``order`` put into cost of sales."""
        lines = order.invoice_ids.filtered(lambda move: move.state == "posted").line_ids.filtered(
            lambda line: line.display_type == "cogs" and line.account_id.account_type == "expense"
        )
        return sum(line.quantity * -line.move_id.direction_sign for line in lines), sum(lines.mapped("balance"))

    def assertInvoiceLines(self, move, *rows):
        """Compare (quantity, untaxed amount, product) of the lines of an invoice."""
        lines = move.invoice_line_ids.filtered(lambda line: line.display_type == "product")
        self.assertEqual([(line.quantity, line.price_subtotal, line.product_id) for line in lines], list(rows))
