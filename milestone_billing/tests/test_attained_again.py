from itertools import permutations

from odoo import fields
from odoo.tests import tagged

from .common import BillingCommon


@tagged("post_install", "-at_install")
class TestAttainedAgain(BillingCommon):
    """Billed, undone, credited, attained again: in any order and however soon, the queue running in between or not."""

    def _start(self, percent=100.0):
        order = self._make_order(1000.0)
        milestone = self._make_schedule(order, 100).milestone_ids
        order.action_confirm()
        self._attain(milestone, percent)
        self._drain()
        return order, milestone

    def _attain(self, milestone, percent):
        milestone._attain(percent, fields.Date.today(), "manual")

    def _credit(self, order, amount, post=True):
        """Make the native credit note of so much of the order's first invoice."""
        invoice = order.invoice_ids.sorted("id")[0]
        wizard = self.env["account.move.reversal"].with_context(active_model="account.move", active_ids=invoice.ids)
        wizard = wizard.create({"journal_id": invoice.journal_id.id})
        refund = self.env["account.move"].browse(wizard.refund_moves()["res_id"])
        refund.invoice_line_ids.price_unit = amount
        if post:
            refund.action_post()
        return refund

    def _net(self, order):
        signs = {"out_invoice": 1, "out_refund": -1}
        moves = order.invoice_ids.filtered(lambda move: move.state == "posted")
        return sum(signs[move.move_type] * move.amount_untaxed for move in moves)

    def test_every_order_of_the_acts(self):
        due_again = [("undo", "credit", "attain"), ("credit", "undo", "attain")]
        for wait in (False, True):
            for story in permutations(["undo", "credit", "attain"]):
                if story.index("undo") > story.index("attain"):
                    continue
                with self.subTest(story=story, queue_runs_between=wait):
                    order, milestone = self._start()
                    for act in story:
                        if act == "credit":
                            self._credit(order, 1000.0)
                        else:
                            self._attain(milestone, 0.0 if act == "undo" else 100.0)
                        if wait:
                            self._drain()
                    again = story in due_again
                    self.assertEqual(milestone.to_bill_amount, 1000.0 if again and not wait else 0.0)
                    self._drain()
                    self.assertEqual(self._net(order), 1000.0 if again else 0.0)
                    self.assertEqual(milestone.state, "invoiced" if again else "credited")
                    self.assertEqual(self._drain()["invoices"], 0)

    def test_attained_again_in_part_and_then_in_full(self):
        order, milestone = self._start()
        self._attain(milestone, 40.0)
        self._credit(order, 600.0)
        self._attain(milestone, 70.0)
        self._drain()
        self.assertRecordValues(milestone, [{"billed_amount": 700.0, "state": "partial", "to_bill_amount": 0.0}])
        self._attain(milestone, 100.0)
        self._drain()
        self.assertEqual((self._net(order), milestone.state), (1000.0, "invoiced"))

    def test_part_that_was_undone_and_part_that_was_conceded(self):
        order, milestone = self._start(60.0)
        self._attain(milestone, 20.0)
        self._credit(order, 500.0)
        self._attain(milestone, 100.0)
        self._drain()
        self.assertEqual(self._net(order), 900.0, "400 were undone, 100 conceded")

    def test_undone_twice(self):
        order, milestone = self._start()
        for _time in range(2):
            self._attain(milestone, 0.0)
            self._credit(order, 1000.0)
            self._attain(milestone, 100.0)
            self._drain()
        self.assertEqual((self._net(order), milestone.credited_amount), (1000.0, 2000.0))

    def test_credit_note_drafted_while_undone_and_posted_after_it_was_attained_again(self):
        order, milestone = self._start()
        self._attain(milestone, 0.0)
        refund = self._credit(order, 1000.0, post=False)
        self._attain(milestone, 100.0)
        refund.action_post()
        self._drain()
        self.assertEqual((self._net(order), milestone.state), (1000.0, "invoiced"))

    def test_draft_credit_note_deleted_after_all(self):
        order, milestone = self._start()
        self._attain(milestone, 0.0)
        refund = self._credit(order, 1000.0, post=False)
        self._attain(milestone, 100.0)
        refund.unlink()
        self._drain()
        self.assertEqual((self._net(order), milestone.to_bill_amount, milestone.state), (1000.0, 0.0, "invoiced"))

    def test_concession_stays_one_while_more_is_attained(self):
        order, milestone = self._start(50.0)
        self._credit(order, 100.0)
        self._attain(milestone, 100.0)
        self._drain()
        self.assertEqual(self._net(order), 900.0)
        milestone.action_bill_again()
        self._drain()
        self.assertEqual(self._net(order), 1000.0)

    def test_negative_line(self):
        order = self._make_order(1000.0, -200.0)
        milestone = self._make_schedule(order, 100).milestone_ids
        order.action_confirm()
        self._attain(milestone, 100.0)
        self._drain()
        self._attain(milestone, 0.0)
        invoice = order.invoice_ids
        wizard = self.env["account.move.reversal"].with_context(active_model="account.move", active_ids=invoice.ids)
        wizard = wizard.create({"journal_id": invoice.journal_id.id})
        self.env["account.move"].browse(wizard.refund_moves()["res_id"]).action_post()
        self._attain(milestone, 100.0)
        self._drain()
        self.assertEqual((self._net(order), milestone.state), (800.0, "invoiced"))
