from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import BudgetCommon


@tagged("post_install", "-at_install")
class TestRights(BudgetCommon):
    """What work takes and costs stays inside."""

    def _user(self, login, groups):
        values = {} if groups == "base.group_portal" else {"company_ids": [Command.set(self.company.ids)]}
        return new_test_user(self.env, login, groups, company_id=self.company.id, **values)

    def test_customers_read_nothing_of_what_budgets_start_from(self):
        project = self._start()
        design = self._plan(project)[0]
        design.write({"template_hours": 30.0, "template_cost_percent": 60.0})
        customer = self._user("budget_customer", "base.group_portal")
        customer.partner_id.parent_id = self.customer
        project.sale_order_id.message_subscribe(customer.partner_id.ids)
        for login, groups, names in (
            (customer, None, ("template_hours", "template_cost_percent", "budget_hours")),
            ("budget_worker", "project.group_project_user", ("template_cost_percent", "budget_cost")),
            ("budget_seller", "sales_team.group_sale_salesman_all_leads", ("template_hours", "template_cost_percent")),
        ):
            user = login if groups is None else self._user(login, groups)
            milestones = self.env["billing.milestone"].with_user(user)
            self.env.invalidate_all()
            for name in names:
                with (
                    self.subTest(user=user.login, name=name),
                    self.assertRaises(AccessError),
                    mute_logger("odoo.models"),
                ):
                    milestones.search_read([("id", "=", design.id)], ["amount", name])
        employee = self._user("budget_employee", "base.group_user")
        with self.assertRaises(AccessError), mute_logger("odoo.models"):
            self.env["billing.schedule.template.milestone"].with_user(employee).search_read([], ["template_hours"])

    def test_fields_on_what_customers_read_have_groups(self):
        rights = self.env["ir.model.access"].sudo().search([("perm_read", "=", True)])
        portal = self.env.ref("base.group_portal").all_implied_ids
        readable = rights.filtered(lambda right: not right.group_id or right.group_id in portal).model_id
        plain = [
            f"{model}.{name}"
            for model in readable.mapped("model")
            if model in self.env
            for name, field in self.env[model]._fields.items()
            if field._modules and field._modules[0] == "milestone_billing_budget" and not field.groups
        ]
        self.assertEqual(plain, [])

    def test_salesmen_apply_and_copy_what_they_do_not_see(self):
        template = self.env["billing.schedule.template"].create(
            {
                "name": "Halves",
                "milestone_ids": [
                    Command.create({"name": "First", "percent": 50, "due_on": "manual", "template_hours": 30.0}),
                    Command.create({"name": "Rest", "percent": 50, "due_on": "manual", "template_cost_percent": 25.0}),
                ],
            }
        )
        seller = self._user("budget_seller", "sales_team.group_sale_salesman_all_leads")
        order = self._make_order({"product_uom_qty": 100.0, "price_unit": 120.0})
        self.env.invalidate_all()
        mine = order.with_user(seller)
        schedule = mine.env["billing.schedule"].create({"order_id": order.id, "template_id": template.id})
        expected = [
            {"name": "First", "template_hours": 30.0, "template_cost_percent": 0.0},
            {"name": "Rest", "template_hours": 0.0, "template_cost_percent": 25.0},
        ]
        self.assertRecordValues(order.billing_milestone_ids.sorted("sequence"), expected)
        self.env.invalidate_all()
        self.assertFalse(schedule.is_edited)
        leader = self._user("budget_leader", "sales_team.group_sale_manager")
        self.env.invalidate_all()
        copied = order.with_user(leader).copy()
        self.assertRecordValues(copied.sudo().billing_milestone_ids.sorted("sequence"), expected)
        manager = self._user("budget_manager", "milestone_billing.group_billing_manager")
        self.env.invalidate_all()
        twin = template.with_user(manager).copy()
        twin.milestone_ids[0].template_cost_percent = 10.0
        self.assertRecordValues(
            twin.milestone_ids,
            [
                {"template_hours": 30.0, "template_cost_percent": 10.0},
                {"template_hours": 0.0, "template_cost_percent": 25.0},
            ],
        )
