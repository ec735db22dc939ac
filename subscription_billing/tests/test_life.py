from unittest.mock import patch

from psycopg2.errors import UniqueViolation

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import SubscriptionCommon


@tagged("post_install", "-at_install")
class TestLife(SubscriptionCommon):
    """A subscription changes on days to come, pauses, goes on with another plan, comes back, moves on."""

    def setUp(self):
        super().setUp()
        self._on("2026-01-01")

    # === DAYS TO COME === #

    def test_a_change_to_come_is_said_and_billed_from_its_day(self):
        order = self._subscribe(30.0)
        line, charge = order.order_line, self._charge(order)
        charge.change("2026-03-01", quantity=2.0, price_unit=25.0)
        self.assertEqual((line.product_uom_qty, line.price_unit, str(charge.next_change)), (1.0, 30.0, "2026-03-01"))
        self._bill("2026-02-01")
        self.assertEqual(line.product_uom_qty, 1.0)
        self._bill("2026-03-01")
        self.assertEqual((line.product_uom_qty, line.price_unit, charge.next_change), (2.0, 25.0, False))
        self.assertEqual(self._billed(order), {"2026-01-01": 30.0, "2026-02-01": 30.0, "2026-03-01": 50.0})

    # === PERIODS IN FULL === #

    def _uncut(self, price=100.0, **values):
        """Return a plan whose periods are billed in full, whatever days of them are charged, and an order with it."""
        plan = self._make_plan("In full", proration="none", **values)
        return plan, self._subscribe(price, plan, "2026-01-01")

    def test_another_plan_within_a_period_that_is_billed_in_full_is_billed_from_the_next_one(self):
        _plan, order = self._uncut()
        dearer = self._make_plan("Dearer, in full", proration="none")
        self._bill("2026-01-01")
        self._on("2026-01-15")
        self._charge(order).change_plan(dearer.id, "2026-01-15", price_unit=200.0)
        self._bill("2026-03-01")
        self.assertEqual(self._billed(order), {"2026-01-01": 100.0, "2026-02-01": 200.0, "2026-03-01": 200.0})
        # On the first day of a period nothing is left over.
        order.order_line._subscription_current().change_plan(self.monthly.id, "2026-04-01", price_unit=300.0)
        self._bill("2026-04-01")
        self.assertEqual(self._billed(order)["2026-04-01"], 300.0)

    def test_longer_periods_begin_after_the_one_that_is_billed_in_full(self):
        _plan, order = self._uncut()
        quarterly = self._make_plan("Quarterly, in full", proration="none", interval_count=3)
        self._on("2026-01-15")
        self._charge(order).change_plan(quarterly.id, "2026-01-15", price_unit=250.0)
        self._on("2026-01-20")
        order.order_line._subscription_current().change_plan(quarterly.id, "2026-01-20", price_unit=260.0)
        self._bill("2026-05-01")
        self.assertEqual(self._billed(order), {"2026-01-01": 100.0, "2026-02-01": 260.0, "2026-05-01": 260.0})

    def test_two_customers_do_not_both_pay_a_period_in_full(self):
        _plan, order = self._uncut()
        other = self.env["res.partner"].create({"name": "Quay Works"})
        self._on("2026-01-15")
        moved = self._charge(order).transfer(other.id, "2026-01-15")
        self._bill("2026-02-01")
        self.assertEqual(self._billed(order), {"2026-01-01": 100.0})
        self.assertEqual(self._billed(self.env["sale.order"].browse(moved["order_id"])), {"2026-02-01": 100.0})

    def test_who_comes_back_within_a_period_that_he_paid_in_full_pays_from_the_next_one(self):
        _plan, order = self._uncut()
        order.order_line.subscription_end = "2026-01-10"
        self._charge(order).restart("2026-01-20")
        self._bill("2026-02-01")
        self.assertEqual(self._billed(order), {"2026-01-01": 100.0, "2026-02-01": 100.0})
        order.order_line.subscription_end = "2026-02-10"
        order.order_line._subscription_last().restart("2026-03-20")
        self._bill("2026-04-01")
        billed = {"2026-01-01": 100.0, "2026-02-01": 100.0, "2026-03-20": 100.0, "2026-04-01": 100.0}
        self.assertEqual(self._billed(order), billed)

    # === WORDS === #

    def test_words_name_days(self):
        self._on("2026-01-20")
        charge = self._charge(self._subscribe(31.0, start="2026-01-01"))
        charge.change("now", quantity=2.0)
        charge.change("next_period", quantity=3.0)
        days = [str(row.day) for row in charge.version_ids.sorted("id")]
        self.assertEqual(days, ["2026-01-01", "2026-01-20", "2026-02-01"])

    def test_what_is_entered_today_does_not_change_what_is_agreed_for_later(self):
        order = self._subscribe(30.0)
        charge = self._charge(order)
        charge.change("2026-02-01", quantity=5.0)
        order.order_line.product_uom_qty = 2.0
        self._on("2026-02-01")
        order.order_line.price_unit = 20.0
        self.assertEqual((charge.quantity, order.order_line.product_uom_qty), (5.0, 5.0))
        self._bill("2026-02-01")
        self.assertEqual(self._billed(order), {"2026-01-01": 60.0, "2026-02-01": 100.0})

    def test_a_change_may_replace_what_was_agreed_for_later(self):
        charge = self._charge(order := self._subscribe(30.0))
        charge.change("2026-02-01", quantity=5.0)
        charge.change("2026-03-01", price_unit=40.0)
        charge.change("now", quantity=2.0, replaces_later=True)
        self._bill("2026-03-01")
        self.assertEqual(self._billed(order), {"2026-01-01": 60.0, "2026-02-01": 60.0, "2026-03-01": 80.0})

    def test_a_locked_order_says_what_holds(self):
        order = self._subscribe(30.0)
        order.action_lock()
        self._charge(order).change("2026-02-01", quantity=2.0)
        self._bill("2026-02-01")
        self.assertEqual(order.order_line.product_uom_qty, 2.0)
        self.assertEqual(self._billed(order), {"2026-01-01": 30.0, "2026-02-01": 60.0})

    def test_a_day_outside_of_its_time_is_refused(self):
        charge = self._charge(self._subscribe(subscription_end="2026-06-30"))
        for day in ("2025-12-31", "2026-07-01"):
            with self.assertRaisesRegex(UserError, f"^day: {day}"):
                charge.change(day, quantity=2.0)

    # === PAUSES === #

    def test_paused_days_are_not_charged_and_what_was_billed_of_them_comes_back(self):
        charge = self._charge(order := self._subscribe(31.0))
        self._bill("2026-01-01")
        self._on("2026-01-11")
        charge.pause("now", note="Renovation")
        self.assertEqual(charge.stage, "paused")
        self._bill("2026-02-01")
        self.assertEqual(self._billed(order), {"2026-01-01": 10.0})
        self.assertFalse(charge.next_due, "while it is paused, nothing is to come")
        self._on("2026-02-15")
        charge.resume("now")
        self._bill("2026-03-01")
        # 14 of 28 days of February
        self.assertEqual(self._billed(order), {"2026-01-01": 10.0, "2026-02-01": 15.5, "2026-03-01": 31.0})

    def test_a_pause_may_have_its_last_day_from_the_beginning(self):
        charge = self._charge(order := self._subscribe(31.0))
        charge.pause("2026-02-01", until="2026-03-31")
        self._bill("2026-02-10")
        self.assertEqual(charge.stage, "paused")
        self.assertEqual(str(charge.next_due), "2026-04-01")
        self._bill("2026-04-01")
        self.assertEqual(charge.stage, "running")
        self.assertEqual(self._billed(order), {"2026-01-01": 31.0, "2026-04-01": 31.0})

    def test_a_pause_that_makes_no_sense_is_refused(self):
        charge = self._charge(self._subscribe())
        with self.assertRaisesRegex(UserError, "is not paused"):
            charge.resume("2026-02-01")
        with self.assertRaisesRegex(UserError, "^until: "):
            charge.pause("2026-02-01", until="2026-01-31")
        charge.pause("2026-02-01")
        with self.assertRaisesRegex(UserError, "is paused on 2026-02-10 already"):
            charge.pause("2026-02-10")

    def test_a_pause_that_ended_before_its_time_does_not_end_another_one(self):
        charge = self._charge(order := self._subscribe(31.0))
        charge.pause("2026-02-01", until="2026-03-31")
        charge.resume("2026-03-01")
        charge.pause("2026-03-15")
        self._bill("2026-06-01")
        self.assertEqual(self._billed(order), {"2026-01-01": 31.0, "2026-03-01": 14.0})
        charge.pause("2026-03-05")
        self.assertEqual([str(charge.paused_from), charge.paused_until], ["2026-03-05", False], "one pause")

    def test_a_pause_to_come_is_taken_back(self):
        charge = self._charge(order := self._subscribe(31.0))
        charge.pause("2026-02-10", until="2026-02-20")
        charge.resume("2026-02-10")
        self._bill("2026-02-01")
        self.assertEqual(self._billed(order), {"2026-01-01": 31.0, "2026-02-01": 31.0})

    # === REDUCTIONS === #

    def test_the_first_periods_cost_less(self):
        plan = self._make_plan(
            "Steps",
            step_ids=[
                Command.create({"periods": 2, "reduction": 50.0}),
                Command.create({"periods": 1, "reduction": 25.0}),
            ],
        )
        order = self._subscribe(30.0, plan)
        self._bill("2026-04-01")
        self.assertEqual(
            self._billed(order), {"2026-01-01": 15.0, "2026-02-01": 15.0, "2026-03-01": 22.5, "2026-04-01": 30.0}
        )
        self.assertEqual(order.order_line.price_unit, 30.0, "the line has the price, without what comes off at first")

    def test_what_comes_off_stays_where_the_price_changes_or_rises(self):
        steps = [Command.create({"periods": 14, "reduction": 50.0})]
        plan = self._make_plan("Steps", step_ids=steps, term_count=1, term_unit="years", uplift_percent=10.0)
        order = self._subscribe(100.0, plan)
        self._bill("2026-12-01")
        self._bill("2027-03-01")
        billed = self._billed(order)
        self.assertEqual([billed[f"2027-0{month}-01"] for month in (1, 2, 3)], [55.0, 55.0, 110.0])

    # === PLANS === #

    def test_another_plan_of_the_same_periods_goes_on_in_them(self):
        charge = self._charge(order := self._subscribe(31.0))
        self._bill("2026-01-01")
        self._on("2026-01-11")
        bigger = self._make_plan("Bigger")
        answer = charge.change_plan(bigger.id, "now", price_unit=62.0, note="Upgrade")
        after = self.env["subscription.charge"].browse(answer["id"])
        self.assertEqual(after.previous_id, charge)
        self.assertEqual((order.order_line.subscription_plan_id, order.order_line.price_unit), (bigger, 62.0))
        invoice = self._bill("2026-01-11")
        # 21 of 31 days of 62.00, less as many of 31.00
        self.assertEqual(invoice.amount_untaxed, 21.0)
        self._bill("2026-02-01")
        self.assertEqual(self._billed(order), {"2026-01-01": 10.0, "2026-01-11": 42.0, "2026-02-01": 62.0})
        self.assertEqual(order.order_line.qty_to_invoice, 0.0)
        with self.assertRaisesRegex(UserError, "goes on from 2026-01-11 in another way: Bigger"):
            charge.change_plan(bigger.id, "2026-01-10")

    def test_a_plan_of_other_periods_begins_on_its_day(self):
        charge = self._charge(order := self._subscribe(31.0))
        yearly = self._make_plan("Yearly", interval_unit="years")
        charge.change_plan(yearly.id, "2026-02-15", price_unit=300.0)
        self.assertEqual(order.order_line.subscription_plan_id, self.monthly, "until its day")
        self._bill("2026-02-01")
        self._bill("2026-02-15")
        self.assertEqual(order.order_line.subscription_plan_id, yearly)
        self.assertEqual(self._billed(order), {"2026-01-01": 31.0, "2026-02-01": 15.5, "2026-02-15": 300.0})
        self._bill("2027-02-15")
        self.assertEqual(self._billed(order)["2027-02-15"], 300.0)

    def test_a_plan_that_was_to_come_is_taken_back(self):
        charge = self._charge(order := self._subscribe(31.0))
        answer = charge.change_plan(self._make_plan("Bigger").id, "2026-03-01", price_unit=62.0)
        after = self.env["subscription.charge"].browse(answer["id"])
        after.cancel("2026-02-28")
        charge.restart("2026-03-01")
        self._bill("2026-03-01")
        self.assertEqual(self._billed(order), {"2026-01-01": 31.0, "2026-02-01": 31.0, "2026-03-01": 31.0})
        again = charge.change_plan(self.quarterly.id, "2026-04-01")
        self.assertEqual(self.env["subscription.charge"].browse(again["id"]).previous_id, after, "one after the other")

    def test_a_charge_goes_on_as_one_other(self):
        charge = self._charge(self._subscribe()).sudo()
        values = charge._values_going_on(charge.line_id, self.monthly, charge.first_day, {"price_unit": 1.0})
        charge.create([values])
        with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            charge.create([values])

    def test_a_plan_that_nobody_has_is_refused(self):
        charge = self._charge(self._subscribe())
        other = self.env["res.company"].create({"name": "Other"})
        foreign = self._make_plan("Foreign", company_id=other.id)
        for plan in (foreign.id, 0, "Monthly"):
            with self.assertRaisesRegex(UserError, "^plan_id: "):
                charge.change_plan(plan, "now")

    def test_the_end_of_an_order_line_is_that_of_what_goes_on_last(self):
        charge = self._charge(order := self._subscribe(31.0))
        charge.change_plan(self._make_plan("Bigger").id, "2026-02-01", price_unit=62.0)
        order.order_line.subscription_end = "2026-02-14"
        self._bill("2026-03-01")
        self.assertEqual(self._billed(order), {"2026-01-01": 31.0, "2026-02-01": 31.0})
        with self.assertRaisesRegex(UserError, "goes on in another way from 2026-02-01"):
            order.order_line.subscription_end = "2026-01-15"

    def test_an_order_that_is_confirmed_again_goes_on_with_all_its_plans(self):
        charge = self._charge(order := self._subscribe(31.0))
        self._bill("2026-01-01")
        charge.change_plan(self._make_plan("Bigger").id, "2026-02-01", price_unit=62.0)
        order._action_cancel()
        order.action_draft()
        order.action_confirm()
        self._bill("2026-02-01")
        self.assertEqual(self._billed(order), {"2026-01-01": 31.0, "2026-02-01": 62.0})

    def test_another_plan_goes_on_with_what_was_agreed_for_later(self):
        half = self._make_plan("Half", step_ids=[Command.create({"periods": 3, "reduction": 50.0})])
        charge = self._charge(order := self._subscribe(30.0, half))
        charge.change("2026-03-01", quantity=2.0)
        charge.pause("2026-05-01", until="2026-05-31")
        change = self._dialog(charge, "plan", when="day", day="2026-02-01", plan_id=self.monthly.id, price_unit=60.0)
        said = {day: after for day, _before, after in self._outlook(change)}
        change.action_change()
        self._bill("2026-06-01")
        billed = {"2026-01-01": 15.0, "2026-02-01": 30.0, "2026-03-01": 60.0, "2026-04-01": 120.0, "2026-06-01": 120.0}
        self.assertEqual(self._billed(order), billed)
        self.assertEqual(said, {"01/01/2026": 15.0, "02/01/2026": 30.0, "03/01/2026": 60.0, "04/01/2026": 120.0})

    # === PRICES THAT ROSE === #

    def _risen(self, **values):
        """Return an order whose price of 100.00 rose by 3 % in its second year."""
        plan = self._make_plan("Yearly rise", term_count=1, term_unit="years", uplift_percent=3.0)
        order = self._subscribe(100.0, plan, **values)
        self._bill("2026-12-01")
        self._bill("2027-01-01")
        return order

    def test_the_order_line_says_a_price_that_rose(self):
        order = self._risen()
        self.assertEqual((self._charge(order).price_unit, order.order_line.price_unit), (103.0, 103.0))
        self.assertEqual(len(self._charge(order).version_ids), 1, "its term says so, no change")

    def test_a_discount_is_given_on_a_price_that_rose(self):
        order = self._risen()
        order.order_line.discount = 10.0
        self._bill("2027-02-01")
        self.assertEqual(self._billed(order)["2027-02-01"], 92.7)
        self._charge(order).change("2027-03-01", discount=20.0)
        self._bill("2027-03-01")
        self.assertEqual(self._billed(order)["2027-03-01"], 82.4)

    def test_a_discount_and_a_rise_come_to_what_is_billed(self):
        order = self._risen(discount=7.0)
        charge, line = self._charge(order), order.order_line
        self.assertEqual(self._billed(order)["2027-01-01"], 95.79)
        self.assertAlmostEqual(line.price_unit * (1 - line.discount / 100), 95.79)
        charge.change("2027-02-01", quantity=2.0)
        self._bill("2027-02-01")
        self.assertEqual(self._billed(order)["2027-02-01"], 191.58)

    def test_a_discount_entered_on_the_day_of_the_rise_keeps_it(self):
        plan = self._make_plan("Yearly rise", term_count=1, term_unit="years", uplift_percent=3.0)
        order = self._subscribe(100.0, plan)
        self._bill("2026-12-01")
        self._on("2027-01-01")
        order.order_line.discount = 10.0
        self._bill("2027-01-01")
        self.assertEqual(self._billed(order)["2027-01-01"], 92.7)

    def test_another_plan_and_another_customer_go_on_with_a_price_that_rose(self):
        order = self._risen()
        charge = self._charge(order)
        after = self.env["subscription.charge"].browse(charge.change_plan(self.monthly.id, "2027-02-01")["id"])
        self.assertEqual(after.price_unit, 103.0)
        heir = self.env["res.partner"].create({"name": "Heir"})
        his = self.env["sale.order"].browse(after.transfer(heir.id, "2027-03-01")["order_id"])
        self.assertEqual(self._charge(his).price_unit, 103.0)

    # === COMING BACK === #

    def test_an_end_is_taken_back(self):
        charge = self._charge(order := self._subscribe(31.0))
        charge.cancel("2026-01-31")
        self._bill("2026-02-10")
        self.assertFalse(charge.next_due)
        self.assertEqual(charge.restart("2026-02-01", "He stays")["id"], charge.id)
        self._bill("2026-02-10")
        self.assertEqual(self._billed(order), {"2026-01-01": 31.0, "2026-02-01": 31.0})

    def test_a_customer_comes_back_after_a_while(self):
        charge = self._charge(order := self._subscribe(31.0))
        charge.cancel("2026-01-31")
        self._bill("2026-02-10")
        self._on("2026-03-15")
        after = self.env["subscription.charge"].browse(charge.restart("now", "Won back")["id"])
        self.assertEqual((after.previous_id, after.price_unit), (charge, 31.0))
        self._bill("2026-04-01")
        # 17 of 31 days: its periods are as they were
        self.assertEqual(self._billed(order), {"2026-01-01": 31.0, "2026-03-15": 17.0, "2026-04-01": 31.0})
        with self.assertRaisesRegex(UserError, "has no end"):
            after.restart("now")

    # === ANOTHER CUSTOMER === #

    def test_another_customer_goes_on_with_it(self):
        charge = self._charge(order := self._subscribe(31.0, product_uom_qty=2.0, discount=10.0))
        self._bill("2026-01-01")
        self._on("2026-01-11")
        heir = self.env["res.partner"].create({"name": "Heir"})
        answer = charge.transfer(heir.id, "now", "Firm was sold")
        his = self.env["sale.order"].browse(answer["order_id"])
        self.assertEqual((his.partner_id, his.state, his.origin), (heir, "sale", order.name))
        self.assertEqual(self._charge(his).previous_id, charge)
        self._bill("2026-01-11")
        self._bill("2026-02-01")
        self.assertEqual(self._billed(order), {"2026-01-01": 18.0})
        self.assertEqual(self._billed(his), {"2026-01-11": 37.8, "2026-02-01": 55.8})
        self.assertEqual(self._charge(his).invoice_line_ids.move_id.partner_id, heir)
        with self.assertRaisesRegex(UserError, "goes on from 2026-01-11 in another way"):
            charge.transfer(heir.id, "2026-01-05")

    def test_another_customer_may_be_asked_first(self):
        charge = self._charge(self._subscribe(31.0))
        heir = self.env["res.partner"].create({"name": "Heir"})
        answer = charge.transfer(heir.id, "2026-02-01", confirm=False)
        quotation = self.env["sale.order"].browse(answer["order_id"])
        self.assertEqual((quotation.state, answer["id"], charge.last_day), ("draft", False, False))
        copied = quotation.copy()
        quotation.action_confirm()
        self.assertEqual(str(charge.last_day), "2026-01-31")
        copied.action_confirm()
        self.assertFalse(self._charge(copied).previous_id, "a copy is a subscription of its own")

    # === STARTING LATER === #

    def test_a_subscription_starts_when_somebody_says_so(self):
        order = self._subscribe(31.0, subscription_waits=True)
        line = order.order_line
        self.assertEqual((line.qty_to_invoice, line.invoice_status, len(self._charge(order))), (0.0, "no", 0))
        self.assertFalse(self._bill("2026-01-15"))
        order.action_lock()
        with self.assertRaisesRegex(UserError, "locked order"):
            line.subscription_start = "2026-01-20"
        order.action_unlock()
        line.subscription_start = "2026-01-20"
        self._bill("2026-01-20")
        self.assertEqual(self._billed(order), {"2026-01-20": 31.0})
        with self.assertRaisesRegex(UserError, "its plan and its start stay"):
            line.subscription_start = "2026-01-21"

    def test_a_quotation_does_not_count_now_what_starts_later(self):
        order = self._subscribe(31.0, subscription_waits=True, confirm=False)
        self.assertIn("Due on confirmation: $\xa00.00", order.subscription_totals)

    def test_a_subscription_that_waits_may_start_with_the_next_confirmation(self):
        order = self._subscribe(31.0, subscription_waits=True)
        order.order_line.subscription_waits = False
        self.assertEqual(str(self._charge(order).first_day), "2026-01-01")

    # === THE DIALOG === #

    def _dialog(self, charge, what, **entered):
        Dialog = self.env["subscription.charge.change"].with_context(active_model=charge._name, active_id=charge.id)
        return Dialog.create([{"what": what, **entered}])

    def test_the_dialog_begins_with_what_is_agreed_on_its_day(self):
        self._on("2026-01-01")
        charge = self._charge(self._subscribe(80.0, start="2026-01-01"))
        charge.change("2026-06-01", price_unit=100.0)
        self._on("2026-07-01")
        dialog = self._dialog(charge, "numbers", when="day", day="2026-05-01", quantity=5.0)
        self.assertEqual(dialog.price_unit, 80.0, "May was agreed at 80")
        dialog.action_change()
        may = fields.Date.to_date("2026-05-01")
        self.assertEqual(charge._agreed_on("price", may)["price_unit"], 80.0)
        self.assertEqual(charge._agreed_on("quantity", may)["quantity"], 5.0)

    def test_the_dialog_takes_back_what_was_agreed_for_later(self):
        self._on("2026-01-01")
        charge = self._charge(self._subscribe(30.0, start="2026-01-01"))
        charge.change("2026-02-01", quantity=3.0)
        dialog = self._dialog(charge, "numbers", when="day", day="2026-02-01")
        self.assertEqual(dialog.quantity, 3.0)
        dialog.quantity = 1.0
        dialog.action_change()
        self.assertEqual(charge._agreed_on("quantity", fields.Date.to_date("2026-02-01"))["quantity"], 1.0)

    def test_the_dialog_says_what_the_next_invoices_become(self):
        bigger, heir = self._make_plan("Bigger"), self.env["res.partner"].create({"name": "Heir"})
        coming = {"when": "day", "day": "2026-02-01"}
        acts = {
            "numbers": {**coming, "quantity": 2.0},
            "plan": {"plan_id": bigger.id, "price_unit": 62.0},
            "pause": {"when": "next_period", "last_day": "2026-02-28"},
            "end": {"last_day": "2026-02-14"},
            "transfer": {**coming, "partner_id": heir.id},
        }
        for what, entered in acts.items():
            with self.subTest(what):
                self._on("2026-01-01")
                charge = self._charge(order := self._subscribe(31.0))
                self._bill("2026-01-01")
                self._on("2026-01-11")
                change = self._dialog(charge, what, **entered)
                said = {day: after for day, _before, after in self._outlook(change)}
                change.action_change()
                for day in ("2026-01-11", "2026-02-01", "2026-03-01"):
                    month, number = day[5:7], day[8:]
                    invoice = self._bill(day).filtered(
                        lambda move, order=order: order in move.line_ids.sale_line_ids.order_id
                    )
                    billed = sum(-move.direction_sign * move.amount_untaxed for move in invoice)
                    self.assertAlmostEqual(said.get(f"{month}/{number}/2026", 0.0), billed, msg=day)

    def _after(self, change):
        """Save a change; return what its dialog says of each day before, and what invoices of these days come to."""
        said = {day: after for day, _before, after in self._outlook(change)}
        order = change.charge_id.order_id
        change.action_change()
        billed = {}
        for day in said:
            month, number, year = day.split("/")
            moves = self._bill(f"{year}-{month}-{number}")
            moves = moves.filtered(lambda move: order in move.line_ids.sale_line_ids.order_id)
            billed[day] = sum(-move.direction_sign * move.amount_untaxed for move in moves)
        return said, billed

    def test_the_dialog_says_what_a_change_bills_that_replaces_what_was_agreed_for_later(self):
        charge = self._charge(self._subscribe(30.0))
        self._bill("2026-01-01")
        self._on("2026-01-11")
        charge.change("2026-02-01", quantity=5.0)
        said, billed = self._after(self._dialog(charge, "numbers", quantity=2.0, replaces_later=True))
        self.assertEqual((said, said["02/01/2026"]), (billed, 60.0))

    def test_the_dialog_says_what_seats_cost_by_the_plan_that_begins_later(self):
        charge = self._charge(self._subscribe(10.0, product_uom_qty=10.0))
        self._bill("2026-01-01")
        charge.change_plan(self._make_plan("Bigger").id, "2026-02-01", price_unit=20.0)
        self._on("2026-01-11")
        said, billed = self._after(self._dialog(charge, "numbers", quantity=15.0))
        self.assertEqual((said, said["02/01/2026"]), (billed, 300.0))

    def test_the_dialog_ends_pauses_and_ends(self):
        charge = self._charge(self._subscribe(31.0))
        self._dialog(charge, "pause").action_change()
        self.assertEqual(charge.stage, "paused")
        self._dialog(charge, "resume", when="next_period").action_change()
        self.assertEqual(str(charge.next_due), "2026-02-01")
        charge.cancel("2026-02-28")
        restart = self._dialog(charge, "restart", when="day", day="2026-03-01")
        self.assertIn(("03/01/2026", 0.0, 31.0), self._outlook(restart))
        restart.action_change()
        self.assertFalse(charge.last_day)

    def test_the_dialog_opens_the_order_of_the_new_customer(self):
        charge = self._charge(self._subscribe(31.0))
        heir = self.env["res.partner"].create({"name": "Heir"})
        action = self._dialog(charge, "transfer", when="day", day="2026-02-01", partner_id=heir.id).action_change()
        self.assertEqual(self.env["sale.order"].browse(action["res_id"]).partner_id, heir)

    def test_the_dialog_says_what_is_agreed_for_later(self):
        charge = self._charge(self._subscribe(31.0))
        charge.change("2026-02-01", quantity=5.0)
        change = self._dialog(charge, "numbers", quantity=2.0, replaces_later=True)
        self.assertIn("Quantity: 5", change.later)
        change.action_change()
        self._on("2026-02-01")
        charge._refresh_agreed()
        self.assertEqual(charge.quantity, 2.0)

    def test_the_dialog_asks_for_what_is_missing(self):
        charge = self._charge(self._subscribe(31.0))
        for what in ("plan", "transfer"):
            with self.assertRaisesRegex(UserError, "Choose"):
                self._dialog(charge, what).action_change()
        with self.assertRaisesRegex(UserError, "Nothing to change"):
            self._dialog(charge, "numbers").action_change()

    def test_cancelling_an_order_leaves_other_quotations_alone(self):
        order, other = self._subscribe(), self._make_order(100.0, confirm=False)
        other.action_quotation_sent()
        order._action_cancel()
        self.assertEqual(other.state, "sent")

    def test_a_new_customer_who_cancels_is_not_the_end_unsaid(self):
        order = self._subscribe(31.0)
        order.user_id = self.env.user
        charge = self._charge(order)
        heir = self.env["res.partner"].create({"name": "Heir"})
        his = self.env["sale.order"].browse(charge.transfer(heir.id, "2026-02-01")["order_id"])
        his._action_cancel()
        self.assertIn("nobody is charged from 02/01/2026", order.activity_ids.summary)
        his.action_draft()
        his.action_confirm()
        self.assertEqual(str(self._charge(his).filtered(lambda row: row.state == "running").first_day), "2026-02-01")
        his._action_cancel()
        charge.restart("2026-02-01")
        self._bill("2026-02-01")
        self.assertEqual(self._billed(order), {"2026-01-01": 31.0, "2026-02-01": 31.0})

    def test_a_salesman_does_not_move_a_transfer_into_the_past(self):
        seller = new_test_user(self.env, "seller", "sales_team.group_sale_salesman")
        self._on("2026-03-01")
        charge = self._charge(self._subscribe(31.0, start="2026-01-01"))
        charge.order_id.user_id = seller
        heir = self.env["res.partner"].create({"name": "Heir"})
        quotation = self.env["sale.order"].browse(charge.transfer(heir.id, "2026-04-01", confirm=False)["order_id"])
        for values in ({"subscription_start": "2026-01-01"}, {"subscription_plan_id": self.quarterly.id}):
            with self.assertRaisesRegex(UserError, "takes a subscription over"):
                quotation.order_line.with_user(seller).write(values)
        quotation.order_line.subscription_start = "2025-12-01"
        with self.assertRaisesRegex(UserError, "nobody takes it over on 2025-12-01"):
            quotation.action_confirm()

    # === ODOO BESIDE IT === #

    def test_confirmed_again_before_anything_is_billed_it_goes_on_as_it_was(self):
        arrears = self._make_plan("In arrears", timing="arrears")
        charge = self._charge(order := self._subscribe(31.0, arrears))
        self._on("2026-01-16")
        order.order_line.product_uom_qty = 2.0
        charge.pause("2026-02-01", until="2026-02-28")
        charge.change("2026-03-01", price_unit=40.0)
        order._action_cancel()
        order.action_draft()
        order.action_confirm()
        self._bill("2026-04-01")
        # 15 days of one and 16 of two, of 31; March by the price that was agreed for it
        self.assertEqual(self._billed(order), {"2026-01-01": 47.0, "2026-03-01": 80.0})

    def test_a_price_corrected_before_anything_is_billed_holds_from_the_start(self):
        arrears = self._make_plan("In arrears", timing="arrears")
        order = self._subscribe(31.0, arrears)
        self._on("2026-01-16")
        order._action_cancel()
        order.action_draft()
        order.order_line.price_unit = 62.0
        order.action_confirm()
        self._bill("2026-02-01")
        self.assertEqual(self._billed(order), {"2026-01-01": 62.0})

    def test_confirmed_again_after_another_plan_began_it_keeps_that_plan_s_price(self):
        yearly = self._make_plan("Yearly", interval_unit="years")
        charge = self._charge(order := self._subscribe(100.0))
        self._bill("2026-01-01").action_post()
        charge.change_plan(yearly.id, "2026-02-01", price_unit=1000.0)
        order._action_cancel()
        self._on("2026-02-05")
        order.action_draft()
        order.order_line.product_uom_qty = 2.0
        order.action_confirm()
        self.assertEqual((order.order_line.price_unit, order.order_line.product_uom_qty), (1000.0, 2.0))
        self._bill("2026-02-05")
        # two of them, less 4 of 28 days of one of twelve months, on which the order was cancelled
        self.assertEqual(self._billed(order), {"2026-01-01": 100.0, "2026-02-01": 1976.19})

    def test_what_one_customer_paid_is_not_given_back_to_another(self):
        order = self._subscribe(1200.0, self._make_plan("Yearly", interval_unit="years"))
        invoice = self._bill("2026-01-01")
        invoice.action_post()
        other = self.env["res.partner"].create({"name": "Elsewhere"})
        office = self.env["res.partner"].create({"name": "Office", "parent_id": self.customer.id, "type": "invoice"})
        with self.assertRaisesRegex(ValidationError, "invoiced to Harbour Works, and Elsewhere would get back"):
            order.partner_invoice_id = other
        order.partner_invoice_id = office
        order.order_line.product_uom_qty = 0.0
        self.assertEqual(self._bill("2026-01-02").partner_id, office, "all of it is credited to who paid it")
        order.partner_invoice_id = other
        order.order_line.product_uom_qty = 1.0
        self.assertEqual(self._bill("2026-01-03").partner_id, other, "nothing of it stands")

    def test_an_order_confirmed_again_does_not_charge_the_days_it_was_cancelled(self):
        charge = self._charge(order := self._subscribe(31.0))
        self._bill("2026-01-01").action_post()
        self._on("2026-01-11")
        order._action_cancel()
        self._on("2026-05-11")
        order.action_draft()
        order.action_confirm()
        self._bill("2026-06-01")
        # 21 of 31 days of May; January was billed in advance, and stays
        self.assertEqual(self._billed(order), {"2026-01-01": 31.0, "2026-05-01": 21.0, "2026-06-01": 31.0})
        told = " ".join(order.message_ids.mapped("body"))
        self.assertIn("is not charged from 02/01/2026 to 05/10/2026", told)
        charge.resume("2026-02-01", note="Cancelled by mistake")
        self._bill("2026-06-01")
        self.assertEqual(self._billed(order)["2026-02-01"], 31.0)

    def test_an_option_that_nobody_chose_is_no_subscription_until_somebody_does(self):
        order = self._subscribe(30.0, product_uom_qty=0.0)
        line = order.order_line
        self.assertFalse(self._charge(order))
        self.assertEqual(line.qty_to_invoice, 0.0)
        self._on("2026-02-10")
        line.write({"product_uom_qty": 2.0, "price_unit": 30.0})
        self.assertEqual(str(self._charge(order).first_day), "2026-02-10")
        self._bill("2026-02-10")
        self.assertEqual(self._billed(order), {"2026-02-10": 60.0})

    def test_the_end_of_a_line_is_that_of_what_is_charged(self):
        charge = self._charge(order := self._subscribe(31.0))
        after = self.env["subscription.charge"].browse(
            charge.change_plan(self._make_plan("Bigger").id, "2026-03-01", price_unit=62.0)["id"]
        )
        after.cancel("2026-02-28")
        charge.restart("2026-03-01")
        self.assertFalse(order.order_line.subscription_end)
        with self.assertRaisesRegex(UserError, "is charged by Monthly, in advance already"):
            after.restart("2026-03-01")
        with self.assertRaisesRegex(UserError, "is charged by Monthly, in advance already"):
            after.cancel("2026-12-31")
        order.order_line.subscription_end = "2026-03-31"
        self._bill("2026-05-01")
        self.assertEqual(self._billed(order), {"2026-01-01": 31.0, "2026-02-01": 31.0, "2026-03-01": 31.0})

    def test_the_end_of_a_line_that_was_handed_over_stays(self):
        order = self._subscribe(31.0)
        heir = self.env["res.partner"].create({"name": "Heir"})
        self._charge(order).transfer(heir.id, "2026-02-01")
        for end in (False, "2026-06-30"):
            with self.assertRaisesRegex(UserError, "goes on from 2026-02-01 in another way"):
                order.order_line.subscription_end = end

    def test_what_is_given_back_is_credited_when_nothing_more_is_billed(self):
        self._on("2026-06-01")
        order = self._subscribe(100.0)
        self._bill("2026-06-01")
        self._on("2026-06-16")
        order.order_line.product_uom_qty = 0.0
        [credit] = self._bill("2026-06-16")
        self.assertEqual((credit.move_type, credit.amount_untaxed), ("out_refund", 50.0))

    def test_a_small_price_rises_as_exactly_as_it_is_written(self):
        plan = self._make_plan("Yearly rise", term_count=1, term_unit="years", uplift_percent=5.0)
        order = self._subscribe(0.004, plan, product_uom_qty=100_000.0)
        self._bill("2026-12-01")
        self._bill("2027-01-01")
        self.assertEqual(self._billed(order)["2027-01-01"], 420.0)

    def test_going_on_takes_the_end_back_that_was_recorded_last(self):
        charge = self._charge(self._subscribe(31.0))
        charge.cancel("2026-12-31")
        charge.cancel("2026-03-31")
        charge.restart("2026-04-01")
        self.assertEqual(str(charge.last_day), "2026-12-31")
        charge.restart("2027-01-01")
        self.assertFalse(charge.last_day)

    def test_going_on_with_the_same_plan_keeps_what_was_agreed_by_it(self):
        charge = self._charge(self._subscribe(100.0))
        self.monthly.write({"interval_unit": "years", "timing": "arrears"})
        heir = self.env["res.partner"].create({"name": "Heir"})
        his = self.env["sale.order"].browse(charge.transfer(heir.id, "2026-02-01")["order_id"])
        self.assertEqual((self._charge(his).interval_unit, self._charge(his).timing), ("months", "advance"))

    def test_seats_added_before_another_plan_begins_go_on_with_it(self):
        charge = self._charge(order := self._subscribe(10.0, product_uom_qty=10.0))
        bigger = self._make_plan("Bigger")
        charge.change_plan(bigger.id, "2026-02-01", price_unit=20.0)
        order.order_line.product_uom_qty = 15.0
        self._bill("2026-02-01")
        self.assertEqual(self._billed(order), {"2026-01-01": 150.0, "2026-02-01": 300.0})
        after = charge.next_ids
        again = after.change_plan(self.monthly.id, "2026-03-01", quantity=3.0)
        after.change("now", quantity=20.0)
        self.assertEqual(self.env["subscription.charge"].browse(again["id"]).version_ids[-1:].quantity, 3.0)

    def test_another_plan_ends_when_the_subscription_was_to_end(self):
        charge = self._charge(self._subscribe(31.0, subscription_end="2026-06-30"))
        yearly_term = self._make_plan("A year", term_count=1, term_unit="years", renewal="end")
        change = self._dialog(charge, "plan", when="day", day="2026-05-01", plan_id=yearly_term.id, price_unit=62.0)
        change.action_change()
        self.assertEqual(str(charge.next_ids.last_day), "2026-06-30")

    def test_another_plan_does_not_end_where_the_rule_of_the_one_before_ended(self):
        year = {"term_count": 1, "term_unit": "years"}
        charge = self._charge(self._subscribe(31.0, self._make_plan("A year", renewal="end", **year)))
        self.assertEqual(str(charge.last_day), "2026-12-31")
        going_on, ending = self._make_plan("Goes on", **year), self._make_plan("Another year", renewal="end", **year)
        change = self._dialog(charge, "plan", when="day", day="2026-07-01", plan_id=ending.id)
        self.assertIn("It ends on 06/30/2027 then.", change.effect)
        change.plan_id = going_on
        self.assertNotIn("It ends on", change.effect)
        change.action_change()
        self.assertFalse(charge.next_ids.last_day)
        self.assertEqual(str(charge.next_ids.term_last_day), "2027-06-30")

    def test_a_line_that_cannot_say_what_holds_stops_no_other(self):
        charge, other = self._charge(self._subscribe()), self._charge(self._subscribe())
        (charge | other).mapped(lambda row: row.change("2026-02-01", quantity=2.0))
        tell = type(charge.line_id)._subscription_tell

        def fail_one(lines):
            if lines == charge.line_id:
                raise UserError("No.")  # pylint: disable=translation-required
            return tell(lines)

        logger = "odoo.addons.subscription_billing.models.sale_order_line"
        with patch.object(type(charge.line_id), "_subscription_tell", fail_one), mute_logger(logger):
            self._bill("2026-02-01")
        self.assertEqual(other.line_id.product_uom_qty, 2.0)

    def test_notice_binds_whatever_way_out_is_taken(self):
        clerk = new_test_user(self.env, "clerk", "account.group_account_invoice")
        bound = self._make_plan("Bound", notice_count=3, notice_unit="months")
        charge = self._charge(self._subscribe(31.0, bound)).with_user(clerk)
        for call, arguments in (("pause", ("now",)), ("change_plan", (self.monthly.id, "now"))):
            with self.assertRaisesRegex(UserError, "at the earliest"):
                getattr(charge, call)(*arguments)
        charge.pause("now", until="2026-01-31")

    def test_notice_binds_what_comes_to_an_end(self):
        clerk = new_test_user(self.env, "clerk", "account.group_account_invoice")
        seller = new_test_user(self.env, "seller", "sales_team.group_sale_salesman_all_leads")
        bound = self._make_plan("Bound", minimum_count=1, minimum_unit="years")
        charge = self._charge(order := self._subscribe(31.0, bound))
        by_clerk = charge.with_user(clerk)
        nothing = {"quantity": 0.0}, {"price_unit": 0.0}, {"discount": 100.0}, {"price_unit": -1.0}
        for values in nothing:
            with self.subTest(values), self.assertRaisesRegex(UserError, "on 2026-12-31 at the earliest"):
                by_clerk.change("now", **values)
        with self.assertRaisesRegex(UserError, "on 2026-12-31 at the earliest"):
            by_clerk.pause("now", until="2099-12-31")
        for values in ({"product_uom_qty": 0.0}, {"price_unit": 0.0}, {"discount": 100.0}):
            with self.subTest(values), self.assertRaisesRegex(UserError, "on 2026-12-31 at the earliest"):
                order.order_line.with_user(seller).write(values)
        by_clerk.pause("2026-03-01", until="2026-03-31")
        by_clerk.change("2027-01-01", quantity=0.0)
        order.order_line.with_user(seller).product_uom_qty = 2.0
        charge.change("now", quantity=0.0)
        order.order_line.with_user(seller).price_unit = 20.0

    def test_odd_values_are_refused_in_words(self):
        charge = self._charge(self._subscribe())
        for odd in ([], ["x"], {}, 1, 1.5, True):
            with self.assertRaises(UserError):
                charge.cancel(when=odd or ["x"])
            with self.assertRaises(UserError):
                charge.change(odd, quantity=2.0)
            with self.assertRaises(UserError):
                charge.change_plan(odd if odd != 1 else "one", "now")

    # === RIGHTS === #

    def test_who_may_do_it(self):
        charge = self._charge(self._subscribe())
        seller = new_test_user(self.env, "seller", "sales_team.group_sale_salesman_all_leads")
        clerk = new_test_user(self.env, "clerk", "account.group_account_invoice")
        calls = {
            "pause": ("now",),
            "resume": ("now",),
            "change_plan": (self.quarterly.id, "now"),
            "restart": ("now",),
            "transfer": (self.customer.id, "now"),
        }
        for name, arguments in calls.items():
            with self.subTest(name), self.assertRaises(AccessError):
                getattr(charge.with_user(seller), name)(*arguments)
        charge.with_user(clerk).pause("now")
        charge.with_user(clerk).resume("next_period")
        charge.with_user(clerk).change_plan(self.quarterly.id, "2026-03-01")
        with self.assertRaises(AccessError):
            charge.line_id.with_user(seller).subscription_previous_id = charge

    def test_a_dialog_tells_nothing_of_a_subscription_that_he_may_not_read(self):
        charge = self._charge(self._subscribe())
        other = self.env["res.company"].create({"name": "Elsewhere"})
        clerk = new_test_user(
            *(self.env, "clerk", "account.group_account_invoice"),
            company_id=other.id,
            company_ids=[Command.set((other | self.company).ids)],
        )
        said = {"charge_id": charge.id, "number": 2}
        for model, values, change in (
            ("subscription.charge.change", {"what": "end", "end_when": "end"}, {"end_when": "end"}),
            ("subscription.charge.change", {"when": "next_period"}, {"when": "next_period"}),
            ("subscription.charge.renew", {}, {"note": "x"}),
        ):
            values = {name: value for name, value in {**said, **values}.items() if name in self.env[model]._fields}
            Dialog = self.env[model].with_user(clerk)
            opened = Dialog.with_context(allowed_company_ids=[other.id, self.company.id]).create(values)
            Dialog = Dialog.with_context(allowed_company_ids=other.ids)
            with self.subTest(model=model, by="create"), self.assertRaises(AccessError):
                Dialog.create(values)
            with self.subTest(model=model, by="write"), self.assertRaises(AccessError):
                opened.with_env(Dialog.env).write(change)
            with self.subTest(model=model, by="onchange"), self.assertRaises(AccessError):
                _days = [Dialog.new(values)[name] for name in ("last_day", "day") if name in Dialog._fields]
