from datetime import timedelta
from unittest.mock import patch

from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import BillingBaseCommon


@tagged("post_install", "-at_install")
class TestRun(BillingBaseCommon):
    """One run bills what is due, as its preview said, once."""

    def _invoices(self, status):
        return self.env["account.move"].browse(row["invoice"]["id"] for row in status["invoices"] if row["invoice"])

    def assertSame(self, preview, status):
        """The run billed what the preview said, line by line, to the cent."""
        shown = [row for row in preview["invoices"] if row["state"] == "to_bill"]
        billed = [row for row in status["invoices"] if row["state"] == "billed"]
        self.assertEqual(preview["totals"], status["totals"])
        names = ("customer", "orders", "currency", "untaxed", "total", "lines", "own_invoice_for")
        self.assertEqual(
            [[row[name] for name in names] for row in shown], [[row[name] for name in names] for row in billed]
        )
        for row in billed:
            move = self.env["account.move"].browse(row["invoice"]["id"])
            lines = {line.billing_key: line.price_subtotal for line in move.invoice_line_ids if line.billing_key}
            self.assertEqual({line["key"]: line["amount"] for line in row["lines"]}, lines)
            self.assertEqual((row["untaxed"], row["total"]), (move.amount_untaxed, move.amount_total))

    def test_a_contact_that_joined_a_customer_a_moment_ago_is_found_with_it(self):
        contact, customer = self.env["res.partner"].create([{"name": "Jetty"}, {"name": "Port", "is_company": True}])
        order = self._make_order(10.0, partner_id=contact.id)
        self.env.flush_all()
        contact.parent_id = customer
        found = self.env["billing.source.order.line"]._find_orders(self.company, self.today, customer)
        self.assertEqual(found, {order.id})

    def test_orders_of_one_customer_share_an_invoice(self):
        orders = self._make_order(100.0, 33.33) | self._make_order(50.0)
        preview = self._preview(customers=[self.customer.id])
        self.assertFalse(orders.invoice_ids, "a preview makes nothing")
        status = self._run("one", customers=[self.customer.id])
        self.assertSame(preview, status)
        [invoice] = self._invoices(status)
        self.assertRecordValues(
            invoice, [{"amount_untaxed": 183.33, "invoice_date": self.today, "move_type": "out_invoice"}]
        )
        self.assertEqual(invoice.invoice_line_ids.sale_line_ids.order_id, orders)
        self.assertEqual(set(orders.mapped("invoice_status")), {"invoiced"})
        self.assertEqual((status["state"], status["counts"]["billed"]), ("done", 1))

    def test_what_is_billed_is_not_billed_again(self):
        self._make_order(100.0)
        self._run("one", customers=[self.customer.id])
        self.assertEqual(self._preview(customers=[self.customer.id])["invoices"], [])
        status = self._run("two", customers=[self.customer.id])
        self.assertEqual((status["state"], status["invoices"]), ("done", []))

    def test_the_same_key_is_the_same_run(self):
        order = self._make_order(100.0)
        first = self._run("one")
        later = self._make_order(70.0)
        self.assertEqual(self._run("one"), first)
        self.assertTrue(order.invoice_ids)
        self.assertFalse(later.invoice_ids)
        with self.assertRaisesRegex(UserError, "key: “one” is that of the run on"):
            self.runs.start(str(self.today - timedelta(days=1)), None, "one")

    def test_taxes_are_rounded_as_on_the_invoice(self):
        included = self._make_tax(19, price_include_override="tax_included")
        for method in ("round_per_line", "round_globally"):
            self.company.tax_calculation_rounding_method = method
            self._make_order(*({"price_unit": 9.99, "tax_ids": included.ids} for _line in range(3)), 0.1)
            self._make_order(*({"price_unit": 0.333, "product_uom_qty": 7, "discount": 7.5} for _line in range(3)))
            preview = self._preview(customers=[self.customer.id])
            self.assertSame(preview, self._run(method, customers=[self.customer.id]))

    def test_delivered_quantities_are_billed_as_delivered(self):
        order = self._make_order(
            {"product_uom_qty": 10.0, "price_unit": 12.5}, product=self._make_service("Hours", "delivery")
        )
        self.assertEqual(self._preview(customers=[self.customer.id])["invoices"], [])
        order.order_line.qty_delivered = 3.0
        preview = self._preview(customers=[self.customer.id])
        self.assertEqual(preview["totals"][order.currency_id.name]["untaxed"], 37.5)
        self.assertSame(preview, self._run("one", customers=[self.customer.id]))
        order.order_line.qty_delivered = 12.0
        self._run("two", customers=[self.customer.id])
        self.assertEqual(order.order_line.qty_invoiced, 12.0)

    def test_down_payments_come_off(self):
        tax = self._make_tax(21)
        order = self._make_order({"price_unit": 1000.0, "tax_ids": tax.ids}, {"price_unit": 33.33, "tax_ids": tax.ids})
        self._advance(order, 500.0)
        preview = self._preview(customers=[self.customer.id])
        status = self._run("one", customers=[self.customer.id])
        self.assertSame(preview, status)
        self.assertEqual(status["invoices"][0]["total"], 750.33)
        self.assertEqual(sum(order.invoice_ids.mapped("amount_untaxed")), 1033.33)

    def test_less_than_nothing_is_named_and_not_billed(self):
        order = self._make_order(
            {"product_uom_qty": 10.0, "price_unit": 10.0}, product=self._make_service("Hours", "delivery")
        )
        self._advance(order, 80.0)
        order.order_line.filtered(lambda line: not line.is_downpayment).qty_delivered = 3.0
        [row] = self._preview(customers=[self.customer.id])["invoices"]
        self.assertEqual((row["state"], row["total"]), ("blocked", -50.0))
        self.assertIn("less than nothing", row["reason"])
        self.assertIn("by a later run", row["remedy"], "7 are to come: no credit note")
        status = self._run("one", customers=[self.customer.id])
        self.assertEqual(status["counts"]["blocked"], 1)
        self.assertFalse(order.activity_ids, "nothing is to be mended")
        order.order_line.filtered(lambda line: not line.is_downpayment).write(
            {"product_uom_qty": 3.0, "price_unit": 10.0}
        )
        [row] = self._preview(customers=[self.customer.id])["invoices"]
        self.assertIn("drafts the credit note", row["remedy"], "nothing more is to come")
        self.assertEqual(len(order.invoice_ids), 1)

    def test_a_run_bills_what_is_still_due(self):
        order, other = self._make_order(100.0), self._make_order(40.0)
        self.env.flush_all()
        self.runs.start(str(self.today), [self.customer.id], "one")
        other._create_invoices()
        status = self._finish("one")
        self.assertEqual(len(order.invoice_ids | other.invoice_ids), 2)
        self.assertEqual(status["invoices"][0]["untaxed"], 100.0)
        self.assertEqual(status["invoices"][0]["orders"], [{"id": order.id, "name": order.name}])

    def test_what_others_billed_meanwhile_is_noted(self):
        order = self._make_order(100.0)
        self.env.flush_all()
        self.runs.start(str(self.today), [self.customer.id], "one")
        order._create_invoices()
        status = self._finish("one")
        self.assertEqual((status["state"], status["counts"]["nothing"]), ("done", 1))
        self.assertEqual(len(order.invoice_ids), 1)

    def test_a_deleted_draft_is_due_again_under_another_key(self):
        order = self._make_order(100.0)
        self._run("one", customers=[self.customer.id])
        first = order.invoice_ids.invoice_line_ids.billing_key
        order.invoice_ids.unlink()
        self._run("two", customers=[self.customer.id])
        self.assertNotEqual(order.invoice_ids.invoice_line_ids.billing_key, first)
        order.invoice_ids.button_cancel()
        self._run("three", customers=[self.customer.id])
        self.assertEqual(sorted(order.invoice_ids.mapped("state")), ["cancel", "draft"])

    def test_odoos_own_button_gives_keys_too_and_no_key_is_copied(self):
        order = self._make_order(100.0)
        invoice = order._create_invoices()
        self.assertEqual(invoice.invoice_line_ids.billing_key, f"line/{order.order_line.id}/1")
        invoice.action_post()
        self.assertFalse(invoice._reverse_moves().invoice_line_ids.billing_key)

    def test_the_database_refuses_a_key_twice(self):
        order = self._make_order(100.0)
        order._create_invoices()
        self.env.cr.execute("UPDATE sale_order SET billing_round = 0 WHERE id = %s", order.ids)
        order.invalidate_recordset()
        order.order_line.product_uom_qty = 2.0
        with self.assertRaises(UniqueViolation), self.env.cr.savepoint():
            order._create_invoices()

    # === WHAT SPLITS === #

    def test_what_splits_an_invoice_is_told(self):
        terms = self.env["account.payment.term"].create(
            {"name": "Later", "line_ids": [Command.create({"nb_days": 60})]}
        )
        child = self.env["res.partner"].create({"name": "Yard", "parent_id": self.customer.id, "type": "other"})
        position = self.env["account.fiscal.position"].create({"name": "Abroad"})
        foreign = self.setup_other_currency("GBP", rates=[("2016-01-01", 0.5)])
        prices = self.env["product.pricelist"].create({"name": "GBP", "currency_id": foreign.id})
        journal = self.company_data["default_journal_sale"].copy()
        self._make_order(10.0)
        for values, told in (
            ({"payment_term_id": terms.id}, "Payment terms"),
            ({"partner_shipping_id": child.id}, "Delivery address"),
            ({"fiscal_position_id": position.id}, "Fiscal position"),
            ({"pricelist_id": prices.id}, "Currency"),
            ({"journal_id": journal.id}, "Journal"),
        ):
            with self.subTest(told):
                order = self._make_order(20.0, **values)
                preview = self._preview(customers=[self.customer.id])
                first, second = preview["invoices"]
                self.assertEqual((first["own_invoice_for"], second["own_invoice_for"]), ("", told))
                status = self._run(told, customers=[self.customer.id])
                self.assertSame(preview, status)
                self.assertEqual(order.invoice_ids.invoice_line_ids.sale_line_ids.order_id, order)
                self._make_order(10.0)

    # === FAILURES === #

    def test_the_order_at_fault_fails_alone_with_its_reason(self):
        good, bad, other = self._make_order(10.0), self._make_order(20.0), self._make_order(30.0)
        Order = type(self.env["sale.order"])
        prepare, refusal = Order._prepare_invoice, UserError("The tax office says no")

        def refuse(order):
            if order.id == bad.id:
                raise refusal
            return prepare(order)

        self.env.flush_all()
        self.runs.start(str(self.today), [self.customer.id], "one")
        with patch.object(Order, "_prepare_invoice", refuse):
            status = self._finish("one")
        self.assertEqual((status["counts"]["billed"], status["counts"]["failed"]), (1, 1))
        self.assertEqual(good.invoice_ids, other.invoice_ids)
        self.assertFalse(bad.invoice_ids)
        [failed] = [row for row in status["invoices"] if row["state"] == "failed"]
        self.assertEqual(failed["reason"], "The tax office says no")
        self.assertEqual([row["id"] for row in failed["orders"]], bad.ids)
        rows = self.runs.search([("key", "=", "one")]).invoice_ids
        rows.filtered(lambda row: row.state == "failed").action_retry()
        self.assertEqual(self._finish("one")["counts"]["billed"], 2)
        self.assertEqual(bad.invoice_ids.amount_untaxed, 20.0)

    def test_an_archived_customer_is_named(self):
        order = self._make_order(10.0)
        self.customer.active = False
        [row] = self._preview(customers=[self.customer.id])["invoices"]
        self.assertEqual(row["reason"], "Customer Harbour Works is archived.")
        self.customer.active = True
        self._run("one", customers=[self.customer.id])
        self.assertTrue(order.invoice_ids)

    # === WHO AND WHAT === #

    def test_who_may_bill(self):
        self._make_order(10.0)
        for number, (groups, may) in enumerate(
            {
                "account.group_account_invoice": True,
                "sales_team.group_sale_manager": True,
                "sales_team.group_sale_salesman": False,
                "account.group_account_readonly": False,
                "base.group_user": False,
                "base.group_portal": False,
            }.items()
        ):
            user = new_test_user(self.env, f"clerk-{number}", groups, company_id=self.company.id)
            runs = self.runs.with_user(user)
            calls = (
                lambda r=runs: r.preview(str(self.today)),
                lambda r=runs, n=number: r.start(str(self.today), [], f"k{n}"),
            )
            for call in (*calls, lambda r=runs, n=number: r.get_status(f"k{n}")):
                if may:
                    self.assertTrue(call())
                else:
                    with self.subTest(groups), self.assertRaises(AccessError):
                        call()

    def test_a_sales_manager_without_invoicing_bills(self):
        order = self._make_order(10.0)
        user = new_test_user(self.env, "manager", "sales_team.group_sale_manager", company_id=self.company.id)
        runs = self.runs.with_user(user)
        runs.start(str(self.today), [self.customer.id], "mine")
        runs.search([("key", "=", "mine")]).action_bill()
        self.assertEqual(order.invoice_ids.create_uid, user)
        self.assertEqual(runs.get_status("mine")["counts"]["billed"], 1)

    def test_bad_input_is_named_with_its_place(self):
        for arguments, place in (
            (("tomorrow",), "day: "),
            ((20260101,), "day: "),
            (("2026-02-30",), "day: "),
            ((str(self.today), "all"), "customers: "),
            ((str(self.today), [True]), r"customers\[0\]: "),
            ((str(self.today), [self.customer.id, "Nobody at all"]), r"customers\[1\]: there is no customer"),
        ):
            for method in (self.runs.preview, self.runs.start):
                with self.subTest(arguments), self.assertRaisesRegex(UserError, f"^{place}"):
                    method(*arguments)
        for arguments, place in (
            ((str(self.today), None, ""), "key: "),
            ((str(self.today), None, "automatic/x"), "key: "),
            ((str(self.today), None, "screen/1"), "key: "),
            ((str(self.today + timedelta(days=1)),), "day: "),
        ):
            with self.subTest(arguments), self.assertRaisesRegex(UserError, f"^{place}"):
                self.runs.start(*arguments)
        with self.assertRaisesRegex(UserError, "^key: there is no run"):
            self.runs.get_status("unknown")

    def test_customers_of_one_name_are_asked_for_by_id(self):
        self.customer.copy({"name": self.customer.name})
        with self.assertRaisesRegex(UserError, r"customers\[0\]: 2 customers are called"):
            self.runs.preview(str(self.today), [self.customer.name])

    def test_each_company_bills_its_own(self):
        order = self._make_order(10.0)
        other = self.setup_other_company()["company"]
        self.assertEqual(self.runs.with_company(other).preview(str(self.today))["invoices"], [])
        self.runs.with_company(other).start(str(self.today), None, "one")
        status = self._run("one", customers=[self.customer.id])
        self.assertEqual(status["counts"]["billed"], 1)
        self.assertEqual(order.invoice_ids.company_id, self.company)

    def test_what_a_run_says_is_entered_by_nobody(self):
        self._make_order(10.0)
        self._run("one", customers=[self.customer.id])
        run = self.runs.search([("key", "=", "one")])
        admin = self.env.ref("base.user_admin")
        admin.write({"company_ids": [Command.link(self.company.id)], "company_id": self.company.id})
        admin.group_ids |= self.env.user.group_ids
        for record, values in (
            (run, {"state": "running"}),
            (run, {"invoice_ids": [Command.clear()]}),
            (run.invoice_ids, {"state": "to_bill"}),
            (run.invoice_ids.move_id.invoice_line_ids, {"billing_key": "x"}),
            (run.invoice_ids.order_ids, {"billing_round": 0}),
            (run.invoice_ids.order_ids.order_line, {"billing_due_since": "2020-01-01"}),
        ):
            with self.subTest(record._name), self.assertRaises(AccessError), self.env.cr.savepoint():
                record.with_user(admin).write(values)
                self.env.flush_all()
            self.env.invalidate_all()

    # === SINCE WHEN === #

    def test_a_line_is_due_since_it_became_ready(self):
        order = self._make_order({"product_uom_qty": 2.0}, product=self._make_service("Hours", "delivery"))
        line = order.order_line
        self.assertFalse(line.billing_due_since)
        line.qty_delivered = 1.0
        self.assertEqual(line.billing_due_since, self.today)
        self.env.flush_all()
        self.env.cr.execute("UPDATE sale_order_line SET billing_due_since = '2026-01-05' WHERE id = %s", line.ids)
        line.invalidate_recordset()
        line.qty_delivered = 2.0
        self.assertEqual(str(line.billing_due_since), "2026-01-05")
        order._create_invoices()
        self.assertFalse(line.billing_due_since)
        order.invoice_ids.unlink()
        self.assertEqual(line.billing_due_since, self.today)

    def test_a_run_on_an_earlier_day_leaves_what_came_later(self):
        order = self._make_order(10.0)
        yesterday = self.today - timedelta(days=1)
        self.assertEqual(self._preview(yesterday, [self.customer.id])["invoices"], [])
        self.env.cr.execute(
            "UPDATE sale_order_line SET billing_due_since = %s WHERE id = %s", [yesterday, order.order_line.id]
        )
        self.env.invalidate_all()
        self._run("one", yesterday, [self.customer.id])
        self.assertEqual(order.invoice_ids.invoice_date, yesterday)
