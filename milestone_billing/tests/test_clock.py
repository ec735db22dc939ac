from datetime import date, timedelta

from dateutil.relativedelta import relativedelta
from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import BillingCommon


@tagged("post_install", "-at_install")
class TestClock(BillingCommon):
    """Dates: what the clock attains, how offsets chain, and on which day a backdated milestone is invoiced."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = fields.Date.today()

    def _start(self, *milestones, **values):
        order = self._make_order(1000.0)
        schedule = self._make_schedule(order, *milestones, **values)
        order.action_confirm()
        return schedule.milestone_ids

    def test_date_is_attained_on_its_day(self):
        past, now, future = self._start(
            {"due_on": "date", "date": self.today - timedelta(days=3), "percent": 20},
            {"due_on": "date", "date": self.today, "percent": 30},
            {"due_on": "date", "date": self.today + timedelta(days=1), "percent": 50},
        )
        self.assertEqual(self._drain()["billed"], 2)
        self.assertEqual(past.attained_date, self.today, "not before its order was confirmed")
        self.assertEqual(now.attained_date, now.date)
        self.assertFalse(future.attainment_ids)
        self.assertEqual(future.planned_date, future.date)
        with freeze_time(self.today + timedelta(days=1)):
            self.assertEqual(self._drain()["billed"], 1)
        self.assertEqual(self._drain()["invoices"], 0)

    def test_date_brought_forward_after_confirmation_is_due(self):
        milestone = self._start({"due_on": "date", "date": self.today + timedelta(days=30), "percent": 100})
        self._drain()
        milestone.date = self.today
        self._drain()
        self.assertEqual(milestone.state, "invoiced")

    def test_quotation_is_never_attained_by_the_clock(self):
        order = self._make_order(1000.0)
        milestone = self._make_schedule(order, {"due_on": "date", "date": self.today, "percent": 100}).milestone_ids
        self._drain()
        self.assertFalse(milestone.attainment_ids)

    def test_offsets_in_days_business_days_and_months(self):
        with freeze_time(date(2025, 1, 31)):
            days, business, months = self._start(
                {"due_on": "offset", "offset_number": 10, "offset_unit": "days", "percent": 30},
                {"due_on": "offset", "offset_number": 3, "offset_unit": "business_days", "percent": 30},
                {"due_on": "offset", "offset_number": 1, "offset_unit": "months", "percent": 40},
            )
        self.assertEqual(days.due_date, date(2025, 2, 10))
        self.assertEqual(business.due_date, date(2025, 2, 5))
        self.assertEqual(months.due_date, date(2025, 2, 28))

    def test_offset_from_another_milestone_waits_for_it_and_moves_with_it(self):
        order = self._make_order(1000.0)
        schedule = self._make_schedule(order, 50)
        first = schedule.milestone_ids
        first.planned_date = self.today + timedelta(days=10)
        second = self.env["billing.milestone"].create(
            {
                "schedule_id": schedule.id,
                "name": "After",
                "sequence": 99,
                "percent": 50,
                "due_on": "offset",
                "offset_number": 1,
                "offset_unit": "months",
                "offset_from": "milestone",
                "offset_milestone_id": first.id,
            }
        )
        order.action_confirm()
        self.assertFalse(second.due_date)
        self.assertEqual(second.planned_date, self.today + timedelta(days=10) + relativedelta(months=1))
        amount = second.amount
        first.planned_date = self.today + timedelta(days=40)
        self.assertEqual(second.planned_date, self.today + timedelta(days=40) + relativedelta(months=1))
        self.assertEqual(second.amount, amount, "an overrun moves dates, never amounts")
        first._attain(50.0, self.today, "manual")
        self.assertEqual(
            second.planned_date,
            self.today + timedelta(days=40) + relativedelta(months=1),
            "half of it says nothing of when the whole will be",
        )
        first._attain(100.0, self.today - timedelta(days=45), "manual")
        self.assertEqual(second.due_date, self.today - timedelta(days=45) + relativedelta(months=1))
        self._drain()
        self.assertEqual(second.attained_date, self.today, "not before its order was confirmed")
        self.assertEqual(schedule.state, "done")

    def test_chain_of_due_dates_is_attained_in_one_go(self):
        order = self._make_order(900.0)
        schedule = self._make_schedule(order, {"due_on": "confirmation", "percent": 25})
        last = schedule.milestone_ids
        for index in range(3):
            last = last.create(
                {
                    "schedule_id": schedule.id,
                    "name": f"Step {index}",
                    "sequence": 20 + index,
                    "percent": 25,
                    "due_on": "offset",
                    "offset_number": 0,
                    "offset_from": "milestone",
                    "offset_milestone_id": last.id,
                }
            )
        order.action_confirm()
        self._drain()
        self.assertEqual(schedule.milestone_ids.mapped("attained_percent"), [100.0] * 4)

    def test_milestones_cannot_wait_in_a_circle(self):
        first, second = self._start(50, 50)
        first.write({"due_on": "offset", "offset_from": "milestone", "offset_milestone_id": second.id})
        with self.assertRaisesRegex(ValidationError, "circle"):
            second.write({"due_on": "offset", "offset_from": "milestone", "offset_milestone_id": first.id})

    def test_date_taken_back_by_hand_stays_taken_back(self):
        milestone = self._start({"due_on": "date", "date": self.today, "percent": 100}, invoice_policy="draft")
        self._drain()
        milestone.action_undo()
        self._drain()
        self.assertRecordValues(milestone, [{"attained_percent": 0.0, "billed_amount": 0.0}])

    # === THE DAY OF THE INVOICE === #

    def test_backdated_attainment_reaches_the_native_milestone_with_its_day(self):
        milestone = self._start({"due_on": "manual", "percent": 100})
        day = self.today - timedelta(days=12)
        milestone._attain(100.0, day, "api")
        self.assertRecordValues(milestone.project_milestone_id, [{"is_reached": True, "reached_date": day}])
        self.env.invalidate_all()
        self.assertEqual(milestone.project_milestone_id.reached_date, day)

    def test_invoice_date_is_today_or_that_of_the_attainment(self):
        day = self.today - timedelta(days=12)
        for policy, expected in (("today", self.today), ("attained", day)):
            with self.subTest(policy=policy):
                milestone = self._start(100, invoice_date_policy=policy)
                milestone._attain(100.0, day, "api")
                self._drain()
                self.assertRecordValues(
                    milestone.invoice_ids, [{"invoice_date": expected, "date": expected, "state": "posted"}]
                )

    def test_locked_period_moves_the_invoice_to_the_next_open_day_and_says_so(self):
        day = self.today - timedelta(days=20)
        milestone = self._start(100, invoice_date_policy="attained")
        self.company.sale_lock_date = self.today - timedelta(days=10)
        milestone._attain(100.0, day, "api")
        self._drain()
        open_day = self.today - timedelta(days=9)
        self.assertRecordValues(milestone.invoice_ids, [{"invoice_date": open_day, "date": open_day}])
        said = milestone.order_id.message_ids.filtered(lambda message: "is locked" in (message.body or ""))
        self.assertEqual(len(said), 1)
        self.assertEqual(milestone.attained_date, day, "the day it was attained stays what it was")

    def test_milestones_attained_on_different_days_are_not_one_dated_invoice(self):
        first, second = self._start(50, 50, invoice_date_policy="attained", grouping="order")
        first._attain(100.0, self.today - timedelta(days=2), "api")
        second._attain(100.0, self.today - timedelta(days=1), "api")
        self._drain()
        self.assertEqual(
            sorted(milestone.invoice_ids.invoice_date for milestone in first | second),
            [self.today - timedelta(days=2), self.today - timedelta(days=1)],
        )
