from odoo.addons.account.tests.common import AccountTestInvoicingCommon
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged

from ..closing.account_roles import ROLES

LONG_CHART = {
    "12000100": ("Unbilled receivables", "asset_current"),
    "12000200": ("Merchandise", "asset_current"),
    "25000900": ("Other liabilities", "liability_current"),
    "25000700": ("Unearned Revenue from grants of the state", "liability_current"),
    "25000800": ("Unearned Revenue", "liability_current"),
    "25000999": ("Accruals", "liability_current"),
    "48000100": ("Interest received from customers", "income_other"),
    "40000100": ("Sales", "income"),
    "60000100": ("Purchases", "expense"),
    "60000200": ("Rent", "expense"),
    "69000100": ("Clearing of year end", "expense"),
    "70000100": ("Bank", "asset_cash"),
}


@tagged("post_install", "-at_install")
class TestAccountsWizard(AccountTestInvoicingCommon):
    """The books of revenue are proposed from the chart, and made only when that is confirmed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.controller = new_test_user(
            cls.env,
            "sets_up",
            "revenue_recognition.group_revenue_controller",
            company_id=cls.company.id,
            company_ids=[Command.link(cls.company.id)],
        )

    def _wizard(self, company=None):
        company = company or self.company
        self.controller.company_ids |= company
        return Form(self.env["revenue.accounts.wizard"].with_user(self.controller).with_company(company))

    def _lines(self, wizard):
        return {line.role: line for line in wizard.line_ids}

    def _count(self):
        return self.env["account.account"].search_count([]), self.env["account.journal"].search_count([])

    def _long_company(self):
        """Return a company with a chart made by hand, with codes of eight digits."""
        company = self.env["res.company"].create({"name": "Long Codes"})
        self.env.user.company_ids |= company
        accounts = self.env["account.account"].with_company(company)
        for code, (name, account_type) in LONG_CHART.items():
            accounts.create(
                {"code": code, "name": name, "account_type": account_type, "company_ids": [Command.set(company.ids)]}
            )
        return company

    def test_the_generic_chart(self):
        before = self._count()
        wizard = self._wizard().save()
        self.assertEqual(self._count(), before)
        self.assertFalse(self.company.revenue_contract_liability_account_id)
        lines = self._lines(wizard)
        self.assertEqual(set(lines), set(ROLES) - {"revenue"})
        deferred = lines["contract_liability"]
        self.assertEqual((deferred.account_id.name, deferred.status), ("Deferred Revenue", "proposed"))
        for role in set(lines) - {"contract_liability"}:
            with self.subTest(role):
                self.assertFalse(lines[role].account_id)
                self.assertEqual(lines[role].status, "create")
                self.assertTrue(lines[role].purpose)
        codes = [line.code for line in lines.values() if line.code]
        self.assertEqual(len(codes), len(set(codes)))
        self.assertEqual(lines["refund_liability"].code, "212001")
        self.assertEqual({len(code) for code in codes}, {6})

    def test_confirming_creates_what_is_missing_and_sets_it(self):
        wizard = self._wizard().save()
        wizard.combine_days = 30
        wizard.policy_id = self.env.ref("revenue_recognition.policy_goods")
        lines = self._lines(wizard)
        lines["contract_asset"].write({"code": "128777", "name": "Earned, Not Billed"})
        lines["loss"].write({"code": False, "name": False})
        self.assertEqual(lines["loss"].status, "none")
        wizard.action_confirm()
        asset = self.company.revenue_contract_asset_account_id.with_company(self.company)
        self.assertEqual(
            (asset.code, asset.name, asset.account_type), ("128777", "Earned, Not Billed", "asset_current")
        )
        self.assertEqual(self.company.revenue_contract_liability_account_id.name, "Deferred Revenue")
        self.assertFalse(self.company.revenue_loss_account_id)
        for key, role in ROLES.items():
            if role.company_field in self.company and key != "loss":
                self.assertEqual(self.company[role.company_field].account_type, role.account_type)
        self.assertRecordValues(
            self.company.revenue_journal_id, [{"code": "REV", "type": "general", "company_id": self.company.id}]
        )
        self.assertEqual(self.company.revenue_combine_days, 30)
        self.assertEqual(self.company.revenue_policy_id, self.env.ref("revenue_recognition.policy_goods"))

    def test_again_it_shows_what_is_set(self):
        self._wizard().save().action_confirm()
        before = self._count()
        wizard = self._wizard().save()
        self.assertEqual(set(wizard.line_ids.mapped("status")), {"set"})
        self.assertEqual(wizard.journal_id, self.company.revenue_journal_id)
        wizard.granularity = "contract"
        wizard.action_confirm()
        self.assertEqual(self._count(), before)
        self.assertEqual(self.company.revenue_granularity, "contract")

    def test_a_chart_with_longer_codes(self):
        company = self._long_company()
        wizard = self._wizard(company).save()
        lines = self._lines(wizard)
        found = {role: line.account_id.with_company(company).code for role, line in lines.items() if line.account_id}
        self.assertEqual(
            found, {"contract_liability": "25000800", "contract_asset": "12000100", "interest_income": "48000100"}
        )
        self.assertEqual(lines["refund_liability"].code, "25000801")
        self.assertEqual(lines["loss_provision"].code, "25000802")
        self.assertEqual(lines["contract_cost"].code, "12000101")
        self.assertEqual({line.code[:4] for line in lines.values() if line.code} - {"2500", "1200"}, {"6000"})
        wizard.action_confirm()
        self.assertEqual(company.revenue_refund_liability_account_id.company_ids, company)
        self.assertFalse(self.company.revenue_refund_liability_account_id)

    def test_accounts_of_taxes_and_of_the_company_are_not_proposed(self):
        company = self._long_company()
        accounts = self.env["account.account"].with_company(company)
        company.transfer_account_id = accounts.search([("code", "=", "12000100")])
        self.assertEqual(self._lines(self._wizard(company).save())["contract_asset"].status, "create")

    def test_without_a_chart_it_says_so(self):
        company = self.env["res.company"].create({"name": "No Chart"})
        with self.assertRaisesRegex(UserError, "No Chart has no chart of accounts yet"):
            self._wizard(company)

    def test_what_does_not_fit_is_refused(self):
        wizard = self._wizard().save()
        lines = self._lines(wizard)
        proposed = lines["contract_liability"].account_id
        for change in (
            {"account_id": self.company_data["default_account_revenue"].id},
            {"account_id": self.company_data["default_account_payable"].id},
            {"account_id": False},
            {"account_id": False, "code": "212050"},
        ):
            lines["contract_liability"].write({"account_id": proposed.id, **change})
            with self.assertRaises(UserError) as refused:
                wizard.action_confirm()
            self.assertIn("Contract Liability", str(refused.exception))
        lines["contract_liability"].write({"account_id": proposed.id})
        for change, word in (
            ({"journal_code": False}, "journal of revenue"),
            ({"combine_days": -1}, "between 0 and 366"),
        ):
            wizard.write({"journal_code": "REV", **change})
            with self.assertRaises(UserError) as refused:
                wizard.action_confirm()
            self.assertIn(word, str(refused.exception))

    def test_only_controllers_of_the_company_set_it_up(self):
        accountant = new_test_user(
            self.env, "accountant_sets_up", "revenue_recognition.group_revenue_accountant", company_id=self.company.id
        )
        wizard = self._wizard().save()
        with self.assertRaises(AccessError):
            wizard.with_user(accountant).action_confirm()
        with self.assertRaises(AccessError):
            self.env["revenue.accounts.wizard"].with_user(accountant).create({})
        other = self._long_company()
        foreign = self.env["revenue.accounts.wizard"].with_company(other).create({})
        with self.assertRaises(AccessError):
            foreign.with_user(self.controller).with_context(allowed_company_ids=self.company.ids).action_confirm()
        self.assertFalse(other.revenue_journal_id)
