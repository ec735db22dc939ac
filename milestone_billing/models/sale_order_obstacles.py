from odoo import models
from odoo.addons.billing_base.models.obstacles import NotBillable


class SaleOrder(models.Model):
    """What keeps an order from being billed, whatever is due of it."""

    _inherit = "sale.order"

    def _billing_check_billable(self):
        """Refuse what Odoo itself would invoice without a warning.

        :raises NotBillable: naming what is wrong and the remedy.
        """
        for order in self:
            unusable = order._billing_unusable()
            if unusable:
                raise NotBillable(**unusable)
            foreign = order._billing_foreign_advance()
            if foreign:
                raise NotBillable(
                    "foreign_advance",
                    invoices=foreign.mapped("display_name"),
                    order=order.name,
                    currency=order.currency_id.name,
                )

    def _billing_open_day(self, wanted):
        """Return ``wanted`` (a date), or the first day after it on which the books of this order's company are open.

        :raises NotBillable: when no day up to today is open.
        """
        self.ensure_one()
        return self.company_id._billing_open_day(self._billing_journal(), wanted, "locked")

    def _billing_journal(self):
        """Return the journal of this order's invoices (``account.journal``).

        :raises NotBillable: when the company has none.
        """
        self.ensure_one()
        journal = self.journal_id or self.company_id._billing_sales_journal()
        if not journal:
            raise NotBillable("no_journal", company=self.company_id.name)
        return journal


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _billing_product_without_account(self):
        """Return the first product of these lines (``product.product``) without an account for its income, if any."""
        for line in self:
            template = line.product_id.product_tmpl_id.with_company(line.company_id)
            account = template.get_product_accounts(line.order_id.fiscal_position_id).get("income")
            if not account or not account.active:
                return line.product_id
        return self.env["product.product"]
