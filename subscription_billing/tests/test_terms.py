from psycopg2.errors import RestrictViolation, UniqueViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import SubscriptionCommon


@tagged("post_install", "-at_install")
class TestTerms(SubscriptionCommon):
    """A term is recorded once: agreed, or renewed by rule or by hand; what is billed follows from it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        two_months = {"term_count": 2, "term_unit": "months"}
        cls.renewed = cls._make_plan("Two months, renewed", uplift_percent=5.0, **two_months)
        cls.ending = cls._make_plan("Two months", renewal="end", **two_months)

    def _told(self, charge):
        """Return the terms of a charge in words: (number, first day, last day, uplift, how)."""
        return [
            (term.number, str(term.first_day), str(term.last_day), term.uplift_percent, term.how)
            for term in charge.term_ids.sorted("number")
        ]

    def test_the_first_term_is_recorded_with_the_charge(self):
        self._on("2026-01-31")
        charge = self._charge(self._subscribe(plan=self.renewed))
        self.assertEqual(self._told(charge), [(1, "2026-01-31", "2026-03-30", 0.0, "agreed")])
        self.assertEqual((charge.term_number, str(charge.term_last_day)), (1, "2026-03-30"))
        self.assertFalse(self._charge(self._subscribe()).term_ids, "without an end there are no terms")

    def test_a_term_is_never_changed_and_there_once(self):
        charge = self._charge(self._subscribe(plan=self.renewed))
        term = charge.term_ids
        with self.assertRaises(UserError):
            term.write({"uplift_percent": 1.0})
        with self.assertRaises(UserError):
            term.unlink()
        with self.assertRaises(RestrictViolation), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            self.env.cr.execute("UPDATE subscription_term SET number = 2 WHERE id = %s", [term.id])
        with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            charge._record_term(1, "hand")

    def test_terms_begin_by_themselves_with_their_uplift_also_after_a_standstill(self):
        self._on("2026-01-01")
        charge = self._charge(order := self._subscribe(plan=self.renewed))
        self._bill("2026-02-28")
        self.assertEqual(charge.term_number, 1)
        self._bill("2026-05-31")
        self.assertEqual(
            self._told(charge)[1:],
            [(2, "2026-03-01", "2026-04-30", 5.0, "rule"), (3, "2026-05-01", "2026-06-30", 5.0, "rule")],
        )
        self.assertEqual(list(self._billed(order).values()), [30.0, 30.0, 31.5, 31.5, 33.08])
        self._bill("2026-05-31")
        self.assertEqual(charge.term_number, 3)

    def test_a_forecast_of_a_term_to_come_says_what_is_billed_then(self):
        self._on("2026-01-01")
        charge = self._charge(self._subscribe(plan=self.renewed))
        self._bill("2026-02-28")
        [shown] = self.runs.preview("2026-03-01", [self.customer.id])["invoices"]
        self.assertEqual(charge.term_number, 1, "nothing is written")
        self._on("2026-03-01")
        [billed] = self._run("one", customers=[self.customer.id])["invoices"]
        self.assertEqual(shown["lines"], billed["lines"])
        self.assertEqual((shown["untaxed"], charge.term_number), (31.5, 2), "whoever bills records the term first")

    def test_create_invoice_records_the_term_that_it_bills(self):
        self._on("2026-01-01")
        charge = self._charge(order := self._subscribe(plan=self.renewed))
        self._on("2026-03-01")
        order._create_invoices()
        self.assertEqual(charge.term_number, 2)

    def test_what_ended_or_was_cancelled_is_not_renewed(self):
        self._on("2026-01-01")
        ended, cancelled, later = (self._subscribe(plan=self.renewed) for _number in range(3))
        self._charge(ended).cancel("2026-02-28")
        self._charge(later).cancel("2026-03-15")
        cancelled._action_cancel()
        self._bill("2026-06-01")
        self.assertEqual([self._charge(one).term_number for one in (ended, cancelled, later)], [1, 1, 2])
        self.assertEqual(sum(self._billed(ended).values()), 60.0)

    def test_a_price_with_more_decimals_than_money_is_not_rounded(self):
        self._on("2026-01-01")
        charge = self._charge(order := self._subscribe(0.333, self.renewed, product_uom_qty=100.0))
        charge.renew(2, 0.0)
        self._bill("2026-05-01")
        # 100 × 0.333, and 100 × 0.34965 once it rose by 5 %
        self.assertEqual(list(self._billed(order).values()), [33.3, 33.3, 33.3, 33.3, 34.97])

    def test_a_later_price_with_more_decimals_leaves_what_rose_before(self):
        self._on("2026-01-01")
        charge = self._charge(order := self._subscribe(10.05, self.renewed, product_uom_qty=100.0))
        self._bill("2026-03-01")
        # 10.05 rose by 5 % to 10.55, in cents.
        self.assertEqual(self._billed(order)["2026-03-01"], 1055.0)
        charge.change("2026-04-15", price_unit=12.345)
        self.assertFalse(charge._open(charge._stands()[charge], self.today))
        self._bill("2026-05-15")
        # 16 days of the month by the new price, and the term after it by 5 % more of that.
        april = round(1055.0 * 14 / 30 + 1234.5 * 16 / 30, 2)
        rows = {"2026-03-01": 1055.0, "2026-04-01": april, "2026-05-01": 1296.23}
        self.assertEqual(self._billed(order), {"2026-01-01": 1005.0, "2026-02-01": 1005.0, **rows})

    def test_a_term_is_renewed_by_hand_once_with_another_uplift(self):
        self._on("2026-02-10")
        charge = self._charge(order := self._subscribe(start="2026-01-01", plan=self.renewed))
        said = charge.renew(2, 10.0, "Agreed on the phone")
        self.assertEqual(
            {name: said["term"][name] for name in ("number", "from", "to", "uplift_percent", "how", "note")},
            {
                "number": 2,
                "from": "2026-03-01",
                "to": "2026-04-30",
                "uplift_percent": 10.0,
                "how": "hand",
                "note": "Agreed on the phone",
            },
        )
        self.assertEqual(charge.renew(2, 20.0)["term"], said["term"], "said twice, renewed once")
        with self.assertRaisesRegex(UserError, "renewed from 2026-03-01 on already"):
            charge.renew(3)
        with self.assertRaisesRegex(UserError, "^number: the next term of .* is 3"):
            charge.renew(4)
        for number in (0, "2", 1.5):
            with self.assertRaisesRegex(UserError, "^number: "):
                charge.renew(number)
        with self.assertRaisesRegex(UserError, "^uplift_percent: "):
            charge.renew(3, -100.0)
        self._bill("2026-05-01")
        # 30.00, then 10 % more, then another 5 % of the base with both
        self.assertEqual(list(self._billed(order).values()), [30.0, 30.0, 33.0, 33.0, 34.65])
        self.assertEqual([row["how"] for row in charge.get_status()[0]["terms"]], ["agreed", "hand", "rule"])

    def test_what_ends_with_its_term_goes_on_when_it_is_renewed(self):
        self._on("2026-01-01")
        charge = self._charge(order := self._subscribe(plan=self.ending))
        self.assertEqual(str(charge.last_day), "2026-02-28")
        order.action_lock()
        dialog = self.env["subscription.charge.renew"].with_context(active_model=charge._name, active_id=charge.id)
        renew = dialog.create({"note": "One more"})
        self.assertEqual((renew.number, str(renew.first_day), str(renew.last_day)), (2, "2026-03-01", "2026-04-30"))
        renew.action_renew()
        renew.action_renew()
        self.assertEqual((charge.term_number, str(charge.last_day)), (2, "2026-04-30"))
        self.assertEqual(str(order.order_line.subscription_end), "2026-04-30")
        self._bill("2026-06-01")
        self.assertEqual(sum(self._billed(order).values()), 120.0)

    def test_what_ended_before_its_term_is_not_renewed(self):
        self._on("2026-01-01")
        charge = self._charge(self._subscribe(plan=self.renewed))
        charge.cancel("2026-01-31")
        with self.assertRaisesRegex(UserError, "ends on 2026-01-31, before its term"):
            charge.renew(2)
        with self.assertRaisesRegex(UserError, "has no term"):
            self._charge(self._subscribe()).renew(1)

    def test_who_renews(self):
        self._on("2026-01-01")
        charge = self._charge(self._subscribe(plan=self.renewed))
        seller = new_test_user(self.env, "seller", "sales_team.group_sale_salesman_all_leads")
        self.assertEqual(charge.with_user(seller).term_ids.number, 1)
        with self.assertRaises(AccessError):
            charge.with_user(seller).renew(2)
        with self.assertRaises(AccessError):
            self.env["subscription.term"].with_user(seller).create(
                {
                    "charge_id": charge.id,
                    "number": 2,
                    "first_day": "2026-03-01",
                    "last_day": "2026-04-30",
                    "how": "hand",
                }
            )
        clerk = new_test_user(self.env, "clerk", "account.group_account_invoice")
        self.assertEqual(charge.with_user(clerk).renew(2)["term"]["by"], clerk.name)
        self.assertEqual(charge.term_ids.sorted("number")[-1].user_id, clerk)

    def test_a_salesperson_sees_what_is_done_about_terms_of_his_own_orders(self):
        self._on("2026-01-01")
        mine, other, free = (self._subscribe(plan=self.renewed) for _ in range(3))
        seller, colleague = (new_test_user(self.env, name, "sales_team.group_sale_salesman") for name in "ab")
        (mine.user_id, other.user_id, free.user_id) = (seller, colleague, False)
        charges = self._charge(mine) | self._charge(other) | self._charge(free)
        charges._note_step("reminder")
        steps = charges.term_ids.step_ids
        Step = self.env["subscription.term.step"]
        seen = Step.with_user(seller).search([("id", "in", steps.ids)])
        self.assertEqual(seen, (self._charge(mine) | self._charge(free)).term_ids.step_ids)
        with self.assertRaises(AccessError):
            self._charge(other).term_ids.step_ids.with_user(seller).read(["kind"])
        for group in (
            "sales_team.group_sale_salesman_all_leads",
            "account.group_account_invoice",
            "account.group_account_readonly",
        ):
            user = new_test_user(self.env, group, group)
            self.assertEqual(Step.with_user(user).search([("id", "in", steps.ids)]), steps, group)

    def test_charges_of_an_older_version_get_their_terms_and_bill_as_they_did(self):
        self._on("2026-01-01")
        orders = [self._subscribe(plan=plan) for plan in (self.renewed, self.ending, self.monthly)]
        charges = self.env["subscription.charge"].union(*map(self._charge, orders))
        self._bill("2026-05-31")
        billed, due = [self._billed(order) for order in orders], charges.mapped("next_due")
        # As the version before had it: nothing of it was recorded.
        self.env.cr.execute("ALTER TABLE subscription_term DISABLE TRIGGER ALL")
        self.env.cr.execute("DELETE FROM subscription_term")
        self.env.cr.execute("ALTER TABLE subscription_term ENABLE TRIGGER ALL")
        self.env.invalidate_all()
        charges.modified(["term_ids"])
        self.assertEqual(charges.mapped("term_number"), [0, 0, 0])
        for _time in range(2):
            charges._record_terms_of_old()
            self.assertEqual(charges.mapped("term_number"), [3, 1, 0])
        self.assertEqual(charges.mapped("next_due"), due)
        self._bill("2026-05-31")
        self.assertEqual([self._billed(order) for order in orders], billed)


@tagged("post_install", "-at_install")
class TestEnding(SubscriptionCommon):
    """A subscription ends now, with its term or period, or as early as notice and minimum term allow."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.yearly = cls._make_plan("A year", term_count=1, term_unit="years", notice_count=3)
        cls.bound = cls._make_plan("Bound", minimum_count=1, minimum_unit="years", notice_count=1)

    def _ends(self, when, day, plan, start="2026-01-01"):
        """Return the day on which a new subscription ends that is cancelled in words on a day."""
        self._on(start)
        charge = self._charge(self._subscribe(plan=plan))
        self._on(day)
        return charge.cancel(when=when)["end"]

    def test_now_gives_back_the_rest(self):
        self._on("2026-04-01")
        charge = self._charge(order := self._subscribe())
        self._bill("2026-04-01")
        self._on("2026-04-10")
        self.assertEqual(charge.cancel(when="now"), {"end": "2026-04-10", "next_due": "2026-04-01"})
        self._bill("2026-04-10")
        self.assertEqual(self._billed(order), {"2026-04-01": 10.0})

    def test_the_end_is_that_of_the_term_or_of_the_running_period(self):
        self.assertEqual(self._ends("end", "2026-04-10", self.monthly), "2026-04-30")
        self.assertEqual(self._ends("end", "2026-04-10", self.quarterly, "2026-01-15"), "2026-04-14")
        self.assertEqual(self._ends("end", "2026-04-10", self.yearly), "2026-12-31")
        self.assertEqual(self._ends("end", "2027-04-10", self.yearly), "2027-12-31", "renewed by itself since")

    def test_notice_is_given_before_the_end_of_a_term(self):
        self.assertEqual(self._ends("notice", "2026-09-30", self.yearly), "2026-12-31")
        self.assertEqual(self._ends("notice", "2026-10-01", self.yearly), "2027-12-31", "a day too late")

    def test_notice_and_minimum_term_without_a_term(self):
        self.assertEqual(self._ends("notice", "2026-03-10", self.bound), "2026-12-31")
        self.assertEqual(self._ends("notice", "2026-12-15", self.bound), "2027-01-15")
        self.assertEqual(self._ends("notice", "2026-03-10", self.monthly), "2026-03-10", "nothing binds")

    def test_a_word_or_a_day(self):
        self.assertEqual(self._ends("2026-05-05", "2026-03-10", self.monthly), "2026-05-05")
        charge = self._charge(self._subscribe())
        for said in ({}, {"last_day": "2026-05-05", "when": "now"}):
            with self.assertRaisesRegex(UserError, "Say either"):
                charge.cancel(**said)
        with self.assertRaisesRegex(UserError, "^when: "):
            charge.cancel(when="soon")

    def test_sales_managers_alone_end_it_earlier_and_are_told(self):
        self._on("2026-03-10")
        order = self._subscribe(plan=self.bound)
        charge = self._charge(order)
        clerk = new_test_user(self.env, "clerk", "account.group_account_invoice")
        manager = new_test_user(self.env, "manager", "sales_team.group_sale_manager")
        seller = new_test_user(self.env, "seller", "sales_team.group_sale_salesman_all_leads")
        with self.assertRaisesRegex(UserError, "ends on 2027-03-09 at the earliest"):
            charge.with_user(clerk).cancel("2027-03-08")
        with self.assertRaisesRegex(UserError, "ends on 2027-03-09 at the earliest"):
            order.with_user(seller).order_line.subscription_end = "2026-12-31"
        charge.with_user(clerk).cancel("2027-03-09")
        with self.assertRaisesRegex(UserError, "at the earliest"):
            charge.with_user(clerk).cancel(when="now")
        dialog = self.env["subscription.charge.change"].with_user(manager)
        change = dialog.with_context(active_model=charge._name, active_id=charge.id).new({})
        self.assertFalse(change.end_warning)
        change.end_when = "now"
        self.assertEqual(str(change.last_day), "2026-03-10")
        self.assertIn("03/09/2027", change.end_warning)
        charge.with_user(manager).cancel(when="now")
        self.assertEqual(str(charge.last_day), "2026-03-10")

    def test_a_plan_that_is_renewed_by_quotation_has_a_term(self):
        with self.assertRaises(ValidationError):
            self._make_plan("No term", renewal="quotation")
