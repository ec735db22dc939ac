from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .common import BillingCommon


@tagged("post_install", "-at_install")
class TestWordsCustomer(BillingCommon):
    """What a customer reads of his plan adds up, and does not promise what is past."""

    def _rows(self, order):
        [plan] = order._billing_plans()["plans"]
        return plan["rows"]

    def test_shares_of_a_plan_add_up(self):
        for percents, shown in (
            ((33.333333, 33.333333, 33.333334), ["33.33", "33.33", "33.34"]),
            ((16.666667, 16.666667, 66.666666), ["16.67", "16.67", "66.66"]),
            ((30, 40, 30), ["30", "40", "30"]),
            ((33.333333, 33.333333), ["33.34", "33.33"]),
        ):
            with self.subTest(percents=percents):
                order = self._make_order(1000.0)
                self._make_schedule(order, *percents)
                self.assertEqual([row["percent"] for row in self._rows(order)], shown)

    def test_what_takes_longer_than_planned_says_so(self):
        order = self._make_order(1000.0)
        late, coming = self._make_schedule(order, 60, 40).milestone_ids
        order.action_confirm()
        late.planned_date = fields.Date.today() - timedelta(days=4)
        coming.planned_date = fields.Date.today() + timedelta(days=4)
        first, second = self._rows(order)
        self.assertEqual((first["state"], first["label"]), ("planned", "Takes longer than planned"))
        self.assertTrue(first["when"].startswith("Was planned for "))
        self.assertEqual(second["label"], "Planned")
        [overview] = order._billing_plan_overviews()
        self.assertEqual((overview["next"], overview["when"]), (late.name, first["when"]))


@tagged("post_install", "-at_install")
class TestAudit(BillingCommon):
    """The audit has the credit note of what was undone beside it."""

    def test_undoing_carries_its_credit_note(self):
        order = self._make_order(1000.0)
        milestone = self._make_schedule(order, 100).milestone_ids
        order.action_confirm()
        milestone.action_attain()
        self._drain()
        milestone.action_undo()
        self._drain()
        milestone.action_credit()
        self._drain()
        undone, attained = milestone.attainment_ids.sorted("id", reverse=True)
        invoice, refund = order.invoice_ids.sorted("id")
        self.assertEqual((attained.move_id, undone.move_id), (invoice, refund))
        self.assertFalse(undone._is_last_billed(), "its credit note is told of by no mail on an invoice")
