from odoo.tests import tagged

from .common import SubscriptionCommon


@tagged("post_install", "-at_install")
class TestRun(SubscriptionCommon):
    """Subscriptions on a customer's billing day, on one invoice with what else is due."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        calendar = cls.env["billing.calendar"].create({"name": "The 15th", "days_of_month": "15"})
        cls.customer.write({"billing_when": "days", "billing_calendar_id": calendar.id, "billing_automatic": "yes"})
        cls.seats = cls._make_plan("Seats", alignment="customer")
        cls.support = cls._make_plan("Support", alignment="customer", interval_count=3, timing="arrears")

    def _amounts(self, invoice):
        return invoice.invoice_line_ids.filtered(lambda line: line.display_type == "product").mapped("price_subtotal")

    def _software(self):
        """An activation fee, seats every month in advance, support every quarter in arrears."""
        seats = {"price_unit": 31.0, "product_uom_qty": 2.0, "subscription_plan_id": self.seats.id}
        return self._make_order(500.0, seats, {"price_unit": 300.0, "subscription_plan_id": self.support.id})

    def test_fee_seats_and_support_are_on_one_invoice_of_the_billing_day(self):
        self._on("2026-01-05")
        order = self._software()
        self.assertFalse(self._bill("2026-01-05"))
        [invoice] = self._bill("2026-01-15")
        # 10 of 31 days of December to January, then a month; support of the part of a quarter that ended.
        self.assertEqual(self._amounts(invoice), [500.0, 20.0, 62.0, 32.26])
        self.assertEqual(invoice.invoice_line_ids.sale_line_ids, order.order_line)
        headings = invoice.invoice_line_ids.filtered(lambda line: line.display_type == "line_section")
        self.assertEqual(headings.mapped("name"), ["Goods and Services", "Subscriptions"])
        [invoice] = self._bill("2026-02-15")
        self.assertEqual(self._amounts(invoice), [62.0])
        self.assertFalse(self._bill("2026-03-14"))
        self._bill("2026-03-15")
        [invoice] = self._bill("2026-04-15")
        self.assertEqual(self._amounts(invoice), [62.0, 300.0])

    def test_what_is_given_back_counts_in_the_subtotal_of_subscriptions(self):
        self._on("2026-01-05")
        seats = {"price_unit": 31.0, "product_uom_qty": 2.0, "subscription_plan_id": self.seats.id}
        order = self._make_order(seats, {"price_unit": 500.0, "sequence": 20}, {**seats, "sequence": 30})
        self._bill("2026-01-15")
        self._on("2026-01-25")
        order.order_line[1:].product_uom_qty = 1.0
        order.order_line[1].product_uom_qty = 2.0
        [invoice] = self._bill("2026-02-15")
        lines = invoice.invoice_line_ids.filtered(lambda line: line.display_type == "product")
        charged = lines.filtered("subscription_charge_id")
        self.assertLess(min(charged.mapped("price_subtotal")), 0.0)
        subtotals = {
            line.name: line.get_section_subtotal()
            for line in invoice.invoice_line_ids.filtered(lambda line: line.display_type == "line_section")
        }
        expected = {"Subscriptions": charged, "Goods and Services": lines - charged}
        self.assertEqual(subtotals, {name: sum(some.mapped("price_subtotal")) for name, some in expected.items()})

    def test_a_preview_says_what_the_run_bills(self):
        self._on("2026-01-05")
        order = self._software()
        self._on("2026-01-15")
        [shown] = self._preview(customers=[self.customer.id])["invoices"]
        self.assertFalse(order.invoice_ids)
        [billed] = self._run("one", customers=[self.customer.id])["invoices"]
        self.assertEqual(shown["lines"], billed["lines"])
        [invoice] = order.invoice_ids
        keys = {line.billing_key: line.price_subtotal for line in invoice.invoice_line_ids if line.billing_key}
        self.assertEqual({line["key"]: line["amount"] for line in billed["lines"]}, keys)
        self.assertEqual(self._run("two", customers=[self.customer.id])["invoices"], [])
        self.assertEqual(self._preview(customers=[self.customer.id])["invoices"], [])

    def test_several_orders_share_an_invoice_and_taxes_are_those_of_the_preview(self):
        tax = self._make_tax(19, price_include_override="tax_included")
        self._on("2026-01-05")
        plan = self.seats.id
        for price in (9.99, 33.35):
            self._make_order({"price_unit": price, "subscription_plan_id": plan, "tax_ids": tax.ids}, 10.0)
        self._on("2026-01-15")
        preview = self._preview(customers=[self.customer.id])
        status = self._run("one", customers=[self.customer.id])
        self.assertEqual(preview["totals"], status["totals"])
        [row] = status["invoices"]
        self.assertEqual(len(row["orders"]), 2)
        self.assertEqual(row["total"], self.env["account.move"].browse(row["invoice"]["id"]).amount_total)

    def test_what_is_due_of_a_thousand_charges_is_found_by_one_query(self):
        self._on("2026-01-05")
        self._software()
        self.env.flush_all()
        source = self.env["billing.source.charge"]
        with self.assertQueryCount(1):
            source._find_orders(self.company, self.today, None)
