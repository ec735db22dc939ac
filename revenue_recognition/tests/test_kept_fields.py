from odoo.addons.record_protection.tests.common import sort_stored_fields
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import RevenueCommon

#: What people enter, by model. All other stored fields of ours follow from what happens: they are read-only, and kept.
ENTERED = {
    "account.analytic.line": "revenue_cost_kind",
    "account.move.line": "revenue_cost_kind",
    "product.category": "revenue_policy_id",
    "product.template": "revenue_policy_id",
    "res.company": """
        revenue_amortisation_account_id revenue_combine_days revenue_contract_asset_account_id
        revenue_contract_cost_account_id revenue_contract_liability_account_id revenue_granularity
        revenue_interest_expense_account_id revenue_interest_income_account_id revenue_journal_id
        revenue_loss_account_id revenue_loss_provision_account_id revenue_policy_id revenue_refund_liability_account_id
        revenue_reopen_by_another
    """,
    "revenue.close": "date company_id",
    "revenue.contract": """
        name company_id currency_id partner_id date fixed liability_account_id asset_account_id refund_account_id
        journal_id financing_rate financing_date obligation_ids modification_ids price_change_ids discount_ids cost_ids
    """,
    # Facts: given when they are recorded. Who, of which company, and whether late, their models say themselves.
    "revenue.contract.cost": "contract_id date kind amount obligation_ids reason user_id",
    "revenue.evidence": "company_id key contract_id obligation_id date kind value source note late user_id",
    "revenue.price.change": "contract_id name date amount constrained obligation_ids reason user_id",
    "revenue.contract.discount": "contract_id name amount obligation_ids",
    "revenue.modification": "contract_id name date kind treatment refund fixed_delta line_ids",
    "revenue.modification.line": "modification_id obligation_id action terms",
    "revenue.obligation": """
        contract_id modification_id sequence key name product_id project_id sale_line_ids policy_version_id
        split_version_id revenue_account_id analytic_distribution distinct measure trigger price unit_price quantity
        monthly date_start date_end duration_months ssp ssp_kind ssp_low ssp_high
    """,
    "revenue.policy": "name sequence active company_id note version_ids",
    "revenue.policy.component": "policy_id version_id sequence name product_id share",
    "revenue.policy.version": """
        policy_id date_from method measure trigger proration duration_months distinct grouping modification ssp_source
        component_ids revenue_account_id contract_liability_account_id contract_asset_account_id
        refund_liability_account_id loss_account_id loss_provision_account_id contract_cost_account_id
        amortisation_account_id interest_expense_account_id interest_income_account_id journal_id
    """,
    "revenue.ssp": "product_id company_id currency_id kind amount low high date_from date_to note",
    "sale.order.line": "revenue_start revenue_end",
}


