from odoo import fields, models


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
