from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import TransactionCase, new_test_user, tagged

from ..industries import INDUSTRIES


@tagged("post_install", "-at_install")
class TestSetup(TransactionCase):
    """From an empty company to its first milestone invoice, step by step."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env["res.company"].create({"name": "Fresh Start", "currency_id": cls.env.ref("base.USD").id})
        cls.env.user.company_ids |= cls.company
        cls.env = cls.env(context=dict(cls.env.context, allowed_company_ids=cls.company.ids))
        cls.company = cls.company.with_env(cls.env)
        # What every company may use is out of the way: this one begins with nothing.
        cls.env["billing.schedule.template"].search([]).active = False
        cls.env["product.template"].search([("company_id", "=", False)]).sale_ok = False
        cls.env["res.partner"].search(
            [("company_id", "=", False), ("is_company", "=", True), ("ref_company_ids", "=", False)]
        ).is_company = False

    def _hint(self):
        self.env.invalidate_all()
        return self.env["billing.milestone"].get_dashboard()["setup"]

    def _steps(self):
        self.env.invalidate_all()
        return {row["code"]: row for row in self.env["billing.setup.step"].get_progress()["steps"]}

    def _next(self):
        self.env.invalidate_all()
        return self.env["billing.setup.step"].get_progress()["next"].get("code")

    def test_each_step_says_what_is_missing_until_the_first_invoice(self):
        self.assertEqual(self._next(), "company")
        self.assertEqual((self._hint()["done"], self._hint()["next"]["code"]), (0, "company"))
        self.assertIn("street", self._steps()["company"]["missing"])
        self.company.write(
            {"street": "1 Main St", "city": "Austin", "country_id": self.env.ref("base.us").id, "email": "a@b.example"}
        )
        self.assertEqual(self._next(), "books")
        self.env["account.chart.template"]._load("generic_coa", self.company, install_demo=False)
        self.assertEqual(self._next(), "plan")
        self.assertIn("industry", self._steps()["plan"]["missing"])
        wizard = self.env["billing.industry.wizard"].create({"industry": "engineering"})
        self.assertTrue(wizard.with_settings, "no order of the company has a plan")
        wizard.action_set_up()
        self.assertEqual(self._next(), "customer", "the samples are services that make projects")
        customer = self.env["res.partner"].create(
            {"name": "First Customer", "is_company": True, "company_id": self.company.id}
        )
        self.assertIn("e-mail", self._steps()["customer"]["missing"])
        customer.email = "first@customer.example"
        self.assertEqual(self._next(), "quotation")
        product = self.env["product.product"].search(
            [("company_id", "=", self.company.id), ("name", "=", "Engineering project")]
        )
        order = self.env["sale.order"].create(
            {"partner_id": customer.id, "order_line": [Command.create({"product_id": product.id})]}
        )
        self.assertEqual(order.billing_milestone_ids.mapped("name"), ["Order", "Design", "Commissioning"])
        self.assertEqual(order.billing_milestone_ids.mapped("amount"), [18000.0, 24000.0, 18000.0])
        self.assertEqual(self._next(), "confirmation")
        order.action_confirm()
        self.assertEqual(self._next(), "invoice", "what is due on order is attained by confirming")
        self.env["billing.attainment"]._drain()
        self.assertFalse(self._next())
        self.assertEqual(order.invoice_ids.state, "posted")
        self.assertEqual(order.tasks_ids.mapped("name"), ["Design", "Commissioning"])
        progress = self.env["billing.setup.step"].get_progress()
        self.assertEqual((progress["done"], progress["total"]), (9, 9))
        self.assertFalse(self._hint(), "the dashboard says nothing of it any more")

    def test_every_step_opens_a_screen(self):
        for step in self.env["billing.setup.step"].search([]):
            with self.subTest(step.code):
                action = step.action_open()
                self.assertEqual(action["type"], "ir.actions.act_window")
                self.env[action["res_model"]].check_access("read")

    def test_every_industry_sets_plans_that_total_and_bills_a_sale_of_its_samples(self):
        self.env["account.chart.template"]._load("generic_coa", self.company, install_demo=False)
        for name, industry in INDUSTRIES.items():
            with self.subTest(name):
                self.env["billing.industry"].set_up(name)
                category = self.env.ref(f"__billing_setup__.{name}_category_{self.company.id}")
                products = self.env["product.product"].search([("categ_id", "child_of", category.id)])
                self.assertEqual(len(products), len(industry.samples))
                order = self.env["sale.order"].create(
                    {
                        "partner_id": self.env["res.partner"].create({"name": "Somebody"}).id,
                        "order_line": [Command.create({"product_id": product.id}) for product in products],
                    }
                )
                self.assertEqual(len(order.billing_milestone_ids), len(industry.plans[0].steps))
                self.assertFalse(order.billing_plan_fault)
                self.assertEqual(sum(order.billing_milestone_ids.mapped("amount")), order.amount_untaxed)
                self.assertEqual(self.company.billing_change_rule, industry.settings["billing_change_rule"])

    def test_twice_makes_nothing_twice_and_keeps_what_was_changed(self):
        first = self.env["billing.industry"].set_up("software")
        self.assertEqual(len(first["created"]["billing.schedule.template"]), 2)
        template = self.env.ref(f"__billing_setup__.software_plan_rollout_{self.company.id}")
        template.name = "Ours"
        count = self.env["billing.schedule.template"].search_count([])
        again = self.env["billing.industry"].set_up("software", settings=False)
        self.assertFalse(again["created"])
        self.assertEqual(self.env["billing.schedule.template"].search_count([]), count)
        self.assertEqual(template.name, "Ours")
        self.env.ref(f"__billing_setup__.software_plan_fixed_{self.company.id}").unlink()
        mended = self.env["billing.industry"].set_up("software", settings=False)
        self.assertEqual(mended["created"], {"billing.schedule.template": ["Software: fixed price by release"]})

    def test_a_dry_run_leaves_nothing(self):
        before = self.company.billing_grouping, self.env["billing.schedule.template"].search_count([])
        report = self.env["billing.industry"].set_up("agency", dry_run=True)
        self.assertEqual(len(report["created"]["product.product"]), 2)
        self.assertEqual(report["settings"]["billing_grouping"], "customer")
        self.assertEqual(
            (self.company.billing_grouping, self.env["billing.schedule.template"].search_count([])), before
        )
        with self.assertRaisesRegex(UserError, "construction, engineering, software"):
            self.env["billing.industry"].set_up("bakery")

    def test_it_is_set_up_by_managers_of_the_company_alone(self):
        user = new_test_user(
            self.env,
            "setup_user",
            "milestone_billing.group_billing_user",
            company_id=self.company.id,
            company_ids=self.company.ids,
        )
        industry = self.env["billing.industry"].with_user(user)
        with self.assertRaises(AccessError):
            industry.set_up("software")
        with self.assertRaises(AccessError):
            self.env["billing.setup.step"].with_user(user).get_progress()
        manager = new_test_user(
            self.env,
            "setup_manager",
            "milestone_billing.group_billing_manager",
            company_id=self.company.id,
            company_ids=self.company.ids,
        )
        industry = self.env["billing.industry"].with_user(manager)
        with self.assertRaises(AccessError):
            industry.set_up("software", company=self.env.ref("base.main_company").id)
        self.assertEqual(self.env["billing.setup.step"].with_user(manager).get_progress()["total"], 9)
        self.assertTrue(industry.set_up("software")["created"])

    def test_plans_read_in_every_language_that_is_installed(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.env["billing.industry"].set_up("software")
        template = self.env.ref(f"__billing_setup__.software_plan_rollout_{self.company.id}")
        french = template.with_context(lang="fr_FR")
        self.assertNotEqual(french.name, template.with_context(lang="en_US").name)
        product = self.env.ref(f"__billing_setup__.software_sample_licence_{self.company.id}")
        self.assertNotEqual(product.with_context(lang="fr_FR").name, product.with_context(lang="en_US").name)

    def test_renamed_samples_and_products_of_their_category_are_billed_as_before(self):
        self.env["billing.industry"].set_up("software")
        licence, implementation = (
            self.env.ref(f"__billing_setup__.software_sample_{key}_{self.company.id}")
            for key in ("licence", "implementation")
        )
        (licence + implementation).write({"name": "ERP Suite"})
        more = licence.copy({"name": "Another"})
        order = self.env["sale.order"].create(
            {
                "partner_id": self.env["res.partner"].create({"name": "Somebody"}).id,
                "order_line": [
                    Command.create({"product_id": product.id}) for product in (licence, implementation, more)
                ],
            }
        )
        self.assertEqual(
            [(row.name, row.amount) for row in order.billing_milestone_ids],
            [("Licence", 48000.0), ("Blueprint", 10800.0), ("Go-live", 21600.0), ("End of the warranty", 3600.0)],
        )