@tagged("post_install", "-at_install")
class TestKeptFields(RevenueCommon):
    """What is read-only on screen is written by nobody over RPC either: it follows from what happens."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = cls._user("seller", "sales_team.group_sale_salesman_all_leads")
        cls.biller = cls._user("biller", "account.group_account_user")
        cls.accountant = cls._user("accountant", "revenue_recognition.group_revenue_accountant")
        cls.order = cls._make_order((cls._make_product("Licence", "activation_fee"), 500))
        cls.order.action_confirm()
        cls.contract = cls.order.revenue_contract_id

    @classmethod
    def _user(cls, login, group):
        return new_test_user(
            cls.env, login, groups=group, company_id=cls.company.id, company_ids=[Command.set(cls.company.ids)]
        )

    def assertKept(self, records, user, vals):
        with self.assertRaisesRegex(AccessError, "is not entered"):
            records.with_user(user).write(vals)

    def test_every_stored_field_is_decided(self):
        _kept, entered = sort_stored_fields(self.env, "revenue_recognition")
        decided = {model: set(names.split()) for model, names in ENTERED.items()}
        for model in sorted(entered.keys() | decided):
            with self.subTest(model):
                self.assertEqual(entered.get(model, set()), decided.get(model, set()))

    def test_who_and_where_a_fact_is_of_is_not_entered(self):
        """Its company is that of the contract, and it is recorded in ones own name."""
        other = self.setup_other_company()["company"]
        values = {"contract_id": self.contract.id, "name": "Bonus", "amount": 5.0, "reason": "Agreed"}
        changes = self.env["revenue.price.change"].with_user(self.accountant)
        with self.assertRaisesRegex(AccessError, "is not entered"):
            changes.create({**values, "company_id": other.id})
        self.assertEqual(changes.create({**values, "user_id": self.seller.id}).user_id, self.accountant)

    def test_contracts_and_what_they_promise_stay_in_their_company(self):
        other = self.setup_other_company()["company"]
        self.assertKept(self.contract, self.accountant, {"company_id": other.id})
        self.assertKept(self.contract.obligation_ids, self.accountant, {"company_id": other.id})
        self.assertKept(self.contract.obligation_ids, self.accountant, {"allocated": 1.0})
        self.assertKept(
            self.contract,
            self.accountant,
            {"obligation_ids": [(1, self.contract.obligation_ids.id, {"allocated": 1.0})]},
        )

    def test_orders_stay_with_their_contract(self):
        """Otherwise their invoices would go to income again."""
        self.assertKept(self.order, self.seller, {"revenue_contract_id": False})
        self.assertKept(self.order.order_line, self.seller, {"revenue_contract_id": False})
        self.assertKept(self.order.order_line, self.seller, {"revenue_obligation_ids": [Command.clear()]})
        self.assertKept(self.contract, self.accountant, {"order_ids": [Command.unlink(self.order.id)]})
        self.order.with_user(self.seller).write({"client_order_ref": "PO 7"})
        self.assertEqual(self.order.order_line.revenue_contract_id, self.contract)

    def test_journal_items_stay_with_theirs(self):
        invoice = self.order._create_invoices()
        self.assertKept(invoice.invoice_line_ids, self.biller, {"revenue_contract_id": False})
        close = self.env["revenue.close"].create({"date": "2026-01-31"})
        values = {"close_id": close.id, "company_id": self.company.id, "currency_id": self.company.currency_id.id}
        posting = self.env["revenue.posting"].sudo().create({**values, "kind": "revenue"})
        self.assertKept(invoice.invoice_line_ids, self.biller, {"revenue_posting_id": posting.id})
        invoice.with_user(self.biller).action_post()
        self.assertEqual(invoice.invoice_line_ids.revenue_contract_id, self.contract)

    def test_states_follow_from_what_happens(self):
        self.assertKept(self.contract, self.accountant, {"state": "cancelled"})
        self.assertKept(self.company, self.env.ref("base.user_admin"), {"revenue_lock_date": False})
        with self.assertRaises(AccessError):
            self.env["revenue.contract"].with_user(self.accountant).create(
                {"name": "Mine", "partner_id": self.customer.id, "date": "2026-01-01", "state": "active"}
            )

    def test_modifications_by_hand_are_proposals(self):
        """Their treatment and their figures are worked out; nothing says that they came from the order."""
        modifications = self.env["revenue.modification"].with_user(self.accountant)
        terms = {"contract_id": self.contract.id, "name": "Rebate", "date": self.contract.date, "fixed_delta": -100.0}
        for name, value in {
            "state": "applied",
            "of_order": True,
            "price_after": 1.0,
            "reason_data": "So be it",
        }.items():
            with self.subTest(name), self.assertRaises(AccessError):
                modifications.create({**terms, name: value})
        change = modifications.create(terms)
        self.assertKept(change, self.accountant, {"of_order": True})
        change.write({"fixed_delta": -50.0})
        self.assertRecordValues(change, [{"state": "proposed", "price_before": 500.0, "price_after": 450.0}])
        change.action_apply()
        self.assertRecordValues(change, [{"state": "applied", "applied_by_id": self.accountant.id}])
