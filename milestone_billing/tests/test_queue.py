from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from .common import BillingCommon


@tagged("post_install", "-at_install")
class TestQueue(BillingCommon):
    """From the queue to invoices: what goes on one, what happens to it, and whom it is told."""

    def _start(self, *percents, order_values=None, **values):
        order = self._make_order(1000.0, **(order_values or {}))
        schedule = self._make_schedule(order, *(percents or (100,)), **values)
        order.action_confirm()
        return schedule.milestone_ids

    def _attain(self, milestones):
        milestones.action_attain()
        counts = self._drain()
        self.assertEqual(counts["billed"], len(milestones))
        return milestones.invoice_ids.sorted("id")

    # === GROUPING === #

    def test_one_invoice_per_milestone(self):
        invoices = self._attain(self._start(30, 70, grouping="milestone"))
        self.assertEqual(sorted(invoices.mapped("amount_untaxed")), [300.0, 700.0])

    def test_one_invoice_per_order(self):
        milestones = self._start(30, 70, grouping="order") | self._start(100, grouping="order")
        invoices = self._attain(milestones)
        self.assertEqual(len(invoices), 2)
        self.assertEqual(invoices.mapped("amount_untaxed"), [1000.0, 1000.0])
        self.assertEqual(len(invoices[0].invoice_line_ids) + len(invoices[1].invoice_line_ids), 3)

    def test_one_invoice_per_customer(self):
        first, second = self._start(50, 50, grouping="customer"), self._start(100, grouping="customer")
        invoice = self._attain(first | second)
        self.assertEqual(len(invoice), 1)
        self.assertEqual(invoice.amount_untaxed, 2000.0)
        orders = (first | second).order_id
        self.assertEqual(set(invoice.invoice_origin.split(", ")), set(orders.mapped("name")))
        self.assertEqual(invoice.invoice_line_ids.sale_line_ids.order_id, orders)
        for order in orders:
            self.assertEqual(order.invoice_ids, invoice)
            self.assertEqual(order.invoice_status, "invoiced")

    def test_customers_currencies_terms_and_fiscal_positions_are_never_mixed(self):
        term = self.env["account.payment.term"].create({"name": "Later", "line_ids": [Command.create({"nb_days": 9})]})
        position = self.env["account.fiscal.position"].create({"name": "Elsewhere"})
        stranger = self.env["res.partner"].create({"name": "Somebody else"})
        milestones = self.env["billing.milestone"]
        for values in (
            {},
            {"payment_term_id": term.id},
            {"fiscal_position_id": position.id},
            {"partner_id": stranger.id},
            {"pricelist_id": self._make_pricelist("CHF").id},
        ):
            milestones |= self._start(order_values=values, grouping="customer")
        self.assertEqual(len(self._attain(milestones)), 5)

    def test_policies_are_not_mixed_on_one_invoice(self):
        milestones = self._start(grouping="customer", invoice_policy="draft")
        milestones |= self._start(grouping="customer", invoice_policy="post")
        invoices = self._attain(milestones)
        self.assertEqual(sorted(invoices.mapped("state")), ["draft", "posted"])

    # === POLICY === #

    def test_draft_is_left_to_a_person(self):
        milestone = self._start(invoice_policy="draft")
        invoice = self._attain(milestone)
        self.assertEqual((invoice.state, milestone.state), ("draft", "drafted"))
        invoice.action_post()
        self.assertEqual(milestone.state, "invoiced")

    def test_sending_is_queued_with_odoos_own(self):
        invoice = self._attain(self._start(invoice_policy="send"))
        self.assertEqual(invoice.state, "posted")
        self.assertTrue(invoice.sending_data)
        with self.enter_registry_test_mode():
            self.env.ref("account.ir_cron_account_move_send").method_direct_trigger()
        self.assertFalse(invoice.sending_data)
        self.assertTrue(invoice.is_move_sent)

    def test_customer_without_email_is_asked_for(self):
        stranger = self.env["res.partner"].create({"name": "No address"})
        invoice = self._attain(self._start(order_values={"partner_id": stranger.id}, invoice_policy="send"))
        self.assertEqual(invoice.state, "posted")
        self.assertFalse(invoice.sending_data)
        self.assertIn("no email", invoice.line_ids.sale_line_ids.order_id.activity_ids.summary)

    def test_company_says_what_a_new_schedule_does(self):
        self.company.write(
            {
                "billing_invoice_policy": "draft",
                "billing_grouping": "order",
                "billing_invoice_date": "attained",
                "billing_change_rule": "last",
            }
        )
        schedule = self._make_schedule(self._make_order(10.0), 100)
        self.assertRecordValues(
            schedule,
            [
                {
                    "invoice_policy": "draft",
                    "grouping": "order",
                    "invoice_date_policy": "attained",
                    "change_rule": "last",
                }
            ],
        )

    # === UNDO, CREDIT, BILL AGAIN === #

    def test_undo_before_the_queue_ran_bills_nothing(self):
        milestone = self._start()
        milestone.action_attain()
        milestone.action_undo()
        self.assertEqual(self._drain()["invoices"], 0)
        self.assertEqual(milestone.state, "planned")

    def test_undo_takes_only_its_own_lines_off_a_shared_draft(self):
        first, second = milestones = self._start(40, 60, grouping="order", invoice_policy="draft")
        invoice = self._attain(milestones)
        first.action_undo()
        self._drain()
        self.assertEqual(invoice.amount_untaxed, 600.0)
        self.assertEqual((first.state, second.state), ("planned", "drafted"))
        self.assertIn("is undone", " ".join(first.order_id.message_ids.mapped("body")))

    def test_undo_in_part_leaves_the_rest_billed(self):
        milestone = self._start(invoice_policy="draft")
        self._attain(milestone)
        milestone._attain(40.0, fields.Date.today(), "manual")
        self._drain()
        self.assertEqual((milestone.billed_amount, milestone.state), (400.0, "partial"))
        self.assertEqual(sum(milestone.invoice_ids.mapped("amount_untaxed")), 400.0)

    def test_undo_after_posting_changes_no_books(self):
        milestone = self._start(40, 60)[0]
        invoice = self._attain(milestone)
        milestone.action_undo()
        self._drain()
        self.assertRecordValues(invoice, [{"state": "posted", "amount_untaxed": 400.0}])
        self.assertEqual(milestone.state, "blocked")
        self.assertIn("400", milestone.order_id.activity_ids.summary)
        milestone.action_attain()
        self.assertEqual(self._drain()["invoices"], 0)
        self.assertEqual(milestone.state, "invoiced")

    def _reverse(self, invoice, modify=False):
        wizard = self.env["account.move.reversal"].with_context(active_model="account.move", active_ids=invoice.ids)
        wizard = wizard.create({"journal_id": invoice.journal_id.id, "reason": "Wrong"})
        action = wizard.modify_moves() if modify else wizard.reverse_moves()
        return self.env["account.move"].browse(action["res_id"])

    def test_native_credit_note_shows_and_can_be_billed_again_on_request(self):
        milestone = self._start(40, 60)[0]
        invoice = self._attain(milestone)
        refund = self._reverse(invoice)
        self.assertEqual(refund.invoice_line_ids.billing_milestone_id, milestone)
        refund.action_post()
        self.assertEqual(self._drain()["invoices"], 0, "a credit note alone bills nothing again")
        self.assertRecordValues(milestone, [{"state": "credited", "billed_amount": 0.0, "credited_amount": 400.0}])
        self.assertEqual(milestone.order_id.order_line.qty_invoiced, 0.0)
        milestone.action_bill_again()
        self.assertEqual(self._drain()["invoices"], 1)
        self.assertRecordValues(milestone, [{"state": "invoiced", "billed_amount": 400.0}])

    def test_native_credit_note_with_replacement_keeps_the_milestone_billed(self):
        milestone = self._start(40, 60)[0]
        invoice = self._attain(milestone)
        replacement = self._reverse(invoice, modify=True)
        self.assertEqual((replacement.move_type, replacement.state), ("out_invoice", "draft"))
        self.assertEqual(self._drain()["invoices"], 0)
        self.assertRecordValues(milestone, [{"billed_amount": 400.0, "state": "drafted"}])
        replacement.action_post()
        self.assertEqual(milestone.state, "invoiced")
        self.assertEqual(milestone.order_id.order_line.qty_invoiced, 0.4)

    def test_partial_credit_note_lowers_what_is_billed(self):
        milestone = self._start()
        refund = self._reverse(self._attain(milestone))
        refund.invoice_line_ids.price_unit = 250.0
        refund.action_post()
        self._drain()
        self.assertEqual((milestone.billed_amount, milestone.credited_amount), (750.0, 250.0))
        self.assertEqual(milestone.order_id.order_line.qty_invoiced, 0.75)
        milestone.action_bill_again()
        self._drain()
        self.assertEqual(milestone.billed_amount, 1000.0)

    def test_line_removed_from_a_draft_is_due_again(self):
        first, second = milestones = self._start(40, 60, grouping="order", invoice_policy="draft")
        invoice = self._attain(milestones)
        invoice.invoice_line_ids.filtered(lambda line: line.billing_milestone_id == first).unlink()
        self.assertEqual((first.state, second.state), ("due", "drafted"))
        self._drain()
        self.assertEqual((first.state, first.billed_amount), ("drafted", 400.0))

    def test_price_changed_on_a_draft_is_what_is_billed(self):
        milestone = self._start(invoice_policy="draft")
        invoice = self._attain(milestone)
        invoice.invoice_line_ids.price_unit = 900.0
        self.assertEqual(milestone.billed_amount, 900.0)
        self.assertEqual(self._drain()["invoices"], 0, "a person's change is not billed around at once")

    def test_what_an_edited_draft_did_not_bill_waits_with_its_reason(self):
        milestone = self._start(invoice_policy="draft")
        invoice = self._attain(milestone)
        invoice.invoice_line_ids.price_unit = 900.0
        invoice.action_post()
        self.assertEqual((milestone.state, milestone.waiting_amount), ("blocked", 100.0))
        self.assertIn(f"{invoice.name} ", milestone.block_reason)
        self.assertIn("100.00", milestone.block_reason)
        self.assertTrue(milestone.may_retry)
        self.assertIn("100.00", milestone.order_id.activity_ids.summary)
        self.assertEqual(self._drain()["invoices"], 0, "a person's change is not billed around by itself")
        milestone.action_retry()
        self._drain()
        rest = milestone.invoice_ids - invoice
        self.assertEqual((rest.amount_untaxed, milestone.waiting_amount), (100.0, 0.0))
        self.assertFalse(milestone.order_id.activity_ids)

    def test_odoos_button_bills_what_an_edited_draft_did_not(self):
        milestone = self._start(invoice_policy="draft")
        invoice = self._attain(milestone)
        invoice.invoice_line_ids.price_unit = 900.0
        invoice.action_post()
        rest = milestone.order_id._create_invoices()
        self.assertEqual((rest.amount_untaxed, milestone.state, milestone.block_reason), (100.0, "drafted", False))
        self.assertFalse(milestone.order_id.activity_ids)

    def test_what_an_edited_draft_billed_too_much_is_asked_to_be_credited(self):
        for values in ({"price_unit": 600.0}, {"quantity": 1.2}):
            with self.subTest(values=values):
                first, second = self._start(50, 50, invoice_policy="draft")
                invoice = self._attain(first)
                invoice.invoice_line_ids.write(values)
                invoice.action_post()
                self.assertEqual((first.state, first.needs_credit), ("blocked", True))
                self.assertEqual(first.block_reason.split(" bills ")[0], invoice.name)
                self.assertIn("100.00", first.order_id.activity_ids.summary)
                self._attain(second).action_post()
                self.assertIn("more than the milestone", first.block_reason, "though all of the line is billed now")
                first.action_credit()
                first.invoice_ids.filtered(lambda move: move.move_type == "out_refund").action_post()
                self._drain()
                self.assertEqual((first.state, first.billed_amount), ("invoiced", 500.0))
                self.assertFalse(first.order_id.activity_ids)
                self.assertEqual(first.order_id.invoice_status, "invoiced")

    def test_a_draft_that_bills_all_again_waits_for_nothing(self):
        milestone = self._start(invoice_policy="draft")
        invoice = self._attain(milestone)
        invoice.invoice_line_ids.price_unit = 900.0
        invoice.action_post()
        invoice.button_draft()
        invoice.invoice_line_ids.price_unit = 1000.0
        invoice.action_post()
        self.assertEqual((milestone.state, milestone.block_reason), ("invoiced", False))

    def test_cancelled_order_stops_and_confirmed_anew_goes_on(self):
        first, second = self._start(40, 60)
        self._attain(first)
        second.action_attain()
        order = first.order_id
        order._action_cancel()
        self.assertEqual(self._drain()["invoices"], 0)
        self.assertEqual(second.attainment_ids.state, "cancelled")
        self.assertEqual((first.state, second.state), ("invoiced", "cancelled"))
        order.action_draft()
        order.action_confirm()
        self.assertEqual(self._drain()["invoices"], 0, "what lapsed with the order is attained anew by somebody")
        self.assertEqual((first.state, second.state), ("invoiced", "planned"))
        second.action_attain()
        self._drain()
        self.assertEqual(sum(order.invoice_ids.mapped("amount_untaxed")), 1000.0)

    # === TELLING === #

    def test_followers_and_the_configured_list_are_told(self):
        boss, client = self.env["res.partner"].create(
            [{"name": name, "email": f"{name}@x.example"} for name in ("boss", "client")]
        )
        self.company.billing_notify_partner_ids = boss
        milestone = self._start()
        order = milestone.order_id
        self.assertEqual(milestone.schedule_id.notify_partner_ids, boss)
        order.message_subscribe(client.ids)
        self._attain(milestone)
        subtype = self.env.ref("milestone_billing.mt_order_billing")
        told = order.message_ids.filtered(lambda message: message.subtype_id == subtype).sorted("id")
        self.assertEqual(len(told), 1, "attained, and invoiced")
        for words in ("attained", milestone.invoice_ids.name):
            self.assertIn(words, told.body)
        self.assertIn(boss, told.notified_partner_ids)
        self._drain()
        self.assertEqual(len(order.message_ids.filtered(lambda message: message.subtype_id == subtype)), 1)

    def test_template_that_breaks_holds_nothing_up(self):
        self.env.ref("milestone_billing.mail_template_attained").body_html = "<p t-out='object.nothing_like_it'/>"
        self.company.billing_notify_partner_ids = self.customer
        milestone = self._start()
        milestone.action_attain()
        with self.assertLogs("odoo.addons.milestone_billing.models.billing_attainment_notify", "WARNING"):
            self._drain()
        self.assertEqual(milestone.state, "invoiced")
