from odoo import api, fields, models


class RevenuePolicy(models.Model):
    """How revenue of a product or a category is recognised, in versions that never rewrite history."""

    _name = "revenue.policy"
    _description = "Revenue Policy"
    _check_company_auto = True
    _order = "sequence, name, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", index=True, help="Leave it empty for every company.")
    note = fields.Text(string="When to Use It", translate=True)
    version_ids = fields.One2many("revenue.policy.version", "policy_id", string="Versions")

    def _version_on(self, date):
        """Return the version that holds for contracts made on a date, or none."""
        self.ensure_one()
        return self.version_ids.filtered(lambda version: version.date_from <= date).sorted("date_from")[-1:]

    @api.model
    def _policy_for(self, product, company):
        """Return the policy a product follows in a company: its own, its category's (or a parent's), the company's.

        :return: one policy, or none: then the product stays out of revenue contracts
        """
        own = product.with_company(company).sudo()
        policy = own.product_tmpl_id.revenue_policy_id or own.categ_id._revenue_policy()
        return (policy or company.sudo().revenue_policy_id).sudo(self.env.su)
