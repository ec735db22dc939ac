from datetime import date

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.tests import tagged

from .close_common import CloseCommon

TODAY = "2026-05-20 12:00:00"


@tagged("post_install", "-at_install")
class TestClosePeriod(CloseCommon):
    """A close is of a period that is over; whoever mistypes its date is told before anything is booked."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.partner_id.tz = "UTC"
        support = cls._make_product("Support", "subscription")
        cls.order = cls._make_order(
            (support, 1200, {"revenue_start": "2026-01-01", "revenue_end": "2026-12-31"}),
            date_order="2026-01-01 12:00:00",
        )
        cls.order.action_confirm()
        cls.contract = cls.order.revenue_contract_id
        cls.contract.date = "2026-01-01"

    def _run(self, day, step="compute", **values):
        user = self.preparer if step == "compute" else self.approver
        return self.env["revenue.close"].with_user(user).run(self.company.id, day, step, **values)

    def _draft(self, day):
        return self.env["revenue.close"].with_user(self.preparer).create({"date": day})

    # === THE FUTURE === #

    @freeze_time(TODAY)
    def test_the_future_is_refused(self):
        """On screen and over the API: nothing is made."""
        for day in ("2026-06-01", "2026-06-30", "2027-08-31"):
            with self.subTest(day=day):
                with self.assertRaisesRegex(UserError, "in the future: it is 05/20/2026"), self.env.cr.savepoint():
                    self._draft(day)
                for preview in (False, True):
                    with self.assertRaisesRegex(UserError, "in the future"), self.env.cr.savepoint():
                        self._run(day, preview=preview)
        self.assertFalse(self.env["revenue.close"].search([("company_id", "=", self.company.id)]))

    def test_what_was_computed_for_the_future_goes_no_further(self):
        """A close of an earlier version, or of a clock that was set back."""
        with freeze_time("2026-09-01 12:00:00"):
            close = self._draft("2026-08-31")
            close.action_compute()
            other = close.with_user(self.approver)
            other.action_approve()
        with freeze_time(TODAY):
            with self.assertRaisesRegex(UserError, "can be looked at, not booked"):
                other.action_post()
            close.action_back()
            with self.assertRaisesRegex(UserError, "in the future"):
                close.action_compute()
            with self.assertRaisesRegex(UserError, "can be looked at, not booked"):
                other.action_approve()
        with freeze_time("2026-09-01 12:00:00"):
            other.action_approve()
            other.action_post()
        with freeze_time(TODAY), self.assertRaisesRegex(UserError, "can be looked at, not booked"):
            other.action_lock()

    # === THE RUNNING MONTH === #

    def test_the_running_month_is_a_preview(self):
        """It is computed and looked at; approved from its last day on, computed anew by then."""
        with freeze_time(TODAY):
            with self.assertRaisesRegex(UserError, "preview = true"):
                self._run("2026-05-31")
            found = self._run("2026-05-31", preview=True)
            self.assertEqual(found["state"], "computed")
            self.assertIn("this is a preview", found["warnings"][0])
            with self.assertRaisesRegex(UserError, "ends on 05/31/2026.*looked at, not booked"):
                self._run("2026-05-31", "approve")
            close = self.env["revenue.close"].browse(found["close"]).with_user(self.approver)
            current = next(step for step in close.steps if step["state"] == "current")
            self.assertEqual(current["key"], "preview")
            self.assertTrue(current["missing"][0]["blocking"])
        with freeze_time("2026-05-31 12:00:00"):
            with self.assertRaisesRegex(UserError, "computed on 05/20/2026, before its last day"):
                close.action_approve()
            close.with_user(self.preparer).action_compute()
            close.action_approve()
            close.action_post()
            close.action_lock()
        self.assertEqual(close.state, "locked")

    def test_the_day_is_that_of_the_company(self):
        """In Auckland the month is over half a day before it is in Greenwich, whoever asks."""
        self.company.partner_id.tz = "Pacific/Auckland"
        self.preparer.tz = "America/Los_Angeles"
        with freeze_time("2026-05-30 13:00:00"):
            self.assertEqual(self.company._revenue_today(), date(2026, 5, 31))
            self.assertEqual(self._run("2026-05-31")["state"], "computed")
            self._run("2026-05-31", "approve")
        self.company.partner_id.tz = False
        self.company.resource_calendar_id.tz = "America/New_York"
        with freeze_time("2026-06-01 03:00:00"):
            self.assertEqual(self.company._revenue_today(), date(2026, 5, 31))

    def test_inception_is_the_day_at_the_company(self):
        """An order confirmed at night in Auckland was confirmed on the company's day."""
        self.company.partner_id.tz = "Pacific/Auckland"
        self.order.date_order = "2026-03-31 13:00:00"
        self.assertEqual(self.order._revenue_date(), date(2026, 4, 1))

    # === SLIPS OF THE PEN === #

    @freeze_time(TODAY)
    def test_other_periods_than_meant_are_warned_of(self):
        """Skipped months, a day within a month, a day before the first contract; a whole month is as it should be."""
        for day, words in (
            ("2026-01-31", []),
            ("2026-04-30", ["more than a month: all from 01/01/2026 through 04/30/2026"]),
            ("2026-01-15", ["ends within a month: what comes after 01/15/2026"]),
            ("1926-04-30", ["No contract had begun"]),
        ):
            with self.subTest(day=day):
                close = self._draft(day)
                warnings = close.sudo()._period_warnings()
                self.assertEqual(len(warnings), len(words), warnings)
                for warning, word in zip(warnings, words, strict=True):
                    self.assertIn(word, warning)
                missing = next(step for step in close.steps if step["state"] == "current")["missing"]
                self.assertEqual([one["text"] for one in missing], warnings)
                close.action_cancel()
        self._close("2026-01-31")
        self.assertIn("all from 02/01/2026", self._run("2026-03-31")["warnings"][0])

    # === WHAT IS PROPOSED === #

    @freeze_time(TODAY)
    def test_the_first_open_month_is_proposed(self):
        """The first month of a contract; then the one after what is closed, locked or not, also once opened again."""
        closes = self.env["revenue.close"].with_company(self.company)

        def proposed():
            [status] = closes.with_user(self.preparer).get_dashboard()["companies"]
            day = str(closes.default_get(["date"])["date"])
            self.assertEqual(status["close"]["next"], day)
            return day

        self.assertEqual(proposed(), "2026-01-31")
        self._close("2026-01-31", lock=True)
        self.assertEqual(proposed(), "2026-02-28")
        last = self._close("2026-04-30", lock=True)
        self.assertEqual(proposed(), "2026-05-31")
        last.with_user(self.another).action_reopen("Too early")
        self.assertEqual(proposed(), "2026-02-28")
        self.company.sudo().revenue_lock_date = "2026-03-31"
        self.assertEqual(proposed(), "2026-04-30")
