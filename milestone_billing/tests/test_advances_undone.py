from odoo.tests import tagged

from .advance_common import AdvanceCommon


@tagged("post_install", "-at_install")
class TestAdvancesUndone(AdvanceCommon):
    """What came off an invoice that is taken back is an advance again, and comes off the next."""

    def _activities(self, order):
        kind = self.env.ref("milestone_billing.mail_activity_advance")
        return order.activity_ids.filtered(lambda row: row.activity_type_id == kind)

    # === DRAFTS === #

    def test_draft_taken_back_gives_the_advance_back(self):
        order, (first, second) = self._start(schedule={"invoice_policy": "draft"})
        self._pay_in_advance(order)
        [draft] = self._bill(first)
        self.assertEqual(draft.amount_total, 242.0)
        first.action_undo()
        self._drain()
        self.assertFalse(draft.exists())
        [invoice] = self._bill(second)
        self.assertEqual(invoice.amount_total, 242.0)
        invoice.action_post()
        [again] = self._bill(first)
        again.action_post()
        self.assertEqual(again.amount_total, 605.0)
        self.assertSettled(order)

    def test_one_of_two_on_a_draft_taken_back_leaves_what_fits(self):
        order, (first, second, third) = self._start(
            10, 30, 60, schedule={"invoice_policy": "draft", "grouping": "order"}
        )
        self._pay_in_advance(order)
        (first | second).action_attain()
        self._drain()
        draft = first.invoice_ids
        self.assertEqual(draft.amount_total, 121.0)
        second.action_undo()
        self._drain()
        self.assertEqual(draft.amount_total, 0.0)
        self.assertEqual(len(draft.invoice_line_ids), 3, "one share, one section, one deduction")
        draft.action_post()
        for move in self._bill(second, third):
            move.action_post()
        self.assertSettled(order)

    def test_more_in_advance_than_is_still_to_be_billed_is_asked_about(self):
        """A down payment that comes after most of the order is on drafts, which it does not change."""
        order, (first, second) = self._start(90, 10, schedule={"invoice_policy": "draft"})
        [draft] = self._bill(first)
        self._pay_in_advance(order)
        [asked] = self._activities(order)
        self.assertIn("242.00", asked.summary, "121.00 of 363.00 can still come off")
        self.assertIn("draft", asked.note)
        draft.unlink()
        self._drain()
        self.assertFalse(self._activities(order), "made anew, the invoice takes it off")
        [invoice] = self._bill(second)
        (first.invoice_ids | invoice).action_post()
        self.assertSettled(order)

    def test_deleted_and_cancelled_drafts(self):
        order, (first, second) = self._start(schedule={"invoice_policy": "draft"})
        self._pay_in_advance(order)
        [draft] = self._bill(first)
        draft.unlink()
        self._drain()
        self.assertEqual(first.invoice_ids.amount_total, 242.0)
        first.invoice_ids.button_cancel()
        self._drain()
        standing = first.invoice_ids.filtered(lambda move: move.state == "draft")
        self.assertEqual(standing.amount_total, 242.0)
        standing.action_post()
        self._bill(second)[0].action_post()
        self.assertSettled(order)

    # === CREDIT NOTES === #

    def test_credit_note_of_an_undone_milestone(self):
        order, (first, second) = self._start()
        self._pay_in_advance(order)
        self._bill(first)
        first.action_undo()
        self._drain()
        first.action_credit()
        credit = first.invoice_ids.filtered(lambda move: move.move_type == "out_refund")
        self.assertEqual((credit.amount_total, credit.amount_tax), (242.0, 42.0))
        credit.action_post()
        self.assertEqual(self._totals(self._bill(second)), [242.0])
        self.assertEqual(self._totals(self._bill(first)), [605.0])
        self.assertSettled(order)

    def test_credit_note_of_a_part(self):
        order, (first, second) = self._start()
        self._pay_in_advance(order)
        self._bill(first)
        first._attain(50.0, self.env.cr.now().date(), "manual")
        self._drain()
        first.action_credit()
        credit = first.invoice_ids.filtered(lambda move: move.move_type == "out_refund")
        self.assertEqual(credit.amount_total, 121.0)
        credit.action_post()
        self.assertEqual(self._totals(self._bill(second)), [423.5])
        self.assertEqual(self._totals(self._bill(first)), [302.5])
        self.assertSettled(order)

    def test_odoos_credit_note_of_a_milestone_invoice(self):
        order, (first, second) = self._start()
        self._pay_in_advance(order)
        [invoice] = self._bill(first)
        self.assertEqual(self._credit(invoice).amount_total, 242.0)
        self.assertEqual(self._totals(self._bill(second)), [242.0])
        first.action_bill_again()
        self._drain()
        self.assertSettled(order)

    # === WHAT IS LEFT IN THE END === #

    def test_a_person_is_asked_about_what_is_left(self):
        order, milestones = self._start()
        self._bill(*milestones)
        self._pay_in_advance(order)
        self.assertIn("363.00", self._activities(order).summary)
        self.assertRegex(self._activities(order).note, "Create Invoice")
        self._create_invoice(order).action_post()
        self.assertFalse(self._activities(order))
        self.assertEqual(order.invoice_status, "invoiced")
        self.assertEqual(sum(self._totals(order.invoice_ids)), 1210.0)

    def test_a_person_is_asked_about_what_came_off_too_much(self):
        order, milestones = self._start()
        advance = self._pay_in_advance(order)
        self._bill(*milestones)
        self.assertFalse(self._activities(order))
        self._credit(advance)
        self.assertIn("363.00", self._activities(order).summary)
        invoice = self._create_invoice(order)
        self.assertRecordValues(invoice, [{"move_type": "out_invoice", "amount_total": 363.0, "amount_tax": 63.0}])
        invoice.action_post()
        self.assertFalse(self._activities(order))
        self.assertSettled(order)

    def test_nobody_is_asked_while_milestones_are_to_come(self):
        order, _milestones = self._start()
        self._pay_in_advance(order, 1210.0)
        self.assertFalse(self._activities(order))

    def test_a_person_is_asked_about_more_than_the_order_is_worth(self):
        order, _milestones = self._start()
        self._pay_in_advance(order, 2000.0)
        self.assertIn("790.00", self._activities(order).summary)

    def test_nobody_is_asked_for_the_rest_of_an_order_that_is_worth_something_again(self):
        order, milestones = self._start(40, 60)
        self._pay_in_advance(order, 121.0)
        self._bill(milestones[0])
        line = order.order_line.filtered(lambda line: not line.is_downpayment and not line.display_type)
        line.product_uom_qty = 0.0
        self._drain()
        milestones[0].action_credit()
        order.invoice_ids.filtered(lambda move: move.state == "draft").action_post()
        self._drain()
        self.assertIn("121.00", order.activity_ids.summary)
        line.product_uom_qty = 1.0
        self.assertFalse(order.activity_ids)
