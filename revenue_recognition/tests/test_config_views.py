from odoo.addons.record_protection.tests.days_common import days_written_otherwise
from odoo.tests import Form, new_test_user, tagged

from .common import RevenueCommon
from .views_common import ReadsViews

ROLES = {
    "accountant": "revenue_recognition.group_revenue_accountant",
    "auditor": "revenue_recognition.group_revenue_auditor",
    "salesman": "sales_team.group_sale_salesman",
}


@tagged("post_install", "-at_install")
class TestConfigViews(ReadsViews, RevenueCommon):
    """The forms on which policies and prices are entered, by the roles that enter them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.roles = {
            login: new_test_user(cls.env, f"{login}_config", groups, company_id=cls.company.id)
            for login, groups in ROLES.items()
        }
        product = cls._make_product("Support", "subscription")
        cls._make_ssp(product, 100.0)
        cls.order = cls._make_order((product, 100.0))
        cls.order.action_confirm()

    def test_policies_stand_on_the_forms_of_products_and_categories(self):
        for record in (self.order.order_line.product_template_id, self.product_category):
            for login, shown in (("accountant", True), ("auditor", True), ("salesman", False)):
                with self.subTest(role=login, model=record._name):
                    own = record.with_user(self.roles[login])
                    fields = self._form_specification(own)
                    self.assertEqual("revenue_policy_id" in fields, shown)
                    own.web_read({name: value for name, value in fields.items() if name == "revenue_policy_id"})

    def test_an_accountant_assigns_a_policy_on_the_forms(self):
        for record in (self.order.order_line.product_template_id, self.product_category):
            with Form(record.with_user(self.roles["accountant"]).with_company(self.company)) as form:
                form.revenue_policy_id = self._policy("hours")
            self.assertEqual(record.revenue_policy_id, self._policy("hours"))

    def test_an_accountant_fills_the_forms(self):
        accountant = self.env(user=self.roles["accountant"])
        with Form(accountant["revenue.policy"].with_context(default_version_ids=[(0, 0, {})])) as form:
            form.name = "Licence and Support"
            with form.version_ids.edit(0) as version:
                version.method = "split"
                for name, policy, share in (("Licence", "one_time", 60), ("Support", "subscription", 40)):
                    with version.component_ids.new() as component:
                        component.name = name
                        component.policy_id = self._policy(policy)
                        component.share = share
        self.assertEqual(form.record.version_ids.component_ids.mapped("share"), [60, 40])
        with Form(accountant["revenue.ssp"]) as form:
            form.product_id = self._make_product("Training")
            form.kind = "range"
            form.low, form.high = 90, 110
        self.assertEqual(form.record.currency_id, self.company.currency_id)

    def test_days_are_written_one_way(self):
        """As the sentences beside them: in the format of the reader's language."""
        self.assertEqual(days_written_otherwise(self.env, "revenue_recognition"), [])
