from lxml import etree

from odoo.tests import Form, new_test_user, tagged

from .common import RevenueCommon

ROLES = {
    "accountant": "revenue_recognition.group_revenue_accountant",
    "controller": "revenue_recognition.group_revenue_controller",
    "auditor": "revenue_recognition.group_revenue_auditor",
    "salesman": "sales_team.group_sale_salesman",
}


@tagged("post_install", "-at_install")
class TestConfigViews(RevenueCommon):
    """Whoever sees a menu can open every view behind it, and reads every field these show."""

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

    def _menus(self, user):
        """Return the actions behind the menus of the app that ``user`` sees."""
        menus = self.env["ir.ui.menu"].with_user(user)
        root = self.env.ref("revenue_recognition.menu_revenue_root")
        visible = menus.browse(menus._visible_menu_ids())
        ours = visible.filtered(lambda menu: menu.action and menu.parent_path.startswith(root.parent_path))
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
        modes = action.view_mode.split(",")
        views = model.get_views([(False, mode) for mode in [*modes, "search"]])["views"]
        for mode in set(modes) & {"list", "kanban", "form", "calendar"}:
            specification = self._specification(etree.fromstring(views[mode]["arch"]), model)
            model.web_search_read([], specification, limit=80)

    def test_each_role_opens_what_its_menus_lead_to(self):
        seen = {}
        for login, user in self.roles.items():
            actions = [action for action in self._menus(user) if action._name == "ir.actions.act_window"]
            seen[login] = {action.res_model for action in actions}
            for action in actions:
                with self.subTest(role=login, action=action.name):
                    self._read_views(user, action)
        self.assertEqual(seen["salesman"], set())
        self.assertLessEqual({"revenue.policy", "revenue.ssp"}, seen["auditor"])
        self.assertLessEqual({"revenue.policy", "revenue.ssp", "revenue.ssp.import.wizard"}, seen["accountant"])
        self.assertNotIn("revenue.accounts.wizard", seen["accountant"])
        self.assertNotIn("revenue.ssp.import.wizard", seen["auditor"])
        self.assertLessEqual(seen["accountant"] | {"revenue.accounts.wizard"}, seen["controller"])

    def test_policies_stand_on_the_forms_of_products_and_categories(self):
        for record in (self.order.order_line.product_template_id, self.product_category):
            for login, shown in (("accountant", True), ("auditor", True), ("salesman", False)):
                with self.subTest(role=login, model=record._name):
                    own = record.with_user(self.roles[login])
                    fields = self._specification(etree.fromstring(own.get_view(view_type="form")["arch"]), own)
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
