from odoo import api, models
from odoo.tools import SQL

from ..engine.forecast import Expected
from .billing_source import OF_ORDER


class BillingSourceOrderLine(models.AbstractModel):
    """What a forecast is told of order lines that Odoo itself invoices."""

    _inherit = "billing.source.order.line"

    @api.model
    def _forecast(self, company, orders, until):
        """Return what of order lines is ready to invoice, and what will be once the rest of them is delivered.

        What is not delivered is expected on the delivery date of its order; undated without one.
        """
        found = []
        for line, order, name, since, promised, ready, ready_total, rest, rest_total in self._open_lines(
            company, orders
        ):
            of_line = Expected("sale.order.line", line, name, order, 0, 0, 0, 0, None, "due", terms=OF_ORDER)
            if ready or ready_total:
                found.append(of_line._replace(untaxed=int(ready), total=int(ready_total), day=since))
            if rest or rest_total:
                values = {"untaxed": int(rest), "total": int(rest_total), "day": promised}
                found.append(of_line._replace(**values, certainty="planned", moves=True))
        return found

    @api.model
    def _open_lines(self, company, orders):
        """Return rows of order lines that are not billed yet: amounts in units of the order's currency."""
        self.env["sale.order.line"].flush_model()
        self.env["sale.order"].flush_model()
        return self.env.execute_query(
            SQL(
                """
                SELECT line.id, orders.id, orders.name || ': ' || split_part(line.name, E'\\n', 1),
                       COALESCE(line.billing_due_since, orders.date_order::date), orders.commitment_date::date,
                       ROUND(open.ready * price.untaxed / currency.rounding),
                       ROUND(open.ready * price.total / currency.rounding),
                       ROUND(open.rest * price.untaxed / currency.rounding),
                       ROUND(open.rest * price.total / currency.rounding)
                  FROM sale_order_line line
                  JOIN sale_order orders ON orders.id = line.order_id
                  JOIN res_currency currency ON currency.id = orders.currency_id
                 CROSS JOIN LATERAL (
                       SELECT line.qty_to_invoice AS ready,
                              GREATEST(line.product_uom_qty - line.qty_invoiced - line.qty_to_invoice, 0) AS rest
                       ) open
                 CROSS JOIN LATERAL (
                       SELECT COALESCE(line.price_subtotal / NULLIF(line.product_uom_qty, 0),
                                       line.price_reduce_taxexcl) AS untaxed,
                              COALESCE(line.price_total / NULLIF(line.product_uom_qty, 0),
                                       line.price_reduce_taxinc) AS total
                       ) price
                 WHERE %s AND line.company_id = %s AND line.display_type IS NULL
                   AND line.is_downpayment IS NOT TRUE AND (open.ready <> 0 OR open.rest > 0) %s
                """,
                self._of_orders(orders),
                company.id,
                SQL(" ").join(SQL("AND NOT (%s)", other) for other in self._other_sources()),
            )
        )

    @api.model
    def _other_sources(self):
        """Return conditions (``SQL``) on a table ``line`` of order lines that another source forecasts.

        They say in a query what ``_billing_has_other_source`` says of a line.
        """
        return []
