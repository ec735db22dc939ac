from odoo import api, fields, models


class BillingScheduleRule(models.Model):
    """Which template a quotation gets: the first rule that fits, by sequence."""

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
    def _choose(self, orders):
        """Return the plan of each of ``orders`` (``sale.order``): that of its quotation template, else of a rule.

        The rules are read once for all of them.

        :return: ``{order: (template, rule)}``, without records where nothing is chosen
        """
        rules, nothing = self.sudo().browse(), self.env["billing.schedule.template"].sudo()
        planned = orders.filtered(lambda order: any(line._is_schedulable() for line in order.order_line))
        if any(not order._billing_quoted_template() for order in planned):
            rules = rules.search([("company_id", "in", [False, *planned.company_id.ids])])
        choices = dict.fromkeys(orders, (nothing, rules.browse()))
        for order in planned:
            template = order._billing_quoted_template()
            rule = rules.browse() if template else rules._pick(order)
            choices[order] = (template or rule.template_id, rule)
        return choices

    def _pick(self, order):
        """Return the first of these rules that fits ``order`` (``sale.order``), or an empty recordset."""
        return next((rule for rule in self if rule._fits(order)), self.browse())

    def _fits(self, order):
        """Return whether this rule applies to ``order`` (``sale.order``)."""
        self.ensure_one()
        if self.company_id and self.company_id != order.company_id:
            return False
        if self.currency_id and self.currency_id != order.currency_id:
            return False
        if self.partner_ids and order.partner_id.commercial_partner_id not in self.partner_ids.commercial_partner_id:
            return False
        return self._fits_amount(order) and (not self.category_ids or self._has_category(order))

    def _fits_amount(self, order):
        """Return whether the untaxed total of ``order`` is within the limits, to the currency's unit."""
        compare = order.currency_id.compare_amounts
        if compare(order.amount_untaxed, self.amount_min) < 0:
            return False
        return not self.amount_max or compare(order.amount_untaxed, self.amount_max) <= 0

    def _has_category(self, order):
        above = order.order_line.product_id.categ_id.mapped("parent_path")
        return any(f"/{category.id}/" in f"/{path}" for path in above for category in self.category_ids)
