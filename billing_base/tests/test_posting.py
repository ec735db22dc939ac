from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from .common import BillingBaseCommon


@tagged("post_install", "-at_install")
class TestPosting(BillingBaseCommon):
    """What becomes of an invoice: left in draft, posted, posted and sent, by the nearest rule."""

    def _bill(self, key, **values):
        """Run what is due of the customer; return the only row of the run."""
        self._run(key, customers=[self.customer.id], **values)
        return self.runs.search([("key", "=", key)]).invoice_ids.ensure_one()

    def _retry(self, row):
        row.action_retry()
        self._finish(row.run_id.key)
        return row

    def _mails(self, move):
        return move.message_ids.filtered(lambda message: self.customer in message.partner_ids)

    # === BY WHICH RULE === #

    def test_an_invoice_is_left_in_draft_unless_somebody_says_otherwise(self):
        self._make_order(10.0)
        self.assertEqual(self._preview(customers=[self.customer.id])["invoices"][0]["then"], "draft")
        row = self._bill("one")
        self.assertEqual((row.state, row.move_id.state, row.reason), ("billed", "draft", ""))

    def test_the_nearest_rule_says_what_becomes_of_it(self):
        self.company.billing_invoices = "send"
        self.customer.billing_invoices = "post"
        order = self._make_order(10.0)
        self.assertEqual(order.billing_rules_text, "Invoices of a Run: Post (customer)")
        row = self._bill("one")
        self.assertEqual((row.state, row.move_id.state, row.becomes), ("billed", "posted", "post"))
        self.assertFalse(row.move_id.sending_data, "only posted")
        self._make_order(20.0, billing_invoices="draft")
        self.assertEqual(self._bill("two").move_id.state, "draft")

    def test_orders_whose_invoices_become_something_else_do_not_share_one(self):
        self._make_order(10.0)
        order = self._make_order(20.0, billing_invoices="post")
        first, second = self._preview(customers=[self.customer.id])["invoices"]
        self.assertEqual((first["own_invoice_for"], second["own_invoice_for"]), ("", "What becomes of the invoice"))
        self.assertEqual((first["then"], second["then"]), ("draft", "post"))
        self._run("one", customers=[self.customer.id])
        self.assertEqual(order.invoice_ids.state, "posted")

    def test_the_rule_posts_also_what_a_sales_manager_bills(self):
        self.customer.billing_invoices = "post"
        order = self._make_order(10.0)
        user = new_test_user(self.env, "manager", "sales_team.group_sale_manager", company_id=self.company.id)
        runs = self.runs.with_user(user)
        self.env.flush_all()
        runs.start(str(self.today), [self.customer.id], "mine")
        runs.search([("key", "=", "mine")]).action_bill()
        self.assertEqual(order.invoice_ids.state, "posted")

    # === SENT ONCE === #

    def test_what_is_sent_is_sent_once(self):
        self.customer.billing_invoices = "send"
        self._make_order(10.0)
        row = self._bill("one")
        move = row.move_id
        self.assertEqual((row.state, move.state), ("billed", "posted"))
        self.assertEqual(move.sending_data["author_user_id"], self.env.uid)
        self.assertFalse(move.is_move_sent, "by Odoo's own sending, after the run")
        with self.enter_registry_test_mode():
            self.env.ref("account.ir_cron_account_move_send").method_direct_trigger()
        self.assertTrue(move.is_move_sent)
        self.assertEqual(len(self._mails(move)), 1)
        # Whatever is repeated, by whom ever.
        self._finish("one")
        row._set_state("unsent", {"name": "no_mail_address", "invoice": move.name, "customer": "Harbour Works"})
        self._retry(row)
        self.assertFalse(move.sending_data)
        with self.enter_registry_test_mode():
            self.env.ref("account.ir_cron_account_move_send").method_direct_trigger()
        self.assertEqual((row.state, len(self._mails(move))), ("billed", 1))

    def test_a_step_that_is_undone_after_posting_sends_nothing(self):
        self.customer.billing_invoices = "send"
        order = self._make_order(10.0)
        self.env.flush_all()
        self.runs.start(str(self.today), [self.customer.id], "one")
        with (
            patch.object(type(self.env["account.move"]), "_billing_leave_to_sending", side_effect=KeyboardInterrupt),
            self.assertRaises(KeyboardInterrupt),
            self.env.cr.savepoint(),
        ):
            self._finish("one")
        self.env.invalidate_all()
        self.assertFalse(order.invoice_ids, "posting and sending are one step")
        self._finish("one")
        self.assertRecordValues(order.invoice_ids, [{"state": "posted"}])

    def test_a_customer_without_an_address_is_named(self):
        self.customer.write({"billing_invoices": "send", "email": False})
        self._make_order(10.0)
        row = self._bill("one")
        self.assertEqual((row.state, row.move_id.state), ("unsent", "posted"))
        self.assertEqual(row.reason, f"{row.move_id.name} is posted, not sent: Harbour Works has no email address.")
        self.assertIn("email address", row.remedy)
        self.assertEqual((row.run_id.billed_count, row.run_id.kept_count), (1, 1))
        self._retry(row)
        self.assertEqual(row.state, "unsent")
        self.customer.email = "books@harbour.example"
        self._retry(row)
        self.assertEqual((row.state, row.reason), ("billed", ""))
        self.assertTrue(row.move_id.sending_data)

    def test_who_gets_no_mails_needs_no_address(self):
        self.customer.write({"billing_invoices": "send", "email": False, "invoice_sending_method": "manual"})
        self._make_order(10.0)
        row = self._bill("one")
        self.assertEqual(row.state, "billed")
        self.assertTrue(row.move_id.sending_data)

    def test_what_a_person_sent_says_no_longer_that_it_is_not_sent(self):
        self.customer.write({"billing_invoices": "send", "email": False})
        self._make_order(10.0)
        row = self._bill("one")
        row.move_id.is_move_sent = True
        self.assertEqual((row.state, row.reason), ("billed", ""))

    # === NOT POSTED === #

    def test_what_cannot_be_posted_stays_a_draft_and_the_others_go_on(self):
        self.company.billing_invoices = "post"
        account = self.company_data["default_account_revenue"].copy({"name": "Old sales"})
        product = self._make_service("Old", property_account_income_id=account.id)
        other = self.customer.copy({"name": "Quay Works"})
        bad = self._make_order(10.0, product=product)
        good = self._make_order(20.0, partner_id=other.id)
        account.active = False
        status = self._run("one", customers=[self.customer.id, other.id])
        self.assertEqual((bad.invoice_ids.state, good.invoice_ids.state), ("draft", "posted"))
        self.assertEqual((status["state"], status["counts"]["unposted"], status["counts"]["billed"]), ("done", 1, 1))
        self.assertEqual(sum(row["total"] for row in status["totals"].values()), 30.0, "both are billed")
        [row] = self.runs.search([("key", "=", "one")]).invoice_ids.filtered(lambda row: row.move_id == bad.invoice_ids)
        self.assertRegex(row.reason, r"^The invoice stays a draft: .*Old sales.* is archived")
        self.assertIn("retry", row.remedy)
        self._retry(row)
        self.assertEqual((row.state, bad.invoice_ids.state), ("unposted", "draft"), "nothing was mended")
        account.active = True
        self._retry(row)
        self.assertEqual((row.state, row.reason), ("billed", ""))
        self.assertRecordValues(bad.invoice_ids, [{"state": "posted"}])

    def test_what_a_person_posted_says_no_longer_that_it_is_not_posted(self):
        self.customer.billing_invoices = "send"
        order = self._make_order(10.0)
        self.env.flush_all()
        self.runs.start(str(self.today), [self.customer.id], "one")
        with patch.object(type(self.env["account.move"]), "action_post", side_effect=UserError("Not now")):
            self._finish("one")
        row = self.runs.search([("key", "=", "one")]).invoice_ids
        self.assertEqual((row.state, row.reason), ("unposted", "The invoice stays a draft: Not now"))
        order.invoice_ids.action_post()
        self.assertEqual((row.state, row.reason), ("billed", ""))
        self.assertFalse(order.invoice_ids.sending_data, "who posts it by hand sends it by hand")

    def test_a_draft_that_a_person_cancelled_is_billed_anew(self):
        self.customer.billing_invoices = "post"
        order = self._make_order(10.0)
        self.env.flush_all()
        self.runs.start(str(self.today), [self.customer.id], "one")
        with patch.object(type(self.env["account.move"]), "action_post", side_effect=UserError("Not now")):
            self._finish("one")
        row = self.runs.search([("key", "=", "one")]).invoice_ids
        order.invoice_ids.button_cancel()
        self._retry(row)
        self.assertEqual(sorted(order.invoice_ids.mapped("state")), ["cancel", "posted"])
        self.assertEqual(row.move_id.state, "posted")

    def test_an_unexpected_error_while_posting_is_told_too(self):
        self.customer.billing_invoices = "post"
        order = self._make_order(10.0)
        self.env.flush_all()
        self.runs.start(str(self.today), [self.customer.id], "one")
        with (
            patch.object(type(self.env["account.move"]), "action_post", side_effect=ValueError("stumbled")),
            self.assertLogs("odoo.addons.billing_base.models.billing_run_invoice_making", "WARNING"),
        ):
            self._finish("one")
        row = self.runs.search([("key", "=", "one")]).invoice_ids
        self.assertEqual((row.state, row.reason), ("unposted", "Unexpected error: stumbled"))
        self.assertEqual(order.invoice_ids.state, "draft")

    # === TOLD === #

    def _seller(self):
        return new_test_user(self.env, "seller", "sales_team.group_sale_salesman_all_leads", email="seller@example.com")

    def _asked(self, order):
        return order.activity_ids.filtered(
            lambda row: row.activity_type_id == self.env.ref("billing_base.mail_activity_kept_back")
        )

    def test_who_sells_is_asked_once_to_mend_what_is_not_posted(self):
        self.customer.billing_invoices = "post"
        order = self._make_order(10.0, user_id=self._seller().id)
        self.company.fiscalyear_lock_date = self.today
        row = self._bill("one")
        activity = self._asked(order)
        self.assertRecordValues(activity, [{"user_id": order.user_id.id, "summary": row.reason}])
        self.assertIn("lock date", activity.note)
        self._retry(row)
        self.assertEqual(self._asked(order), activity, "asked once")
        self.company.fiscalyear_lock_date = self.today - timedelta(days=1)
        self._retry(row)
        self.assertFalse(self._asked(order))

    def test_what_is_mended_by_hand_is_asked_no_more(self):
        self.customer.write({"billing_invoices": "send", "email": False})
        orders = [self._make_order(10.0) for _number in range(2)]
        orders[0].billing_one_invoice_per = "order"
        self._run("one", customers=[self.customer.id])
        moves = [order.invoice_ids for order in orders]
        self.assertTrue(all(self._asked(order) for order in orders))
        moves[0].is_move_sent = True
        moves[1].button_draft()
        moves[1].button_cancel()
        self.assertFalse(any(self._asked(order) for order in orders))

    def test_sending_that_fails_later_is_told(self):
        self.customer.write({"billing_invoices": "send", "billing_automatic": "yes"})
        order = self._make_order(10.0, user_id=self._seller().id)
        row = self._clock().invoice_ids
        self.assertEqual((row.state, bool(row.move_id.sending_data)), ("billed", True))

        def refuse(_sender, moves_data):
            for data in moves_data.values():
                data["error"] = {"error_title": "No VAT number", "errors": []}

        with (
            self.enter_registry_test_mode(),
            patch.object(type(self.env["account.move.send"]), "_call_web_service_before_invoice_pdf_render", refuse),
        ):
            self.env.ref("account.ir_cron_account_move_send").method_direct_trigger()
        self.assertRecordValues(
            row, [{"state": "unsent", "reason": f"{row.move_id.name} is posted, not sent: No VAT number"}]
        )
        self.assertFalse(row.move_id.sending_data)
        self.assertRecordValues(self._asked(order), [{"user_id": order.user_id.id, "summary": row.reason}])
        self._retry(row)
        self.assertEqual((row.state, bool(row.move_id.sending_data)), ("billed", True))
        self.assertFalse(self._asked(order))

    def test_one_time_orders_that_lack_something_ask_for_it(self):
        self.customer.write({"billing_order_number": "required", "billing_automatic": "yes"})
        order = self._make_order(10.0, user_id=self._seller().id)
        self._clock()
        self.assertRecordValues(self._asked(order), [{"user_id": order.user_id.id}])
        self.assertIn("requires an order number", self._asked(order).summary)
        activity = self._asked(order)
        self._clock()
        self.assertEqual(self._asked(order), activity)
        order.client_order_ref = "PO-7"
        self._clock()
        self.assertEqual(order.invoice_ids.amount_untaxed, 10.0)
        self.assertFalse(self._asked(order))

    def test_open_screens_of_a_run_hear_of_it(self):
        self._make_order(10.0)
        sent = self.env["bus.bus"].sudo().search_count([])
        row = self._bill("one")
        self.env.cr.precommit.run()
        messages = self.env["bus.bus"].sudo().search([], order="id")[sent:].mapped("message")
        self.assertTrue(any(f'"run_id":{row.run_id.id}' in message.replace(" ", "") for message in messages))
        seller = self._seller()
        for user, hears in ((self.env.user, True), (seller, False)):
            channels = self.env["ir.websocket"].with_user(user)._billing_run_channels(row.run_id.ids)
            self.assertEqual((row.run_id, "billing_base") in channels, hears, user.name)

    def test_a_hold_asks_nobody(self):
        order = self._make_order(10.0)
        self.env["billing.hold"].create({"order_id": order.id, "reason": "Dispute"})
        self.assertEqual(self._bill("one").state, "blocked")
        self.assertFalse(self._asked(order))

    # === LOCKED DAYS === #

    def _since_days(self, order, days):
        self.env.flush_all()
        day = self.today - timedelta(days=days)
        self.env.cr.execute("UPDATE sale_order_line SET billing_due_since = %s WHERE order_id = %s", [day, order.id])
        self.env.invalidate_all()
        return day

    def test_a_locked_date_moves_to_the_first_open_day(self):
        self.customer.billing_invoices = "post"
        day = self._since_days(self._make_order(10.0), 20)
        self.company.sale_lock_date = self.today - timedelta(days=10)
        open_day = self.today - timedelta(days=9)
        [shown] = self._preview(day, [self.customer.id])["invoices"]
        self.assertEqual(shown["date"], str(open_day))
        row = self._bill("one", day=day)
        self.assertRecordValues(row.move_id, [{"state": "posted", "invoice_date": open_day, "date": open_day}])
        self.assertEqual((row.day, row.invoice_date), (day, open_day))

    def test_an_exception_from_a_lock_is_that_of_who_began_the_run(self):
        clerk = new_test_user(self.env, "excepted", "account.group_account_invoice", company_id=self.company.id)
        self.company.sale_lock_date = self.today - timedelta(days=10)
        self.env["account.lock_exception"].create(
            {"company_id": self.company.id, "user_id": clerk.id, "sale_lock_date": False}
        )
        for policy in ("draft", "post"):
            self.customer.billing_invoices = policy
            day = self._since_days(self._make_order(10.0), 20)
            runs = self.runs.with_user(clerk)
            [shown] = runs.preview(str(day), [self.customer.id])["invoices"]
            self.assertEqual(shown["date"], str(day))
            runs.start(str(day), [self.customer.id], policy)
            # The clock bills it, in another's name.
            self._finish(policy)
            row = self.runs.search([("key", "=", policy)]).invoice_ids
            self.assertEqual(row.state, "billed", row.reason)
            self.assertEqual((row.move_id.invoice_date, row.move_id.state), (day, policy.replace("post", "posted")))

    def test_while_every_day_is_locked_the_invoice_stays_a_draft(self):
        self.customer.billing_invoices = "post"
        self._make_order(10.0)
        self.company.fiscalyear_lock_date = self.today
        row = self._bill("one")
        self.assertEqual((row.state, row.move_id.state, row.invoice_date), ("unposted", "draft", self.today))
        self.assertRegex(row.reason, f"^The invoice stays a draft: the books of {self.company.name} are locked until")
        self.assertIn("lock date", row.remedy)
        self.company.fiscalyear_lock_date = self.today - timedelta(days=1)
        self._retry(row)
        self.assertRecordValues(row.move_id, [{"state": "posted", "invoice_date": self.today}])

    def test_a_draft_is_made_whatever_is_locked(self):
        day = self._since_days(self._make_order(10.0), 20)
        self.company.fiscalyear_lock_date = self.today
        row = self._bill("one", day=day)
        self.assertEqual((row.state, row.move_id.state, row.move_id.invoice_date), ("billed", "draft", day))
