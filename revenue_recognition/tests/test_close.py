from datetime import date

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import RevenueCommon


@tagged("post_install", "-at_install")
class CloseCommon(RevenueCommon):
    """Two people close the month."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.preparer = new_test_user(
            cls.env, "preparer", groups="revenue_recognition.group_revenue_accountant", company_id=cls.company.id
        )
        cls.approver = new_test_user(
            cls.env, "approver", groups="revenue_recognition.group_revenue_controller", company_id=cls.company.id
        )

    def _confirm(self, order, day):
        """Confirm an order as of a day."""
        order.action_confirm()
        order.date_order = f"{day} 12:00:00"
        order.revenue_contract_id.date = day
        return order.revenue_contract_id

    def _invoice(self, order, day):
        """Invoice an order as of a day and post the invoice."""
        invoice = order._create_invoices()
        invoice.invoice_date = day
        invoice.action_post()
        return invoice

    @classmethod
    def _close(cls, day, lock=False):
        """Close a period: the accountant prepares, the controller approves and posts."""
        close = cls.env["revenue.close"].with_user(cls.preparer).create({"date": day, "company_id": cls.company.id})
        close.action_compute()
        close = close.with_user(cls.approver)
        close.action_approve()
        close.action_post()
        if lock:
            close.action_lock()
        return close.sudo()

    @classmethod
    def _balance(cls, role, day=None):
        """Return the balance of the account that plays a part, credits above zero."""
        domain = [("account_id", "=", cls.accounts[role].id), ("parent_state", "=", "posted")]
        if day:
            domain.append(("date", "<=", day))
        return cls.company.currency_id.round(-sum(cls.env["account.move.line"].search(domain).mapped("balance")))


@tagged("post_install", "-at_install")
class TestClose(CloseCommon):
    """The month is computed, approved by a colleague, posted, locked; and opened again."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.support = cls._make_product("Support", "subscription")
        cls.order = cls._make_order(
            (cls.support, 1200, {"revenue_start": "2026-01-01", "revenue_end": "2026-12-31"}),
        )
        cls.order.action_confirm()
        cls.order.date_order = "2026-01-01 12:00:00"
        cls.contract = cls.order.revenue_contract_id
        cls.contract.date = "2026-01-01"

    def test_billed_first(self):
        """Contract liability falls as time goes by."""
        self._invoice(self.order, "2026-01-05")
        self.assertEqual(self._balance("contract_liability"), 1200)
        close = self._close("2026-01-31")
        self.assertEqual(close.state, "posted")
        self.assertEqual(self._balance("revenue"), 101.92)
        self.assertEqual(self._balance("contract_liability"), 1098.08)
        self.assertEqual(self._balance("contract_asset"), 0)
        self.assertEqual(close.move_ids.date, date(2026, 1, 31))
        self.assertEqual(close.move_ids.journal_id, self.company.revenue_journal_id)

    def test_delivered_first(self):
        """What is earned and not billed is a contract asset; it goes away when it is billed."""
        self._close("2026-01-31")
        self.assertEqual(self._balance("contract_asset"), -101.92)
        self.assertEqual(self._balance("contract_liability"), 0)
        self._invoice(self.order, "2026-02-03")
        self._close("2026-02-28")
        self.assertEqual(self._balance("contract_asset"), 0)
        self.assertEqual(self._balance("contract_liability"), 1200 - 193.97)

    def test_running_again_posts_nothing(self):
        """A second close of the same day finds nothing to do."""
        self._invoice(self.order, "2026-01-05")
        self._close("2026-01-31")
        again = self._close("2026-01-31")
        self.assertEqual(again.name, "REV/2026/01/2")
        self.assertFalse(again.entry_ids)
        self.assertFalse(again.move_ids)

    def test_skipped_months_are_caught_up(self):
        """One close of March is three closes."""
        self._invoice(self.order, "2026-01-05")
        self._close("2026-03-31")
        self.assertEqual(self._balance("revenue"), 295.89)

    def test_preparer_does_not_approve(self):
        """Also a controller who prepared it."""
        close = self.env["revenue.close"].with_user(self.approver).create({"date": "2026-01-31"})
        close.action_compute()
        with self.assertRaisesRegex(UserError, "colleague"):
            close.action_approve()
        with self.assertRaises(AccessError):
            close.with_user(self.preparer).action_approve()

    def test_steps_in_order(self):
        """No step before its turn."""
        close = self.env["revenue.close"].with_user(self.preparer).create({"date": "2026-01-31"})
        with self.assertRaisesRegex(UserError, "To Approve"):
            close.with_user(self.approver).action_approve()
        with self.assertRaisesRegex(UserError, "Approved"):
            close.with_user(self.approver).action_post()

    def test_locked_period_is_refused_by_name(self):
        """A close into it is refused."""
        self._close("2026-01-31", lock=True)
        self.assertEqual(self.company.revenue_lock_date, date(2026, 1, 31))
        with self.assertRaisesRegex(UserError, "locked through 2026-01-31"):
            self.env["revenue.close"].create({"date": "2026-01-31"})

    def test_odoo_lock_date_is_refused_by_name(self):
        """Nothing is posted, nothing is moved to another date."""
        close = self.env["revenue.close"].with_user(self.preparer).create({"date": "2026-01-31"})
        close.action_compute()
        close.with_user(self.approver).action_approve()
        self.company.sudo().fiscalyear_lock_date = "2026-01-31"
        with self.assertRaisesRegex(UserError, "Lock"):
            close.with_user(self.approver).action_post()
        self.company.sudo().fiscalyear_lock_date = False
        close.with_user(self.approver).action_post()
        self.assertEqual(close.sudo().move_ids.date, date(2026, 1, 31))

    def test_reopening_mirrors_every_line(self):
        """Afterwards every account is as before, and the period can be closed again."""
        self._invoice(self.order, "2026-01-05")
        close = self._close("2026-01-31", lock=True)
        reversal = close.with_user(self.approver).action_reopen("Evidence was missing")
        self.assertEqual(reversal.state, "posted")
        self.assertEqual(self._balance("revenue"), 0)
        self.assertEqual(self._balance("contract_liability"), 1200)
        self.assertFalse(self.company.revenue_lock_date)
        with self.assertRaisesRegex(UserError, "last close"):
            close.with_user(self.approver).action_reopen("Again")
        self._close("2026-01-31")
        self.assertEqual(self._balance("revenue"), 101.92)

    def test_draft_contract_is_left_out_with_a_reason(self):
        """Its exception is on the close; approval asks why it may be left out."""
        licence = self._make_product("Licence", "one_time")
        order = self._make_order((licence, 100), (self.support, 100))
        self._confirm(order, "2026-01-10")
        close = self.env["revenue.close"].with_user(self.preparer).create({"date": "2026-01-31"})
        close.action_compute()
        self.assertEqual(close.exception_ids.contract_id, order.revenue_contract_id)
        with self.assertRaisesRegex(UserError, "left out"):
            close.with_user(self.approver).action_approve()

    def test_subledger_drills_both_ways(self):
        """From a journal item to its rows, contract, obligation and policy."""
        self._invoice(self.order, "2026-01-05")
        close = self._close("2026-01-31")
        line = close.move_ids.line_ids.filtered(lambda one: one.account_id == self.accounts["revenue"])
        self.assertRecordValues(
            line.revenue_posting_id.entry_ids,
            [
                {
                    "contract_id": self.contract.id,
                    "obligation_id": self.contract.obligation_ids.id,
                    "kind": "revenue",
                    "amount": 101.92,
                    "cumulative": 101.92,
                    "allocated": 1200.0,
                    "policy_version_id": self._policy("subscription").version_ids.id,
                    "date": fields.Date.to_date("2026-01-31"),
                }
            ],
        )

    def test_terms_of_what_is_booked_stay(self):
        """An accountant corrects a contract until something is booked; then it takes a modification."""
        contract = self.contract.with_user(self.preparer)
        contract.obligation_ids.date_end = "2026-12-30"
        contract.obligation_ids.date_end = "2026-12-31"
        self._close("2026-01-31")
        for record, values in (
            (contract, {"fixed": 1.0}),
            (contract, {"date": "2026-02-01"}),
            (contract, {"obligation_ids": [Command.update(contract.obligation_ids.id, {"price": 1.0})]}),
            (contract.obligation_ids, {"date_end": "2027-12-31"}),
            (contract.obligation_ids, {"revenue_account_id": self.accounts["contract_asset"].id}),
        ):
            with self.subTest(values=values), self.assertRaisesRegex(UserError, "modification"):
                record.write(values)
        with self.assertRaisesRegex(UserError, "modification"):
            contract.obligation_ids.unlink()
        with self.assertRaisesRegex(UserError, "Reopen that close"):
            self.env["revenue.close"].search([], limit=1).move_ids._reverse_moves()
