from lxml import etree

from odoo import fields
from odoo.addons.record_protection.tests.days_common import days_written_otherwise
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged

from .common import BillingCommon

ROLES = {
    "project_user": "project.group_project_user",
    "project_manager": "project.group_project_manager",
    "billing_user": "milestone_billing.group_billing_user",
    "billing_manager": "milestone_billing.group_billing_manager",
    "salesman": "sales_team.group_sale_salesman",
    "sales_manager": "sales_team.group_sale_manager",
    "invoicing": "account.group_account_invoice",
    "auditor": "base.group_user,account.group_account_readonly",
}


@tagged("post_install", "-at_install")
class TestViews(BillingCommon):
    """Whoever sees a menu can open every view behind it, and reads every field these show."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.roles = {login: new_test_user(cls.env, f"{login}_views", groups) for login, groups in ROLES.items()}
        cls.orders = cls._make_story()

    @classmethod
    def _make_story(cls):
        """Make orders whose milestones are planned, billed, partly billed, failed and held."""
        order = cls._make_order(60000.0, 40000.0, user_id=cls.roles["salesman"].id)
        schedule = cls._make_schedule(
            order,
            {"name": "Deposit", "due_on": "confirmation", "percent": 30},
            {"name": "Line 1", "due_on": "task", "percent": 20},
            {"name": "Later", "due_on": "offset", "offset_number": 1, "offset_unit": "months", "percent": 10},
            {"name": "Progress", "due_on": "manual", "percent": 10},
            {"name": "Rest", "due_on": "manual", "amount_type": "balance"},
            notify_partner_ids=[Command.link(cls.customer.id)],
        )
        order.action_confirm()
        schedule.milestone_ids[3]._attain(40.0, fields.Date.today(), "manual")
        cls._drain()
        cls.env["billing.hold"].create({"milestone_id": schedule.milestone_ids[4].id, "reason": "Disputed"})
        schedule.milestone_ids[4].action_attain()
        quotation = cls._make_order(1000.0, user_id=cls.roles["salesman"].id)
        cls._make_schedule(quotation, 40)
        template = cls.env["billing.schedule.template"].create(
            {"name": "Half", "milestone_ids": [Command.create({"name": "Half", "percent": 50})]}
        )
        cls.env["billing.schedule.rule"].create({"name": "Never", "template_id": template.id, "amount_min": 1e12})
        cls._drain()
        return order | quotation

    def _menus(self, user):
        """Return the actions behind the menus of the app that ``user`` sees."""
        menus = self.env["ir.ui.menu"].with_user(user)
        visible = menus.browse(menus._visible_menu_ids())
        root = self.env.ref("milestone_billing.menu_root")
        ours = visible.filtered(lambda menu: menu.action and menu.parent_path.startswith(root.parent_path))
        ours = ours.filtered(lambda menu: menu.action._name == "ir.actions.act_window")
        return [menu.action.sudo() for menu in ours] if root in visible.sudo() else []

    def _specification(self, node, model):
        """Return the ``web_read`` specification of the fields that a view's ``node`` shows of ``model``."""
        specification = {}
        for child in node.iterchildren(tag=etree.Element):
            field = model._fields.get(child.get("name", "")) if child.tag == "field" else None
            if field is None:
                if child.tag != "groupby":
                    specification.update(self._specification(child, model))
                continue
            specification[field.name] = {}
            if field.relational:
                names = {"display_name": {}}
                for view in child.iterchildren("list", "kanban", "form"):
                    names.update(self._specification(view, self.env[field.comodel_name]))
                specification[field.name] = {"fields": names}
        return specification

    def _read_views(self, user, action):
        """Read what the views of ``action`` show, as the web client does."""
        model = self.env[action.res_model].with_user(user)
        self.assertTrue(model.has_access("read"))
        self.env.invalidate_all()
        modes = [mode for mode in action.view_mode.split(",") if mode in ("list", "kanban", "form", "calendar")]
        views = model.get_views([(False, mode) for mode in [*action.view_mode.split(","), "search"]])["views"]
        for mode in modes:
            tree = etree.fromstring(views[mode]["arch"])
            specification = self._specification(tree, model)
            found = model.web_search_read([], specification, limit=80)
            if mode == "form":
                model.browse([row["id"] for row in found["records"]]).web_read(specification)

    def test_each_role_opens_what_its_menus_lead_to(self):
        seen = {}
        for login, user in self.roles.items():
            actions = self._menus(user)
            # What addons on top of this one add to its menus is theirs, and read here all the same.
            seen[login] = {
                action.res_model
                for action in actions
                if not self.env[action.res_model]._original_module.startswith("milestone_billing_")
            }
            for action in actions:
                with self.subTest(role=login, action=action.name):
                    self._read_views(user, action)
        shown = {"billing.milestone", "billing.schedule", "billing.attainment", "billing.forecast.scenario"}
        self.assertEqual(seen["project_user"], set(), "works in Project, and needs no other app")
        self.assertEqual(seen["billing_user"], shown | {"billing.hold"})
        self.assertEqual(seen["invoicing"], shown | {"billing.hold"})
        self.assertEqual(seen["auditor"], shown | {"billing.hold"})
        self.assertLess(shown | {"billing.hold", "billing.schedule.template"}, seen["billing_manager"])

    def test_each_role_opens_the_order_the_task_and_the_invoice(self):
        invoice = self.orders.invoice_ids
        task = self.orders.billing_milestone_ids.task_ids
        for login, records in (
            ("project_user", task),
            ("project_user", task.milestone_id),
            ("project_manager", self.orders.with_context(form_view_ref="sale.view_order_form")),
            ("billing_user", self.orders),
            ("salesman", self.orders),
            ("sales_manager", self.orders),
            ("invoicing", self.orders),
            ("invoicing", invoice),
            ("billing_manager", self.orders),
            ("billing_manager", self.customer),
            ("auditor", invoice),
        ):
            with self.subTest(role=login, model=records._name):
                self._read_billing_part(self.roles[login], records)

    def test_billing_manager_without_sales_opens_the_whole_order(self):
        order = self.orders[0].with_user(self.roles["billing_manager"])
        self.env.invalidate_all()
        tree = etree.fromstring(order.get_view(view_type="form")["arch"])
        [values] = order.web_read(self._specification(tree, order))
        self.assertEqual(len(values["billing_milestone_ids"]), 5)
        self.assertEqual(order.project_ids, self.orders[0].project_ids)
        self.assertEqual(order.project_count, 1)

    def _read_billing_part(self, user, records):
        """Read, as ``user``, the fields of this addon that the form of ``records`` shows."""
        self.env.invalidate_all()
        model = records.with_user(user)
        tree = etree.fromstring(model.get_view(view_type="form")["arch"])
        specification = self._specification(tree, model)
        billing = {name: value for name, value in specification.items() if name.startswith("billing_")}
        self.assertTrue(billing)
        model.web_read(billing)

    def test_order_tab_edits_milestones(self):
        order = self.orders[1].with_user(self.roles["sales_manager"])
        with Form(order) as form:
            with form.billing_milestone_ids.edit(0) as milestone:
                milestone.percent = 45
            with form.billing_milestone_ids.new() as milestone:
                milestone.name = "Handover"
                milestone.due_on = "manual"
                milestone.percent = 55
        self.assertRecordValues(
            order.billing_schedule_ids,
            [{"amount_planned": 1000.0, "amount_difference": 0.0, "milestone_ids": order.billing_milestone_ids.ids}],
        )

    def test_hold_dialog_holds_the_order(self):
        action = self.env.ref("billing_base.billing_hold_action_new")
        holds = self.env["billing.hold"].with_user(self.roles["billing_manager"])
        with Form(holds.with_context(default_order_id=self.orders[1].id), view=action.view_id) as form:
            form.reason = "Credit check"
        self.assertRecordValues(self.orders[1].billing_hold_ids, [{"reason": "Credit check", "is_active": True}])
        self.assertTrue(all(self.orders[1].billing_milestone_ids.mapped("is_held")))

    def test_cards_go_through_the_states_in_order(self):
        milestones = self.env["billing.milestone"].with_context(read_group_expand=True)
        groups = milestones.web_read_group([("order_id", "=", self.orders[0].id)], ["status"], ["amount:sum"])["groups"]
        self.assertEqual([group["status"] for group in groups], ["planned", "held", "partial", "invoiced"])

    def test_order_knows_just_its_own_milestones(self):
        order = self._make_order(1000.0)
        self.assertFalse(order.billing_milestone_ids)
        schedule = self._make_schedule(order, 40, 60)
        self.assertEqual(order.billing_milestone_ids.ids, schedule.milestone_ids.ids)
        self.assertTrue(all(order.billing_milestone_ids._ids), "no provisional record among them")
        self.assertEqual(order.billing_milestone_count, 2)

    def test_days_are_written_one_way(self):
        """As the sentences beside them: in the format of the reader's language."""
        self.assertEqual(days_written_otherwise(self.env, "milestone_billing"), [])
