"""Milestones on an invoice run: by the customer's rules, on one invoice with what else is due of him."""

from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.addons.billing_base.tests.common import RunShortcuts
from odoo.exceptions import UserError
from odoo.fields import Command

from .common import BillingCommon


class RunCommon(RunShortcuts, BillingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.runs = cls.env["billing.run"]
        cls.today = cls.company._billing_today()
        cls.advice = cls._make_service("Advice", "no")

    @classmethod
    def _make_days(cls, day, **values):
        """Return billing days on one day (a date) of every month."""
        return cls.env["billing.calendar"].create({"name": "Monthly", "days_of_month": str(day.day), **values})

    @classmethod
    def _bill_on(cls, record, day, **values):
        """Have a customer, an order or the company billed on billing days, a day of the month."""
        record.write({"billing_when": "days", "billing_calendar_id": cls._make_days(day, **values).id})

    @classmethod
    def _make_planned(cls, price=1000.0, *percents, **values):
        """Return a confirmed order with a plan of milestones by hand."""
        order = cls._make_order(price)
        cls._make_schedule(order, *(percents or (40.0, 60.0)), **values)
        order.action_confirm()
        return order

    @classmethod
    def _make_plain(cls, price):
        """Return a confirmed order without a plan, which Odoo calls ready to invoice."""
        order = cls._make_order(price, product=cls.advice)
        order.action_confirm()
        return order


class TestBillingDay(RunCommon):
    def test_waits_for_the_billing_day_and_says_so(self):
        self._bill_on(self.customer, self.today + timedelta(days=1))
        order = self._make_planned()
        first = order.billing_milestone_ids[0]
        first.action_attain()
        self._drain()
        self.assertFalse(order.invoice_ids)
        self.assertEqual((first.state, first.attainment_ids.state), ("due", "run"))
        self.assertIn("(Monthly)", first.block_help)
        [status] = self.env["billing.milestone"].get_status([first.id])
        self.assertEqual((status["state"], status["block_reason"]), ("due", first.block_reason))
        self.assertIn("Billed on", first.block_reason)
        self.assertEqual(order.invoice_status, "to invoice")
        self.assertEqual(self._drain()["pending"], 0)
        self.assertFalse(self._clock(), "its day is to come")

    def test_billed_on_its_day_by_itself(self):
        self._bill_on(self.customer, self.today)
        order, plain = self._make_planned(), self._make_plain(70.0)
        order.billing_milestone_ids[0].action_attain()
        self._drain()
        run = self._clock()
        self.assertEqual(order.invoice_ids.amount_untaxed, 400.0)
        self.assertEqual(run.invoice_ids.mapped("state"), ["billed"])
        self.assertFalse(plain.invoice_ids, "one-time lines join where they are billed by themselves")
        milestone = order.billing_milestone_ids[0]
        self.assertEqual(milestone.attainment_ids.state, "billed")
        self.assertEqual(milestone.attainment_ids.move_id, order.invoice_ids)
        self.assertFalse(milestone.block_reason)
        self._clock()
        self.assertEqual(len(order.invoice_ids), 1)

    def test_one_invoice_with_one_time_lines(self):
        self.customer.billing_automatic = "yes"
        order, plain = self._make_planned(), self._make_plain(70.0)
        order.order_line[0].copy({"order_id": order.id, "product_id": self.advice.id, "price_unit": 25.0})
        order.billing_milestone_ids[0].action_attain()
        self._drain()
        self._clock()
        invoice = order.invoice_ids
        self.assertEqual(invoice, plain.invoice_ids)
        self.assertEqual(len(invoice), 1)
        self.assertEqual(invoice.amount_untaxed, 0.4 * 1025.0 + 70.0)

    def test_a_person_bills_all_of_it(self):
        order, plain = self._make_planned(), self._make_plain(70.0)
        order.billing_milestone_ids[0].action_attain()
        preview = self._preview()
        self.assertEqual([row["untaxed"] for row in preview["invoices"]], [470.0])
        status = self._run("run")
        self.assertEqual(status["counts"]["billed"], 1)
        self.assertEqual(order.invoice_ids, plain.invoice_ids)
        self._drain()
        self.assertEqual(len(order.invoice_ids), 1, "the queue has nothing left to bill")
        self.assertEqual(order.billing_milestone_ids[0].attainment_ids.state, "billed")

    def test_cut_off_keeps_what_came_later(self):
        self._bill_on(self.customer, self.today, cut_off_days=2)
        order = self._make_planned()
        first, second = order.billing_milestone_ids
        first.action_attain()
        self._drain()
        self.assertFalse(self._clock().invoice_ids.move_id)
        self.assertIn("(Monthly)", first.block_help)
        self.assertFalse(second.block_help)

    def test_rule_lifted_bills_at_once(self):
        self._bill_on(self.customer, self.today + timedelta(days=1))
        order = self._make_planned()
        order.billing_milestone_ids[0].action_attain()
        self._drain()
        self.customer.billing_when = False
        self._drain()
        self.assertEqual(order.invoice_ids.amount_untaxed, 400.0)

    def test_create_invoice_bills_it_before_its_day(self):
        self._bill_on(self.customer, self.today + timedelta(days=1))
        order = self._make_planned()
        order.billing_milestone_ids[0].action_attain()
        self._drain()
        order._create_invoices()
        self.assertEqual(order.invoice_ids.amount_untaxed, 400.0)
        self.assertEqual(order.billing_milestone_ids[0].attainment_ids.state, "billed")
        self._drain()
        self.assertEqual(len(order.invoice_ids), 1)

    def test_order_cancelled_while_it_waits(self):
        self._bill_on(self.customer, self.today)
        order = self._make_planned()
        order.billing_milestone_ids[0].action_attain()
        self._drain()
        order._action_cancel()
        self.assertEqual(order.billing_milestone_ids[0].attainment_ids.state, "cancelled")
        self.assertFalse(self._clock().invoice_ids.move_id)

    def test_undone_while_it_waits(self):
        self._bill_on(self.customer, self.today)
        order = self._make_planned()
        first = order.billing_milestone_ids[0]
        first.action_attain()
        self._drain()
        first.action_undo()
        self._drain()
        self.assertFalse(self._clock().invoice_ids.move_id)
        self.assertEqual(first.state, "planned")

    def test_draft_deleted_is_due_again(self):
        self._bill_on(self.customer, self.today)
        order = self._make_planned(invoice_policy="draft")
        order.billing_milestone_ids[0].action_attain()
        self._drain()
        self._clock()
        order.invoice_ids.unlink()
        self._drain()
        self.assertEqual(order.billing_milestone_ids[0].attainment_ids.state, "run")
        self._clock()
        self.assertEqual(order.invoice_ids.amount_untaxed, 400.0)


class TestLacking(RunCommon):
    def test_order_number_blocks_and_lifts_itself(self):
        self.customer.billing_order_number = "required"
        order = self._make_planned()
        first = order.billing_milestone_ids[0]
        first.action_attain()
        self.assertEqual(self._drain()["blocked"], 1)
        self.assertEqual(first.state, "blocked")
        self.assertIn("requires an order number", first.block_help)
        self.assertIn("Customer Reference", order.activity_ids.note)
        order.client_order_ref = "PO-7"
        self._drain()
        self.assertEqual(order.invoice_ids.amount_untaxed, 400.0)
        self.assertFalse(order.activity_ids)

    def test_file_blocks_and_lifts_itself(self):
        self.company.billing_file = "required"
        order = self._make_planned()
        order.billing_milestone_ids[0].action_attain()
        self._drain()
        self.assertFalse(order.invoice_ids)
        kind = self.env["billing.file.kind"].create({"name": "Acceptance"})
        values = {"order_id": order.id, "kind_id": kind.id, "name": "acceptance.pdf", "content": b"cGRm"}
        self.env["billing.file"].create(values)
        self._drain()
        self.assertEqual(order.invoice_ids.amount_untaxed, 400.0)

    def test_billing_days_that_nobody_chose(self):
        self.customer.billing_when = "days"
        order = self._make_planned()
        order.billing_milestone_ids[0].action_attain()
        self._drain()
        self.assertIn("none are chosen", order.billing_milestone_ids[0].block_help)
        self._bill_on(self.customer, self.today)
        self._drain()
        self._clock()
        self.assertEqual(order.invoice_ids.amount_untaxed, 400.0)


class TestParts(RunCommon):
    def test_own_terms_and_own_invoices(self):
        self._bill_on(self.customer, self.today)
        term = self.env.ref("account.account_payment_term_30days")
        order = self._make_order(1000.0)
        rows = [{"percent": 25.0, "due_on": "manual"} for _number in range(4)]
        rows[1]["payment_term_id"] = term.id
        self._make_schedule(order, *rows)
        order.action_confirm()
        order.billing_milestone_ids.action_attain()
        self._drain()
        preview = self._preview()["invoices"]
        self.assertEqual(sorted(row["untaxed"] for row in preview), [250.0, 750.0])
        self.assertIn("Payment terms", [row["own_invoice_for"] for row in preview])
        self._clock()
        invoices = order.invoice_ids.sorted("amount_untaxed")
        self.assertEqual(invoices.mapped("amount_untaxed"), [250.0, 750.0])
        self.assertEqual(invoices[0].invoice_payment_term_id, term)
        self.assertFalse(invoices[1].invoice_payment_term_id)

    def test_one_invoice_per_milestone(self):
        order, plain = self._make_planned(1000.0, 30.0, 30.0, 40.0), self._make_plain(70.0)
        self.customer.billing_one_invoice_per = "milestone"
        order.billing_milestone_ids[:2].action_attain()
        self.assertEqual(sorted(row["untaxed"] for row in self._preview()["invoices"]), [70.0, 300.0, 300.0])
        self._run("run")
        self.assertEqual(sorted((order | plain).invoice_ids.mapped("amount_untaxed")), [70.0, 300.0, 300.0])
        self._drain()
        self.assertEqual(len(order.invoice_ids), 2)

    def test_one_invoice_per_project(self):
        order, other = self._make_planned(), self._make_planned(500.0)
        self.assertNotEqual(order.project_ids, other.project_ids)
        (order | other).billing_milestone_ids.action_attain()
        self.assertEqual([row["untaxed"] for row in self._preview()["invoices"]], [1500.0])
        self.customer.billing_one_invoice_per = "project"
        preview = self._preview()["invoices"]
        self.assertEqual([row["untaxed"] for row in preview], [1000.0, 500.0])
        self.assertEqual(preview[1]["own_invoice_for"], "Project or milestone")
        self._run("run")
        self.assertEqual((order.invoice_ids | other.invoice_ids).mapped("amount_untaxed"), [1000.0, 500.0])

    def test_plan_says_what_becomes_of_the_invoice(self):
        self._bill_on(self.customer, self.today)
        order = self._make_planned(invoice_policy="post")
        order.billing_milestone_ids[0].action_attain()
        self._drain()
        self.assertIn("billing schedule", order.billing_rules_text)
        self.assertEqual(order.billing_milestone_ids[0].billing_rules_text, order.billing_rules_text, "the queue too")
        self._clock()
        self.assertEqual(order.invoice_ids.state, "posted")
        self.customer.billing_invoices = "draft"
        order.billing_milestone_ids[1].action_attain()
        self._drain()
        self._clock()
        self.assertEqual(order.invoice_ids.sorted("id")[-1].state, "draft")


class TestQueueByRules(RunCommon):
    """What the queue bills within seconds is posted, sent and joined by the customer's rules, as on a run."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.one = cls._make_planned(1000.0, invoice_policy="send", grouping="customer")
        cls.other = cls._make_planned(500.0, invoice_policy="send", grouping="customer")

    def _attain_both(self):
        for order in self.one | self.other:
            order.billing_milestone_ids[0].action_attain()
        self._drain()
        return (self.one | self.other).invoice_ids.sorted("amount_untaxed")

    def test_customer_says_draft_and_one_per_order(self):
        self.customer.write({"billing_invoices": "draft", "billing_one_invoice_per": "order"})
        first = self.one.billing_milestone_ids[0]
        self.assertIn("will stay in draft. It also bills what else of the order", first._describe_invoice())
        invoices = self._attain_both()
        self.assertRecordValues(
            invoices, [{"amount_untaxed": 200.0, "state": "draft"}, {"amount_untaxed": 400.0, "state": "draft"}]
        )
        self.assertFalse(any(move.sending_data for move in invoices))

    def test_without_rules_the_plan_says(self):
        invoice = self._attain_both()
        self.assertRecordValues(invoice, [{"amount_untaxed": 600.0, "state": "posted"}])
        self.assertTrue(invoice.sending_data)

    def test_order_goes_before_its_customer(self):
        self.customer.billing_invoices = "draft"
        self.other.billing_invoices = "post"
        invoices = self._attain_both()
        self.assertEqual(invoices.mapped("state"), ["posted", "draft"])
        self.assertFalse(any(move.sending_data for move in invoices))

    def test_customer_shares_what_plans_keep_apart(self):
        (self.one | self.other).billing_schedule_ids.grouping = "milestone"
        self.customer.billing_one_invoice_per = "customer"
        self.assertEqual(self._attain_both().mapped("amount_untaxed"), [600.0])

    def test_one_per_reference(self):
        self.customer.billing_one_invoice_per = "reference"
        self.one.client_order_ref = self.other.client_order_ref = "PO-7"
        third = self._make_planned(300.0, grouping="customer")
        third.billing_milestone_ids[0].action_attain()
        self.assertEqual(self._attain_both().mapped("amount_untaxed"), [600.0])
        self.assertEqual(third.invoice_ids.amount_untaxed, 120.0)

    def test_one_per_project(self):
        self.customer.billing_one_invoice_per = "project"
        self.assertNotEqual(self.one.project_ids, self.other.project_ids)
        self.one.billing_milestone_ids[1].action_attain()
        self.assertEqual(self._attain_both().mapped("amount_untaxed"), [200.0, 1000.0])

    def test_a_run_hears_the_plan_where_it_says_so_itself(self):
        self.assertEqual(self.company.billing_grouping, "milestone")
        self.one.billing_milestone_ids[0].action_attain()
        self._make_plain(70.0)
        self.assertEqual([row["untaxed"] for row in self._preview()["invoices"]], [470.0])
        self.one.billing_schedule_ids.grouping = "order"
        self.assertIn("One Invoice per: Order (billing schedule)", self.one.billing_rules_text)
        self.assertEqual(sorted(row["untaxed"] for row in self._preview()["invoices"]), [70.0, 400.0])
        self.customer.billing_one_invoice_per = "customer"
        self.assertEqual([row["untaxed"] for row in self._preview()["invoices"]], [470.0])


class TestPreviewIsTheRun(RunCommon):
    def _assert_same(self, order):
        preview = self._preview()["invoices"]
        before = order.invoice_ids
        status = self._run(key=f"run {len(before)}")
        self.assertEqual([row["total"] for row in preview], [row["total"] for row in status["invoices"]])
        self.assertEqual([row["untaxed"] for row in preview], [row["untaxed"] for row in status["invoices"]])
        made = order.invoice_ids - before
        self.assertEqual([row["total"] for row in preview], made.mapped("amount_total"))
        return preview

    def test_down_payments_come_off(self):
        order = self._make_planned()
        wizard = self.env["sale.advance.payment.inv"].create(
            {"sale_order_ids": order, "advance_payment_method": "fixed", "fixed_amount": 150.0}
        )
        wizard._create_invoices(order).action_post()
        order.billing_milestone_ids[0].action_attain()
        [invoice] = self._assert_same(order)
        self.assertEqual(invoice["untaxed"], 250.0)
        self.assertEqual([line["amount"] for line in invoice["lines"]], [400.0, -150.0])

    def test_cents_of_taxes_of_the_last_invoice(self):
        tax = self._make_tax(21.0)
        order = self._make_order({"price_unit": 100.01, "tax_ids": [Command.set(tax.ids)]})
        self._make_schedule(order, 33.33, 33.33, 33.34)
        order.action_confirm()
        for milestone in order.billing_milestone_ids:
            milestone.action_attain()
            self._assert_same(order)
        self.assertAlmostEqual(sum(order.invoice_ids.mapped("amount_total")), order.amount_total)

    def test_what_odoo_refuses_keeps_no_other_from_being_shown(self):
        refused, order = self._make_planned(), self._make_planned()
        refused.partner_id = refused.partner_invoice_id = refused.partner_shipping_id = self.customer.copy()
        for planned in (refused, order):
            wizard = self.env["sale.advance.payment.inv"].create(
                {"sale_order_ids": planned, "advance_payment_method": "fixed", "fixed_amount": 150.0}
            )
            wizard._create_invoices(planned).action_post()
            planned.billing_milestone_ids[0].action_attain()

        def check(order):
            if order == refused:
                raise UserError(order.name)

        with patch.object(self.env.registry["sale.order"], "_billing_check_advances", check):
            shown = {row["orders"][0]["id"]: row["untaxed"] for row in self._preview()["invoices"]}
        self.assertEqual(shown, {refused.id: 400.0, order.id: 250.0})

    def test_nothing_remains_of_a_preview(self):
        order = self._make_planned()
        order.billing_milestone_ids.action_attain()
        rounds, moves = order.billing_round, self.env["account.move"].search_count([])
        self._preview()
        self.assertEqual((order.billing_round, self.env["account.move"].search_count([])), (rounds, moves))
        self.assertEqual(set(order.billing_milestone_ids.attainment_ids.mapped("state")), {"pending"})


class TestHeld(RunCommon):
    def test_held_milestone_stays_off(self):
        order = self._make_planned()
        first, second = order.billing_milestone_ids
        (first | second).action_attain()
        self.env["billing.hold"].create({"milestone_id": first.id, "reason": "Dispute"})
        self._run("run")
        self.assertEqual(order.invoice_ids.amount_untaxed, 600.0)
        self._drain()
        self.assertEqual(first.attainment_ids.state, "blocked")
        self.assertEqual(len(order.invoice_ids), 1)

    def test_hold_on_a_customer_or_an_order_stops_all_of_it(self):
        plain, other = self._make_plain(70.0), self._make_plain(30.0)
        for target in ({"partner_id": self.customer.id}, {"order_id": plain.id}):
            hold = self.env["billing.hold"].create({"reason": "Dispute", **target})
            key = f"held {hold.id}"
            rows = {row["orders"][0]["name"]: row for row in self._run(key)["invoices"]}
            self.assertEqual(rows[plain.name]["state"], "blocked")
            self.assertIn("On hold: Dispute", rows[plain.name]["reason"])
            self.assertFalse(plain.invoice_ids)
            hold.action_release()
            self.runs.search([("key", "=", key)]).action_bill()
            self.assertTrue(plain.invoice_ids, "it goes on by itself")
            (plain | other).invoice_ids.unlink()

    def test_hold_on_whom_the_invoice_goes_to(self):
        payer = self.env["res.partner"].create({"name": "Paying Agent"})
        order = self._make_order(1000.0, partner_invoice_id=payer.id)
        self._make_schedule(order, 40.0, 60.0)
        order.action_confirm()
        hold = self.env["billing.hold"].create({"reason": "Dispute", "partner_id": payer.id})
        milestone = order.billing_milestone_ids[0]
        milestone.action_attain()
        self._drain()
        self.assertFalse(order.invoice_ids)
        self.assertIn("Dispute", milestone.block_reason)
        self.assertFalse(order.activity_ids, "who put it knows")
        hold.action_release()
        self._drain()
        self.assertEqual(order.invoice_ids.amount_untaxed, 400.0)

    def test_hold_that_ends_by_its_date(self):
        plain = self._make_plain(70.0)
        hold = self.env["billing.hold"].create({"reason": "Dispute", "order_id": plain.id, "date_to": self.today})
        self._run("run")
        with freeze_time(self.today + timedelta(days=1)):
            self.env["billing.hold"]._refresh()
            self.runs.search([("key", "=", "run")]).action_bill()
        self.assertFalse(hold.is_active)
        self.assertEqual(plain.invoice_ids.amount_untaxed, 70.0)


class TestTellingAfterwards(RunCommon):
    def test_followers_hear_once_it_is_billed(self):
        self._bill_on(self.customer, self.today)
        order = self._make_planned()
        milestone = order.billing_milestone_ids[0]
        milestone.action_attain()
        self._drain()
        self.assertTrue(milestone.attainment_ids.to_tell)
        self._clock()
        self._drain()
        self.assertFalse(milestone.attainment_ids.to_tell)
        self.assertEqual(milestone.attainment_ids.billed_on.date(), fields.Date.today())
