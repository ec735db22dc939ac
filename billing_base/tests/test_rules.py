import base64
from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged

from .common import BillingBaseCommon


@tagged("post_install", "-at_install")
class TestRules(BillingBaseCommon):
    """Customers' rules: who is heard, what they keep back and what lifts it, and what is billed by itself."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.kind = cls.env["billing.file.kind"].create({"name": "Signed acceptance"})
        cls.days = cls.env["billing.calendar"].create({"name": "Mid and end", "days_of_month": "15, last"})

    def _since(self, order, day):
        """Have an order be due since a day."""
        self.env.flush_all()
        self.env.cr.execute("UPDATE sale_order_line SET billing_due_since = %s WHERE order_id = %s", [day, order.id])
        self.env.invalidate_all()

    def _row(self, day=None):
        [row] = self._preview(day, [self.customer.id])["invoices"]
        return row

    def _attach(self, order, kind=None):
        return self.env["billing.file"].create(
            {
                "order_id": order.id,
                "kind_id": (kind or self.kind).id,
                "name": "signed.pdf",
                "content": base64.b64encode(b"%PDF-1.4"),
            }
        )

    # === WHO IS HEARD === #

    def test_the_nearest_is_heard_and_told(self):
        self.company.billing_one_invoice_per = "order"
        contact = self.env["res.partner"].create({"name": "Jo", "parent_id": self.customer.id})
        order = self._make_order(10.0, partner_id=contact.id)
        self.assertEqual(order.billing_rules_text, "One Invoice per: Order (company)")
        self.customer.billing_one_invoice_per = "reference"
        self.env.invalidate_all()
        self.assertEqual(order.billing_rules_text, "One Invoice per: Customer reference (customer)")
        order.billing_one_invoice_per = "customer"
        self.assertEqual(order.billing_rules_text, "One Invoice per: Customer (order)")

    def test_a_customer_has_rules_in_each_company(self):
        other = self.setup_other_company()["company"]
        self.customer.billing_order_number = "required"
        self.assertFalse(self.customer.with_company(other).billing_order_number)
        self._make_order(10.0)
        self.assertEqual(self._row()["state"], "blocked")

    def test_who_may_change_rules(self):
        order = self._make_order(10.0, confirm=False)
        seller = new_test_user(
            self.env, "seller", "sales_team.group_sale_salesman_all_leads,base.group_partner_manager"
        )
        for record in (order, self.customer):
            mine = record.with_user(seller)
            self.assertFalse(mine.billing_when)
            for values in ({"billing_when": "days"}, {"billing_automatic": "yes"}):
                with self.assertRaises(AccessError):
                    mine.write(values)
        with self.assertRaises(AccessError):
            self.customer.with_user(seller).create({"name": "New", "billing_automatic": "yes"})
        with self.assertRaises(AccessError):
            order.with_user(seller).with_context(default_billing_automatic="yes").create(
                {"partner_id": self.customer.id}
            )
        clerk = new_test_user(self.env, "clerk", "account.group_account_invoice,base.group_partner_manager")
        self.customer.with_user(clerk).billing_when = "days"
        self.assertEqual(self.customer.billing_when, "days")

    # === WHAT SHARES AN INVOICE === #

    def test_who_may_not_change_rules_copies_what_has_them(self):
        seller = new_test_user(
            self.env,
            "copying_seller",
            "sales_team.group_sale_salesman,base.group_partner_manager",
            company_id=self.company.id,
        )
        customer = self.customer.copy()
        customer.write({"billing_order_number": "required", "billing_print_text": "Thank you"})
        ruled, plain = (self._make_order(10.0, partner_id=customer.id, user_id=seller.id) for _number in range(2))
        ruled.write({"billing_when": "days", "billing_one_invoice_per": "order"})
        copied = (ruled | plain).with_user(seller).copy()
        self.assertRecordValues(
            copied,
            [
                {"billing_when": "days", "billing_one_invoice_per": "order", "billing_order_number": False},
                {"billing_when": False, "billing_one_invoice_per": False, "billing_order_number": False},
            ],
        )
        with self.assertRaisesRegex(AccessError, "Rules of billing"):
            plain.with_user(seller).copy({"billing_when": "days"})

    def test_copied_contacts_are_billed_alike_in_each_company(self):
        other = self.env["res.company"].create({"name": "Branch"})
        self.customer.write({"billing_when": "days", "billing_calendar_id": self.days.id, "billing_late_days": 9})
        self.customer.with_company(other).billing_order_number = "required"
        seller = self._make_meeting_seller()
        for copier in (seller, self.env.user):
            copied = self.customer.with_user(copier).copy().with_user(self.env.user)
            self.assertRecordValues(copied, [{"billing_when": "days", "billing_calendar_id": self.days.id}])
            self.assertEqual(copied.with_company(other).billing_order_number, "required")
            self.assertFalse(copied.billing_late_is_typed, "another customer pays as he does")
        self.assertFalse(self.customer.copy({"billing_when": False}).billing_when)

    def test_who_may_not_change_rules_makes_contacts_on_screen(self):
        for user in (self._make_meeting_seller(), self.env.user):
            with Form(self.env["res.partner"].with_user(user)) as form:
                form.name = "Quay Works"
                form.parent_id = self.customer
            self.assertEqual(form.record.parent_id, self.customer)
            self.assertFalse(self.customer.billing_late_is_typed, "nobody typed what the screen sent")

    def test_who_may_not_change_rules_merges_contacts_that_have_them(self):
        other = self.env["res.company"].create({"name": "Branch"})
        self.customer.write({"billing_when": "days", "billing_calendar_id": self.days.id, "billing_late_days": 9})
        self.customer.with_company(other).write({"billing_order_number": "required", "billing_late_days": 5})
        into = self.env["res.partner"].create({"name": "Harbour Works Ltd", "email": self.customer.email})
        into.billing_print_text = "Thank you"
        self._merge(self._make_meeting_seller(), self.customer, into)
        self.assertRecordValues(
            into, [{"billing_when": "days", "billing_print_text": "Thank you", "billing_late_days": 9}]
        )
        self.assertRecordValues(
            into.with_company(other), [{"billing_order_number": "required", "billing_late_days": 5}]
        )

    def test_merging_gives_nobody_more_rights_than_odoo_does(self):
        colleague = new_test_user(self.env, "colleague", "base.group_user", email=self.customer.email)
        self.customer.function = "Boss"
        with self.assertRaises(AccessError):
            self._merge(self._make_meeting_seller(), self.customer, colleague.partner_id)

    def _make_meeting_seller(self):
        return new_test_user(
            self.env,
            "meeting_seller",
            "sales_team.group_sale_salesman,base.group_partner_manager",
            company_id=self.company.id,
        )

    def _merge(self, user, source, into):
        self.env.flush_all()
        wizard = self.env["base.partner.merge.automatic.wizard"].with_user(user).create({})
        wizard._merge((source | into).ids, into.with_user(user))
        self.assertFalse(source.exists())

    def test_one_invoice_per_order_or_reference(self):
        orders = self._make_order(10.0, client_order_ref="A") | self._make_order(20.0, client_order_ref="A")
        orders |= self._make_order(30.0, client_order_ref="B")
        for per, count in (("customer", 1), ("reference", 2), ("order", 3)):
            self.customer.billing_one_invoice_per = per
            self.assertEqual(len(self._preview(customers=[self.customer.id])["invoices"]), count)
        self.assertEqual(self._preview(customers=[self.customer.id])["invoices"][1]["own_invoice_for"], "Order")
        self.customer.billing_one_invoice_per = "reference"
        self._run("one", customers=[self.customer.id])
        self.assertEqual(sorted(orders.invoice_ids.mapped("amount_untaxed")), [30.0, 30.0])

    def test_lines_of_several_orders_stand_below_their_order(self):
        self.customer.lang = "en_US"
        section = {"display_type": "line_section", "name": "Phase 1", "product_id": False, "product_uom_qty": 0.0}
        first = self._make_order(10.0, client_order_ref="PO-7")
        second = self._make_order({**section}, 20.0, 5.0)
        self._run("one", customers=[self.customer.id])
        lines = first.invoice_ids.invoice_line_ids.sorted("sequence")
        self.assertEqual(first.invoice_ids, second.invoice_ids)
        self.assertEqual(
            [(line.display_type, line.name) for line in lines if line.display_type != "product"],
            [
                ("line_section", f"Order {first.name}, your reference PO-7"),
                ("line_section", f"Order {second.name}"),
                ("line_subsection", "Phase 1"),
            ],
        )
        self.assertEqual([line.price_subtotal for line in lines if line.display_type == "product"], [10.0, 20.0, 5.0])
        headings = lines.filtered(lambda line: line.display_type == "line_section")
        self.assertEqual([line.get_section_subtotal() for line in headings], [10.0, 25.0])

    def test_headings_and_notes_stand_where_their_lines_do(self):
        def heading(kind, name):
            return {"display_type": kind, "name": name, "product_id": False, "product_uom_qty": 0.0}

        section, note = heading("line_section", "Phase 1"), heading("line_note", "By phone")
        later = self._make_service("Hours", "delivery")
        order = self._make_order(section, note, 20.0, heading("line_section", "Phase 2"), {"product_id": later.id})
        self._advance(order, 5.0)
        self._run("one", customers=[self.customer.id])
        lines = order.invoice_ids.invoice_line_ids.filtered(lambda line: line.move_id.amount_untaxed == 15.0)
        names = [line.name for line in lines.sorted("sequence") if line.display_type != "product"]
        self.assertEqual(names[:2], ["Phase 1", "By phone"])
        self.assertNotIn("Phase 2", names, "nothing of it is billed, what comes off is not of it")

    def test_a_single_order_has_no_heading(self):
        order = self._make_order(10.0, 20.0)
        self._run("one", customers=[self.customer.id])
        self.assertEqual(set(order.invoice_ids.invoice_line_ids.mapped("display_type")), {"product"})

    def test_a_rule_that_changes_while_a_run_is_under_way_holds(self):
        orders = self._make_order(10.0) | self._make_order(20.0)
        self.env.flush_all()
        self.runs.start(str(self.today), [self.customer.id], "one")
        self.customer.billing_one_invoice_per = "order"
        status = self._finish("one")
        self.assertEqual(status["counts"]["billed"], 2)
        self.assertEqual(sorted(orders.invoice_ids.mapped("amount_untaxed")), [10.0, 20.0])

    def test_a_text_is_printed_on_every_invoice(self):
        self.customer.billing_print_text = "Supplier no. <7>"
        order, other = self._make_order(10.0), self._make_order(20.0, note="<p>Thanks</p>")
        self._run("one", customers=[self.customer.id])
        self.assertEqual(order.invoice_ids.narration, "<p>Supplier no. &lt;7&gt;</p>")
        other.invoice_ids.unlink()
        self.assertEqual(other._create_invoices().narration, "<p>Thanks</p><p>Supplier no. &lt;7&gt;</p>")

    def test_the_texts_of_all_orders_of_an_invoice_are_printed_once_each(self):
        self.customer.billing_print_text = "Budget 4711\nCost center 8"
        orders = self._make_order(10.0) | self._make_order(20.0, billing_print_text="Contract 12")
        orders |= self._make_order(30.0)
        text = "<p>Budget 4711<br>Cost center 8</p><p>Contract 12</p>"
        self._run("one", customers=[self.customer.id])
        self.assertEqual(orders.invoice_ids.narration, text)
        orders.invoice_ids.unlink()
        self.assertEqual(orders._create_invoices().narration, text)

    # === WHAT IS REQUIRED === #

    def test_an_order_number_is_required_and_its_entry_lets_the_run_go_on(self):
        self.customer.billing_order_number = "required"
        order, other = self._make_order(10.0), self._make_order(20.0, client_order_ref="4711")
        status = self._run("one", customers=[self.customer.id])
        self.assertTrue(other.invoice_ids)
        self.assertFalse(order.invoice_ids)
        [row] = [row for row in status["invoices"] if row["state"] == "blocked"]
        self.assertIn(f"requires an order number: {order.name}", row["reason"])
        order.client_order_ref = "4712"
        self.assertEqual(self.runs.get_status("one")["state"], "running")
        self.assertEqual(self._finish("one")["counts"]["billed"], 2)
        self.assertEqual(order.invoice_ids.ref, "4712")

    def test_a_file_is_required_and_attaching_it_lets_the_run_go_on(self):
        self.customer.write({"billing_file": "required", "billing_file_kind_id": self.kind.id})
        order = self._make_order(10.0)
        self.assertIn(f"requires a file, Signed acceptance: {order.name}", self._row()["reason"])
        self._run("one", customers=[self.customer.id])
        self._attach(order, self.env["billing.file.kind"].create({"name": "Timesheet"}))
        self.assertEqual(self._finish("one")["counts"]["blocked"], 1)
        file = self._attach(order)
        self.assertEqual(file.user_id, self.env.user)
        self.assertEqual(self._finish("one")["counts"]["billed"], 1)
        self.assertTrue(order.invoice_ids)

    def test_a_salesman_attaches_a_file_to_his_own_orders_and_it_stays(self):
        seller = new_test_user(self.env, "seller", "sales_team.group_sale_salesman")
        self.customer.billing_file = "required"
        order, other = self._make_order(10.0, user_id=seller.id), self._make_order(10.0, user_id=self.env.user.id)
        self._run("one", customers=[self.customer.id])
        files = self.env["billing.file"].with_user(seller)
        values = {"kind_id": self.kind.id, "name": "a.pdf", "content": base64.b64encode(b"x")}
        with self.assertRaises(AccessError):
            files.create({"order_id": other.id, **values})
        with self.assertRaises(AccessError):
            files.create({"order_id": order.id, "user_id": self.env.uid, **values})
        file = files.create({"order_id": order.id, **values})
        self.assertEqual(file.user_id, seller)
        with self.assertRaises(AccessError):
            file.content = base64.b64encode(b"y")
        with self.assertRaises(AccessError):
            file.unlink()
        self.assertEqual(self._finish("one")["counts"]["billed"], 1)

    # === BILLING DAYS === #

    def test_on_billing_days_what_became_due_by_the_cut_off(self):
        self.days.cut_off_days = 3
        self.customer.write({"billing_when": "days", "billing_calendar_id": self.days.id})
        early, late = self._make_order(10.0), self._make_order(20.0)
        self._since(early, "2026-10-12")
        self._since(late, "2026-10-13")
        told = [(row["state"], row["reason"]) for row in self._preview("2026-10-14", [self.customer.id])["invoices"]]
        waiting = ("blocked", "Billed on 10/31/2026 (Mid and end).")
        self.assertEqual(told, [("blocked", "Billed on 10/15/2026 (Mid and end)."), waiting])
        first, second = self._preview("2026-10-15", [self.customer.id])["invoices"]
        self.assertEqual([order["id"] for order in first["orders"]], early.ids)
        self.assertEqual((second["state"], second["reason"]), waiting)
        self.assertEqual(self._row("2026-10-31")["untaxed"], 30.0)
        self._run("one", "2026-10-15", [self.customer.id])
        self._run("two", "2026-10-31", [self.customer.id])
        self.assertEqual([str(order.invoice_ids.invoice_date) for order in early | late], ["2026-10-15", "2026-10-31"])

    def test_lines_of_one_order_wait_for_their_own_day(self):
        self.customer.write({"billing_when": "days", "billing_calendar_id": self.days.id})
        order = self._make_order(10.0, 20.0)
        self._since(order, "2026-10-10")
        self.env.cr.execute(
            "UPDATE sale_order_line SET billing_due_since = '2026-10-16' WHERE id = %s", [order.order_line[1].id]
        )
        self.env.invalidate_all()
        self._run("one", "2026-10-15", [self.customer.id])
        self.assertEqual(order.invoice_ids.amount_untaxed, 10.0)
        self._run("two", "2026-10-31", [self.customer.id])
        self.assertEqual(sorted(order.invoice_ids.mapped("amount_untaxed")), [10.0, 20.0])

    def test_billing_days_without_days_are_named(self):
        self.customer.billing_when = "days"
        self._make_order(10.0)
        self.assertIn("none are chosen", self._row()["reason"])

    def test_nonsense_days_are_refused_with_their_place(self):
        for values, text in (
            ({"days_of_month": "1, x"}, "Mid and end, Days of the Month: “x” is no day"),
            ({"days_of_month": "32"}, "Days of the Month: 32 does not lie between 1 and 31"),
            ({"days_of_month": False}, "Days of the Month: choose at least one day"),
            ({"kind": "weekly"}, "Days of the Week: choose at least one day"),
            ({"every": 0}, "Every: 0 does not lie between 1 and 120"),
            ({"every": 3}, "Counted From: give a day"),
            ({"cut_off_days": -1}, "Cut-Off: -1 does not lie between 0 and 366"),
        ):
            with self.subTest(values), self.assertRaisesRegex(ValidationError, text), self.env.cr.savepoint():
                self.days.write(values)
            self.env.invalidate_all()
        self.days.write({"kind": "weekly", "friday": True, "every": 2, "starting": "2026-01-01"})
        self.assertEqual(self.days.next_days.count("·"), 2)

    def test_the_last_day_is_read_in_every_language(self):
        for lang, word in (("de_DE", "Letzter"), ("fr_FR", "dernier"), ("es_ES", "último")):
            self.env["res.lang"]._activate_lang(lang)
            days = self.days.with_context(lang=lang).create({"name": "End", "days_of_month": f"{word}, 15"})
            days.with_context(lang=lang).write({"days_of_month": f"1, {word}"})
            self.assertEqual(days.days_of_month, "1, last", "kept in the words of nobody")
            self.assertEqual(days.days_text, f"1, {word.lower()}", "told in the reader's")
            self.env.invalidate_all()
            for reader in (lang, "en_US", False):
                read = days.with_context(lang=reader)
                self.assertEqual(read._billing_days().days_in, (1, 31), (lang, reader))
                self.assertTrue(read.next_days)
            self.assertEqual(days.with_context(lang="en_US").days_text, "1, last")
        # Typed by a version that kept what was typed.
        self.env.cr.execute("UPDATE billing_calendar SET days_of_month = '1,Último' WHERE id = %s", [days.id])
        self.env.invalidate_all()
        self.env["billing.calendar"]._keep_typed_days()
        self.assertEqual(days.days_of_month, "1, last")
        # On screen, by somebody else.
        with Form(days.with_context(lang="de_DE")) as form:
            self.assertEqual(form.days_text, "1, letzter")
            before = form.next_days
            form.days_text = "letzter"
            self.assertNotEqual(form.next_days, before)
        self.assertEqual(days.days_of_month, "last")
        self.customer.write({"billing_when": "days", "billing_calendar_id": days.id, "billing_automatic": "yes"})
        order = self._make_order(10.0)
        self._since(order, "2026-10-10")
        self._run("one", "2026-10-31", [self.customer.id])
        self.assertTrue(order.invoice_ids)

    # === BY ITSELF === #

    def test_nothing_is_billed_by_itself_unless_somebody_says_so(self):
        order = self._make_order(10.0)
        self.assertFalse(self._clock())
        self.assertFalse(order.invoice_ids)

    def test_what_falls_due_is_billed_by_itself_once(self):
        self.customer.billing_automatic = "yes"
        order, other = self._make_order(10.0), self._make_order(20.0, billing_automatic="no")
        run = self._clock()
        self.assertEqual((run.state, run.billed_count), ("done", 1))
        self.assertTrue(order.invoice_ids)
        self.assertFalse(other.invoice_ids)
        later = self._make_order(30.0)
        self.assertEqual(self._clock(), run)
        self.assertTrue(later.invoice_ids)
        self.assertEqual((run.state, len(run.invoice_ids)), ("done", 2))

    def test_a_billing_day_that_the_clock_missed_is_made_good(self):
        self.customer.write({"billing_automatic": "yes", "billing_when": "days", "billing_calendar_id": self.days.id})
        yesterday = self.today - timedelta(days=1)
        self.days.days_of_month = str(yesterday.day)
        order = self._make_order(10.0)
        self._since(order, self.today - timedelta(days=5))
        self.company.sudo().billing_looked_on = yesterday
        self.assertFalse(self._clock(), "what only waits is not written down every day")
        self.company.sudo().billing_looked_on = self.today - timedelta(days=3)
        self._clock()
        self.assertTrue(order.invoice_ids)

    def test_what_a_rule_keeps_back_goes_on_by_itself(self):
        self.customer.write({"billing_automatic": "yes", "billing_order_number": "required"})
        order = self._make_order(10.0)
        run = self._clock()
        self.assertEqual((run.state, run.kept_count), ("done", 1))
        self._clock()
        self.assertEqual(len(run.invoice_ids), 1)
        order.client_order_ref = "4711"
        self._clock()
        self.assertEqual((run.state, run.billed_count, run.kept_count), ("done", 1, 0))
        self.assertTrue(order.invoice_ids)

    def test_what_fails_is_tried_again_with_what_is_new_and_not_over_and_over(self):
        self.customer.billing_automatic = "yes"
        order = self._make_order(10.0)
        Order, refusals = type(self.env["sale.order"]), []

        def refuse(order):
            refusals.append(order)
            raise UserError(self.env._("The tax office says no"))

        with patch.object(Order, "_prepare_invoice", refuse):
            run = self._clock()
            tried = len(refusals)
            self._clock()
            self.assertEqual((run.invoice_ids.mapped("state"), len(refusals)), (["failed"], tried))
            order.order_line.product_uom_qty = 2.0
            self._clock()
            self.assertGreater(len(refusals), tried, "more is due of the line")
            tried = len(refusals)
            self._clock()
            self.assertEqual(len(refusals), tried)
        self.assertEqual(run.invoice_ids.mapped("state"), ["failed"])
        order.order_line.copy({"order_id": order.id, "price_unit": 5.0})
        self._clock()
        self.assertEqual(order.invoice_ids.amount_untaxed, order.amount_untaxed)
        self.assertEqual(run.invoice_ids.mapped("state"), ["billed"])
