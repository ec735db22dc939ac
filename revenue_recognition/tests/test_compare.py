from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .close_common import YEAR, CloseCommon


@tagged("post_install", "-at_install")
class TestCompare(CloseCommon):
    """A modification is compared before it is applied."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.support = cls._make_priced("Support", "subscription", 1200)
        cls.licence = cls._make_priced("Licence", "one_time", 400)
        cls.order = cls._make_order(
            (cls.support, 1200, YEAR),
        )
        cls.contract = cls._confirm(cls.order, "2026-01-01")
        cls.auditor = cls._make_auditor("compare_reader")

    def _change(self, day="2026-07-01", **values):
        self.order.order_line[0].write(values)
        change = self.contract.modification_ids
        change.date = day
        return change.with_user(self.preparer)

    def _columns(self, change):
        return {column["treatment"]: column for column in change.get_comparison()["columns"]}

    def test_treatments_side_by_side(self):
        """The proposed one with its reason; what cannot be says why."""
        change = self._change(price_unit=900)
        found = change.get_comparison()
        columns = self._columns(change)
        self.assertEqual(list(columns), [False, "separate", "prospective", "catch_up"])
        self.assertEqual(found["proposed"], "prospective")
        self.assertTrue(columns["prospective"]["proposed"])
        self.assertIn("distinct", columns["prospective"]["reason"])
        self.assertTrue(columns["separate"]["error"])
        self.assertEqual((columns[False]["price"], columns["catch_up"]["price"]), (1200, 900))
        self.assertTrue(found["may_apply"])

    def test_months_make_the_price(self):
        """Through the last one; before the change nothing differs under a prospective treatment."""
        change = self._change(price_unit=900)
        columns = self._columns(change)
        before = columns[False]
        half = columns["prospective"]
        earned_by_june = round(1200 * 181 / 365, 2)
        self.assertAlmostEqual(sum(before["months"]), 1200 - earned_by_june, 2)
        self.assertAlmostEqual(sum(half["months"]), 900 - earned_by_june, 2)
        self.assertAlmostEqual(sum(columns["catch_up"]["months"]), 900 - earned_by_june, 2)
        self.assertLess(columns["catch_up"]["months"][0], half["months"][0])
        self.assertEqual(change.get_comparison()["months"][0], "2026-07-01")

    def test_entries_of_the_change(self):
        """A catch-up takes revenue back on the day, and balances; the others book nothing of their own."""
        self._invoice(self.order, "2026-01-05")
        columns = self._columns(self._change(price_unit=900))
        entries = columns["catch_up"]["entries"]
        self.assertEqual(sum(one["debit"] for one in entries), sum(one["credit"] for one in entries))
        revenue = next(one for one in entries if one["account"] == "Revenue")
        self.assertAlmostEqual(revenue["debit"], columns[False]["earned"] - columns["catch_up"]["earned"], 2)
        self.assertEqual((columns[False]["entries"], columns["prospective"]["entries"]), ([], []))
        self.assertEqual(columns["prospective"]["earned"], columns[False]["earned"])

    def test_applied_as_chosen(self):
        """Against the standard only with a reason; it stays on the record."""
        change = self._change(price_unit=900).with_user(self.preparer)
        with self.assertRaisesRegex(UserError, "Prospective"):
            change.action_apply_as("catch_up")
        change.action_apply_as("catch_up", "Agreed with the auditors")
        self.assertRecordValues(
            change, [{"state": "applied", "treatment": "catch_up", "note": "Agreed with the auditors"}]
        )
        self.assertFalse(change.get_comparison()["may_apply"])
        applied = [column["treatment"] for column in change.get_comparison()["columns"] if column["applied"]]
        self.assertEqual(applied, ["catch_up"])

    def test_applied_as_proposed(self):
        """Nothing more is asked."""
        change = self._change(price_unit=900)
        change.action_apply_as("prospective")
        self.assertRecordValues(change, [{"state": "applied", "treatment": "prospective", "note": False}])
        with self.assertRaisesRegex(UserError, "answer already"):
            change.action_apply_as("prospective")

    def test_auditors_compare_and_apply_nothing(self):
        """They read."""
        change = self._change(price_unit=900).with_user(self.auditor)
        self.assertFalse(change.get_comparison()["may_apply"])
        with self.assertRaises(AccessError):
            change.action_apply_as("prospective")
        with self.assertRaises(UserError):
            change.with_user(self.preparer).action_apply_as("sideways")

    def test_termination_has_one_column(self):
        """Beside the contract without it."""
        self._invoice(self.order, "2026-01-05")
        self._close("2026-01-31")
        self.order._action_cancel()
        change = self.contract.modification_ids
        self.assertEqual(change.kind, "terminate")
        columns = self._columns(change)
        self.assertEqual(list(columns), [False, "auto"])
        self.assertFalse(columns["auto"]["error"])
        self.assertFalse(change.get_comparison()["proposed"])

    def test_new_terms_in_words(self):
        """Names, amounts and dates; what was before and what is now."""
        change = self._change(price_unit=900, revenue_end="2027-03-31")
        summary = change.line_ids.summary
        self.assertIn("Price $\u00a01,200.00 → $\u00a0900.00", summary)
        self.assertIn("Ends 12/31/2026 → 03/31/2027", summary)
        change.action_apply()
        self.order.order_line[0].price_unit = 800
        later = self.contract.modification_ids.filtered(lambda one: one.state == "proposed")
        self.assertIn("Price $\u00a0900.00 → $\u00a0800.00", later.line_ids.summary)
        self.assertEqual(change.line_ids.summary, summary)
        later.date = "2026-08-01"
        later.with_user(self.preparer).action_apply()
        self.env.invalidate_all()
        self.assertEqual(change.line_ids.summary, summary, "a later change is none of its terms before")

    def test_added_and_removed_in_words(self):
        """What is added has its price; what is removed is promised no more."""
        self.env["sale.order.line"].create(
            {"order_id": self.order.id, "product_id": self.licence.id, "price_unit": 400, "tax_ids": False}
        )
        added = self.contract.modification_ids.line_ids
        self.assertRegex(added.summary, r"^Price .*400\.00 · Selling Price .*400\.00 · Quantity 1")
        self.contract.modification_ids.action_apply()
        self.order.order_line[1].product_uom_qty = 0
        removed = self.contract.modification_ids.filtered(lambda one: one.state == "proposed").line_ids
        self.assertEqual(removed.summary, "What is left of it is promised no more")
