from odoo.fields import Command
from odoo.tests import tagged

from .advance_common import AdvanceCommon


@tagged("post_install", "-at_install")
class TestOutside(AdvanceCommon):
    """What was invoiced of a scheduled line outside its plan is billed already: the plan bills what is left."""

    def _invoice_by_hand(self, order, amount, post=True):
        """Make an invoice of the order's first line as another module, or a person, would."""
        values = order._prepare_invoice()
        line = order.order_line[0]._prepare_invoice_line(quantity=1.0, price_unit=amount)
        line["extra_tax_data"] = False
        values["invoice_line_ids"] = [Command.create(line)]
        move = self.env["account.move"].create(values)
        if post:
            move.action_post()
        return move

    def test_set_against_the_next_milestone(self):
        order, (first, second) = self._start()
        self._invoice_by_hand(order, 300.0)
        self.assertEqual(self._totals(self._bill(first, second)), [242.0, 605.0])
        self.assertEqual((first.outside_amount, first.billed_amount, first.state), (300.0, 200.0, "invoiced"))
        self.assertIn(
            "outside the plan", order.message_ids.mapped("body")[0] + "".join(order.message_ids.mapped("body"))
        )
        self.assertSettled(order)

    def test_set_against_pro_rata_and_the_last(self):
        for policy, expected in (("pro_rata", [423.5, 423.5]), ("last", [605.0, 242.0])):
            with self.subTest(policy=policy):
                order, milestones = self._start(schedule={"advance_policy": policy})
                self._invoice_by_hand(order, 300.0)
                self.assertEqual(self._totals(self._bill(*milestones)), expected)
                self.assertSettled(order)

    def test_milestones_of_one_batch_come_one_after_the_other(self):
        for policy, expected in (("pro_rata", [169.4, 254.1, 423.5]), ("last", [242.0, 363.0, 242.0])):
            with self.subTest(policy=policy):
                order, milestones = self._start(20, 30, 50, schedule={"advance_policy": policy})
                self._invoice_by_hand(order, 300.0)
                milestones.action_attain()
                self._drain()
                self.assertEqual([milestone.invoice_ids.amount_total for milestone in milestones], expected)
                self.assertSettled(order)

    def test_order_invoiced_in_part_before_it_got_a_schedule(self):
        order = self._make_order(self._taxed(100.0, product_uom_qty=10))
        order.order_line.product_id.invoice_policy = "delivery"
        order.action_confirm()
        order.order_line.qty_delivered = 3
        self._create_invoice(order).action_post()
        order.order_line.product_id.invoice_policy = "order"
        schedule = self._make_schedule(order, 50, 50)
        self.assertEqual(self._totals(self._bill(*schedule.milestone_ids)), [242.0, 605.0])
        self.assertSettled(order)

    def test_milestone_that_is_covered_in_full_makes_no_invoice(self):
        order, (first, second) = self._start()
        self._invoice_by_hand(order, 600.0)
        self.assertEqual(self._bill(first), [])
        self.assertEqual((first.state, first.to_bill_amount), ("invoiced", 0.0))
        self.assertEqual(self._totals(self._bill(second)), [484.0])
        self.assertSettled(order)

    def test_draft_counts_and_deleted_is_due_again(self):
        order, (first, second) = self._start()
        draft = self._invoice_by_hand(order, 300.0, post=False)
        self._bill(first)
        self.assertEqual(first.billed_amount, 200.0)
        draft.unlink()
        self._drain()
        self.assertEqual((first.billed_amount, first.outside_amount), (500.0, 0.0))
        self._bill(second)
        self.assertSettled(order)

    def test_credited_is_due_again(self):
        order, (first, second) = self._start()
        move = self._invoice_by_hand(order, 300.0)
        self._bill(first)
        self._credit(move)
        self._drain()
        self.assertEqual((first.billed_amount, first.outside_amount), (500.0, 0.0))
        self._bill(second)
        self.assertSettled(order)

    def test_credit_by_hand_alone_is_no_reason_to_bill_more(self):
        order, milestones = self._start()
        [first] = self._bill(milestones[0])
        refund = first._reverse_moves([{"invoice_date": first.invoice_date}])
        refund.invoice_line_ids.sudo().write({"price_unit": 100.0, "billing_allocation_id": False})
        refund.action_post()
        self.assertEqual(self._totals(self._bill(milestones[1])), [605.0])

    def test_undone_frees_what_was_set_against_it(self):
        order, (first, second) = self._start()
        self._invoice_by_hand(order, 500.0)
        self._bill(first)
        first.action_undo()
        self._drain()
        self.assertEqual((first.outside_amount, first.state), (0.0, "planned"))
        self.assertEqual(self._bill(second), [])
        self.assertEqual(self._totals(self._bill(first)), [605.0])
        self.assertSettled(order)

    def test_create_invoice_bills_what_is_left(self):
        order, (first, second) = self._start()
        self._invoice_by_hand(order, 300.0)
        first.action_attain()
        invoice = self._create_invoice(order)
        self.assertEqual(invoice.amount_total, 242.0)
        invoice.action_post()
        self.assertEqual(self._totals(self._bill(second)), [605.0])
        self.assertSettled(order)

    def test_with_a_down_payment_and_taxes_in_the_price(self):
        included = self._make_tax(21.0, price_include_override="tax_included")
        order, milestones = self._start(lines=[self._taxed(1210.0, included)])
        self._invoice_by_hand(order, 242.0)
        self._pay_in_advance(order, 121.0)
        self.assertEqual(self._totals(self._bill(*milestones)), [242.0, 605.0])
        self.assertSettled(order)

    def test_billed_twice_is_said(self):
        order, milestones = self._start()
        self._bill(*milestones)
        extra = self._invoice_by_hand(order, 200.0)
        kind = self.env.ref("milestone_billing.mail_activity_advance")
        activity = order.activity_ids.filtered(lambda row: row.activity_type_id == kind)
        self.assertIn("200.00", activity.summary)
        self._credit(extra)
        self.assertFalse(activity.exists())
        self.assertSettled(order)

    def test_changed_order_keeps_what_is_set_against_it(self):
        order, (first, second) = self._start()
        self._invoice_by_hand(order, 300.0)
        self._bill(first)
        order.order_line[0].price_unit = 1200.0
        self.assertEqual(self._totals(self._bill(second)), [847.0])
        self.assertSettled(order)
