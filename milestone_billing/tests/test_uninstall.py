from odoo.fields import Command
from odoo.tests import tagged

from ..uninstall import leave_orders_to_odoo
from .common import BillingCommon


@tagged("post_install", "-at_install")
class TestUninstall(BillingCommon):
    """The addon goes: Odoo alone bills what the plans have not billed, no more and no less, and that is said before."""

    def _bill(self, order, *percents, attained=1, **values):
        plan = self._make_schedule(order, *percents, **values).milestone_ids
        order.action_confirm()
        for milestone in plan[:attained]:
            milestone.action_attain()
            self._drain()
        return order

    def _finish_alone(self, order):
        """Let Odoo bill what it offers, and return the untaxed amounts of all invoices."""
        leave_orders_to_odoo(self.env)
        self.env.invalidate_all()
        total = order.amount_total
        if order.invoice_status == "to invoice":
            wizard = self.env["sale.advance.payment.inv"].with_context(active_model="sale.order", active_ids=order.ids)
            wizard.create({"advance_payment_method": "delivered"}).create_invoices()
        order.invoice_ids.filtered(lambda move: move.state == "draft").action_post()
        self.assertEqual(order.invoice_status, "invoiced")
        self.assertEqual(order.amount_total, total)
        return order.invoice_ids.sorted("id").mapped("amount_untaxed")

    def test_half_billed_line_is_billed_to_the_end(self):
        tax = self._make_tax(21)
        order = self._bill(self._make_order({"price_unit": 1000.0, "tax_ids": [Command.set(tax.ids)]}), 50, 50)
        self.assertEqual(self._finish_alone(order), [500.0, 500.0])
        self.assertEqual(order.invoice_ids.mapped("amount_total"), [605.0, 605.0])
        self.assertEqual(order.amount_total, 1210.0)

    def test_more_units_than_invoice_lines_are_not_offered_again(self):
        line = {"price_unit": 100.0, "product_uom_qty": 10.0}
        for percents, attained in (((25, 75), 1), ((25, 75), 2), ((100,), 1)):
            with self.subTest(percents=percents, attained=attained):
                order = self._bill(self._make_order(dict(line)), *percents, attained=attained)
                self.assertEqual(sum(self._finish_alone(order)), 1000.0)

    def test_thirds_come_out_to_the_cent(self):
        rows = [{"percent": 100 / 3, "due_on": "manual"}] * 2 + [{"amount_type": "balance", "due_on": "manual"}]
        order = self._make_order({"price_unit": 100000.0, "discount": 10.0})
        order = self._bill(order, *rows)
        self.assertEqual(sum(self._finish_alone(order)), 90000.0)

    def test_taxes_in_the_price_total_the_order(self):
        tax = self._make_tax(21, price_include_override="tax_included")
        line = {"price_unit": 121.0, "product_uom_qty": 3.0, "tax_ids": [Command.set(tax.ids)]}
        order = self._bill(self._make_order(line), 30, 70)
        self._finish_alone(order)
        self.assertEqual(sum(order.invoice_ids.mapped("amount_total")), 363.0)

    def test_credited_part_can_be_billed_again_by_odoo_alone(self):
        order = self._bill(self._make_order(1000.0), 50, 50)
        order.invoice_ids._reverse_moves(cancel=True)
        leave_orders_to_odoo(self.env)
        self.assertEqual(order.order_line.qty_to_invoice, 1.0)

    def test_what_odoo_reads_right_is_left_as_it_is(self):
        order = self._bill(self._make_order(1000.0), 100)
        other = self._bill(self._make_order({"price_unit": 10.0, "product_uom_qty": 2.0}), 50, 50, attained=0)
        self.assertEqual(self._finish_alone(order), [1000.0])
        self.assertEqual(len(order.order_line), 1)
        self.assertRecordValues(other.order_line, [{"price_unit": 10.0, "qty_to_invoice": 2.0}])

    def test_locked_order_is_left_locked(self):
        order = self._bill(self._make_order(1000.0), 50, 50)
        order.locked = True
        self.assertEqual(self._finish_alone(order), [500.0, 500.0])
        self.assertTrue(order.locked)

    def test_dialog_says_before_which_orders_are_concerned(self):
        order = self._bill(self._make_order(1000.0), 50, 50)
        module = self.env["ir.module.module"].search([("name", "=", "milestone_billing")])
        wizard = self.env["base.module.uninstall"].create({"module_ids": module.ids})
        self.assertIn(order.name, wizard.billing_warning)
        other = self.env["ir.module.module"].search([("name", "=", "utm")])
        self.assertIn(order.name, self.env["base.module.uninstall"].create({"module_ids": other.ids}).billing_warning)
        apart = self.env["ir.module.module"].search([("name", "=", "base_import")])
        self.assertFalse(self.env["base.module.uninstall"].create({"module_ids": apart.ids}).billing_warning)
