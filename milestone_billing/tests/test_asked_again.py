from odoo.tests import tagged

from .common import BillingCommon


@tagged("post_install", "-at_install")
class TestAskedAgain(BillingCommon):
    """What was credited and may be billed again is forgotten with its credit note: the next one is another matter."""

    def _start(self):
        order = self._make_order(1000.0, product=self.plain)
        milestone = self._make_schedule(order, 100).milestone_ids
        self._bill_all(order)
        return order, milestone

    def _credit(self, order, amount):
        """Credit a part of the first invoice, Odoo's way, and post it."""
        refund = order.invoice_ids.sorted("id")[0]._reverse_moves()
        refund.invoice_line_ids.price_unit = amount
        refund.action_post()
        return refund

    def _net(self, order):
        moves = order.invoice_ids.filtered(lambda move: move.state != "cancel")
        return order.currency_id.round(sum(-move.direction_sign * move.amount_untaxed for move in moves))

    def _cancel(self, move):
        move.button_draft()
        move.button_cancel()

    def test_asked_again_and_its_credit_note_cancelled(self):
        order, milestone = self._start()
        refund = self._credit(order, 100.0)
        milestone.action_bill_again()
        self._cancel(refund)
        self._drain()
        self.assertEqual(self._net(order), 1000.0)
        self._credit(order, 100.0)
        self._drain()
        self.assertEqual((self._net(order), milestone.to_bill_amount), (900.0, 0.0))
        milestone.action_bill_again()
        self._drain()
        self.assertEqual(self._net(order), 1000.0)

    def test_reduction_whose_credit_note_is_cancelled(self):
        order, milestone = self._start()
        order.order_line.price_unit = 600.0
        self._drain()
        milestone.action_credit()
        refund = order.invoice_ids.filtered(lambda move: move.move_type == "out_refund")
        refund.action_post()
        order.order_line.price_unit = 590.0
        self._cancel(refund)
        self._drain()
        self.assertEqual(milestone.state, "blocked")
        self.assertIn("410.00", milestone.block_reason)
        order.order_line.price_unit = 1000.0
        self._drain()
        self.assertEqual((self._net(order), milestone.state), (1000.0, "invoiced"))
        self._credit(order, 250.0)
        self._drain()
        self.assertEqual((self._net(order), milestone.to_bill_amount), (750.0, 0.0))

    def test_credit_note_reset_and_posted_with_less(self):
        order, milestone = self._start()
        refund = self._credit(order, 400.0)
        milestone.action_bill_again()
        self._drain()
        self.assertEqual(self._net(order), 1000.0)
        refund.button_draft()
        refund.invoice_line_ids.price_unit = 100.0
        refund.action_post()
        self._drain()
        self.assertEqual(self._net(order), 1300.0)
        self.assertEqual(sum(milestone._credit_owed().values()), 300.0)
        self.assertEqual(milestone.state, "blocked")

    def test_credit_note_reset_and_posted_as_it_was(self):
        order, milestone = self._start()
        refund = self._credit(order, 100.0)
        milestone.action_bill_again()
        refund.button_draft()
        refund.action_post()
        self._drain()
        self.assertEqual(self._net(order), 1000.0)
