from odoo import api, fields, models


class RevenuePolicyComponent(models.Model):
    """One of the obligations a product splits into."""

    _name = "revenue.policy.component"
    _description = "Obligation of a Split Policy"
    _check_company_auto = True
    _order = "version_id, sequence, id"

    version_id = fields.Many2one("revenue.policy.version", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="version_id.company_id", store=True)
    sequence = fields.Integer(default=10)
    name = fields.Char(required=True, translate=True)
    policy_id = fields.Many2one(
        "revenue.policy",
        required=True,
        ondelete="restrict",
        check_company=True,
        help="How this part of the product is recognised.",
    )
    product_id = fields.Many2one(
        "product.product", check_company=True, help="Its standalone selling price counts, from the book."
    )
    share = fields.Float(
        string="Share (%)", digits=(16, 4), help="Of the line's standalone selling price, where no product is named."
    )

    # === CONSTRAINTS === #

    @api.constrains("policy_id", "product_id", "share")
    def _check_component(self):
        # Those of a version are judged together, once all of them are written.
        if not self._is_flagged("revenue_components_together"):
            self.version_id._check_components()

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        versions = {vals["version_id"] for vals in vals_list if vals.get("version_id")}
        self.env["revenue.policy.version"].browse(versions)._check_unused()
        return super().create(vals_list)

    def write(self, vals):
        self.version_id._check_unused()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        self.version_id._check_unused()
