from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import SubscriptionCommon


@tagged("post_install", "-at_install")
class TestRunFailing(SubscriptionCommon):
    """What fails of one order, or one company, holds no other back, and says why."""

    def setUp(self):
        super().setUp()
        self._on("2026-01-10")
        self.bad, self.good = self._subscribe(price=20.0), self._subscribe(price=30.0)

    def _failing(self, name, error=None):
        """Have a method of charges fail where that of the bad order is among them."""
        Charge, bad, method = (
            type(self.env["subscription.charge"]),
            self.bad,
            getattr(self.env.registry["subscription.charge"], name),
        )

        def fail(charges, *args, **kwargs):
            if bad in charges.order_id:
                raise error or UserError("Nobody can say")
            return method(charges, *args, **kwargs)

        return patch.object(Charge, name, fail)

    def _quietly_clock(self):
        self.env.flush_all()
        with self.assertLogs("odoo.addons", level="INFO"):
            return self._clock()

    def _failing_clock(self):
        """What the clock does; return what it raises in the end, which takes back nothing that it committed."""
        # Unlike assertRaises, which takes back what was done.
        try:
            self._quietly_clock()
        except ZeroDivisionError as error:
            self.env.flush_all()
            self.env.invalidate_all()
            return error
        return None

    def test_an_order_of_which_nobody_can_say_what_is_due_fails_alone(self):
        with self._failing("_open"):
            run = self._clock()
            self.assertEqual(self._billed(self.good), {"2026-01-10": 30.0})
            [row] = run.invoice_ids.filtered(lambda row: row.state == "failed")
            self.assertEqual((row.order_ids, row.reason), (self.bad, "Nobody can say"))
            self._clock()
            self.assertEqual(run.invoice_ids.filtered(lambda row: row.state == "failed"), row)
            [shown] = self._preview()["invoices"]
            self.assertEqual((shown["reason"], shown["lines"]), ("Nobody can say", []))
        # Mended, it is billed by itself.
        self._clock()
        self.assertEqual(self._billed(self.bad), {"2026-01-10": 20.0})
        self.assertNotIn("failed", run.invoice_ids.mapped("state"))

    def test_what_is_worked_out_with_the_day_fails_alone(self):
        self._clock()
        for month, name in enumerate(("_refresh_agreed", "_extend", "_refresh_due"), 2):
            with self.subTest(name):
                day = f"2026-0{month}-10"
                for order in (self.bad, self.good) if name == "_refresh_agreed" else ():
                    self._charge(order).change(day, price_unit=30.0 + month)
                self._on(day)
                self.env.cr.execute("UPDATE subscription_charge SET movements_until = %s", [day])
                self.env.invalidate_all()
                if name == "_refresh_due":
                    with self._failing(name, SerializationFailure("in the way")):
                        self._clock()
                else:
                    with self._failing(name):
                        self._quietly_clock()
                self.assertEqual(self._billed(self.good)[day], 32.0)

    def test_a_term_that_cannot_be_recorded_is_not_billed_and_says_why(self):
        plan = self._make_plan("A month", term_count=1, term_unit="months", uplift_percent=10.0)
        self.bad, good = self._subscribe(plan=plan, price=20.0), self._subscribe(plan=plan, price=30.0)
        self._clock()
        self._on("2026-02-10")
        with self._failing("_renew_until"):
            run = self._quietly_clock()
        self.assertEqual(self._billed(good), {"2026-01-10": 30.0, "2026-02-10": 33.0})
        self.assertEqual(self._billed(self.bad), {"2026-01-10": 20.0})
        [row] = run.invoice_ids.filtered(lambda row: row.state == "failed")
        self.assertEqual((row.order_ids, row.reason), (self.bad, "Nobody can say"))

    def test_a_company_that_fails_holds_neither_others_nor_what_is_begun_back(self):
        self.runs.start(str(self.today), [self.customer.id], "begun")
        self.setup_other_company()
        Run, seen = type(self.runs), []

        def fail(runs, company):
            seen.append(ZeroDivisionError(company.name))
            raise seen[-1]

        with patch.object(Run, "_begin_automatic_of", fail):
            error = self._failing_clock()
        self.assertGreater(len(seen), 1)
        # Odoo counts the scheduled action as failed, which people see.
        self.assertEqual(error, seen[0])
        self.assertEqual(self.runs.get_status("begun")["counts"]["billed"], 1)
        self.assertEqual(self._billed(self.bad), {"2026-01-10": 20.0})

    def test_a_company_that_another_transaction_is_in_the_way_of_is_no_failure(self):
        with patch.object(type(self.runs), "_begin_automatic_of", side_effect=SerializationFailure, __name__="begin"):
            self.assertFalse(self._clock())

    def test_holds_that_cannot_be_brought_up_to_date_are_a_failure_once_all_is_billed(self):
        error = ZeroDivisionError("holds")
        with patch.object(type(self.env["billing.hold"]), "_refresh", side_effect=error, __name__="_refresh"):
            self.assertEqual(self._failing_clock(), error)
        self.assertEqual(self._billed(self.good), {"2026-01-10": 30.0})
