from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged

from .common import DELIVERY, DEPOSIT, GoodsCommon


@tagged("post_install", "-at_install")
class TestRights(GoodsCommon):
    """Each does his own work: the warehouse ships, billing bills, and nobody writes what follows from it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.keeper = new_test_user(cls.env, "keeper", "stock.group_stock_user")
        cls.seller = new_test_user(cls.env, "seller", "sales_team.group_sale_salesman_all_leads")

    def test_the_warehouse_ships_and_billing_follows(self):
        order = self._sell(10, plan=(DEPOSIT, DELIVERY))
        picking = order.picking_ids.with_user(self.keeper)
        picking.move_ids.write({"quantity": 4, "picked": True})
        picking.with_context(skip_backorder=True).button_validate()
        self._drain()
        self.assertEqual(order.order_line.qty_invoiced, 4.0)

    def test_the_warehouse_reads_why_it_does_not_ship(self):
        order = self._sell(10)
        self.company.billing_hold_shipping = True
        self.env["billing.hold"].create({"reason": "Unpaid since March", "order_id": order.id})
        picking = order.picking_ids.with_user(self.keeper)
        self.assertIn("Unpaid since March", picking.billing_hold_text)
        picking.move_ids.write({"quantity": 4, "picked": True})
        with self.assertRaisesRegex(UserError, "Unpaid since March"):
            picking.with_context(skip_backorder=True).button_validate()

    def test_who_ships_to_customers_on_hold_is_decided_by_invoicing(self):
        maker = new_test_user(self.env, "maker", "base.group_partner_manager")
        clerk = new_test_user(self.env, "clerk", "base.group_partner_manager,account.group_account_invoice")
        partner = self.env["res.partner"].create({"name": "Pump House"})
        with self.assertRaises(AccessError):
            partner.with_user(maker).billing_hold_shipping = "ship"
        with self.assertRaises(AccessError):
            self.env["res.partner"].with_user(maker).create({"name": "X", "billing_hold_shipping": "ship"})
        partner.with_user(maker).write({"name": "Pump Hall", "billing_hold_shipping": False})
        partner.with_user(clerk).billing_hold_shipping = "ship"
        self.assertEqual(partner.billing_hold_shipping, "ship")

    def test_billing_users_plan_orders_without_reading_transfers(self):
        planner = new_test_user(self.env, "planner", "milestone_billing.group_billing_user", company_id=self.company.id)
        order = self._make_order(
            {"product_id": self.pump.id, "product_uom_qty": 10.0, "price_unit": 100.0},
            {"product_id": self.pump.id, "product_uom_qty": 0.0, "price_unit": 100.0},
        )
        extra = {"order_id": order.id, "product_uom_qty": 0.0}
        self.env["sale.order.line"].create(
            [
                {**extra, "name": "Machines", "display_type": "line_section"},
                {**extra, "name": "As agreed", "display_type": "line_note"},
                {**extra, "name": "Deposit", "product_id": self.service.id, "is_downpayment": True},
            ]
        )
        plan = self._make_schedule(order, DEPOSIT, DELIVERY, cover_all=False).with_user(planner)
        self.env.invalidate_all()
        plan.write({"cover_all": True, "milestone_ids": [Command.update(plan.milestone_ids[0].id, {"percent": 20.0})]})
        self.assertEqual(plan.sudo().line_ids.mapped("product_uom_qty"), [10.0, 0.0])
        self.assertEqual(order.billing_milestone_ids.mapped("amount"), [200.0, 700.0])

    def test_nobody_writes_what_follows(self):
        order = self._sell(10, plan=(DEPOSIT, DELIVERY))
        share = order.order_line.billing_allocation_ids[0]
        for record, values in (
            (share, {"ordered_quantity": 1.0}),
            (share, {"kept_quantity": 1.0}),
            (order.order_line, {"billing_unshipped_quantity": 1.0}),
            (order.invoice_ids.invoice_line_ids, {"billing_bills_goods": True}),
            (order.billing_schedule_ids.milestone_ids[0].attainment_ids, {"delivered": {"1": 5}}),
        ):
            with self.assertRaises(UserError):
                record.write(values)

    def test_invoices_of_a_transfer_are_for_who_may_read_invoices(self):
        order = self._sell(10)
        picking = self._ship(order, 4)
        self.assertEqual(picking.billing_invoice_count, 1)
        self.assertEqual(picking.action_view_billing_invoices()["domain"], [["id", "in", order.invoice_ids.ids]])
        with self.assertRaises(AccessError):
            picking.with_user(self.keeper).action_view_billing_invoices()

    def test_goods_billing_is_for_who_may_read_the_order(self):
        order = self._sell(10, plan=(DEPOSIT, DELIVERY))
        self._ship(order, 4)
        [row] = order.with_user(self.seller).get_goods_billing()
        self.assertEqual((row["ordered"], row["shipped"], row["invoiced"]), (10.0, 4.0, 4.0))
        self.assertEqual((row["billed_amount"], row["billed_ahead_amount"], row["amount"]), (580.0, 180.0, 1000.0))
        stranger = new_test_user(self.env, "stranger", "base.group_user")
        with self.assertRaises(AccessError):
            order.with_user(stranger).get_goods_billing()


@tagged("post_install", "-at_install")
class TestOverRpc(HttpCase, GoodsCommon):
    """Other systems ask the same over the network."""

    def test_goods_billing(self):
        order = self._sell(10, plan=(DEPOSIT, DELIVERY))
        new_test_user(self.env, "integration", "sales_team.group_sale_salesman_all_leads", password="integration")
        self.authenticate("integration", "integration")
        [row] = self.make_jsonrpc_request(
            "/web/dataset/call_kw",
            {"model": "sale.order", "method": "get_goods_billing", "args": [order.ids], "kwargs": {}},
        )
        self.assertEqual((row["line_id"], row["billed_ahead_amount"]), (order.order_line.id, 300.0))

    def test_billing_managers_set_deliveries_up(self):
        arch = self.env.ref("milestone_billing.billing_settings_view_form")._get_combined_arch()
        native = self.env["res.config.settings"]._fields.values()
        ours = {field.name for field in native if (field._module or "").startswith("milestone_billing")}
        self.assertEqual(set(arch.xpath("//setting//field/@name")), ours)
        manager = new_test_user(self.env, "goods_settings", "milestone_billing.group_billing_manager")
        settings = self.env["billing.settings"].with_user(manager).create({"billing_partial_deliveries": "complete"})
        settings.execute()
        self.assertEqual(self.env.company.billing_partial_deliveries, "complete")
        self.assertFalse(self.env.company.billing_hold_shipping)
