from datetime import date

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged

from .common import RevenueCommon

# Method, measure, trigger, months, grouping, distinct, where the standalone selling price comes from.
READY_MADE = {
    "one_time": ("point_in_time", False, "delivered", 0, "line", "auto", "book"),
    "deferred_service": ("over_time", "time", "acceptance", 12, "line", "auto", "book"),
    "subscription": ("over_time", "time", "confirmation", 12, "line", "auto", "book"),
    "activation_fee": ("point_in_time", False, "acceptance", 0, "line", "auto", "price"),
    "activation_fee_deferred": ("over_time", "time", "acceptance", 12, "line", "auto", "price"),
    "milestones": ("over_time", "milestones", False, 0, "line", "auto", "book"),
    "cost_to_cost": ("over_time", "cost", False, 0, "order", "no", "book"),
    "hours": ("over_time", "hours", False, 0, "line", "auto", "book"),
    "time_material": ("over_time", "invoiced", False, 0, "line", "auto", "price"),
    "goods": ("over_time", "delivered", False, 0, "line", "yes", "book"),
    "usage": ("over_time", "usage", False, 0, "line", "auto", "price"),
}


@tagged("post_install", "-at_install")
class TestPolicy(RevenueCommon):
    """Which policy a product follows, and what its terms may be."""

    def _policy_for(self, product):
        return self.env["revenue.policy"]._policy_for(product, self.company)

    def _use(self, version):
        """Make a contract that follows a version."""
        contract = self.env["revenue.contract"].create(
            {"name": "C", "partner_id": self.customer.id, "date": "2026-01-01", "company_id": self.company.id}
        )
        return self.env["revenue.obligation"].create(
            {
                "contract_id": contract.id,
                "key": "1",
                "name": "One",
                "measure": "point_in_time",
                "policy_version_id": version.id,
            }
        )

    # === ASSIGNMENT === #

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

    def test_each_company_assigns_its_own(self):
        other = self.setup_other_company()["company"]
        product = self._make_product("Course", "one_time")
        self.assertFalse(self.env["revenue.policy"]._policy_for(product, other))
        self._setup_revenue(other)
        product.with_company(other).revenue_policy_id = self._policy("hours")
        self.assertEqual(self.env["revenue.policy"]._policy_for(product, other), self._policy("hours"))
        self.assertEqual(self._policy_for(product), self._policy("one_time"))
        own = self._make_policy("Own", method="point_in_time")
        own.company_id = other
        with self.assertRaises(ValidationError):
            product.revenue_policy_id = own

    def test_a_copy_follows_the_same_policies_whoever_makes_it(self):
        other = self.setup_other_company()["company"]
        self._setup_revenue(other)
        # Odoo gives a new product a context in which copies get no variant.
        template = self._make_product("Course", "one_time").with_env(self.env).product_tmpl_id
        category = self.env["product.category"].create({"name": "Training"})
        for holder in (template, category):
            holder.revenue_policy_id = self._policy("one_time")
            holder.with_company(other).revenue_policy_id = self._policy("hours")
        # What was assigned when there were accounts is copied all the same.
        other.revenue_contract_asset_account_id = False
        keeper = new_test_user(
            self.env, "keeper", "base.group_user,product.group_product_manager", company_id=self.company.id
        )
        for holder in (template, category, template.product_variant_id):
            with self.subTest(holder._name):
                copied = holder.with_user(keeper).copy().with_env(self.env)
                self.env.invalidate_all()
                self.assertEqual(copied.revenue_policy_id, self._policy("one_time"))
                self.assertEqual(copied.with_company(other).revenue_policy_id, self._policy("hours"))
        chosen = template.copy({"revenue_policy_id": False})
        self.assertFalse(chosen.revenue_policy_id)
        self.assertEqual(chosen.with_company(other).revenue_policy_id, self._policy("hours"))

    def test_a_policy_needs_accounts(self):
        self.company.revenue_contract_asset_account_id = False
        with self.assertRaisesRegex(ValidationError, "There is no: Contract Asset.*Configuration ▸ Accounts"):
            self._make_product("Course", "one_time")
        with self.assertRaisesRegex(ValidationError, "There is no: Contract Asset.*Configuration ▸ Accounts"):
            self.company.revenue_policy_id = self._policy("one_time")

    def test_accountants_assign_auditors_see_and_others_do_neither(self):
        product = self._make_product("Course", "one_time")
        seen = {}
        for login, group in (
            ("accountant", "revenue_recognition.group_revenue_accountant"),
            ("auditor", "revenue_recognition.group_revenue_auditor"),
            ("other", "sales_team.group_sale_manager"),
        ):
            groups = f"{group},product.group_product_manager"
            user = new_test_user(self.env, f"policy_{login}", groups, company_id=self.company.id)
            own = product.product_tmpl_id.with_user(user)
            seen[login] = (
                "revenue_policy_id" in own.fields_get() and own.read(["revenue_policy_id"])[0]["revenue_policy_id"]
            )
            if login == "accountant":
                own.revenue_policy_id = self._policy("hours")
                continue
            with self.assertRaises(AccessError):
                own.revenue_policy_id = self._policy("goods")
            own.name = f"Renamed by {login}"
        self.assertEqual([bool(value) for value in seen.values()], [True, True, False])
        self.assertEqual(product.revenue_policy_id, self._policy("hours"))

    def test_a_policy_in_use_is_kept(self):
        policy = self._make_policy("Mine", method="point_in_time")
        self._make_product("Course", policy)
        with self.assertRaises(UserError):
            policy.unlink()
        policy = self._make_policy("Company's", method="point_in_time")
        self.company.revenue_policy_id = policy
        with self.assertRaises(Exception) as refused:
            policy.unlink()
        self.assertIn("revenue_policy_id", str(refused.exception))

    # === TERMS === #

    def test_ready_made_policies_have_their_terms(self):
        for name, terms in READY_MADE.items():
            with self.subTest(name):
                policy = self._policy(name)
                version = policy._version_on(date(2026, 1, 1))
                names = ("method", "measure", "trigger", "duration_months", "grouping", "distinct", "ssp_source")
                self.assertEqual(tuple(version[name] for name in names), terms)
                self.assertTrue(policy.note.startswith("For "))
                self.assertFalse(policy.company_id)
        known = self.env["ir.model.data"].search(
            [("module", "=", "revenue_recognition"), ("model", "=", "revenue.policy")]
        )
        self.assertEqual(set(known.mapped("name")), {f"policy_{name}" for name in READY_MADE})

    def test_terms_that_can_not_be_applied_are_refused(self):
        for wrong in (
            {"method": "over_time"},
            {"method": "over_time", "measure": "time", "trigger": False},
            {"method": "over_time", "measure": "time", "trigger": "date", "proration": False},
            {"method": "over_time", "measure": "time", "trigger": "date", "duration_months": -1},
            {"method": "point_in_time", "trigger": False},
            {"method": "split"},
        ):
            with self.subTest(wrong), self.assertRaises(ValidationError):
                self._make_policy("Wrong", **wrong)
        with self.assertRaises(ValidationError):
            self.env["revenue.policy"].create({"name": "Without terms"})

    def test_terms_are_told_in_words(self):
        self.assertEqual(self._policy("one_time").summary, "At a Point in Time, Delivery")
        self.assertEqual(
            self._policy("subscription").summary,
            "Over Time, Time Elapsed, from: Order Confirmation, 12 months, By Days",
        )

    # === SPLIT === #

    def _split(self, *components, **version):
        rows = [
            {"name": f"Part {index}", "policy_id": self._policy("one_time").id, **component}
            for index, component in enumerate(components)
        ]
        return self._make_policy(
            "Bundle", method="split", component_ids=[Command.create(row) for row in rows], **version
        )

    def test_a_split_has_shares_that_make_the_whole_or_products(self):
        product = self._make_product("Licence")
        self._split({"share": 60}, {"share": 40})
        self._split({"share": 33.3333}, {"share": 33.3333}, {"share": 33.3334})
        self._split({"product_id": product.id}, {"product_id": product.id})
        for wrong in (
            [{"share": 60}, {"share": 30}],
            [{"share": 110}, {"share": -10}],
            [{"share": 100}, {"product_id": product.id}],
            [{"share": 50}, {"share": 50, "product_id": product.id}],
            [{}],
        ):
            with self.subTest(wrong), self.assertRaises(ValidationError):
                self._split(*wrong)

    def test_shares_change_together_and_never_alone(self):
        version = self._split({"share": 60}, {"share": 40}).version_ids
        first, second = version.component_ids
        version.write(
            {"component_ids": [Command.update(first.id, {"share": 30}), Command.update(second.id, {"share": 70})]}
        )
        self.assertEqual(version.component_ids.mapped("share"), [30, 70])
        for component in (first, first.with_context(revenue_components_together=True)):
            with self.assertRaises(ValidationError):
                component.share = 60

    def test_a_split_is_not_part_of_a_split(self):
        bundle = self._split({"share": 100})
        with self.assertRaisesRegex(ValidationError, "Bundle is split itself"):
            self._split({"share": 100, "policy_id": bundle.id})
        part = self._make_policy("Part", method="point_in_time")
        self._split({"share": 100, "policy_id": part.id})
        with self.assertRaisesRegex(ValidationError, "Part is split itself"):
            part.version_ids.write(
                {
                    "method": "split",
                    "component_ids": [
                        Command.create({"name": "P", "share": 100, "policy_id": self._policy("hours").id})
                    ],
                }
            )

    def test_parts_and_accounts_are_of_the_company_of_the_policy(self):
        other = self.setup_other_company()["company"]
        part = self._make_policy("Part", method="point_in_time")
        bundle = self._split({"share": 100, "policy_id": part.id})
        bundle.company_id = self.company
        with self.assertRaises(UserError):
            part.company_id = other
            bundle.version_ids.component_ids._check_company()

    def test_an_account_of_a_policy_counts_in_the_companies_that_have_it(self):
        other = self.setup_other_company()["company"]
        self._setup_revenue(other)
        policy = self._make_policy("Shared", method="point_in_time")
        version = policy.version_ids
        version.revenue_account_id = version.contract_asset_account_id = self.accounts["revenue"]
        version.journal_id = self.company_data["default_journal_misc"]
        self.assertEqual(self.company._revenue_account("contract_asset", version), self.accounts["revenue"])
        self.assertEqual(self.company._revenue_account("revenue", version), self.accounts["revenue"])
        self.assertEqual(self.company._revenue_journal(version), self.company_data["default_journal_misc"])
        self.assertEqual(other._revenue_account("contract_asset", version), other.revenue_contract_asset_account_id)
        self.assertFalse(other._revenue_account("revenue", version))
        self.assertEqual(other._revenue_journal(version), other.revenue_journal_id)
        with self.assertRaises(UserError):
            policy.company_id = other

    def test_a_contract_takes_the_accounts_of_the_first_policy_that_names_its_own(self):
        own = self._make_policy("Own", method="point_in_time")
        own.version_ids.contract_liability_account_id = self.accounts["refund_liability"]
        own.version_ids.journal_id = self.company_data["default_journal_misc"]
        order = self._make_order((self._make_product("A", "one_time"), 100.0), (self._make_product("B", own), 100.0))
        order.action_confirm()
        self.assertRecordValues(
            order.revenue_contract_id,
            [
                {
                    "liability_account_id": self.accounts["refund_liability"].id,
                    "asset_account_id": self.accounts["contract_asset"].id,
                    "journal_id": self.company_data["default_journal_misc"].id,
                }
            ],
        )

    # === VERSIONS === #

    def test_versions_follow_each_other(self):
        policy = self._make_policy("Training", method="point_in_time")
        first = policy.version_ids
        wizard = self.env["revenue.policy.version.wizard"].create({"policy_id": policy.id, "date_from": "2026-07-01"})
        self.assertEqual(wizard.version_id, first)
        second = self.env["revenue.policy.version"].browse(wizard.action_create_version()["res_id"])
        second.trigger = "acceptance"
        self.assertRecordValues(
            first | second,
            [
                {"date_to": date(2026, 6, 30), "trigger": "delivered"},
                {"date_to": False, "trigger": "acceptance"},
            ],
        )
        self.assertEqual(policy._version_on(date(2026, 6, 30)), first)
        self.assertEqual(policy._version_on(date(2026, 7, 1)), second)
        self.assertFalse(policy._version_on(date(1969, 12, 31)))
        with self.assertRaisesRegex(UserError, "has a version from 07/01/2026 already"):
            wizard.action_create_version()

    def test_a_new_version_takes_the_parts_along(self):
        policy = self._split({"share": 60}, {"share": 40})
        wizard = self.env["revenue.policy.version.wizard"].create({"policy_id": policy.id, "date_from": "2026-07-01"})
        version = self.env["revenue.policy.version"].browse(wizard.action_create_version()["res_id"])
        self.assertEqual(version.component_ids.mapped("share"), [60, 40])
        self.assertFalse(version.component_ids & policy._version_on(date(2026, 1, 1)).component_ids)

    def test_a_version_in_use_is_frozen(self):
        policy = self._split({"share": 60}, {"share": 40})
        version, component = policy.version_ids, policy.version_ids.component_ids[:1]
        obligation = self._use(version)
        for change in (
            lambda: version.write({"modification": "auto"}),
            lambda: version.unlink(),
            lambda: policy.write({"version_ids": [Command.update(version.id, {"date_from": "2020-01-01"})]}),
            lambda: component.write({"name": "Else"}),
            lambda: component.unlink(),
            lambda: component.copy({"version_id": version.id, "share": 0}),
            lambda: policy.write({"company_id": self.company.id}),
        ):
            with self.assertRaises(UserError) as refused:
                change()
            self.assertIn("New Version", str(refused.exception))
        with self.assertRaisesRegex(UserError, "archive it"):
            policy.unlink()
        policy.write({"name": "Renamed", "note": "For others", "active": False})
        obligation.unlink()
        version.modification = "auto"
        policy.unlink()

    def test_the_form_starts_with_a_version(self):
        action = self.env.ref("revenue_recognition.action_revenue_policy")
        self.assertIn("default_version_ids", action.context)
        form = Form(self.env["revenue.policy"].with_context(default_version_ids=[(0, 0, {})]))
        form.name = "Plain"
        policy = form.save()
        self.assertRecordValues(policy.version_ids, [{"method": "point_in_time", "date_from": date(1970, 1, 1)}])
        copy = policy.copy()
        self.assertEqual((copy.name, len(copy.version_ids)), ("Plain (copy)", 1))
