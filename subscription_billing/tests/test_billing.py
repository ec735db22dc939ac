from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import SubscriptionCommon


@tagged("post_install", "-at_install")
class TestBilling(SubscriptionCommon):
    """Each period is billed once, exactly, when its day comes, and mended by the difference."""

    def test_a_period_is_billed_on_its_first_day_and_once(self):
        self._on("2026-01-05")
        order = self._subscribe(product_uom_qty=2.0)
        self.assertEqual(str(self._charge(order).next_due), "2026-01-05")
        self.assertEqual(order.invoice_status, "to invoice")
        [invoice] = self._bill("2026-01-05")
        self.assertRecordValues(
            invoice.invoice_line_ids, [{"quantity": 2.0, "price_unit": 30.0, "price_subtotal": 60.0}]
        )
        self.assertIn("01/05/2026 to 02/04/2026: 2 × $", invoice.invoice_line_ids.name)
        self.assertEqual((order.invoice_status, order.order_line.qty_invoiced), ("no", 2.0))
        self.assertFalse(self._bill("2026-02-04") - invoice)
        self._bill("2026-02-05")
        self._bill("2026-02-05")
        self.assertEqual(self._billed(order), {"2026-01-05": 60.0, "2026-02-05": 60.0})
        with self.assertRaises(UserError):
            order._create_invoices()

    def test_months_of_standstill_are_billed_period_by_period(self):
        self._on("2026-01-31")
        order = self._subscribe()
        [invoice] = self._bill("2026-05-15")
        self.assertEqual(len(invoice.invoice_line_ids), 4)
        self.assertEqual(
            self._billed(order), {"2026-01-31": 30.0, "2026-02-28": 30.0, "2026-03-31": 30.0, "2026-04-30": 30.0}
        )
        self.assertEqual(str(self._charge(order).next_due), "2026-05-31")

    def test_arrears_are_billed_when_the_period_is_over(self):
        self._on("2026-01-01")
        order = self._subscribe(300.0, self.quarterly)
        self.assertFalse(self._bill("2026-03-31"))
        [invoice] = self._bill("2026-04-01")
        self.assertIn("01/01/2026 to 03/31/2026", invoice.invoice_line_ids.name)
        self.assertEqual(self._billed(order), {"2026-01-01": 300.0})

    def test_a_quantity_changed_in_mid_period_is_charged_from_its_day(self):
        self._on("2026-04-01")
        order = self._subscribe(product_uom_qty=2.0)
        self._bill("2026-04-01")
        self._on("2026-04-16")
        order.order_line.product_uom_qty = 3.0
        self.assertEqual(order.order_line.qty_to_invoice, 0.5)
        invoice = self._bill("2026-04-16")
        self.assertEqual(self._billed(order), {"2026-04-01": 75.0})
        self.assertEqual(invoice.amount_untaxed, 15.0)
        text = invoice.invoice_line_ids.name
        self.assertIn("04/01/2026 to 04/15/2026 (15 of 30 days): 2 × $\xa030.00", text)
        self.assertIn("04/16/2026 to 04/30/2026 (15 of 30 days): 3 × $\xa030.00", text)
        self.assertIn("Invoiced before: $\xa060.00", text)
        self._bill("2026-05-01")
        self.assertEqual(self._billed(order), {"2026-04-01": 75.0, "2026-05-01": 90.0})

    def test_a_price_changed_for_the_past_is_made_good_period_by_period(self):
        self._on("2026-01-01")
        order = self._subscribe()
        self._bill("2026-01-01")
        self._bill("2026-02-01")
        self._on("2026-02-10")
        self._charge(order).change("2026-01-01", price_unit=33.33, note="Agreed on the phone")
        self.assertEqual(order.order_line.price_unit, 33.33)
        invoice = self._bill("2026-02-10")
        self.assertEqual(invoice.invoice_line_ids.mapped("price_subtotal"), [3.33, 3.33])
        self.assertEqual(self._billed(order), {"2026-01-01": 33.33, "2026-02-01": 33.33})
        self.assertFalse(self._bill("2026-02-11") - invoice)

    def test_less_is_taken_off_the_next_invoice(self):
        self._on("2026-04-01")
        order = self._subscribe(product_uom_qty=3.0)
        self._bill("2026-04-01")
        self._on("2026-04-16")
        order.order_line.product_uom_qty = 2.0
        self.assertFalse(self._bill("2026-04-16"), "it waits")
        self.assertEqual((order.invoice_status, order.order_line.qty_to_invoice), ("to invoice", -0.5))
        invoice = self._bill("2026-05-01")
        self.assertEqual(invoice.invoice_line_ids.mapped("price_subtotal"), [60.0, -15.0])
        self.assertEqual(self._billed(order), {"2026-04-01": 75.0, "2026-05-01": 60.0})

    def test_a_person_gives_back_at_once(self):
        self._on("2026-04-01")
        order = self._subscribe(product_uom_qty=3.0)
        self._bill("2026-04-01")
        self._on("2026-04-16")
        order.order_line.product_uom_qty = 2.0
        note = order._create_invoices(final=True)
        self.assertRecordValues(note, [{"move_type": "out_refund", "amount_untaxed": 15.0}])
        self.assertEqual(self._billed(order), {"2026-04-01": 75.0})
        self.assertEqual(order.invoice_status, "no")
        self._bill("2026-05-01")
        self.assertEqual(self._billed(order), {"2026-04-01": 75.0, "2026-05-01": 60.0})

    def test_what_is_given_back_of_the_last_period_is_a_credit_note(self):
        self.company.billing_invoices = "post"
        self._on("2026-04-01")
        order = self._subscribe(product_uom_qty=3.0, tax_ids=self._make_tax(19).ids)
        invoice = self._bill("2026-04-01")
        self._on("2026-04-16")
        order.order_line.subscription_end = "2026-04-15"
        [shown] = self._preview(customers=[self.customer.id])["invoices"]
        self.assertEqual((shown["untaxed"], shown["total"]), (-45.0, -53.55))
        note = self._bill("2026-04-16") - invoice
        self.assertRecordValues(
            note,
            [{"move_type": "out_refund", "state": "posted", "amount_untaxed": 45.0}],
        )
        product, tax, due = (
            note.line_ids.filtered(lambda line, kind=kind: line.display_type == kind)
            for kind in ("product", "tax", "payment_term")
        )
        self.assertEqual((product.balance, tax.balance, due.balance), (45.0, 8.55, -53.55))
        row = self.runs.search([("key", "=", f"automatic/{self.today}")]).invoice_ids[-1:]
        self.assertEqual((row.move_id, row.amount_untaxed, row.amount_total), (note, -45.0, -53.55))
        self.assertEqual(self._billed(order), {"2026-04-01": 45.0})
        self.assertFalse(self._bill("2026-04-17"))
        self.assertEqual(order.invoice_status, "invoiced")

    def test_credited_deleted_and_cancelled_invoices_are_due_again(self):
        self._on("2026-01-01")
        order = self._subscribe()
        invoice = self._bill("2026-01-01")
        invoice.action_post()
        wizard = invoice._reverse_moves([{"invoice_date": invoice.invoice_date}], cancel=True)
        self.assertEqual(wizard.invoice_line_ids.subscription_charge_id, self._charge(order))
        self.assertEqual((self._billed(order), order.invoice_status), ({}, "to invoice"))
        invoice = self._bill("2026-01-02")
        self.assertEqual(self._billed(order), {"2026-01-01": 30.0})
        invoice.unlink()
        self.assertEqual((self._billed(order), order.invoice_status), ({}, "to invoice"))
        invoice = self._bill("2026-01-03")
        invoice.button_cancel()
        self.assertEqual(str(self._charge(order).next_due), "2026-01-01")
        self._bill("2026-01-04")
        self.assertEqual(self._billed(order), {"2026-01-01": 30.0})

    def test_a_debit_note_is_no_second_bill_of_its_period(self):
        self._on("2026-01-01")
        order = self._subscribe()
        invoice = self._bill("2026-01-01")
        invoice.filtered(lambda move: move.state == "draft").action_post()
        copied = invoice.with_context(include_business_fields=True)
        rows = [values for _kind, _id, values in copied.copy_data({"debit_origin_id": invoice.id})[0]["line_ids"]]
        [line] = [values for values in rows if values.get("display_type") == "product"]
        self.assertFalse({"subscription_charge_id", "sale_line_ids"} & line.keys())
        self.assertEqual(self._billed(order), {"2026-01-01": 30.0})

    def test_create_invoice_bills_what_is_due_with_the_rest(self):
        self._on("2026-01-31")
        plan = {"subscription_plan_id": self.monthly.id}
        order = self._make_order(200.0, {"price_unit": 30.0, "product_uom_qty": 3.0, **plan})
        self._on("2026-02-28")
        invoice = order._create_invoices()
        self.assertEqual(invoice.invoice_line_ids.mapped("price_subtotal"), [200.0, 90.0, 90.0])
        self._bill("2026-02-28")
        self.assertEqual(self._billed(order), {"2026-01-31": 90.0, "2026-02-28": 90.0})
        self.assertEqual(order.order_line[0].qty_invoiced, 1.0)

    def test_a_price_with_taxes_and_a_discount(self):
        self._on("2026-04-11")
        tax = self._make_tax(19, price_include_override="tax_included")
        plan = self._make_plan("First of the month", alignment="day", day_of_month=1)
        order = self._subscribe(119.0, plan, tax_ids=tax.ids, discount=10.0)
        [invoice] = self._bill("2026-04-11")
        # 20 of 30 days of 107.10
        self.assertEqual((invoice.amount_total, invoice.amount_untaxed), (71.4, 60.0))
        invoice = self._bill("2026-05-01") - invoice
        self.assertEqual((invoice.amount_total, invoice.amount_untaxed), (107.1, 90.0))
        self.assertFalse(self._bill("2026-05-02"))
        self.assertEqual(order.order_line.qty_to_invoice, 0.0)

    def test_what_is_to_be_invoiced_is_said_to_the_cent(self):
        self._on("2026-01-16")
        tax = self.env["account.tax"].create({"name": "10 %", "amount": 10.0, "company_id": self.company.id})
        line = self._subscribe(
            10000.0, self._make_plan("First", alignment="day"), tax_ids=[Command.set(tax.ids)]
        ).order_line
        # 16 of 31 days
        self.assertEqual((line.untaxed_amount_to_invoice, line.amount_to_invoice), (5161.29, 5677.42))
        self.assertEqual(line.qty_to_invoice, 0.52)
        order = self._subscribe(12000.0, self._make_plan("Yearly", interval_unit="years"), start="2026-01-01")
        self._bill("2026-01-16")
        self._on("2026-12-31")
        order.order_line.product_uom_qty = 2.0
        self.assertEqual(order.order_line.untaxed_amount_to_invoice, 32.26)
        order.order_line.price_unit = 0.0
        self.assertEqual(order.order_line.untaxed_amount_to_invoice, -32.26)

    def test_what_is_invoiced_counts_at_the_prices_of_its_periods(self):
        self._on("2026-01-01")
        order = self._subscribe(100.0)
        for month in range(1, 13):
            self._bill(f"2026-{month:02}-01").action_post()
        line = order.order_line
        self.assertEqual((line.qty_invoiced, line.qty_invoiced_posted), (12.0, 12.0))
        for values in ({"price_unit": 50.0}, {"discount": 100.0}):
            self._on("2027-01-01")
            line.write(values)
            self.assertEqual((line.qty_invoiced, line.qty_invoiced_posted), (12.0, 12.0))
        before = line.with_context(accrual_entry_date="2026-06-30")
        self.assertEqual(before._prepare_qty_invoiced()[before], 6.0)

    def test_the_29th_of_february_comes_back(self):
        yearly = self._make_plan("Yearly", interval_unit="years")
        self._on("2024-02-29")
        order = self._subscribe(120.0, yearly)
        for year in range(2024, 2029):
            self._bill(f"{year}-03-01")
        days = ["2024-02-29", "2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"]
        self.assertEqual(self._billed(order), dict.fromkeys(days[:4], 120.0) | {days[4]: 120.0})

    def test_a_rebate_that_comes_back_every_month_is_credited_each_month(self):
        self._on("2026-01-01")
        order = self._subscribe(-10.0)
        [first] = self._bill("2026-01-01")
        [second] = self._bill("2026-02-01")
        self.assertEqual((first | second).mapped("move_type"), ["out_refund", "out_refund"])
        self.assertEqual(self._billed(order), {"2026-01-01": -10.0, "2026-02-01": -10.0})

    def test_an_end_gives_back_the_rest(self):
        self._on("2026-04-01")
        order = self._subscribe()
        self._bill("2026-04-01")
        order.order_line.subscription_end = "2026-04-10"
        order._create_invoices(final=True)
        self.assertEqual(self._billed(order), {"2026-04-01": 10.0})
        self.assertEqual(order.invoice_status, "invoiced")
        self.assertFalse(self._charge(order).next_due)

    def test_a_term_ends_or_is_renewed_with_its_uplift(self):
        self._on("2026-01-01")
        ends = self._subscribe(plan=self._make_plan("Two months", term_count=2, term_unit="months", renewal="end"))
        renewed = self._subscribe(plan=self._make_plan("Renewed", term_count=2, term_unit="months", uplift_percent=5.0))
        self.assertEqual(str(ends.order_line.subscription_end), "2026-02-28")
        self._bill("2026-05-31")
        self.assertEqual(sum(self._billed(ends).values()), 60.0)
        self.assertEqual(list(self._billed(renewed).values()), [30.0, 30.0, 31.5, 31.5, 33.08])

    def test_what_is_free_at_first_is_not_charged(self):
        self._on("2026-01-15")
        plan = self._make_plan(
            "Free month, then the first", free_count=1, alignment="day", day_of_month=1, first_period="free"
        )
        order = self._subscribe(plan=plan)
        self._bill("2026-03-31")
        self.assertEqual(self._billed(order), {"2026-03-01": 30.0})
