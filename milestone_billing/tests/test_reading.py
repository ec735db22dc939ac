from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import BillingCommon

ROLES = {
    "reads_project": "project.group_project_user",
    "reads_billing": "milestone_billing.group_billing_user",
    "reads_manager": "milestone_billing.group_billing_manager",
    "reads_invoice": "account.group_account_invoice",
    "reads_audit": "account.group_account_readonly",
    "reads_sales": "sales_team.group_sale_salesman_all_leads",
}
MODELS = ("billing.schedule", "billing.milestone", "billing.milestone.allocation", "billing.attainment")


@tagged("post_install", "-at_install")
class TestReading(BillingCommon):
    """Whoever may read a record may read all of it that is his to see, as other systems do."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._make_order(1000.0)
        cls.schedule = cls._make_schedule(cls.order, 40, 60)
        cls.order.action_confirm()
        cls.first = cls.schedule.milestone_ids[0]
        cls.env["billing.hold"].create({"order_id": cls.order.id, "reason": "Our own dispute"})
        cls.first.action_attain()
        cls._drain()

    def _records(self, model):
        return self.env[model].search([("company_id", "=", self.company.id)])

    def test_internal_roles_read_every_field(self):
        for login, group in ROLES.items():
            user = new_test_user(self.env, login, f"base.group_user,{group}", company_id=self.company.id)
            for model in MODELS:
                with self.subTest(role=group, model=model):
                    self.assertTrue(self._records(model).with_user(user).read())

    def test_customer_reads_the_plan_and_not_why_it_is_held(self):
        portal = new_test_user(self.env, "reads_portal", "base.group_portal")
        portal.partner_id.parent_id = self.customer
        mine = self.first.with_user(portal)
        self.assertEqual(mine.read(["name", "amount", "planned_date"])[0]["amount"], 400.0)
        for name in ("state", "status", "block_reason", "hold_ids", "attainment_ids"):
            with self.subTest(field=name), self.assertRaises(AccessError):
                mine.read([name])
        status = self.env["billing.milestone"].with_user(portal).get_status([self.first.id])[0]
        self.assertEqual((status["state"], status["block_reason"]), ("due", ""))
        self.assertEqual(self.schedule.with_user(portal).read(["state"])[0]["state"], "running")

    def test_customer_of_another_firm_finds_nothing(self):
        stranger = new_test_user(self.env, "reads_stranger", "base.group_portal")
        self.assertFalse(self.env["billing.milestone"].with_user(stranger).search([]))
        self.assertFalse(self.env["billing.schedule"].with_user(stranger).search([]))
