from odoo import api, fields, models
from odoo.exceptions import ValidationError


def policy_field():
    """Return the field ``revenue_policy_id`` of a holder.

    Each holder declares it itself: of a field that differs by company, Odoo looks for deleted policies in the table of
    every model that declares it, and an abstract one has none.
    """
    return fields.Many2one(
        "revenue.policy",
        company_dependent=True,
        ondelete="restrict",
        domain="[('company_id', 'in', [False, allowed_company_ids[0]])]",
        groups="revenue_recognition.group_revenue_accountant,revenue_recognition.group_revenue_auditor",
        help="How its revenue is recognised. Of a product: empty leaves it to its category. Of a category: empty "
        "leaves it to the parent category, and last to the default policy of the company.",
    )


class RevenuePolicyHolder(models.AbstractModel):
    """What a policy is assigned to in each company: products and their categories."""

    _name = "revenue.policy.holder"
    _description = "Holder of a Revenue Policy"

    @api.constrains("revenue_policy_id")
    def _check_revenue_policy_id(self):
        """A policy needs accounts to post to, in the company that assigns it."""
        if self._is_flagged("revenue_policies_copied"):
            return
        company = self.env.company
        for holder in self.sudo():
            policy = holder.revenue_policy_id
            if not policy:
                continue
            company.sudo()._check_revenue_books()
            if policy.company_id and policy.company_id not in company.sudo().parent_ids:
                raise ValidationError(
                    self.env._(
                        "%(holder)s: the policy %(policy)s belongs to another company than %(company)s.",
                        holder=holder.display_name,
                        policy=policy.display_name,
                        company=company.display_name,
                    )
                )

    def copy(self, default=None):
        # OVERRIDE: Odoo copies no field that differs by company; a copy follows the same policies, whoever makes it.
        copies = super().copy(default)
        chosen = self.env.company if "revenue_policy_id" in (default or {}) else None
        for holder, copied in zip(self, copies, strict=True):
            copied._flagged("revenue_policies_copied")._take_over(holder, ["revenue_policy_id"], but=chosen)
        return copies

    @api.model
    def _has_field_access(self, field, operation):
        # Auditors see the policy and change nothing, whatever else they may do with products.
        allowed = super()._has_field_access(field, operation)
        if field.name == "revenue_policy_id" and operation == "write" and not self.env.su:
            return allowed and self.env.user.has_group("revenue_recognition.group_revenue_accountant")
        return allowed
