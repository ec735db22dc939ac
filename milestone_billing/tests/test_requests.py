from odoo import fields
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import BillingCommon


@tagged("post_install", "-at_install")
class TestRequests(BillingCommon):
    """What billing asks of a person has a button that does it, and is asked no longer than there is a cause."""

    def _start(self, *percents, **values):
        order = self._make_order({"price_unit": 100.0, "product_uom_qty": 10.0, "tax_ids": self._make_tax(21.0).ids})
        schedule = self._make_schedule(order, *(percents or (50, 50)), **values)
        order.action_confirm()
        schedule.milestone_ids[0].action_attain()
        self._drain()
        return order, schedule.milestone_ids

    def _refunds(self, order):
        return order.invoice_ids.filtered(lambda move: move.move_type == "out_refund")

    def _credit_natively(self, order, price):
        invoice = order.invoice_ids.sorted("id")[0]
        wizard = self.env["account.move.reversal"].with_context(active_model="account.move", active_ids=invoice.ids)
        wizard = wizard.create({"journal_id": invoice.journal_id.id})
        refund = self.env["account.move"].browse(wizard.refund_moves()["res_id"])
        refund.invoice_line_ids.price_unit = price
        refund.action_post()

    def _reduce(self):
        order, milestones = self._start()
        order.order_line.product_uom_qty = 4.0
        self._drain()
        self.assertIn("100.00", order.activity_ids.summary)
        self.assertIn("Credit Note", order.activity_ids.note)
        self.assertTrue(milestones[0].needs_credit)
        self.assertEqual(order.amount_to_invoice, -121.0)
        return order, milestones

    def test_button_credits_what_is_billed_beyond_a_reduced_order(self):
        order, milestones = self._reduce()
        milestones[0].action_credit()
        refund = self._refunds(order)
        self.assertRecordValues(refund, [{"state": "draft", "amount_untaxed": 100.0, "amount_total": 121.0}])
        self._drain()
        self.assertEqual(order.activity_ids.mapped("billing_request"), ["post"], "drafted: it is to be posted")
        refund.action_post()
        self._drain()
        self._check_settled(order, milestones)

    def _check_settled(self, order, milestones):
        self.assertFalse(order.activity_ids)
        self.assertRecordValues(
            milestones[0], [{"billed_amount": 400.0, "to_bill_amount": 0.0, "state": "invoiced", "needs_credit": False}]
        )
        self.assertEqual(order.amount_to_invoice, 0.0)
        self.assertEqual(order.billing_schedule_ids.amount_difference, 0.0)
        self.assertEqual(order.order_line.qty_invoiced, 4.0)

    def test_native_credit_note_does_as_well(self):
        order, milestones = self._reduce()
        self._credit_natively(order, 100.0)
        self._drain()
        self._check_settled(order, milestones)

    def test_native_credit_note_first_and_the_order_reduced_after_it(self):
        order, milestones = self._start()
        self._credit_natively(order, 100.0)
        order.order_line.product_uom_qty = 4.0
        self._drain()
        self._check_settled(order, milestones)

    def test_credit_note_of_too_little_goes_on_asking_for_the_rest(self):
        order, milestones = self._reduce()
        self._credit_natively(order, 30.0)
        self._drain()
        self.assertEqual(len(order.activity_ids), 1)
        self.assertIn("70.00", order.activity_ids.summary)
        self.assertEqual(milestones[0].state, "blocked")
        milestones[0].action_credit()
        refund = self._refunds(order).sorted("id")[-1]
        self.assertEqual(refund.amount_total, 84.7)
        refund.action_post()
        self._drain()
        self.assertFalse(order.activity_ids)

    def test_draft_credit_note_deleted_asks_again(self):
        order, milestones = self._reduce()
        milestones[0].action_credit()
        self._drain()
        self._refunds(order).unlink()
        self._drain()
        self.assertIn("100.00", order.activity_ids.summary)
        self.assertTrue(milestones[0].needs_credit)

    def test_order_raised_again_asks_for_nothing(self):
        order, _milestones = self._reduce()
        order.order_line.product_uom_qty = 5.0
        self._drain()
        self.assertFalse(order.activity_ids)

    def test_undone_and_attained_again_asks_for_nothing(self):
        order, milestones = self._start()
        milestones[0].action_undo()
        self._drain()
        self.assertIn("500.00", order.activity_ids.summary)
        milestones[0].action_attain()
        self._drain()
        self.assertFalse(order.activity_ids)

    def test_cancelled_order_asks_for_nothing(self):
        order, milestones = self._start()
        milestones[0].action_undo()
        self._drain()
        order._action_cancel()
        self.assertFalse(order.activity_ids)

    def test_request_of_another_milestone_stays(self):
        order, milestones = self._start()
        milestones[1].action_attain()
        self._drain()
        milestones.action_undo()
        self._drain()
        self.assertEqual(len(order.activity_ids), 2)
        milestones[0].action_attain()
        self._drain()
        self.assertEqual(order.activity_ids.billing_milestone_ids, milestones[1])

    def test_what_was_mended_is_not_asked_for_any_more(self):
        order, milestones = self._start()
        order.partner_invoice_id.active = False
        milestones[1].action_attain()
        self._drain()
        self.assertIn("archived", order.activity_ids.summary)
        order.partner_invoice_id.active = True
        milestones[1].action_retry()
        self._drain()
        self.assertEqual(milestones[1].state, "invoiced")
        self.assertFalse(order.activity_ids)

    def test_who_has_not_the_button_is_told_who_has(self):
        seller = new_test_user(self.env, "seller", "sales_team.group_sale_salesman", company_id=self.company.id)
        order = self._make_order(1000.0, user_id=seller.id)
        milestone = self._make_schedule(order, 100).milestone_ids
        order.action_confirm()
        milestone.action_attain()
        self._drain()
        milestone.action_undo()
        self._drain()
        self.assertEqual(order.activity_ids.user_id, seller)
        self.assertIn("ask one of them", order.activity_ids.note)
        self.assertIn("ask one of them", milestone.with_user(seller)._obstacle()[1])
        self.assertNotIn("ask one of them", milestone._obstacle()[1])
        self.assertIn("ask one of them", milestone.with_user(seller).block_help, "queue and dashboard say it as well")
        self.assertNotIn("ask one of them", milestone.block_help)

    def test_invoice_sent_after_all_is_not_asked_for_any_more(self):
        self.customer.email = False
        order, _milestones = self._start(100, invoice_policy="send")
        self.assertIn("no email", order.activity_ids.summary)
        order.invoice_ids.is_move_sent = True
        self.assertFalse(order.activity_ids)

    def test_several_lines_and_milestones_owe_each_their_own(self):
        taxes = self._make_tax(21.0).ids
        order = self._make_order({"price_unit": 600.0, "tax_ids": taxes}, {"price_unit": 400.0})
        milestones = self._make_schedule(order, 50, 50).milestone_ids
        order.action_confirm()
        milestones.action_attain()
        self._drain()
        order.write({"order_line": [Command.update(line.id, {"price_unit": 100.0}) for line in order.order_line]})
        self._drain()
        self.assertEqual(milestones.mapped("to_bill_amount"), [-300.0, -500.0])
        milestones.action_credit()
        self._refunds(order).action_post()
        self._drain()
        self.assertEqual(sum(order.billing_schedule_ids.mapped("amount_billed")), 200.0)
        self.assertEqual(order.amount_to_invoice, 0.0)
        self.assertFalse(order.activity_ids)
        self.assertEqual(fields.Date.today(), self._refunds(order)[0].invoice_date)
