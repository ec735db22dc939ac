from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import UserError

from .test_run import RunCommon


class TestRunFailing(RunCommon):
    """A milestone that a run does not bill says why, asks the person responsible, and is tried again."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._bill_on(cls.customer, cls.today)
        cls.order = cls._make_planned()
        cls.first, cls.second = cls.order.billing_milestone_ids
        cls.tried = 0

    def _refuse(self):
        """Have Odoo refuse to invoice the order, and count how often it is tried."""
        Order = type(self.env["sale.order"])
        prepare = Order._prepare_invoice

        def refuse(order):
            if order.id == self.order.id:
                self.tried += 1
                raise UserError(self.env._("The tax office says no"))
            return prepare(order)

        return patch.object(Order, "_prepare_invoice", refuse)

    def _attain_and_fail(self, *milestones):
        for milestone in milestones or (self.first,):
            milestone.action_attain()
        self._drain()
        with self._refuse():
            return self._clock()

    def test_it_says_why_and_asks_once(self):
        run = self._attain_and_fail()
        self.assertEqual(run.invoice_ids.mapped("state"), ["failed"])
        self.assertRecordValues(self.first.attainment_ids, [{"state": "failed", "attempts": 1}])
        self.assertEqual((self.first.state, self.first.block_reason), ("failed", "The tax office says no"))
        activity = self.order.activity_ids
        self.assertRecordValues(activity, [{"billing_request": "mend", "user_id": self.order.user_id.id}])
        self.assertIn("The tax office says no", activity.summary)
        tried = self.tried
        with self._refuse():
            self._clock()
            self._drain()
            self._clock()
        self.assertEqual(self.tried, tried, "the same is not tried over and over")
        self.assertEqual(self.order.activity_ids, activity)

    def test_what_a_run_does_not_post_is_told_too(self):
        self.first.action_attain()
        self._drain()
        self.company.fiscalyear_lock_date = self.today
        self.company.billing_manager_id = self.env.user
        run = self._clock()
        self.assertEqual((run.invoice_ids.state, self.first.attainment_ids.state), ("unposted", "billed"))
        self.assertRecordValues(
            self.order.activity_ids, [{"user_id": self.env.user.id, "summary": run.invoice_ids.reason}]
        )
        self.company.fiscalyear_lock_date = self.today - timedelta(days=1)
        self.order.invoice_ids.action_post()
        self.assertFalse(self.order.activity_ids)

    def test_sending_of_the_queue_that_fails_later_is_told(self):
        self.customer.write({"billing_when": False, "billing_invoices": "send"})
        self.first.action_attain()
        self._drain()
        invoice = self.order.invoice_ids
        self.assertTrue(invoice.sending_data)
        sender = self.env["account.move.send"]
        sender._hook_if_errors(
            {invoice: {"error": {"error_title": "No VAT number"}, "author_partner_id": self.env.user.partner_id.id}},
            allow_raising=False,
        )
        self.assertEqual(self.order.activity_ids.billing_request, "send")
        self.assertIn("No VAT number", self.order.activity_ids.summary)
        invoice.is_move_sent = True
        self.assertFalse(self.order.activity_ids)

    def test_retry_on_the_milestone_bills_it(self):
        run = self._attain_and_fail()
        self.first.action_retry()
        self._drain()
        self._clock()
        self.assertEqual(self.order.invoice_ids.amount_untaxed, 400.0)
        self.assertEqual((self.first.attainment_ids.state, run.invoice_ids.state), ("billed", "billed"))
        self.assertFalse(self.order.activity_ids)

    def test_retry_that_fails_again_asks_again(self):
        self._attain_and_fail()
        with self._refuse():
            self.first.action_retry()
            self._drain()
            self._clock()
        self.assertEqual(self.first.attainment_ids.attempts, 2)
        self.assertEqual(len(self.order.activity_ids), 1)

    def test_retry_on_the_run_bills_it(self):
        run = self._attain_and_fail()
        run.invoice_ids.action_retry()
        run.action_bill()
        self.assertEqual(self.order.invoice_ids.amount_untaxed, 400.0)
        self.assertFalse(self.order.activity_ids)

    def test_it_is_tried_again_on_the_next_billing_day(self):
        self._attain_and_fail()
        tomorrow = self.today + timedelta(days=1)
        self.customer.billing_calendar_id.days_of_month = f"{self.today.day}, {tomorrow.day}"
        with freeze_time(tomorrow), patch.object(type(self), "today", tomorrow):
            self._clock()
        self.assertEqual(self.order.invoice_ids.amount_untaxed, 400.0)
        self.assertFalse(self.order.activity_ids)

    def test_what_becomes_due_later_is_tried_with_it(self):
        self._attain_and_fail()
        self.second.action_attain()
        self._drain()
        run = self._clock()
        self.assertEqual(run.invoice_ids.mapped("state"), ["billed"])
        self.assertEqual(self.order.invoice_ids.amount_untaxed, 1000.0)
        self.assertFalse(self.order.activity_ids)

    def test_another_order_of_the_customer_is_billed(self):
        other = self._make_planned(500.0)
        other.billing_milestone_ids[0].action_attain()
        self._attain_and_fail()
        self.assertEqual(other.invoice_ids.amount_untaxed, 200.0)
        self.assertEqual(other.billing_milestone_ids[0].attainment_ids.state, "billed")
        self.assertFalse(other.activity_ids)
        self.assertEqual(len(self.order.activity_ids), 1)

    def test_what_cannot_be_billed_at_all_asks_too(self):
        stranger = self.customer.copy({"name": "Gone Ltd"})
        self._bill_on(stranger, self.today)
        self.order.partner_id = self.order.partner_invoice_id = stranger
        self.first.action_attain()
        self._drain()
        stranger.active = False
        self._clock()
        self.assertEqual(self.first.state, "failed")
        self.assertIn("Gone Ltd is archived", self.order.activity_ids.summary)
        stranger.active = True
        self.first.action_retry()
        self._drain()
        self._clock()
        self.assertEqual(self.order.invoice_ids.amount_untaxed, 400.0)
        self.assertFalse(self.order.activity_ids)

    def test_undone_it_asks_for_nothing(self):
        self._attain_and_fail()
        self.first.action_undo()
        self._drain()
        self.assertFalse(self.order.activity_ids)
        self.assertEqual(self.first.state, "planned")
