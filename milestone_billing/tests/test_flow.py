from unittest.mock import patch

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import BillingCommon


@tagged("post_install", "-at_install")
class TestFlow(BillingCommon):
    """From a quotation with a plan to posted invoices."""

    def test_done_task_bills_its_milestone(self):
        order = self._make_order(60000.0, 40000.0)
        schedule = self._make_schedule(
            order,
            {"name": "Deposit", "due_on": "confirmation", "percent": 30},
            {"name": "Line 1", "due_on": "task", "percent": 50},
            {"name": "Rest", "due_on": "manual", "amount_type": "balance"},
        )
        self.assertRecordValues(schedule, [{"state": "draft", "amount_planned": 100000.0, "amount_difference": 0.0}])
        order.action_confirm()
        deposit, design, rest = schedule.milestone_ids
        self.assertEqual(deposit.attained_percent, 100)
        self.assertEqual(deposit.state, "due")
        self.assertTrue(design.project_milestone_id)
        self.assertEqual(design.task_ids, order.order_line[0].task_id)
        self.assertFalse(order.invoice_ids, "the user's own transaction makes no invoice")

        self.assertEqual(self._drain()["billed"], 1)
        self.assertRecordValues(
            order.invoice_ids, [{"state": "posted", "amount_untaxed": 30000.0, "invoice_date": fields.Date.today()}]
        )
        self.assertEqual(deposit.state, "invoiced")
        self.assertEqual(order.invoice_status, "no")

        design.task_ids.state = "1_done"
        self.assertEqual(design.attained_percent, 100)
        self.assertTrue(design.project_milestone_id.is_reached)
        self._drain()
        self.assertEqual(design.billed_amount, 50000.0)
        self.assertEqual(sum(order.invoice_ids.mapped("amount_untaxed")), 80000.0)

        rest.action_attain()
        self._drain()
        self.assertEqual(sum(order.invoice_ids.mapped("amount_untaxed")), 100000.0)
        self.assertEqual(order.invoice_status, "invoiced")
        self.assertEqual(order.order_line.mapped("qty_invoiced"), [1.0, 1.0])
        self.assertEqual(schedule.state, "done")
        self.assertEqual(self._drain()["invoices"], 0)

    def test_native_button_bills_what_is_due_and_the_queue_does_not_bill_it_again(self):
        order = self._make_order(100000.0)
        schedule = self._make_schedule(order, 33.33, 33.33, 33.34)
        order.action_confirm()
        schedule.milestone_ids[0].action_attain()
        invoice = order._create_invoices()
        self.assertEqual(invoice.amount_untaxed, 33330.0)
        self.assertEqual(schedule.milestone_ids[0].state, "drafted")
        self.assertEqual(order.invoice_status, "no")
        self.assertEqual(self._drain()["invoices"], 0)
        self.assertEqual(schedule.milestone_ids[0].attainment_ids.mapped("state"), ["billed"])

    def test_cumulative_percent_bills_the_difference(self):
        order = self._make_order(1000.0)
        milestone = self._make_schedule(order, 100).milestone_ids
        order.action_confirm()
        milestone._attain(40.0, fields.Date.today(), "manual")
        self._drain()
        self.assertRecordValues(milestone, [{"billed_amount": 400.0, "state": "partial"}])
        milestone._attain(100.0, fields.Date.today(), "manual")
        self._drain()
        self.assertRecordValues(milestone, [{"billed_amount": 1000.0, "state": "invoiced"}])
        self.assertEqual(order.invoice_ids.sorted("id").mapped("amount_untaxed"), [400.0, 600.0])

    def test_undo_removes_a_draft_and_asks_to_credit_a_posted_one(self):
        order = self._make_order(1000.0)
        schedule = self._make_schedule(order, 40, 60, invoice_policy="draft")
        order.action_confirm()
        first = schedule.milestone_ids[0]
        first.action_attain()
        self._drain()
        self.assertEqual(first.state, "drafted")
        first.action_undo()
        self._drain()
        self.assertRecordValues(first, [{"billed_amount": 0.0, "state": "planned"}])
        self.assertFalse(order.invoice_ids)

        first.action_attain()
        self._drain()
        order.invoice_ids.action_post()
        first.action_undo()
        self._drain()
        self.assertEqual(first.state, "blocked")
        self.assertIn(order.invoice_ids.name, first.block_reason)
        self.assertTrue(order.activity_ids)
        first.action_credit()
        refund = order.invoice_ids.filtered(lambda move: move.move_type == "out_refund")
        self.assertEqual(refund.amount_untaxed, 400.0)
        refund.action_post()
        self._drain()
        self.assertRecordValues(first, [{"billed_amount": 0.0, "credited_amount": 400.0, "state": "credited"}])
        first.action_attain()
        self._drain()
        self.assertEqual(first.billed_amount, 400.0)

    def test_deleted_draft_is_due_again(self):
        order = self._make_order(1000.0)
        schedule = self._make_schedule(order, 40, 60, invoice_policy="draft")
        order.action_confirm()
        first = schedule.milestone_ids[0]
        first.action_attain()
        self._drain()
        order.invoice_ids.unlink()
        self.assertEqual(first.state, "due")
        self._drain()
        self.assertEqual(first.state, "drafted")
        order.invoice_ids.button_cancel()
        self.assertEqual(first.state, "due")
        self._drain()
        self.assertEqual(order.invoice_ids.mapped("state").count("draft"), 1)

    def test_schedule_made_on_a_confirmed_order_runs_at_once(self):
        order = self._make_order(1000.0)
        order.action_confirm()
        schedule = self._make_schedule(
            order, {"due_on": "confirmation", "percent": 40}, {"name": "Line 1", "due_on": "task", "percent": 60}
        )
        first, second = schedule.milestone_ids
        self.assertEqual(first.attained_percent, 100)
        self.assertEqual(second.project_milestone_id.project_id, order.project_id)
        self._drain()
        self.assertEqual(first.state, "invoiced")

    def test_billing_user_without_sales_rights_chooses_lines(self):
        order, other = self._make_order(600.0, 400.0), self._make_order(50.0)
        user = new_test_user(self.env, "chooser", "milestone_billing.group_billing_user", company_id=self.company.id)
        schedule = self._make_schedule(order, 100, cover_all=False).with_user(user)
        schedule.write({"line_ids": [Command.link(order.order_line[0].id)]})
        self.assertEqual(schedule.amount_planned, 600.0)
        with self.assertRaises(ValidationError):
            schedule.write({"line_ids": [Command.link(other.order_line.id)]})

    def test_sweep_leaves_the_commit_to_the_drain(self):
        # Odoo loads demo data inside a savepoint: what finds due milestones there must not commit.
        with patch.object(type(self.attainments), "_commit") as commit:
            self.attainments._sweep()
        commit.assert_not_called()
