from dataclasses import replace
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, HttpCase, new_test_user, tagged

from .common import BillingBaseCommon


@tagged("post_install", "-at_install")
class TestScreens(BillingBaseCommon):
    """The billing day: what would be billed, before anything exists, and its beginning."""

    def _show(self, **values):
        wizard = self.env["billing.day"].create({"partner_ids": self.customer.ids, **values})
        wizard.action_show()
        return wizard

    def test_what_is_left_out_is_not_billed(self):
        order = self._make_order(10.0)
        other = self._make_order(20.0, payment_term_id=self.env.ref("account.account_payment_term_30days").id)
        wizard = self._show()
        self.assertEqual(wizard.line_ids.mapped("amount_total"), [10.0, 20.0])
        self.assertEqual(wizard.amounts_text, order.currency_id.format(30.0))
        self.assertIn("Consulting Line 1: ", wizard.line_ids[0].lines_text)
        wizard.line_ids[1].is_billed = False
        later = self._make_order(40.0)
        self.assertEqual(wizard.amounts_text, order.currency_id.format(10.0))
        action = wizard.action_bill()
        self.assertEqual(wizard.action_bill()["res_id"], action["res_id"], "pressed twice, it is the same run")
        run = self.env["billing.run"].browse(action["res_id"])
        run.action_bill()
        self.assertTrue(order.invoice_ids)
        self.assertFalse((other | later).invoice_ids)
        self.assertRecordValues(run, [{"state": "done", "billed_count": 1, "progress": 100.0}])
        self.assertEqual(run.action_view_invoices()["domain"], [("id", "in", order.invoice_ids.ids)])
        run.invoice_ids.filtered(lambda row: row.state == "excluded").action_retry()
        run.action_bill()
        self.assertTrue(other.invoice_ids)
        wizard.action_show()
        self.assertNotEqual(wizard.action_bill()["res_id"], run.id, "shown again, it is another run")

    def _each_line_apart(self):
        """Have each order line on an invoice of its own."""

        def apart(order, rules, dues):
            return [replace(due, apart=str(due.line)) for due in dues]

        return patch.object(type(self.env["sale.order"]), "_billing_set_apart", apart)

    def test_one_of_two_invoices_of_an_order_is_left_out(self):
        order = self._make_order(300.0, 700.0)
        with self._each_line_apart():
            wizard = self._show()
            self.assertEqual(wizard.line_ids.mapped("amount_total"), [300.0, 700.0])
            wizard.line_ids[0].is_billed = False
            wizard._show_again(wizard.ids)
            self.assertEqual(wizard.line_ids.mapped("is_billed"), [False, True])
            run = self.env["billing.run"].browse(wizard.action_bill()["res_id"])
            run.action_bill()
        self.assertEqual(run.invoice_ids.mapped("state"), ["excluded", "billed"])
        self.assertEqual(order.invoice_ids.amount_untaxed, 700.0)

    def test_orders_share_an_invoice_whichever_of_theirs_it_is(self):
        terms = self.env.ref("account.account_payment_term_30days")
        order, other = self._make_order(10.0), self._make_order(20.0, payment_term_id=terms.id)

        def own_terms(own, rules, dues):
            return [replace(due, terms=terms.id) if due.order == order.id else due for due in dues]

        with patch.object(type(order), "_billing_set_apart", own_terms):
            wizard = self._show()
            self.assertEqual(wizard.line_ids.mapped("amount_total"), [30.0])
            run = self.env["billing.run"].browse(wizard.action_bill()["res_id"])
            run.action_bill()
        self.assertEqual((order | other).invoice_ids.mapped("amount_untaxed"), [30.0])

    def test_another_day_has_to_be_shown_first(self):
        self._make_order(10.0)
        wizard = self._show()
        wizard.day = "2026-01-01"
        with self.assertRaisesRegex(UserError, "Press “Show” first"):
            wizard.action_bill()
        wizard.action_show()
        with self.assertRaisesRegex(UserError, "Nothing is chosen"):
            wizard.action_bill()

    def test_a_dialog_is_for_who_may_bill_and_for_who_opened_it(self):
        self._make_order(10.0)
        seller = new_test_user(self.env, "seller", "sales_team.group_sale_salesman", company_id=self.company.id)
        with self.assertRaises(AccessError):
            self.env["billing.day"].with_user(seller).create({})
        clerk = new_test_user(self.env, "clerk", "account.group_account_invoice", company_id=self.company.id)
        with self.assertRaises(AccessError):
            self._show().with_user(clerk).action_bill()

    def test_a_dialog_is_of_a_company_that_its_user_works_in(self):
        other = self.setup_other_company()["company"]
        clerk = new_test_user(self.env, "clerk", "account.group_account_invoice", company_id=self.company.id)
        wizard = self.env["billing.day"].with_user(clerk).create({"company_id": other.id})
        for press in (wizard.action_show, wizard.action_bill):
            with self.assertRaises(AccessError):
                press()

    def test_a_row_puts_its_customer_or_order_on_hold(self):
        orders = self._make_order(10.0) | self._make_order(20.0)
        pier = self._make_order(5.0, partner_id=self.customer.copy({"name": "Pier Works"}).id)
        wizard = self._show(partner_ids=(self.customer | pier.partner_id).ids)
        joined, other = wizard.line_ids
        other.is_billed = False
        self.assertEqual(joined.order_ids, orders)
        form = self._hold_dialog(joined.action_hold_order())
        form.reason, form.order_id = "Dispute", orders[1]
        form.save()
        # One of two orders is held: the other is billed alone, and what was left out stays left out.
        self.assertRecordValues(
            wizard.line_ids,
            [
                {"order_ids": orders[0].ids, "reason": "", "is_billed": True},
                {"order_ids": pier.ids, "reason": "", "is_billed": False},
                {"order_ids": orders[1].ids, "reason": f"On hold: Dispute ({self.env.user.name})", "is_billed": False},
            ],
        )
        self.assertIn("released", wizard.line_ids[2].remedy)
        form = self._hold_dialog(wizard.line_ids[0].action_hold_order())
        self.assertEqual(form.order_id, orders[0])
        form.reason = "Wrong price"
        form.save()
        form = self._hold_dialog(wizard.line_ids.filtered(lambda line: line.order_ids == pier).action_hold_customer())
        self.assertEqual(form.partner_id, pier.partner_id)
        form.reason = "Bankrupt"
        form.save()
        self.assertEqual(len(wizard.line_ids.filtered("reason")), 3)
        with self.assertRaisesRegex(UserError, "Nothing is chosen"):
            wizard.action_bill()

    def _hold_dialog(self, action):
        return Form(self.env["billing.hold"].with_context(**action["context"]), view=action["view_id"][0])

    def test_a_hold_shows_nobody_elses_billing_day_anew(self):
        order = self._make_order(10.0)
        wizard = self._show()
        clerk = new_test_user(self.env, "clerk", "account.group_account_invoice", company_id=self.company.id)
        with self.assertRaises(AccessError):
            wizard.line_ids.with_user(clerk).action_hold_customer()
        holds, values = self.env["billing.hold"].with_user(clerk), {"order_id": order.id, "reason": "Dispute"}
        with self.assertRaises(AccessError):
            holds.create({**values, "billing_day_id": wizard.id})
        seller = new_test_user(self.env, "seller", "sales_team.group_sale_salesman", company_id=self.company.id)
        order.user_id = seller
        with self.assertRaises(AccessError):
            holds.with_user(seller).create({**values, "billing_day_id": wizard.id})
        for nothing in (False, 0, wizard.id + 100, "1", [1]):
            holds.create({**values, "billing_day_id": nothing}).action_release()

    def test_rules_are_shown_on_order_and_invoice(self):
        self.customer.billing_print_text = "Supplier no. 7"
        order = self._make_order(10.0)
        invoice = order._create_invoices()
        text = "Text on Invoices: Supplier no. 7 (customer)"
        self.assertEqual((order.billing_rules_text, invoice.billing_rules_text), (text, text))
        other = self._make_order(20.0, billing_print_text="Contract 12")
        told = [f"{other.name}: Text on Invoices: Contract 12 (order)"]
        invoice.unlink()
        self.assertEqual(self._show().line_ids.rules_text.splitlines(), [f"{order.name}: {text}", *told])
        self._run("one", customers=[self.customer.id])
        row = self.runs.search([("key", "=", "one")]).invoice_ids
        self.assertEqual(row.rules_text.splitlines(), [f"{order.name}: {text}", *told])
        self.assertEqual(row.move_id.billing_rules_text, row.rules_text)
        seller = new_test_user(self.env, "seller", "sales_team.group_sale_salesman_all_leads")
        with Form(order.with_user(seller)) as form:
            self.assertEqual(form.billing_rules_text, text)
            form.client_order_ref = "4711"
        self.assertEqual(order.client_order_ref, "4711")

    def test_the_settings_are_the_companys(self):
        settings = self.env["res.config.settings"].create({"billing_one_invoice_per": "order"})
        settings.sudo().execute()
        self.assertEqual(self.company.billing_one_invoice_per, "order")


