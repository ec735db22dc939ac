from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL, format_date


class RevenueSsp(models.Model):
    """A standalone selling price: what a product sells for by itself (ASC 606-10-32-31 to 32-35)."""

    _name = "revenue.ssp"
    _description = "Standalone Selling Price"
    _check_company_auto = True
    _order = "product_id, currency_id, date_from desc, id desc"
    _rec_name = "product_id"

    product_id = fields.Many2one("product.product", required=True, index=True, ondelete="cascade", check_company=True)
    product_categ_id = fields.Many2one(related="product_id.categ_id", string="Product Category")
    company_id = fields.Many2one("res.company", index=True, help="Leave it empty for every company.")
    currency_id = fields.Many2one("res.currency", required=True, default=lambda self: self.env.company.currency_id)
    date_from = fields.Date(
        string="From",
        required=True,
        default=lambda self: self.env.company._revenue_today(),
        help="Contracts made on this day or later take it.",
    )
    date_to = fields.Date(string="To", help="The last day. Empty: until further notice.")
    kind = fields.Selection(
        [("amount", "Amount"), ("range", "Range"), ("residual", "Residual")],
        required=True,
        default="amount",
        help="Amount: one price. Range: a price agreed within it counts as it is, another as its middle. Residual: "
        "what the other obligations leave, where prices vary highly or are not set yet (ASC 606-10-32-34c).",
    )
    amount = fields.Float(
        string="Per Unit", min_display_digits="Product Price", help="What one unit sells for alone, without taxes."
    )
    low = fields.Float(
        string="Lowest",
        min_display_digits="Product Price",
        help="Per unit. Of a residual: the lowest price at which it ever sold, if that is known.",
    )
    high = fields.Float(
        string="Highest",
        min_display_digits="Product Price",
        help="Per unit. Of a residual: the highest price at which it ever sold, if that is known.",
    )
    note = fields.Char(string="Evidence", help="Where the price comes from.")

    # Beside the check for overlaps, which two people at once can pass.
    _once_a_date = models.UniqueIndex(
        "(product_id, currency_id, COALESCE(company_id, 0), date_from)",
        "The product has a standalone selling price from that day already.",
    )

    # === COMPUTE METHODS === #

    @api.depends("product_id", "currency_id", "date_from")
    def _compute_display_name(self):
        for price in self:
            price.display_name = self.env._(
                "%(product)s in %(currency)s from %(date)s",
                product=price.product_id.display_name,
                currency=price.currency_id.name,
                date=price.date_from,
            )

    # === CONSTRAINTS === #

    @api.constrains("kind", "amount", "low", "high")
    def _check_price(self):
        for price in self:
            column, message = self._price_refusal(price.kind, price.amount, price.low, price.high) or ("", "")
            if column:
                raise ValidationError(self.env._("%(price)s: %(reason)s", price=price.display_name, reason=message))

    @api.constrains("product_id", "currency_id", "company_id", "date_from", "date_to")
    def _check_dates(self):
        for price in self:
            if price.date_to and price.date_to < price.date_from:
                raise ValidationError(self.env._("%s: it ends before it begins.", price.display_name))
        self.flush_model(["product_id", "currency_id", "company_id", "date_from", "date_to"])
        found = self.env.execute_query(
            SQL(
                """
                SELECT one.id, other.id
                  FROM revenue_ssp one
                  JOIN revenue_ssp other
                    ON other.product_id = one.product_id
                   AND other.currency_id = one.currency_id
                   AND other.company_id IS NOT DISTINCT FROM one.company_id
                   AND other.id <> one.id
                   AND other.date_from <= COALESCE(one.date_to, 'infinity')
                   AND one.date_from <= COALESCE(other.date_to, 'infinity')
                 WHERE one.id IN %s
                 LIMIT 1
                """,
                tuple(self.ids) or (0,),
            )
        )
        for one, other in found:
            raise ValidationError(
                self.env._(
                    "%(one)s overlaps with the price from %(from)s to %(to)s. End the earlier one first.",
                    one=self.browse(one).display_name,
                    **{
                        "from": format_date(self.env, self.browse(other).date_from),
                        "to": format_date(self.env, self.browse(other).date_to) or "…",
                    },
                )
            )

    # === BUSINESS METHODS === #

    @api.model
    def _price_refusal(self, kind, amount, low, high):
        """Return what is wrong with a price, or nothing.

        :return: the field and the reason, or None
        """
        if kind == "amount":
            return None if amount > 0 else ("amount", self.env._("A price per unit above 0 is needed."))
        if kind == "residual" and not low and not high:
            return None
        if low <= 0 and (kind == "range" or low < 0):
            return "low", self.env._("The lowest price should be above 0.")
        if high < low or high <= 0:
            return "high", self.env._("The highest price should not be below the lowest one.")
        return None

    @api.model
    def _find(self, product, currency, company, date):
        """Return the price of a product on a day: the company's own before one of every company; or none."""
        return self.search(
            [
                ("product_id", "=", product.id),
                ("currency_id", "=", currency.id),
                ("company_id", "in", [company.id, False]),
                ("date_from", "<=", date),
                "|",
                ("date_to", "=", False),
                ("date_to", ">=", date),
            ],
            order="company_id, date_from desc",  # PostgreSQL sorts what has no company last
            limit=1,
        )
