from datetime import date
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, ConcurrencyError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .close_common import CloseCommon


@tagged("post_install", "-at_install")
class TestClose(CloseCommon):
    """The month is computed, approved by a colleague, posted, locked; and opened again."""

    def test_close_at_work_is_named(self):
        """When a second one is made, and before it is saved."""
        close = self.env["revenue.close"].with_user(self.preparer).create({"date": "2026-01-31"})
        with self.assertRaisesRegex(UserError, r"REV/2026/01 is at work \(New\)"):
            close.create({"date": "2026-02-28"})
        form = close.new({"company_id": self.company.id})
        self.assertIn("REV/2026/01", form._onchange_company_at_work()["warning"]["message"])

    def test_two_made_at_the_same_moment(self):
        """Odoo repeats the call of the second, which does not see the first yet: then it is one close, or named."""
        closes = self.env["revenue.close"].with_user(self.preparer)
        close = closes.create({"date": "2026-01-31"})
        with patch.object(type(closes), "_at_work", lambda self, company: self.browse()):
            for day in ("2026-01-31", "2026-02-28"):
                with self.subTest(day), self.assertRaises(ConcurrencyError):
                    closes.create({"date": day})
        answers = [closes.run(self.company.id, "2026-01-31", "compute")["close"] for _again in range(2)]
        self.assertEqual(answers, [close.id] * 2)
        with self.assertRaisesRegex(UserError, "REV/2026/01 is at work"):
            closes.run(self.company.id, "2026-02-28", "compute")

    def test_postings_as_a_bookkeeper_reads_them(self):
        """From debit to credit, amounts above zero, beside what the close before booked."""
        self._invoice(self.order, "2026-01-05")
        self._close("2026-01-31")
        self.order.order_line.price_unit = 1200
        close = self._close("2026-02-28")
        revenue = close.posting_ids.filtered(lambda one: one.kind == "revenue")
        january = self.env["revenue.posting"].search(
            [("close_id.date", "=", "2026-01-31"), ("company_id", "=", self.company.id), ("kind", "=", "revenue")]
        )
        self.assertEqual(revenue.before_amount, january.company_amount)
        self.assertAlmostEqual(revenue.change_amount, revenue.company_amount - january.company_amount)
        billed = january.close_id.posting_ids.filtered(lambda one: one.kind == "billing")
        self.assertIn("Receivable", billed.debit_side)
        self.assertEqual(billed.credit_side, self.accounts["contract_liability"].display_name)
        taken_back = self.env["revenue.posting"].new(
            {
                "kind": "revenue",
                "amount": -5.0,
                "company_amount": -5.0,
                "currency_id": self.company.currency_id.id,
                "company_id": self.company.id,
                "debit_account_id": self.accounts["contract_liability"].id,
                "credit_account_id": self.accounts["revenue"].id,
            }
        )
        self.assertEqual((taken_back.debit_side, taken_back.side_amount), (self.accounts["revenue"].display_name, 5.0))

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
        with self.assertRaisesRegex(UserError, "locked through 01/31/2026"):
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
        with self.assertRaisesRegex(UserError, "locked by you: another"):
            close.with_user(self.approver).action_reopen("Evidence was missing")
        reversal = close.with_user(self.another).action_reopen("Evidence was missing")
        self.assertEqual(reversal.state, "posted")
        self.assertEqual(self._balance("revenue"), 0)
        self.assertEqual(self._balance("contract_liability"), 1200)
        self.assertFalse(self.company.revenue_lock_date)
        with self.assertRaisesRegex(UserError, "last close"):
            close.with_user(self.approver).action_reopen("Again")
        self._close("2026-01-31")
        self.assertEqual(self._balance("revenue"), 101.92)

    def test_who_locked_reopens_where_the_company_says_so(self):
        """By default another controller does; in a company with one controller the setting lets the same one."""
        self.company.revenue_reopen_by_another = False
        close = self._close("2026-01-31", lock=True)
        self.assertEqual(close.with_user(self.approver).action_reopen("Too early").state, "posted")

    def test_what_differs_after_reopening_is_explained(self):
        """The invoice stands in the ledger, and in no close that counts."""
        self._invoice(self.order, "2026-01-05")
        close = self._close("2026-01-31", lock=True)
        reversal = close.with_user(self.another).action_reopen("Evidence was missing")
        for one in (close, reversal):
            self.assertRegex(one.next_step, r"differ: \$.?1,200\.00 on .*no close that stands has counted")
        check = self.env["revenue.check"].create({"company_id": self.company.id, "date": "2026-01-31"})
        check.action_check()
        self.assertIn("The next close counts them", check.explanation)
        again = self._close("2026-01-31")
        self.assertEqual(again.difference, 0)

    def test_steps_say_their_figures(self):
        """What is approved, posted and locked: how many items, how much revenue, of which month."""
        self._invoice(self.order, "2026-01-05")
        close = self.env["revenue.close"].with_user(self.preparer).create({"date": "2026-01-31"})
        close.action_compute()
        close = close.with_user(self.approver)
        figures = r"2 journal items for January 2026, revenue of \$.?101\.92 among them"
        self.assertRegex(close.next_step, f"then approve {figures}")
        close.action_approve()
        self.assertRegex(close.next_step, f"Post it to the ledger: {figures}")
        close.action_post()
        self.assertRegex(close.next_step, f"Lock it: .*through 01/31/2026.*{figures}")

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