@tagged("post_install", "-at_install")
class TestTours(BillingBaseCommon, HttpCase):
    """What people click, in a browser, as the least privileged role that may."""

    def test_a_clerk_bills_a_day(self):
        new_test_user(
            self.env,
            "tour_clerk",
            "base.group_user,account.group_account_invoice,sales_team.group_sale_salesman",
            company_id=self.company.id,
            company_ids=self.company.ids,
        )
        quay = self.customer.copy({"name": "Quay Works", "billing_order_number": "required"})
        pier = self.customer.copy({"name": "Pier Works"})
        # They are somebody else's orders.
        orders = self._make_order(100.0, user_id=self.env.uid) | self._make_order(50.0, user_id=self.env.uid)
        blocked, left = self._make_order(10.0, partner_id=quay.id), self._make_order(20.0, partner_id=pier.id)
        mole = self.customer.copy({"name": "Mole Works"})
        held = self._make_order(30.0, partner_id=mole.id, user_id=self.env.uid)
        self.start_tour("/odoo/billing-day", "billing_day", login="tour_clerk")
        self.env.invalidate_all()
        self.assertEqual(orders.invoice_ids.mapped("amount_total"), [150.0])
        self.assertFalse((blocked | left | held).invoice_ids)
        self.assertRecordValues(mole.billing_hold_ids | held.billing_hold_ids, [{"reason": "Disputed invoice"}])
        self.assertEqual((mole.billing_hold_ids | held.billing_hold_ids).user_id.login, "tour_clerk")
