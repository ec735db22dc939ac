from odoo import api, fields, models


class BillingScheduleRule(models.Model):
    """Which template a confirmed order gets: the first rule that fits, by sequence."""

    _name = "billing.schedule.rule"
    _description = "Billing Schedule Rule"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", help="Left empty, the rule applies in every company.")
    template_id = fields.Many2one("billing.schedule.template", required=True, ondelete="restrict", check_company=True)
    partner_ids = fields.Many2many("res.partner", string="Customers", help="Left empty, every customer.")
    category_ids = fields.Many2many(
        "product.category", string="Product Categories", help="A line of one of these categories, or of one below them."
    )
    currency_id = fields.Many2one("res.currency", help="Left empty, amounts are read in the currency of the order.")
    amount_min = fields.Float("From Amount", help="Untaxed total of the order.")
    amount_max = fields.Float("Up To Amount", help="Untaxed total of the order; zero: no limit.")

    @api.model
    def _pick(self, order):
        """Return the first rule that fits ``order`` (``sale.order``), or an empty recordset."""
        rules = self.sudo().search([("company_id", "in", (False, order.company_id.id))])
        return next((rule for rule in rules if rule._fits(order)), self.browse())

    def _fits(self, order):
        """Return whether this rule applies to ``order`` (``sale.order``)."""
        self.ensure_one()
        if self.currency_id and self.currency_id != order.currency_id:
            return False
        if self.partner_ids and order.partner_id.commercial_partner_id not in self.partner_ids.commercial_partner_id:
            return False
        if order.amount_untaxed < self.amount_min or self.amount_max and order.amount_untaxed > self.amount_max:
            return False
        return not self.category_ids or self._has_category(order)

    def _has_category(self, order):
        below = self.env["product.category"].sudo().search([("id", "child_of", self.category_ids.ids)])
        return bool(order.order_line.product_id.categ_id & below)
