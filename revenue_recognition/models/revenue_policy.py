from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


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
    note = fields.Text(string="When to Use It", translate=True, help="What to consider before choosing it.")
    version_ids = fields.One2many("revenue.policy.version", "policy_id", string="Versions", copy=True)
    current_version_id = fields.Many2one(
        "revenue.policy.version", string="Holds Today", compute="_compute_current_version_id"
    )
    summary = fields.Char(string="Recognised", compute="_compute_current_version_id")

    # === COMPUTE METHODS === #

    @api.depends("version_ids.date_from", "version_ids.summary")
    def _compute_current_version_id(self):
        today = self.env.company._revenue_today()
        for policy in self:
            policy.current_version_id = policy._version_on(today)
            policy.summary = policy.current_version_id.summary

    # === CONSTRAINTS === #

    @api.constrains("name", "version_ids")
    def _check_version_ids(self):
        for policy in self:
            if not policy.version_ids:
                raise ValidationError(self.env._("%s: a policy needs a version, which holds its terms.", policy.name))

    # === CRUD METHODS === #

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        if "name" in (default or {}):
            return vals_list
        return [
            {**vals, "name": self.env._("%s (copy)", policy.name)} for policy, vals in zip(self, vals_list, strict=True)
        ]

    def write(self, vals):
        if "company_id" in vals:
            moved = self.filtered(lambda policy: policy.company_id.id != vals["company_id"])
            moved.version_ids._check_unused()
        result = super().write(vals)
        if "company_id" in vals:
            # Accounts and components of the versions have to fit the new company too.
            self.version_ids._check_company()
            self.version_ids._check_journal()
            self.version_ids.component_ids._check_company()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        for policy in self:
            if policy.version_ids.filtered("is_used"):
                raise UserError(
                    self.env._("Contracts follow the policy %s: archive it, instead of deleting it.", policy.name)
                )

    # === ACTIONS === #

    def action_new_version(self):
        """Open the dialog that makes a new version, from a day that the user enters."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("New Version"),
            "res_model": "revenue.policy.version.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_policy_id": self.id},
        }

    # === BUSINESS METHODS === #

    def _version_on(self, date):
        """Return the version that holds for contracts made on a date, or none."""
        self.ensure_one()
        return self.version_ids.filtered(lambda version: version.date_from and version.date_from <= date).sorted(
            "date_from"
        )[-1:]

    @api.model
    def _policy_for(self, product, company):
        """Return the policy a product follows in a company: its own, its category's (or a parent's), the company's.

        :return: one policy, or none: then the product stays out of revenue contracts
        """
        own = product.with_company(company).sudo()
        policy = own.product_tmpl_id.revenue_policy_id or own.categ_id._revenue_policy()
        return (policy or company.sudo().revenue_policy_id).sudo(self.env.su)
