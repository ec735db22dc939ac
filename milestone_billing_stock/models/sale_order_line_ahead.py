from odoo import models

#: The end of the key of an invoice line that bills a change of price, which nothing settles.
PRICE = "/price"


class SaleOrderLine(models.Model):
    """On which accounts amounts of goods are billed without a quantity of them, and what stands there."""

    _inherit = "sale.order.line"

    def _billing_account_ahead(self):
        """Return the account (``account.account``, maybe none) of what is billed ahead of these goods.

        That of the lines that stand already, so that it comes back to nothing; else that of Odoo's down payments: the
        company's, or the product's for them, or the product's for income.
        """
        self.ensure_one()
        line = self.sudo().with_company(self.company_id)
        ahead = line._billing_amount_lines().filtered(lambda row: not (row.billing_key or "").endswith(PRICE))
        return (
            ahead.sorted("id").account_id[:1]
            or line.company_id.downpayment_account_id
            or line._billing_accounts().get("downpayment")
            or line._billing_account_of_income()
        )

    def _billing_account_of_income(self):
        """Return the account of income from these goods (``account.account``, maybe none)."""
        self.ensure_one()
        return self._billing_accounts()["income"] or self.env["account.account"]

    def _billing_accounts(self):
        """Return the accounts of the product, as Odoo has them by their use."""
        line = self.sudo().with_company(self.company_id)
        return line.product_id.product_tmpl_id.get_product_accounts(fiscal_pos=line.order_id.fiscal_position_id)

    def _billing_amount_lines(self):
        """Return the invoice lines that stand and bill or credit amounts of these goods, without a quantity."""
        return self.sudo().invoice_lines.filtered(
            lambda row: row.billing_allocation_id and not row.billing_bills_goods and row.parent_state != "cancel"
        )

    def _billing_units_ahead(self, shares=None):
        """Return what stands on the account of what is billed ahead of these goods, in units.

        :param shares: of these alone (``billing.milestone.allocation``); all for None
        """
        self.ensure_one()
        account = self._billing_account_ahead()
        rows = self._billing_amount_lines().filtered(lambda row: row.account_id == account)
        if shares is not None:
            rows = rows.filtered(lambda row: row.billing_allocation_id in shares)
        return sum(row._billing_order_units() for row in rows)
