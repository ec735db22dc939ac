import os
import random

from odoo.tests import tagged

from .common import DELIVERY, DEPOSIT, GoodsCommon

START_UP = {"name": "Start-up", "percent": 13, "due_on": "manual"}
PLANS = (
    ({**DELIVERY, "percent": 100},),
    (DEPOSIT, DELIVERY),
    ({**DEPOSIT, "percent": 33.33}, {**DELIVERY, "percent": 53.67}, START_UP),
)


@tagged("post_install", "-at_install")
class TestProperty(GoodsCommon):
    """Whatever is shipped, returned, cancelled, changed and credited, in any order, quantities and money are exact."""

    def test_lives_of_orders_of_goods(self):
        for seed in range(int(os.environ.get("LIVES", "3"))):
            with self.subTest(seed=seed):
                self._live(random.Random(seed), PLANS[seed % len(PLANS)])

    def _live(self, rng, plan):
        tax = self._make_tax(21, name=f"21 {rng.random()}")
        line = {
            "product_uom_qty": rng.randint(3, 12),
            "price_unit": rng.choice([100.0, 33.33, 7.19]),
            "discount": rng.choice([0.0, 7.0]),
            "tax_ids": [(6, 0, tax.ids)],
        }
        order = self._sell(line, plan=plan, invoice_policy=rng.choice(["post", "draft"]))
        told = []
        for _turn in range(8):
            acts = [self._ship_some, self._ship_some, self._return_some, self._order_more, self._order_less]
            act = rng.choice([*acts, self._post_drafts])
            told.append(act(order, rng))
            self._settle(order)
            self._check(order, told)
        self._finish(order)
        self._check(order, told)
        self.assertAlmostEqual(self._sum(order, "amount_untaxed_signed"), order.amount_untaxed, 2, told)
        self.assertAlmostEqual(self._sum(order, "amount_total_signed"), order.amount_total, 2, told)
        self.assertEqual(order.order_line.qty_invoiced, order.order_line.product_uom_qty, told)
        self.assertEqual(order.invoice_status, "invoiced", told)
        self.assertEqual(self._cogs(order)[0], order.order_line.product_uom_qty, told)

    # === ACTS === #

    def _ship_some(self, order, rng):
        left = order.order_line.product_uom_qty - order.order_line.qty_delivered
        open_transfers = order.picking_ids.filtered(lambda row: row.state not in ("done", "cancel"))
        if left < 1 or not open_transfers:
            return "nothing to ship"
        quantity = rng.randint(1, int(left))
        self._ship(order, quantity, backorder=rng.random() < 0.8)
        return f"shipped {quantity}"

    def _return_some(self, order, rng):
        done = order.picking_ids.filtered(lambda row: row.state == "done" and row.location_dest_id.usage == "customer")
        done = done.filtered(lambda row: not row.return_ids)
        if not done:
            return "nothing to return"
        quantity = rng.randint(1, int(done[0].move_ids.quantity))
        to_refund = rng.random() < 0.8
        self._return(done[0], quantity, to_refund)
        return f"returned {quantity}, refunded: {to_refund}"

    def _order_more(self, order, rng):
        more = rng.randint(1, 4)
        order.order_line.product_uom_qty += more
        return f"ordered {more} more"

    def _order_less(self, order, rng):
        line = order.order_line
        less = rng.randint(0, 3)
        if line.product_uom_qty - less < max(1, line.qty_delivered):
            return "nothing to order less"
        line.product_uom_qty -= less
        return f"ordered {less} less"

    def _post_drafts(self, order, rng):
        order.invoice_ids.filtered(lambda move: move.state == "draft").action_post()
        return "posted drafts"

    def _settle(self, order):
        self._drain()
        self._credit(order)
        self._drain()

    def _finish(self, order):
        """Ship what is left, attain what is left, post what is left."""
        line = order.order_line
        while line.qty_delivered < line.product_uom_qty:
            line._action_launch_stock_rule()
            moves = order.picking_ids.filtered(lambda row: row.state not in ("done", "cancel")).move_ids
            if not moves:
                self._return_again(order)
                continue
            self._ship(order, moves[0].product_uom_qty)
            self._settle(order)
        for milestone in order.billing_schedule_ids.milestone_ids:
            if milestone.due_on == "manual" and not milestone._is_attained():
                milestone.action_attain()
        self._settle(order)
        self._post_drafts(order, None)
        self._settle(order)

    def _return_again(self, order):
        """Send what came back out again."""
        back = order.picking_ids.filtered(
            lambda row: row.state == "done" and row.location_id.usage == "customer" and not row.return_ids
        )[:1]
        self._return(back, back.move_ids.quantity)

    # === WHAT HOLDS === #

    def _check(self, order, told):
        line = order.order_line
        rows = line.billing_allocation_ids
        self.assertAlmostEqual(sum(rows.mapped("amount")), line.price_subtotal, 2, told)
        self.assertAlmostEqual(sum(rows.mapped("to_bill_amount")), 0.0, 2, told)
        self.assertAlmostEqual(sum(rows.mapped("billed_amount")), sum(rows.mapped("due_amount")), 2, told)
        documents = [
            (move.name, move.move_type, line.quantity, line.price_unit, line.price_subtotal, line.balance)
            for move in order.invoice_ids.filtered(lambda move: move.state != "cancel")
            for line in move.invoice_line_ids
        ]
        billed = sum(rows.mapped("billed_amount"))
        self.assertAlmostEqual(self._sum(order, "amount_untaxed_signed"), billed, 2, (told, documents))
        self.assertEqual(line.qty_invoiced, min(line.qty_delivered, line.product_uom_qty), told)

    @staticmethod
    def _sum(order, name):
        return sum(order.invoice_ids.filtered(lambda move: move.state != "cancel").mapped(name))
