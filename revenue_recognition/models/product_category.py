from odoo import models

from .policy_holder import policy_field


class ProductCategory(models.Model):
    _name = "product.category"
    _inherit = ["product.category", "revenue.policy.holder"]

    revenue_policy_id = policy_field()

    def _revenue_policy(self):
        """Return the policy of the category or of its nearest parent that has one, in the current company; or none."""
        category = self.sudo()
        while category and not category.revenue_policy_id:
            category = category.parent_id
        return category.revenue_policy_id
