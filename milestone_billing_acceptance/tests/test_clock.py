from odoo.addons.milestone_billing.tests.common import tagged
from odoo.modules.migration import load_script
from odoo.tools import file_path, mute_logger

from .common import AcceptanceCommon


@tagged("post_install", "-at_install")
class TestClock(AcceptanceCommon):
    """Silence is acceptance after so many business days, told before; never twice."""

    def test_business_days_leave_weekends_and_holidays_out(self):
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Holiday",
                "calendar_id": self.company.resource_calendar_id.id,
                "company_id": self.company.id,
                "date_from": "2026-12-01 00:00:00",
                "date_to": "2026-12-01 23:59:59",
            }
        )
        with self._at("2026-11-27 09:00:00"):
            # A Friday: Monday is the first, Tuesday a holiday, Wednesday the second business day.
            acceptance = self._ask(self._start(acceptance_days=2, acceptance_reminder_days=1))
        self.assertRecordValues(acceptance, [{}])
        self.assertEqual(
            [str(day) for day in (acceptance.answer_until, acceptance.deemed_on, acceptance.remind_on)],
            ["2026-12-02", "2026-12-03", "2026-11-30"],
        )

    def test_the_calendar_of_the_customer_counts(self):
        calendar = self.env["resource.calendar"].create({"name": "Theirs", "tz": "UTC"})
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Their holiday",
                "calendar_id": calendar.id,
                "date_from": "2026-11-30 00:00:00",
                "date_to": "2026-11-30 23:59:59",
            }
        )
        self.customer.billing_acceptance_calendar_id = calendar
        with self._at("2026-11-27 09:00:00"):
            acceptance = self._ask(self._start(acceptance_days=1))
        self.assertEqual(str(acceptance.answer_until), "2026-12-01")

    def test_silence_is_acceptance_once(self):
        with self._at("2026-11-02 09:00:00"):
            milestone = self._start(acceptance_days=5, acceptance_reminder_days=2)
            acceptance = self._ask(milestone, self.anna)
        self.assertEqual(str(acceptance.answer_until), "2026-11-09")
        with self._at("2026-11-05 09:00:00"):
            self._follow()
            self._follow()
        self.assertEqual(len(self._mails_to(self.anna)), 2)
        with self._at("2026-11-09 23:00:00"):
            self._follow()
        self.assertEqual(acceptance.state, "open")
        with self._at("2026-11-12 09:00:00"):
            self._follow()
            self._follow()
        self.assertRecordValues(acceptance, [{"state": "accepted"}])
        self.assertRecordValues(acceptance.answer_ids, [{"kind": "deemed", "approver_id": False}])
        # Dated by the contract, not by the day on which the clock looked.
        self.assertEqual(str(milestone.attained_date), "2026-11-10")
        self.assertEqual(len(milestone.attainment_ids), 1)
        self.assertEqual(len(self._mails_to(self.anna)), 3)
        self.assertIn("deemed accepted", str(milestone.order_id.message_ids.mapped("body")))

    def test_each_contact_has_his_own_time_to_answer(self):
        with self._at("2026-11-16 09:00:00"):
            milestone = self._start(acceptance_days=10, acceptance_reminder_days=2)
            acceptance = self._ask(milestone, self.anna, self.bert)
        anna, bert = acceptance.approver_ids
        self.assertEqual(str(acceptance.answer_until), "2026-11-30")
        with self._at("2026-11-26 09:00:00"):
            self._follow()
        self.assertTrue(anna.reminded_on)
        # What is agreed later is not what was asked.
        milestone.acceptance_reminder_days = 1
        with self._at("2026-11-30 17:00:00"):
            self.assertFalse(self._answer(acceptance))
            self._follow()
        days = [
            [str(day) for day in (row.answer_until, row.deemed_on, row.remind_on)] for row in (anna, bert, acceptance)
        ]
        his = ["2026-12-14", "2026-12-15", "2026-12-10"]
        self.assertEqual(days, [["2026-11-30", "2026-12-01", "False"], his, his])
        self.assertEqual(milestone.acceptance_until, bert.answer_until)
        self.assertIn("12/14/2026", self._mails_to(self.bert).body_html)
        status = self.acceptances.get_status([acceptance.id])[0]
        self.assertEqual((status["answer_until"], status["deemed_on"]), ("2026-12-14", "2026-12-15"))
        with self._at("2026-12-01 09:00:00"):
            self._follow()
        self.assertEqual(acceptance.state, "open", "he was asked yesterday")
        with self._at("2026-12-10 09:00:00"):
            self._follow()
            self._follow()
        self.assertTrue(bert.reminded_on)
        self.assertEqual(len(self._mails_to(self.bert)), 2)
        with self._at("2026-12-16 09:00:00"):
            self._follow()
        self.assertRecordValues(acceptance, [{"state": "accepted"}])
        self.assertEqual(str(milestone.attained_date), "2026-12-15")
        self.assertEqual(acceptance.answer_until, bert.answer_until)

    def _migrate(self, script):
        path = file_path(f"milestone_billing_acceptance/migrations/19.0.1.1.0/{script}-terms_of_approvers.py")
        self.env.flush_all()
        with mute_logger("odoo.sql_db"):
            load_script(path, script).migrate(self.env.cr, "19.0.1.0.0")
        self.env.flush_all()
        self.env.invalidate_all()

    def test_those_who_were_asked_before_an_update(self):
        with self._at("2026-11-16 09:00:00"):
            first = self._ask(self._start(acceptance_days=10), self.anna, self.bert)
            second = self._ask(self._start(acceptance_days=10), self.anna, self.bert)
        with self._at("2026-11-30 17:00:00"):
            self._answer(second)
        self.env.flush_all()
        self.env.cr.execute("ALTER TABLE billing_acceptance DISABLE TRIGGER USER")
        self.env.cr.execute("ALTER TABLE billing_acceptance_approver DISABLE TRIGGER USER")
        self.env.cr.execute("UPDATE billing_acceptance SET answer_until = '2026-11-30', deemed_on = '2026-12-01'")
        self.env.cr.execute("UPDATE billing_acceptance SET answer_days = NULL")
        self.env.cr.execute("UPDATE billing_acceptance_approver SET answer_until = NULL, deemed_on = NULL")
        self._migrate("pre")
        self._migrate("post")
        self.assertEqual((first | second).mapped("answer_days"), [10, 10])
        self.assertEqual(
            [str(row.answer_until) for row in (*first.approver_ids, *second.approver_ids, first, second)],
            ["2026-11-30", "False", "2026-11-30", "2026-12-14", "2026-11-30", "2026-12-14"],
        )

    def _asked_by_mail(self, state, *contacts):
        """Return a request of 2 November, with five days, whose mail became ``state``."""
        with self._at("2026-11-02 09:00:00"):
            acceptance = self._ask(self._start(acceptance_days=5), *(contacts or [self.anna]))
            acceptance.approver_ids.mail_id.state = state
        return acceptance

    def test_silence_is_nothing_where_no_mail_went_out(self):
        for state in ("exception", "cancel"):
            acceptance = self._asked_by_mail(state)
            order = acceptance.order_id
            with self._at("2026-11-03 09:00:00"):
                self._follow()
            [activity] = order.activity_ids.filtered(lambda row: row.billing_request == "acceptance")
            self.assertIn("did not arrive", activity.summary)
            acceptance.approver_ids.mail_id.state = "sent"
            with self._at("2026-11-20 09:00:00"):
                self._follow()
            # Mended later, it still was no silence of five days.
            self.assertEqual(acceptance.state, "open")
            self.assertFalse(acceptance.milestone_id.attainment_ids)

    def test_a_mail_that_waits_in_the_queue_reached_nobody(self):
        acceptance = self._asked_by_mail("outgoing")
        with self._at("2026-11-20 09:00:00"):
            self.acceptances._cron_follow()
        self.assertEqual(acceptance.state, "open")
        self.assertTrue(acceptance.approver_ids.mail_failed_on)

    def test_the_next_contact_lost_his_address(self):
        acceptance = self._asked_by_mail("sent", self.anna, self.bert)
        self.bert.email = False
        with self._at("2026-11-03 09:00:00"):
            self.assertFalse(self._answer(acceptance))
        with self._at("2026-11-20 09:00:00"):
            self._follow()
        self.assertEqual(acceptance.state, "open")
        activities = acceptance.order_id.activity_ids.filtered(lambda row: row.billing_request == "acceptance")
        self.assertIn("Bert", str(activities.mapped("note")))

    def test_never_without_days(self):
        with self._at("2026-11-02 09:00:00"):
            acceptance = self._ask(self._start())
        with self._at("2027-11-02 09:00:00"):
            self._follow()
        self.assertEqual(acceptance.state, "open")

    def test_a_rejection_stops_the_clock(self):
        with self._at("2026-11-02 09:00:00"):
            milestone = self._start(acceptance_days=5)
            acceptance = self._ask(milestone)
            self._answer(acceptance, "rejected", reason="No")
        with self._at("2026-12-02 09:00:00"):
            self._follow()
        self.assertEqual(acceptance.state, "rejected")
        self.assertFalse(milestone.attainment_ids)

    def test_the_day_is_the_companys(self):
        self.company.partner_id.tz = "Pacific/Auckland"
        with self._at("2026-11-02 22:00:00"):
            milestone = self._start()
            self._answer(self._ask(milestone))
        self.assertEqual(str(milestone.attained_date), "2026-11-03")

    def test_what_cannot_be_sent_is_left_to_a_person(self):
        milestone = self._start(due_on="task", acceptance_sending="auto")
        self.customer.email = False
        milestone.task_ids.state = "1_done"
        self._follow()
        self.assertRecordValues(milestone.acceptance_ids, [{"state": "draft", "to_send": False}])
        [activity] = milestone.order_id.activity_ids.filtered(lambda row: row.billing_request == "acceptance")
        self.assertIn("email", activity.note)
