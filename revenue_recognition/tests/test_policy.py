from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import RevenueCommon


@tagged("post_install", "-at_install")
class TestPolicy(RevenueCommon):
    """Which policy a product follows."""

    def _policy_for(self, product):
        return self.env["revenue.policy"]._policy_for(product, self.company)

    def test_a_product_follows_its_own_policy_then_its_category_then_the_company(self):
        parent = self.env["product.category"].create({"name": "Services"})
        category = self.env["product.category"].create({"name": "Training", "parent_id": parent.id})
        product = self._make_product("Course", categ_id=category.id)
        self.assertFalse(self._policy_for(product))
        for holder, name in (
            (self.company, "goods"),
            (parent, "hours"),
            (category, "one_time"),
            (product, "subscription"),
        ):
            holder.revenue_policy_id = self._policy(name)
            self.assertEqual(self._policy_for(product), self._policy(name))

    def test_a_policy_needs_accounts(self):
        self.company.revenue_contract_asset_account_id = False
        with self.assertRaisesRegex(ValidationError, "no Contract Asset.*Configuration ▸ Accounts"):
            self._make_product("Course", "one_time")
        with self.assertRaisesRegex(ValidationError, "no Contract Asset.*Configuration ▸ Accounts"):
            self.company.revenue_policy_id = self._policy("one_time")
