from datetime import timedelta
from unittest.mock import patch

from odoo.addons.milestone_billing.tests.common import BillingCommon
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger


@tagged("post_install", "-at_install")
class TestStarting(BillingCommon):
    """The go-live of a project starts the subscription that was sold with it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls.env["subscription.plan"].create({"name": "Monthly"})

    def _sell(self):
        """Return an order with a plan of two milestones and seats that start with the second."""
        seats = {"price_unit": 30.0, "subscription_plan_id": self.plan.id}
        order = self._make_order(1000.0, seats, product=self.plain)
        schedule = self._make_schedule(order, 40, 60, invoice_policy="draft")
        _project, line = order.order_line
        line.subscription_milestone_id = golive = schedule.milestone_ids[1]
        order.action_confirm()
        return order, line, golive

    def _run(self):
        run = self.env["billing.run"].sudo().with_company(self.env.company)
        run._begin_automatic_of(run.env.company)

    def test_nothing_is_charged_before_the_milestone_is_attained(self):
        order, line, golive = self._sell()
        self.assertTrue(line.subscription_waits)
        golive.schedule_id.milestone_ids[0]._attain(100.0, self.env.company._billing_today(), "manual")
        self._run()
        self.assertFalse(line.subscription_charge_ids)
        self.assertEqual(line.qty_to_invoice, 0.0)

    def test_it_starts_on_the_day_of_the_attainment(self):
        order, line, golive = self._sell()
        day = self.env.company._billing_today() - timedelta(days=3)
        golive._attain(50.0, day, "manual")
        self._run()
        self.assertFalse(line.subscription_charge_ids, "half of it is not the go-live")
        golive._attain(100.0, day, "manual")
        self._run()
        self.assertEqual((line.subscription_start, line.subscription_charge_ids.first_day), (day, day))
        self._run()
        self.assertEqual(len(line.subscription_charge_ids), 1, "once")

    def test_the_run_is_woken(self):
        _order, _line, golive = self._sell()
        golive._attain(100.0, self.env.company._billing_today(), "manual")
        with patch.object(type(self.env["billing.run"]), "_wake") as wake:
            self.env["billing.attainment"]._drain()
        wake.assert_called()

    def test_what_is_not_invoiced_waits_again_when_the_attainment_is_taken_back(self):
        _order, line, golive = self._sell()
        golive._attain(100.0, self.env.company._billing_today(), "manual")
        self._run()
        golive._undo("manual")
        self._run()
        self.assertFalse(line.subscription_start)
        self.assertEqual(line.subscription_charge_ids.state, "cancelled")
        self.assertEqual(line.qty_to_invoice, 0.0)
        golive._attain(100.0, self.env.company._billing_today(), "manual")
        self._run()
        self.assertEqual(line._subscription_running().first_day, self.env.company._billing_today())

    def test_an_end_that_was_agreed_holds_for_the_next_start_too(self):
        _order, line, golive = self._sell()
        today = self.env.company._billing_today()
        line.subscription_end = end = today + timedelta(days=400)
        for _time in range(2):
            golive._attain(100.0, today, "manual")
            self._run()
            self.assertEqual(line._subscription_running().last_day, end)
            golive._undo("manual")
            self._run()
        self.assertEqual(line.subscription_end, end)

    def test_an_attainment_that_moved_moves_the_start(self):
        _order, line, golive = self._sell()
        today = self.env.company._billing_today()
        golive._attain(100.0, today - timedelta(days=20), "manual")
        self._run()
        golive._undo("manual")
        golive._attain(100.0, today - timedelta(days=1), "manual")
        self._run()
        self.assertEqual(line.subscription_start, today - timedelta(days=1))
        self.assertEqual(line._subscription_running().first_day, today - timedelta(days=1))

    def test_an_attainment_that_moved_once_it_was_invoiced_is_asked_about(self):
        order, line, golive = self._sell()
        order.user_id = self.env.user
        today = self.env.company._billing_today()
        golive._attain(100.0, today - timedelta(days=20), "manual")
        self._run()
        order._create_invoices()
        golive._undo("manual")
        golive._attain(100.0, today - timedelta(days=1), "manual")
        self._run()
        self._run()
        [asked] = order.activity_ids.filtered(lambda row: row.summary == "Subscription and milestone")
        self.assertIn("Pause it from", asked.note)
        asked.action_feedback()
        first = line._subscription_running().first_day
        line._subscription_running().pause(str(first), until=str(today - timedelta(days=2)))
        self._run()
        self.assertFalse(order.activity_ids.filtered(lambda row: row.summary == "Subscription and milestone"))

    def test_what_is_invoiced_is_asked_about_once(self):
        order, line, golive = self._sell()
        golive._attain(100.0, self.env.company._billing_today(), "manual")
        self._run()
        line.order_id._create_invoices(final=True)
        self.assertTrue(line.subscription_charge_ids.invoice_line_ids)
        golive._undo("manual")
        self._run()
        self._run()
        asked = order.activity_ids.filtered(lambda row: "attained no more" in (row.note or ""))
        self.assertEqual(len(asked), 1)
        self.assertEqual(line.subscription_charge_ids.state, "running")

    def test_one_that_fails_holds_no_other_back(self):
        order, line, golive = self._sell()
        _other, free, also = self._sell()
        for milestone in (golive, also):
            milestone._attain(100.0, self.env.company._billing_today(), "manual")
        start = type(line)._subscription_start_with_milestone

        def fail_one(record):
            if record == line:
                raise ValueError("No.")
            return start(record)

        with (
            patch.object(type(line), "_subscription_start_with_milestone", fail_one),
            mute_logger("odoo.addons.subscription_milestones.models.sale_order_line"),
        ):
            self._run()
        self.assertTrue(free.subscription_charge_ids)
        self.assertIn("could not follow milestone", order.activity_ids.note)
        self._run()
        self.assertTrue(line.subscription_charge_ids, "tried again")

    def test_a_milestone_of_another_order_starts_nothing(self):
        _order, line, _golive = self._sell()
        _other, other_line, also = self._sell()
        with self.assertRaisesRegex(ValidationError, "milestone of its own order"):
            line.subscription_milestone_id = also

    def test_a_copy_waits_for_a_person(self):
        order, _line, _golive = self._sell()
        copied = order.copy().order_line.filtered("subscription_plan_id")
        self.assertFalse(copied.subscription_milestone_id)
        self.assertTrue(copied.subscription_waits)

    def test_a_locked_order_starts_too(self):
        order, line, golive = self._sell()
        order.action_lock()
        golive._attain(100.0, self.env.company._billing_today(), "manual")
        self._run()
        self.assertTrue(line.subscription_charge_ids)

    def test_who_writes_a_milestone_on_a_running_subscription_stops_nothing(self):
        seats = {"price_unit": 30.0, "subscription_plan_id": self.plan.id}
        order = self._make_order(1000.0, seats, product=self.plain)
        schedule = self._make_schedule(order, 40, 60, invoice_policy="draft")
        order.action_confirm()
        line = order.order_line[1]
        with self.assertRaisesRegex(UserError, "started already"):
            line.subscription_milestone_id = schedule.milestone_ids[1]
        waiting, locked = self._sell()[1], self._sell()
        locked[0].action_lock()
        with self.assertRaisesRegex(UserError, "locked order"):
            locked[1].subscription_milestone_id = False
        with self.assertRaisesRegex(UserError, "locked order"):
            locked[1].subscription_waits = False
        waiting.subscription_milestone_id = waiting.order_id.billing_milestone_ids[0]

    def test_what_a_person_started_is_left_to_him(self):
        _order, line, _golive = self._sell()
        line.subscription_start = self.env.company._billing_today()
        self._run()
        self.assertEqual(line.subscription_charge_ids.state, "running")

    def test_what_is_asked_is_plain_text(self):
        order, line, golive = self._sell()
        line.name = "<b>Seats</b>"
        golive._attain(100.0, self.env.company._billing_today(), "manual")
        self._run()
        order._create_invoices(final=True)
        golive._undo("manual")
        self._run()
        [asked] = order.activity_ids.filtered(lambda row: "attained no more" in (row.note or ""))
        self.assertIn("&lt;b&gt;Seats", asked.note)
