from datetime import date

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import new_test_user, tagged

from .common import BillingCommon

#: It is the 29th in Auckland and the 28th in Honolulu.
NOON = "2026-11-28 12:00:00"


@tagged("post_install", "-at_install")
class TestDays(BillingCommon):
    """Days are the company's: neither those of the user the clock runs as, nor those of whoever clicks."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.partner_id.tz = "Pacific/Auckland"
        cls.north = cls.setup_other_company()["company"]
        cls.north.partner_id.tz = "Pacific/Honolulu"
        cls.env.user.company_ids |= cls.north
        cls.product = cls._make_service("Shared", "no", property_account_income_id=False)

    def _start(self, *milestones, company=None, product=None, **values):
        company = company or self.company
        order = self._make_order(1000.0, product=product or self.product, company_id=company.id)
        schedule = self._make_schedule(order, *milestones, **values)
        order.with_company(company).action_confirm()
        return schedule.milestone_ids

    @freeze_time(NOON)
    def test_zone_of_a_company_is_its_address_then_its_calendar_then_its_creator(self):
        company = self.north
        self.assertEqual(company._billing_today(), date(2026, 11, 28))
        company.partner_id.tz = False
        company.resource_calendar_id.tz = "Pacific/Kiritimati"
        self.assertEqual(company._billing_today(), date(2026, 11, 29))
        company.resource_calendar_id = False
        company.create_uid.tz = "Pacific/Honolulu"
        self.assertEqual(company._billing_today(), date(2026, 11, 28))

    @freeze_time(NOON)
    def test_attained_by_hand_and_invoiced_by_the_clock_on_one_day(self):
        days = ((self.company, date(2026, 11, 29)), (self.north, date(2026, 11, 28)))
        for company, day in days:
            for policy in ("today", "attained"):
                with self.subTest(company=company.name, policy=policy):
                    milestone = self._start(100, company=company, invoice_date_policy=policy)
                    milestone.with_context(tz="Europe/Paris").action_attain()
                    self._drain()
                    self.assertEqual(milestone.attained_date, day)
                    self.assertRecordValues(milestone.invoice_ids, [{"invoice_date": day, "date": day}])

    def test_dated_milestone_is_billed_when_its_day_begins_where_its_company_is(self):
        with freeze_time("2026-11-20 12:00:00"):
            row = {"due_on": "date", "date": date(2026, 11, 29), "percent": 100}
            south, north = self._start(row), self._start(row, company=self.north)
        with freeze_time("2026-11-28 10:30:00"):
            self._drain()
            self.assertFalse((south | north).attainment_ids)
        with freeze_time("2026-11-28 11:30:00"):
            self._drain()
            self.assertEqual(south.attained_date, date(2026, 11, 29))
            self.assertEqual(south.invoice_ids.invoice_date, date(2026, 11, 29))
            self.assertFalse(north.attainment_ids)
        with freeze_time("2026-11-29 10:30:00"):
            self._drain()
            self.assertEqual(north.attained_date, date(2026, 11, 29))

    def test_hold_begins_and_ends_with_the_days_of_its_company(self):
        with freeze_time("2026-11-20 12:00:00"):
            south, north = self._start(100), self._start(100, company=self.north)
            days = {"reason": "Audit", "date_from": date(2026, 11, 29), "date_to": date(2026, 11, 29)}
            holds = self.env["billing.hold"].create([dict(days, milestone_id=row.id) for row in south | north])
            customer = self.env["billing.hold"].create(dict(days, partner_id=self.customer.id))
        with freeze_time("2026-11-28 12:00:00"):
            self._drain()
            self.assertEqual(holds.mapped("is_active"), [True, False])
            self.assertTrue(customer.is_active)
            self.assertEqual((south.is_held, north.is_held), (True, True))
        with freeze_time("2026-11-29 12:00:00"):
            self._drain()
            self.assertEqual(holds.mapped("is_active"), [False, True])
            self.assertFalse(customer.is_active)

    def test_task_done_in_the_morning_is_done_on_that_day(self):
        with freeze_time("2026-11-20 12:00:00"):
            milestone = self._start({"due_on": "task", "percent": 100}, product=self.service)
        with freeze_time("2026-11-25 12:00:00"):
            milestone.task_ids._flagged("billing_syncing").write({"date_last_stage_update": fields.Datetime.now()})
            self.env.flush_all()
            self.env.cr.execute("UPDATE project_task SET state = '1_done' WHERE id = %s", [milestone.task_ids.id])
            self.env.invalidate_all()
        with freeze_time("2026-11-27 05:00:00"):
            self._drain()
        self.assertEqual(milestone.attained_date, date(2026, 11, 26))

    @freeze_time(NOON)
    def test_native_milestone_is_reached_on_the_day_of_the_company(self):
        milestone = self._start({"due_on": "task", "percent": 100}, product=self.service)
        milestone.project_milestone_id.with_context(tz="America/New_York").is_reached = True
        self.assertEqual(milestone.attained_date, date(2026, 11, 29))
        self.assertEqual(milestone.project_milestone_id.reached_date, date(2026, 11, 29))

    @freeze_time(NOON)
    def test_today_is_no_future_where_the_company_is(self):
        milestone = self._start(100)
        wizard = self.env["billing.attain.wizard"].with_context(
            tz="America/New_York", active_model="billing.milestone", active_ids=milestone.ids
        )
        form = wizard.create({})
        self.assertEqual(form.date, date(2026, 11, 29))
        self.assertNotIn("future", form.effect)
        [answer] = milestone.with_context(tz="America/New_York").attain([{"key": "k", "milestone": milestone.id}])
        self.assertEqual(answer["status"], "accepted")
        self.assertEqual(milestone.attained_date, date(2026, 11, 29))
        north = self._start(100, company=self.north)
        event = {"key": "k2", "milestone": north.id, "date": "2026-11-29"}
        self.assertEqual(north.attain([event])[0]["status"], "refused")

    @freeze_time(NOON)
    def test_late_means_before_today_of_the_company(self):
        south, north = self._start(100), self._start(100, company=self.north)
        (south | north).planned_date = date(2026, 11, 28)
        clerk = new_test_user(self.env, "clerk", "milestone_billing.group_billing_manager", tz="America/New_York")
        self.assertTrue(south.with_user(clerk)._is_late())
        self.assertFalse(north._is_late())
        self.assertEqual(south.with_user(clerk).get_dashboard()["tiles"]["late"]["count"], 1)

    # === BEFORE THE ORDER === #

    def test_days_before_the_confirmation_fall_due_on_it(self):
        with freeze_time(NOON):
            past, coming = self._start(
                {"due_on": "date", "date": date(2025, 3, 1), "percent": 40},
                {"due_on": "date", "date": date(2027, 3, 1), "percent": 60},
                invoice_date_policy="attained",
            )
            self._drain()
            self.assertRecordValues(past, [{"attained_date": date(2026, 11, 29), "date": date(2025, 3, 1)}])
            self.assertRecordValues(past.invoice_ids, [{"invoice_date": date(2026, 11, 29), "amount_untaxed": 400.0}])
            self.assertFalse(coming.attainment_ids)
            self.assertIn("03/01/2025", "".join(past.order_id.message_ids.mapped("body")))

    def test_order_confirmed_anew_bills_no_day_before_that(self):
        with freeze_time("2026-05-01 12:00:00"):
            dated, by_hand = self._start(
                {"due_on": "date", "date": date(2026, 6, 1), "percent": 40},
                {"due_on": "manual", "percent": 60},
                invoice_date_policy="attained",
            )
            order = dated.order_id
            order._action_cancel()
        with freeze_time(NOON):
            order.action_draft()
            order.action_confirm()
            self._drain()
            self.assertEqual(dated.invoice_ids.invoice_date, date(2026, 11, 29))
            by_hand._attain(100.0, date(2026, 9, 9), "manual")
            self._drain()
            self.assertEqual(by_hand.invoice_ids.invoice_date, date(2026, 9, 9), "a person said so")

    def test_work_done_before_the_order_is_invoiced_on_its_confirmation(self):
        with freeze_time("2026-05-01 12:00:00"):
            project = self.env["project.project"].create({"name": "Ahead", "allow_milestones": True})
            native = self.env["project.milestone"].create({"name": "Done", "project_id": project.id})
            native.is_reached = True
            self.env.flush_all()
        with freeze_time(NOON):
            milestone = self._start(
                {"due_on": "milestone", "project_milestone_id": native.id, "percent": 100},
                invoice_date_policy="attained",
            )
            self._drain()
            self.assertEqual(milestone.attained_date.month, 5, "what was delivered when is a fact")
            self.assertEqual(milestone.invoice_ids.invoice_date, date(2026, 11, 29))

    # === BOUNDS === #

    def test_days_beyond_the_calendar_of_business_are_refused(self):
        milestone = self._start(100)
        for day in (date(1, 1, 1), date(1899, 12, 31), date(3000, 1, 1)):
            with self.subTest(day=day):
                for name in ("date", "planned_date"):
                    with self.assertRaisesRegex(ValidationError, "1900.*2999"):
                        milestone[name] = day
                with self.assertRaisesRegex(ValidationError, "1900.*2999"):
                    self.env["billing.hold"].create(
                        {"reason": "Far", "milestone_id": milestone.id, "date_from": day, "date_to": day}
                    )
                with self.assertRaises(UserError):
                    self.env["billing.attain.wizard"].create(
                        {"milestone_ids": milestone.ids, "date": day}
                    ).action_attain()
                iso = day.isoformat()
                [answer] = milestone.attain([{"key": iso, "milestone": milestone.id, "date": iso}])
                self.assertEqual(answer["status"], "refused")
                due = {"on": "date", "date": iso}
                row = {"external_key": "m", "name": "M", "due": due, "percent": 100}
                entry = {"order": self._make_order(1.0).id, "external_key": iso, "milestones": [row]}
                [answer] = self.env["billing.schedule"].import_schedules([entry])
                self.assertEqual(answer["errors"][0]["path"], "payload[0].milestones[0].due.date")
        [answer] = milestone.attain([{"key": "old", "milestone": milestone.id, "date": "0001-01-01"}])
        self.assertRegex(answer["reason"], "1900.*2999")
        self.assertFalse(milestone.attainment_ids)

    def test_time_after_and_moves_stay_within_the_calendar(self):
        milestone = self._start(100)
        with self.assertRaisesRegex(ValidationError, "36500"):
            milestone.write({"due_on": "offset", "offset_number": 10**8})
        milestone.write({"due_on": "manual", "offset_number": 0, "planned_date": date(2026, 12, 1)})
        for number in (10**6, -(10**6)):
            wizard = self.env["billing.shift.wizard"].create(
                {"milestone_ids": milestone.ids, "number": number, "unit": "months"}
            )
            with self.assertRaises(UserError):
                wizard.action_shift()
        milestone.project_milestone_id.deadline = date(9999, 12, 31)
        self.assertTrue(milestone.planned_date)

    @freeze_time(NOON)
    def test_dialogs_warn_of_days_far_away(self):
        milestone = self._start(100, invoice_date_policy="attained")
        dialog = self.env["billing.attain.wizard"].create({"milestone_ids": milestone.ids, "date": date(2026, 11, 29)})
        self.assertFalse(dialog.warning)
        dialog.date = date(2026, 11, 2)
        self.assertIn("before the order was confirmed", dialog.warning)
        dialog.date = date(1926, 11, 29)
        self.assertIn("more than a year", dialog.warning)
        bulk = self.env["billing.bulk.wizard"].create(
            {"act": "hold", "milestone_ids": milestone.ids, "date_to": date(2926, 11, 29)}
        )
        self.assertIn("year", bulk.summary.splitlines()[-1])
