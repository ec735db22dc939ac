from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .test_usage_billing import UsageCommon

#: What customers used, by how their metering point is found from it.
MODELS = {
    "subscription.metering.point": "name",
    "subscription.usage": "point_id.name",
    "subscription.usage.day": "point_id.name",
}


@tagged("post_install", "-at_install")
class TestUsageRights(UsageCommon):
    """A salesperson sees what his own customers used, and those of nobody; others see what all did."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller, cls.colleague = (
            new_test_user(cls.env, name, "sales_team.group_sale_salesman", company_id=cls.env.company.id)
            for name in ("usage_seller", "usage_colleague")
        )

    def setUp(self):
        super().setUp()
        self._on("2026-01-01")
        sold = {"own": self.seller, "other": self.colleague, "nobody": self.env["res.users"]}
        for subject, user in sold.items():
            self._sell_usage(subject=subject).user_id = user
        for subject in (*sold, "unsold"):
            self._use(("2026-01-05", 10), subject=subject)

    def _seen(self, model, user):
        found = self.env[model].with_user(user).search([(MODELS[model], "in", ["own", "other", "nobody", "unsold"])])
        return sorted(found.sudo().mapped(MODELS[model]))

    def test_a_salesperson_sees_what_his_own_customers_used(self):
        for model, subject in MODELS.items():
            with self.subTest(model):
                self.assertEqual(self._seen(model, self.seller), ["nobody", "own"])
                self.assertEqual(self._seen(model, self.colleague), ["nobody", "other"])
                other = self.env[model].search([(subject, "=", "other")])
                with self.assertRaises(AccessError):
                    other.with_user(self.seller).read(["id", "display_name"])

    def test_who_sees_all_documents_sees_what_all_used(self):
        groups = (
            "sales_team.group_sale_salesman_all_leads",
            "account.group_account_invoice",
            "account.group_account_readonly",
        )
        for place, group in enumerate(groups):
            user = new_test_user(self.env, f"usage_all_{place}", group, company_id=self.env.company.id)
            for model in MODELS:
                with self.subTest(group, model=model):
                    self.assertEqual(self._seen(model, user), ["nobody", "other", "own", "unsold"])

    def test_a_salesperson_sells_and_explains_usage_as_before(self):
        order = self._sell_usage(subject="own_too", confirm=False)
        order.user_id = self.seller
        order.with_user(self.seller).action_confirm()
        charge = self._charge(order).with_user(self.seller)
        self._use(("2026-01-06", 4), subject="own_too")
        self.assertEqual((charge.metering_point_id.name, charge.used_quantity), ("own_too", 4))
        self.assertEqual(charge.metering_point_id.day_count, 1)
        other = self.env["subscription.charge"].search([("metering_point_id.name", "=", "other")])
        with self.assertRaises(AccessError):
            other.with_user(self.seller).read(["used_quantity"])
