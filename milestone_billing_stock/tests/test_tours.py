from odoo.tests import HttpCase, new_test_user, tagged

from .common import DELIVERY, DEPOSIT, GoodsCommon


@tagged("post_install", "-at_install")
class TestGoodsTours(GoodsCommon, HttpCase):
    """From a partial delivery and its backorder to two posted invoices, in the browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        groups = "stock.group_stock_user,sales_team.group_sale_salesman_all_leads"
        for login, more in (("goods_keeper", ""), ("goods_clerk", ",milestone_billing.group_billing_manager")):
            new_test_user(
                cls.env, login, groups + more, company_id=cls.company.id, company_ids=[(6, 0, cls.company.ids)]
            )

    def _open(self, picking):
        return f"/odoo/action-stock.action_picking_tree_all/{picking.id}"

    def test_a_part_and_its_backorder_are_billed_as_they_leave(self):
        order = self._sell(10, plan=(DEPOSIT, DELIVERY))
        self.start_tour(f"/odoo/sales/{order.id}", "goods_ship_a_part", login="goods_keeper")
        self._drain()
        invoice = order.invoice_ids.sorted("id")[-1]
        self.assertEqual((invoice.state, invoice.amount_untaxed), ("posted", 280.0))
        backorder = order.picking_ids.filtered(lambda row: row.state != "done")
        self.start_tour(self._open(backorder), "goods_ship_the_backorder", login="goods_keeper")
        self._drain()
        last = order.invoice_ids.sorted("id")[-1]
        self.assertEqual((last.state, last.amount_untaxed), ("posted", 420.0))
        self.start_tour(f"/odoo/sales/{order.id}", "goods_see_what_is_billed", login="goods_clerk")

    def test_a_transfer_on_hold_says_so(self):
        order = self._sell(10)
        self.company.billing_hold_shipping = True
        self.env["billing.hold"].create({"reason": "Unpaid since March", "order_id": order.id})
        self.start_tour(self._open(order.picking_ids), "goods_on_hold", login="goods_keeper")
        self.assertNotEqual(order.picking_ids.state, "done")
