from odoo.addons.milestone_billing.tests.common import tagged

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
