from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import RevenueCommon


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
        for name, value in {"state": "applied", "of_order": True, "price_after": 1.0, "reason": "So be it"}.items():
            with self.subTest(name), self.assertRaises(AccessError):
                modifications.create({**terms, name: value})
        change = modifications.create(terms)
        self.assertKept(change, self.accountant, {"of_order": True})
        change.write({"fixed_delta": -50.0})
        self.assertRecordValues(change, [{"state": "proposed", "price_before": 500.0, "price_after": 450.0}])
        change.action_apply()
        self.assertRecordValues(change, [{"state": "applied", "applied_by_id": self.accountant.id}])
