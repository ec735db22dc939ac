from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .close_common import YEAR, CloseCommon


@tagged("post_install", "-at_install")
class TestCloseSteps(CloseCommon):
    """A close shows its steps: what is done, whose turn it is, what is missing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.support = cls._make_product("Support", "subscription")
        cls.order = cls._make_order(
            (cls.support, 1200, YEAR),
        )
        cls.contract = cls._confirm(cls.order, "2026-01-01")
        cls.auditor = cls._make_auditor("steps_reader")
        cls.close = cls.env["revenue.close"].with_user(cls.preparer).create({"date": "2026-01-31"})

    def _states(self, close=None):
        return {step["key"]: step["state"] for step in (close or self.close).steps}

    def _current(self, close=None):
        return next(step for step in (close or self.close).steps if step["state"] == "current")

    def test_steps_follow_each_other(self):
        """None is done before the one before it."""
        self.assertEqual([step["key"] for step in self.close.steps], ["compute", "preview", "approve", "post", "lock"])
        self.assertEqual(self._current()["key"], "compute")
        self.close.action_compute()
        self.assertEqual(self._states()["preview"], "done")
        self.assertEqual(self._current()["key"], "approve")
        self.assertEqual(self.close.steps[0]["who"], self.preparer.name)
        self.assertEqual(self.close.steps[0]["when"], fields.Datetime.to_string(self.close.prepared_at))
        self.assertEqual([step["when"] for step in self.close.steps[1:]], [""] * 4)
        close = self.close.with_user(self.approver)
        for act, step in (("action_approve", "post"), ("action_post", "lock")):
            getattr(close, act)()
            self.assertEqual(self._current(close)["key"], step)
        close.action_lock()
        self.assertEqual(set(self._states(close).values()), {"done"})

    def test_contracts_left_out_keep_it_at_the_preview(self):
        """Until it is written down why; the link leads to them."""
        licence = self._make_product("Licence", "one_time")
        self._confirm(self._make_order((licence, 10), (self.support, 10)), "2026-01-10")
        self.close.action_compute()
        step = self._current()
        self.assertEqual(step["key"], "preview")
        missing = next(one for one in step["missing"] if one["blocking"])
        self.assertIn("compute again", missing["text"])
        watched = self._current(self.close.with_user(self.auditor))["missing"][0]["text"]
        self.assertIn("It is not approved before", watched)
        action = getattr(self.close, missing["link"])()
        self.assertTrue(self.env[action["res_model"]].search_count(action["domain"]))
        self.close.action_explain_exceptions("Prices are on their way")
        self.assertEqual(self._current()["key"], "approve")

    def test_documents_that_do_not_count_are_named(self):
        """Draft invoices and changes that wait; each with its link."""
        invoice = self.order._create_invoices()
        invoice.invoice_date = "2026-01-20"
        self.order.order_line.price_unit = 900
        self.contract.modification_ids.date = "2026-01-20"
        missing = self._current()["missing"]
        links = {one["link"]: one["text"] for one in missing}
        self.assertEqual(set(links), {"action_view_draft_invoices", "action_view_waiting_changes"})
        self.assertIn("drafts: 1", links["action_view_draft_invoices"])
        action = self.close.action_view_draft_invoices()
        self.assertEqual(action["res_id"], invoice.id)
        invoice.invoice_date = "2026-02-01"
        self.close.invalidate_recordset(["steps"])
        self.assertNotIn("action_view_draft_invoices", {one["link"] for one in self._current()["missing"]})

    def test_lock_dates_are_named_before_posting(self):
        """The step says what would refuse it."""
        self._invoice(self.order, "2026-01-05")
        self.close.action_compute()
        self.close.with_user(self.approver).action_approve()
        self.assertEqual(self._current()["missing"], [])
        self.company.fiscalyear_lock_date = "2026-01-31"
        self.close.invalidate_recordset(["steps"])
        self.assertIn("can't be posted", self._current()["missing"][0]["text"])

    def test_auditors_are_told_what_happens_not_what_to_do(self):
        """They do nothing."""
        close = self.close.with_user(self.auditor)
        self.assertEqual(close.next_step, "It waits to be computed. Nothing is booked yet.")
        self.close.action_compute()
        self.assertEqual(
            close.next_step, f"{self.preparer.name} prepared it; it waits for the approval of another person."
        )
        self.assertEqual(self._current(close)["key"], "approve")

    def test_progress_is_cheap_and_for_readers_only(self):
        """What the page asks every few seconds."""
        self._invoice(self.order, "2026-01-05")
        self.close.action_compute()
        close = self.close.with_user(self.auditor)
        self.assertEqual(
            close.get_progress(), {"state": "computed", "working": False, "done": 1, "total": 1, "failure": False}
        )
        self.close.sudo().state = "posting"
        found = close.get_progress()
        self.assertEqual((found["working"], found["done"]), (True, 0))
        self.assertGreater(found["total"], 0)
        salesman = new_test_user(self.env, "steps_sales", groups="sales_team.group_sale_manager")
        with self.assertRaises(AccessError):
            self.close.with_user(salesman).get_progress()
