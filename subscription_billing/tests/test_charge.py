from psycopg2.errors import RestrictViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import SubscriptionCommon


@tagged("post_install", "-at_install")
class TestCharge(SubscriptionCommon):
    """An order line with a plan gets a charge, whose history nobody rewrites."""

    def test_a_product_brings_its_plan_and_the_line_may_have_another(self):
        self.service.subscription_plan_id = self.monthly
        order = self._make_order(30.0, {"price_unit": 300.0, "subscription_plan_id": self.quarterly.id}, confirm=False)
        self.assertEqual(order.order_line.subscription_plan_id, self.monthly | self.quarterly)
        self.assertFalse(order.order_line.subscription_charge_ids, "a quotation charges nothing")
        order.action_confirm()
        timings = [line.subscription_charge_ids.timing for line in order.order_line]
        self.assertEqual(timings, ["advance", "arrears"])

    def test_goods_are_no_subscription(self):
        goods = self._make_service("Bolts", type="consu")
        with self.assertRaises(ValidationError):
            goods.subscription_plan_id = self.monthly
        with self.assertRaises(ValidationError):
            self._subscribe(product_id=goods.id)

    def test_it_begins_today_in_the_zone_of_the_customer(self):
        self.customer.tz = "Pacific/Kiritimati"
        self._on("2026-03-31")
        order = self._subscribe()
        self.assertEqual(str(order.order_line.subscription_start), "2026-04-01")
        self.customer.tz = "UTC"
        self.assertEqual(self._charge(order).tz, "Pacific/Kiritimati", "it keeps its zone")

    def test_a_line_added_to_a_confirmed_order_runs_at_once(self):
        self._on("2026-01-01")
        order = self._make_order(100.0)
        values = {"product_id": self.service.id, "price_unit": 30.0, "subscription_plan_id": self.monthly.id}
        order.order_line = [Command.create({**values, "tax_ids": [Command.clear()]})]
        self.assertTrue(self._charge(order))

    def test_later_changes_of_a_plan_are_for_later_orders(self):
        self._on("2026-01-01")
        order = self._subscribe()
        self.monthly.write({"interval_count": 3, "timing": "arrears"})
        self._bill("2026-02-01")
        self.assertEqual(self._billed(order), {"2026-01-01": 30.0, "2026-02-01": 30.0})
        with self.assertRaises(UserError):
            self.monthly.unlink()

    def test_a_running_line_keeps_plan_and_start(self):
        order = self._subscribe()
        for values in ({"subscription_plan_id": self.quarterly.id}, {"subscription_start": "2026-01-01"}):
            with self.assertRaisesRegex(UserError, "its plan and its start stay"):
                order.order_line.write(values)

    def test_what_was_agreed_is_never_changed(self):
        charge = self._charge(self._subscribe())
        version = charge.version_ids
        with self.assertRaises(UserError):
            version.write({"price_unit": 1.0})
        with self.assertRaises(UserError):
            version.unlink()
        for statement in (
            "UPDATE subscription_charge_version SET price_unit = 1 WHERE id = %s",
            "DELETE FROM subscription_charge_version WHERE id = %s",
        ):
            with self.assertRaises(RestrictViolation), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                self.env.cr.execute(statement, [version.id])

    def test_who_changed_what_since_when_and_why_is_recorded(self):
        self._on("2026-01-01")
        order = self._subscribe()
        self._on("2026-01-20")
        order.order_line.write({"price_unit": 40.0, "product_uom_qty": 2.0})
        self._charge(order).change("2026-01-10", discount=5.0, note="Promised")
        rows = self._charge(order).version_ids.sorted("id")
        self.assertRecordValues(
            rows,
            [
                {"kind": "agreed", "price_unit": 30.0, "quantity": 1.0, "user_id": self.env.uid, "note": False},
                {"kind": "price", "price_unit": 40.0, "quantity": 0.0, "user_id": self.env.uid, "note": ""},
                {"kind": "quantity", "price_unit": 0.0, "quantity": 2.0, "user_id": self.env.uid, "note": ""},
                {"kind": "price", "price_unit": 30.0, "quantity": 0.0, "user_id": self.env.uid, "note": "Promised"},
            ],
        )
        self.assertEqual([str(row.day) for row in rows], ["2026-01-01", "2026-01-20", "2026-01-20", "2026-01-10"])
        self.assertEqual(order.order_line.price_unit, 40.0, "what was agreed for later days stays")
        self._bill("2026-01-31")
        # 9 days of 30.00, 10 of 28.50, 12 of 80.00, of 31 each
        self.assertEqual(self._billed(order), {"2026-01-01": 48.87})

    def test_a_change_is_refused_that_makes_no_sense(self):
        self._on("2026-01-10")
        charge = self._charge(self._subscribe())
        for day in ("2026-01-09", "soon"):
            with self.assertRaisesRegex(UserError, "^day: "):
                charge.change(day, quantity=2.0)
        with self.assertRaisesRegex(UserError, "^quantity: "):
            charge.change("2026-01-10", quantity="two")
        with self.assertRaisesRegex(UserError, "Nothing to change"):
            charge.change("2026-01-10")

    def test_a_charge_ends_on_a_day_and_says_so(self):
        self._on("2026-04-01")
        charge = self._charge(order := self._subscribe(price=90.0))
        self._bill("2026-04-01")
        self._on("2026-04-16")
        self.assertEqual(charge.cancel("2026-04-30", "Budget cut"), {"end": "2026-04-30", "next_due": False})
        self.assertEqual(str(order.order_line.subscription_end), "2026-04-30")
        self.assertEqual(charge.cancel("2026-04-20", "At once"), {"end": "2026-04-20", "next_due": "2026-04-01"})
        self._bill("2026-04-16")
        self.assertEqual(self._billed(order), {"2026-04-01": 60.0})
        [status] = charge.get_status()
        self.assertEqual((status["start"], status["end"], status["next_due"]), ("2026-04-01", "2026-04-20", False))
        self.assertEqual(status["periods"], [{"from": "2026-04-01", "to": "2026-04-30", "amount": 60.0}])
        changes = [(row["what"], row.get("end"), row["note"]) for row in status["changes"]]
        self.assertEqual(
            changes, [("agreed", False, ""), ("end", "2026-04-30", "Budget cut"), ("end", "2026-04-20", "At once")]
        )
        charge.cancel("2026-04-20", "Again")
        self.assertEqual(len(charge.version_ids), 3, "said once")
        with self.assertRaisesRegex(UserError, "^last_day: 2026-03-30 is before the start"):
            charge.cancel("2026-03-30")
        with self.assertRaisesRegex(UserError, "^last_day: "):
            charge.cancel("soon")

    def test_who_may_change(self):
        charge = self._charge(self._subscribe())
        salesman = new_test_user(self.env, "seller", "sales_team.group_sale_salesman_all_leads")
        clerk = new_test_user(self.env, "clerk", "account.group_account_invoice")
        with self.assertRaises(AccessError):
            charge.with_user(salesman).change(str(charge.first_day), quantity=2.0)
        with self.assertRaises(AccessError):
            charge.with_user(salesman).cancel(str(charge.first_day))
        charge.with_user(clerk).change(str(charge.first_day), quantity=2.0)
        self.assertEqual(charge.quantity, 2.0)
        for user in (salesman, clerk):
            with self.assertRaises(AccessError):
                charge.with_user(user).write({"first_day": "2020-01-01"})
            with self.assertRaises(AccessError):
                self.env["subscription.charge.version"].with_user(user).create(
                    {"charge_id": charge.id, "kind": "price", "day": "2026-01-01", "price_unit": 1.0}
                )

    def test_whoever_may_write_an_order_changes_its_subscription(self):
        salesman = new_test_user(self.env, "seller", "sales_team.group_sale_salesman")
        self._on("2026-01-01")
        order = self._make_order(
            {"price_unit": 30.0, "subscription_plan_id": self.monthly.id}, confirm=False, user_id=salesman.id
        )
        order.with_user(salesman).action_confirm()
        order.with_user(salesman).order_line.product_uom_qty = 4.0
        self.assertEqual(self._charge(order).version_ids.user_id, salesman)
        self.assertEqual(order.order_line.price_unit, 30.0, "a price list does not change what was agreed")
        self._bill("2026-01-01")
        self.assertEqual(self._billed(order), {"2026-01-01": 120.0})

    def test_a_salesperson_ends_from_today_on_and_wakes_nothing_that_ended(self):
        salesman = new_test_user(self.env, "seller", "sales_team.group_sale_salesman")
        manager = new_test_user(self.env, "manager", "sales_team.group_sale_manager")
        self._on("2026-01-01")
        order = self._subscribe(100.0, start="2026-01-01")
        order.user_id = salesman
        self._bill("2026-11-01")
        self._on("2026-11-30")
        line = order.with_user(salesman).order_line
        with self.assertRaisesRegex(UserError, "today or later"):
            line.subscription_end = "2026-01-31"
        line.subscription_end = "2026-11-30"
        line.subscription_end = False
        line.with_user(manager).subscription_end = "2026-05-31"
        line.subscription_end = "2026-05-31"
        for end in (False, "2027-01-31"):
            with self.assertRaisesRegex(UserError, "today or later"):
                line.subscription_end = end
        self.assertEqual(str(self._charge(order).last_day), "2026-05-31")

    def test_a_mistyped_start_is_refused(self):
        for day, why in (("0206-11-01", "no day of business"), ("1996-11-01", "years ago")):
            with self.subTest(day), self.assertRaisesRegex(ValidationError, why):
                self._subscribe(start=day, confirm=False)

    def test_a_cancelled_order_charges_nothing_and_goes_on_where_it_stood(self):
        self._on("2026-01-01")
        order, fresh = self._subscribe(), self._subscribe(start="2026-01-01")
        invoice = order._create_invoices()
        invoice.action_post()
        orders = order | fresh
        orders._action_cancel()
        self.assertFalse(self._bill("2026-02-01"))
        orders.action_draft()
        fresh.order_line.write({"subscription_start": "2026-02-01", "price_unit": 50.0})
        orders.action_confirm()
        self.assertEqual(len(self._charge(order)), 1, "what stands on invoices goes on")
        self.assertEqual(len(self._charge(fresh)), 2, "what was never billed begins anew")
        self._bill("2026-02-01")
        self.assertEqual(self._billed(order), {"2026-01-01": 30.0, "2026-02-01": 30.0})
        self.assertEqual(self._billed(fresh), {"2026-02-01": 50.0})

    def test_an_order_with_subscriptions_stays_in_its_currency(self):
        self._on("2026-01-01")
        order, fresh = self._subscribe(100.0), self._subscribe(100.0)
        for day in ("2026-01-01", "2026-02-01", "2026-03-01"):
            self._bill(day)
        euro = self.env.ref("base.EUR")
        euro.active = True
        price_list = self.env["product.pricelist"].create({"name": "Euro", "currency_id": euro.id})
        for one in (order, fresh):
            one._action_cancel()
            one.action_draft()
            self.env.flush_all()
            with self.assertRaisesRegex(ValidationError, "stay in it: choose a price list"), self.env.cr.savepoint():
                one.pricelist_id = price_list
                one.flush_recordset()
            self.env.invalidate_all()
        order.order_line.price_unit = 110.0
        order.action_confirm()
        self._bill("2026-04-01")
        amounts = {str(day): amount for day, amount in self._billed(order).items()}
        self.assertEqual(amounts["2026-01-01"], 100.0)
        self.assertEqual(amounts["2026-04-01"], 110.0)

    def test_an_order_invoiced_to_one_customer_is_not_confirmed_again_for_another(self):
        self._on("2026-01-01")
        order = self._subscribe(100.0)
        self._bill("2026-01-01").action_post()
        order._action_cancel()
        order.action_draft()
        other = self.env["res.partner"].create({"name": "Elsewhere"})
        order.write({"partner_id": other.id, "partner_invoice_id": other.id, "partner_shipping_id": other.id})
        with self.assertRaisesRegex(UserError, "invoiced to Harbour Works already, and the order is for Elsewhere"):
            order.action_confirm()

    def test_a_cancelled_invoice_may_be_posted_after_all(self):
        self._on("2026-01-01")
        order = self._subscribe()
        invoice = order._create_invoices()
        order._action_cancel()
        self.assertEqual(invoice.state, "cancel")
        order.action_draft()
        with self.assertRaisesRegex(UserError, "its plan and its start stay"):
            order.order_line.subscription_start = "2026-02-01"
        order.action_confirm()
        self.assertEqual(len(self._charge(order)), 1)
        invoice.button_draft()
        invoice.action_post()
        self.assertFalse(self._bill("2026-01-02"))
        self.assertEqual(self._billed(order), {"2026-01-01": 30.0})

    def test_an_order_that_was_a_subscription_stays_on_record(self):
        order = self._subscribe()
        order._action_cancel()
        with self.assertRaisesRegex(UserError, "stay on record"):
            order.unlink()

    def test_a_copy_begins_without_days_and_history(self):
        order = self._subscribe(start="2026-01-01")
        copied = order.copy().order_line
        self.assertEqual(copied.subscription_plan_id, self.monthly)
        self.assertFalse(copied.subscription_start or copied.subscription_charge_ids)

    def test_a_posted_invoice_keeps_what_it_bills(self):
        self._on("2026-01-01")
        invoice = self._subscribe()._create_invoices()
        invoice.action_post()
        with self.assertRaisesRegex(UserError, "is posted"):
            invoice.invoice_line_ids.price_unit = 1.0

    def test_a_locked_order_keeps_its_end(self):
        order = self._subscribe()
        order.action_lock()
        with self.assertRaisesRegex(UserError, "locked order"):
            order.order_line.subscription_end = "2030-01-01"

    def test_whoever_changes_what_is_due_is_in_the_way_of_others(self):
        self._on("2026-01-01")
        charge = self._charge(self._subscribe())
        self.env.flush_all()
        before = charge.revision
        charge.change("2026-01-01", quantity=2.0)
        self.env.flush_all()
        self.assertEqual(str(charge.next_due), "2026-01-01", "it was due before")
        self.assertGreater(charge.revision, before)

    def test_a_quotation_says_what_is_due_now_in_each_period_and_over_the_term(self):
        self._on("2026-01-16")
        aligned = self._make_plan("First", alignment="day", term_count=1, term_unit="years", renewal="end")
        self.quarterly.write({"term_count": 1, "term_unit": "years"})
        order = self._make_order(
            500.0,
            {"price_unit": 31.0, "product_uom_qty": 2.0, "subscription_plan_id": aligned.id},
            {"price_unit": 300.0, "subscription_plan_id": self.quarterly.id},
            confirm=False,
        )
        self.assertEqual(
            order.subscription_totals.replace("\xa0", " ").splitlines(),
            [
                # 16 of 31 days of 62.00
                "Due on confirmation: $ 532.00",
                "Every month: $ 62.00",
                "Every 3 months: $ 300.00",
                # eleven months, 16 of 31 days and 15 of 31 days of seats, four quarters of support
                "Over the term, with what is due once: $ 2,444.00",
            ],
        )
        order.action_confirm()
        self.assertFalse(order.subscription_totals)
        self.assertEqual(order._create_invoices().amount_untaxed, 532.0)
        self.quarterly.term_count = 0
        self.assertNotIn("Over the term", order.copy().subscription_totals)

    def test_a_quotation_does_not_say_due_of_what_is_billed_once_delivered(self):
        order = self._make_order(500.0, {"price_unit": 31.0, "subscription_plan_id": self.monthly.id}, confirm=False)
        self.assertIn("Due on confirmation: $ 531.00", order.subscription_totals.replace("\xa0", " "))
        delivered = order.order_line[0].product_id.copy({"invoice_policy": "delivery"})
        order.order_line[0].write({"product_id": delivered.id, "price_unit": 500.0})
        self.assertIn(
            "Due on confirmation, beside what is billed by a plan or once delivered: $ 31.00",
            order.subscription_totals.replace("\xa0", " "),
        )

    def test_a_quotation_tells_it_on_paper_too(self):
        order = self._subscribe(confirm=False)
        report, _kind = self.env["ir.actions.report"]._render_qweb_html("sale.report_saleorder", order.ids)
        text = report.decode().replace("\xa0", " ")
        self.assertIn("Subscriptions, without taxes", text)
        self.assertIn("Every month: $ 30.00", text)
        order.action_confirm()
        report, _kind = self.env["ir.actions.report"]._render_qweb_html("sale.report_saleorder", order.ids)
        self.assertNotIn("Subscriptions, without taxes", report.decode())

    def test_the_dialog_says_before_what_a_change_bills(self):
        self._on("2026-04-01")
        order = self._subscribe(product_uom_qty=2.0)
        self._bill("2026-04-01")
        self._on("2026-04-20")
        charge = self._charge(order)
        dialog = self.env["subscription.charge.change"].with_context(active_model=charge._name, active_id=charge.id)
        change = dialog.create({"day": "2026-04-16", "quantity": 3.0, "note": "One more"})
        self.assertEqual(change.price_unit, 30.0)
        self.assertEqual(self._outlook(change)[:2], [("04/20/2026", 0.0, 15.0), ("05/01/2026", 60.0, 90.0)])
        self.assertEqual(len(charge.version_ids), 1, "nothing is written")
        change.action_change()
        self.assertEqual(self._bill("2026-04-20").amount_untaxed, 15.0)
        self.env.invalidate_all()
        change = dialog.create({"what": "end", "last_day": "2026-04-25", "note": "Moved away"})
        # the last five of thirty days of three
        self.assertEqual(self._outlook(change)[:2], [("04/20/2026", 0.0, -15.0), ("05/01/2026", 90.0, 0.0)])
        change.action_change()
        self.assertEqual((str(order.order_line.subscription_end), len(charge.version_ids)), ("2026-04-25", 3))
        action = order.action_view_subscriptions()
        self.assertEqual(self.env["subscription.charge"].search(action["domain"]), charge)
