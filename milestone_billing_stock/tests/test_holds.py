from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import GoodsCommon


@tagged("post_install", "-at_install")
class TestHolds(GoodsCommon):
    """A customer on hold does not ship, where the company or the customer says so."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._sell(10)
        cls.picking = cls.order.picking_ids

    def _hold(self, **values):
        return self.env["billing.hold"].create({"reason": "Unpaid since March", **values})

    def test_a_hold_does_not_stop_deliveries_unless_the_company_says_so(self):
        self._hold(partner_id=self.customer.id)
        self.assertFalse(self.picking.billing_hold_text)
        self._ship(self.order, 10)
        self.assertEqual(self.picking.state, "done")

    def test_a_delivery_on_hold_is_refused_and_says_who_why_and_until_when(self):
        self.company.billing_hold_shipping = True
        hold = self._hold(partner_id=self.customer.id, date_to="2099-12-31")
        self.picking.invalidate_recordset()
        self.assertIn("Unpaid since March", self.picking.billing_hold_text)
        self.assertIn(self.env.user.name, self.picking.billing_hold_text)
        self.assertIn("2099", self.picking.billing_hold_text)
        with self.assertRaisesRegex(UserError, "is not shipped, since billing is on hold: Unpaid since March"):
            self._ship(self.order, 10)
        with self.assertRaises(UserError):
            self.picking._action_done()
        with self.assertRaises(UserError):
            self.picking.move_ids._action_done()
        hold.action_release()
        self._ship(self.order, 10)
        self.assertEqual(self.picking.state, "done")

    def test_a_hold_on_the_order_stops_it_and_a_customer_may_be_treated_otherwise(self):
        self.customer.billing_hold_shipping = "stop"
        self._hold(order_id=self.order.id)
        with self.assertRaises(UserError):
            self._ship(self.order, 10)
        self.company.billing_hold_shipping = True
        self.customer.billing_hold_shipping = "ship"
        self._ship(self.order, 10)
        self.assertEqual(self.picking.state, "done")

    def test_returns_and_what_stays_inside_are_not_stopped(self):
        self._ship(self.order, 10)
        self.company.billing_hold_shipping = True
        self._hold(partner_id=self.customer.id)
        back = self._return(self.picking, 2)
        self.assertEqual(back.state, "done")

    def test_picking_before_shipping_goes_on(self):
        self.warehouse.delivery_steps = "pick_ship"
        order = self._sell(5)
        self.company.billing_hold_shipping = True
        self._hold(partner_id=self.customer.id)
        inside = order.picking_ids
        inside.move_ids.write({"quantity": 5, "picked": True})
        self._validate(inside)
        self.assertEqual(inside.state, "done")
        with self.assertRaises(UserError):
            self._ship(order, 5)

    def test_a_batch_with_a_delivery_on_hold_is_refused(self):
        self.company.billing_hold_shipping = True
        self._hold(order_id=self.order.id)
        other = self._sell(3)
        batch = self.env["stock.picking.batch"].create(
            {"picking_ids": [Command.set((self.picking | other.picking_ids).ids)], "company_id": self.company.id}
        )
        batch.action_confirm()
        for move in batch.picking_ids.move_ids:
            move.write({"quantity": move.product_uom_qty, "picked": True})
        with self.assertRaisesRegex(UserError, self.picking.name):
            batch.action_done()
        self.assertNotEqual(self.picking.state, "done")
