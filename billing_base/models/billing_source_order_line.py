from odoo import api, models
from odoo.fields import Command
from odoo.tools import SQL

from ..engine.due import Answer, Due
from ..engine.units import to_units


class BillingSourceOrderLine(models.AbstractModel):
    """Order lines that Odoo itself calls ready to invoice: ordered, delivered, timesheets, expenses.

    Their amounts are those of the invoice lines that Odoo's own methods make, down payments included.
    """

    _name = "billing.source.order.line"
    _inherit = "billing.source"
    _description = "Order Lines Ready to Invoice"

    @api.model
    def _find_orders(self, company, day, customers):
        self.env["sale.order.line"].flush_model()
        self.env["sale.order"].flush_model(["state", "partner_invoice_id"])
        query = SQL(
            """
            SELECT DISTINCT line.order_id
              FROM sale_order_line line
              JOIN sale_order orders ON orders.id = line.order_id AND orders.state = 'sale'
              JOIN res_partner address ON address.id = orders.partner_invoice_id
             WHERE line.billing_due_since <= %(day)s AND line.company_id = %(company)s %(condition)s
            """,
            day=day,
            company=company.id,
            condition=self._of_customers(customers),
        )
        return {order for [order] in self.env.execute_query(query)}

    @api.model
    def _heading(self):
        return self.env._("Goods and Services")

    @api.model
    def _due(self, orders, day):
        # Working out what Odoo calls invoiceable takes its time, also where other sources say what is due of all lines.
        own = orders.order_line.filtered(lambda line: line.is_downpayment or not line._billing_has_other_source())
        own = own.order_id.filtered(lambda order: order.state == "sale")
        return {order: Answer(tuple(self._due_of(order, day))) for order in orders & own}

    @api.model
    def _due_of(self, order, day):
        """Yield what is due of one order by a day, and the down payments that come off with it."""
        order = order.with_context(lang=order.partner_invoice_id.lang or self.env.lang)
        order = order.with_company(order.company_id)._flagged(billing_rounds_ahead=1)
        for line in order._get_invoiceable_lines(final=True):
            since = line.billing_due_since
            if not line._billing_has_other_source() and (line.is_downpayment or since and since <= day):
                for values in line._prepare_invoice_lines_vals_list(**self._optional_values(line)):
                    yield self._one_due(line, values)

    @api.model
    def _optional_values(self, line):
        """Return what Odoo's ``_create_invoices`` hands to a line: a down payment comes off whole."""
        if not line.is_downpayment:
            return {}
        AccountTax = self.env["account.tax"]
        reverse = AccountTax._reverse_quantity_base_line_extra_tax_data
        return {"quantity": -1.0, "extra_tax_data": reverse(line.extra_tax_data)}

    @api.model
    def _one_due(self, line, values):
        order = line.order_id
        base_line = order._billing_base_line(values)
        self.env["account.tax"]._add_tax_details_in_base_line(base_line, order.company_id)
        amount = base_line["tax_details"]["raw_total_excluded_currency"]
        return Due(
            order=order.id,
            line=line.id,
            key=values.get("billing_key") or "",
            amount=to_units(amount, order.currency_id.rounding),
            text=values.get("name") or "",
            since=line.billing_due_since or order.date_order.date(),
            comes_off=line.is_downpayment,
            values=values,
            source=self._name,
        )


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _billing_base_line(self, values):
        """Return an invoice line's values as Odoo's tax arithmetic takes them.

        :param dict values: of an invoice line of this order, as Odoo prepares them
        """
        self.ensure_one()
        taxes = self.env["account.tax"]
        for command in values.get("tax_ids") or ():
            taxes = taxes.browse(command[2]) if command[0] == Command.SET else taxes | taxes.browse(command[1])
        priced = values.get("display_type", "product") == "product"
        return taxes._prepare_base_line_for_taxes_computation(
            {},
            product_id=self.env["product.product"].browse(values.get("product_id") or ()),
            product_uom_id=self.env["uom.uom"].browse(values.get("product_uom_id") or ()),
            tax_ids=taxes,
            price_unit=values.get("price_unit", 0.0) if priced else 0.0,
            quantity=values.get("quantity", 0.0) if priced else 0.0,
            discount=values.get("discount", 0.0),
            currency_id=self.currency_id,
            partner_id=self.partner_invoice_id,
            extra_tax_data=values.get("extra_tax_data"),
        )
