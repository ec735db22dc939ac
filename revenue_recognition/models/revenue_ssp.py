from odoo import fields, models


class RevenueSsp(models.Model):
    """A standalone selling price: what a product sells for by itself (ASC 606-10-32-31 to 32-35)."""

    _name = "revenue.ssp"
    _description = "Standalone Selling Price"
    _check_company_auto = True
    _order = "product_id, currency_id, date_from desc, id desc"
    _rec_name = "product_id"

    product_id = fields.Many2one("product.product", required=True, index=True, ondelete="cascade", check_company=True)
    company_id = fields.Many2one("res.company", index=True, help="Leave it empty for every company.")
    currency_id = fields.Many2one("res.currency", required=True, default=lambda self: self.env.company.currency_id)
    date_from = fields.Date(string="From", required=True)
    date_to = fields.Date(string="To")
    kind = fields.Selection(
        [("amount", "Amount"), ("range", "Range"), ("residual", "Residual")], required=True, default="amount"
    )
    amount = fields.Monetary(string="Per Unit")
    low = fields.Monetary(string="Lowest", help="Of a residual: the lowest price at which it ever sold.")
    high = fields.Monetary(string="Highest", help="Of a residual: the highest price at which it ever sold.")
    note = fields.Char(string="Evidence", help="Where the price comes from.")
