from odoo.tests import tagged

from .common import SubscriptionCommon


@tagged("post_install", "-at_install")
class TestDownPayment(SubscriptionCommon):
    """A project and seats on one order: a down payment comes off the project, and the seats are billed."""

    def _mixed(self, received=3000.0):
        """Return an order of a project of 10,000, invoiced as delivered, and of seats at 100 a month."""
        self._on("2026-01-01")
        project = {
            "price_unit": 100.0,
            "product_uom_qty": 100.0,
            "product_id": self._make_service("Hours", "delivery").id,
        }
        seats = {"price_unit": 100.0, "subscription_plan_id": self.monthly.id}
        order = self._make_order(project, seats)
        self._advance(order, received)
        return order

    def _said(self, rows):
        return sorted((row.state, row.amount_untaxed) for row in rows)

    def _activities(self, order):
        domain = [("res_model", "=", "sale.order"), ("res_id", "=", order.id), ("subscription_why", "!=", False)]
        return self.env["mail.activity"].search(domain)

    def test_seats_are_billed_while_the_project_has_not_begun(self):
        order = self._mixed()
        other = self._subscribe(30.0)
        [invoice] = self._bill("2026-01-01")
        self.assertEqual(invoice.amount_untaxed, 130.0)
        self.assertEqual(invoice.invoice_line_ids.sale_line_ids.order_id, order | other)
        self._on("2026-02-01")
        [invoice] = order._create_invoices(final=True)
        self.assertEqual((invoice.move_type, invoice.amount_untaxed), ("out_invoice", 100.0))

    def test_a_small_down_payment_is_left_to_the_project(self):
        order = self._mixed(50.0)
        self.assertEqual(self._bill("2026-01-01").amount_untaxed, 100.0)
        self._on("2026-01-10")
        order.order_line[0].qty_delivered = 10.0
        # Left to a person, what the clock bills by itself has no down payment either.
        self.assertEqual(self._bill("2026-02-01").amount_untaxed, 100.0)
        self._run("all", customers=[self.customer.id])
        self.assertEqual(sum(order.invoice_ids.mapped("amount_untaxed")), 50.0 + 100.0 + 100.0 + 950.0)

    def test_what_does_not_fit_waits_with_the_project(self):
        self.customer.billing_automatic = "yes"
        order = self._mixed()
        self.assertEqual(self._bill("2026-01-01").amount_untaxed, 100.0)
        self._on("2026-01-10")
        order.order_line[0].qty_delivered = 10.0
        self._on("2026-02-01")
        rows = self._clock().invoice_ids
        self.assertEqual(self._said(rows), [("billed", 100.0), ("blocked", -2000.0)])
        order.order_line[0].qty_delivered = 40.0
        self.assertEqual(self._bill("2026-03-01").amount_untaxed, 100.0 + 4000.0 - 3000.0)
        order.order_line[0].qty_delivered = 100.0
        self._bill("2026-04-01")
        self.assertEqual(sum(order.invoice_ids.mapped("amount_untaxed")), 10000.0 + 4 * 100.0)

    def test_where_nothing_else_is_to_come_it_comes_off_the_seats_and_others_are_billed(self):
        self._on("2026-01-01")
        order, other = self._subscribe(100.0), self._subscribe(30.0)
        self._advance(order, 150.0)
        self.env.flush_all()
        rows = self._clock().invoice_ids
        self.assertEqual(self._said(rows), [("billed", 30.0), ("blocked", -50.0)])
        self.assertEqual(rows.filtered("move_id").order_ids, other)
        [asked] = self._activities(order)
        self._on("2026-01-02")
        self._clock()
        self.assertEqual(self._activities(order), asked, "asked once")
        self.assertEqual(
            self._bill("2026-02-01")
            .filtered(lambda move: order in move.invoice_line_ids.sale_line_ids.order_id)
            .amount_untaxed,
            80.0,
        )
        self.assertFalse(self._activities(order))
