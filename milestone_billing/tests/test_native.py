from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import BillingCommon


@tagged("post_install", "-at_install")
class TestNative(BillingCommon):
    """Odoo's own figures, wizards and settings go on meaning what they mean, beside and under a schedule."""

    FIGURES = (
        "qty_delivered",
        "qty_invoiced",
        "qty_to_invoice",
        "qty_invoiced_posted",
        "invoice_status",
        "untaxed_amount_invoiced",
        "untaxed_amount_to_invoice",
        "amount_invoiced",
        "amount_to_invoice",
    )

    def _start(self, *percents, price=1000.0, **order_values):
        order = self._make_order(price, **order_values)
        schedule = self._make_schedule(order, *(percents or (40, 60)))
        order.action_confirm()
        return order, schedule.milestone_ids

    def test_milestones_stay_on_screens_while_no_project_has_any(self):
        everybody, milestones = self.env.ref("base.group_user"), self.env.ref("project.group_project_milestone")
        self.env["project.project"].search([]).allow_milestones = False
        self.env["project.project"].create({"name": "Internal", "allow_milestones": False})
        self.assertIn(milestones, everybody.implied_ids)

    def _wizard(self, order, **values):
        wizard = self.env["sale.advance.payment.inv"].with_context(active_model="sale.order", active_ids=order.ids)
        wizard.create(values).create_invoices()
        return order.invoice_ids.sorted("id")[-1:]

    # === FIGURES THROUGH A PLAN'S LIFE === #

    def test_figures_through_the_life_of_a_plan(self):
        order, (first, second) = self._start()
        line = order.order_line
        first.schedule_id.invoice_policy = "draft"
        figures = ("qty_invoiced", "qty_to_invoice", "untaxed_amount_invoiced", "untaxed_amount_to_invoice")
        self.assertEqual([line[name] for name in figures], [0.0, 0.0, 0.0, 1000.0])
        self.assertEqual((order.invoice_status, order.amount_to_invoice), ("no", 1000.0))
        first.action_attain()
        self.assertEqual(order.invoice_status, "no", "whoever attains does not write the order")
        line._billing_refresh()
        self.assertEqual([line[name] for name in figures], [0.0, 0.4, 0.0, 1000.0])
        self.assertEqual(order.invoice_status, "to invoice")
        self._drain()
        self.assertEqual([line[name] for name in figures], [0.4, 0.0, 0.0, 1000.0])
        self.assertEqual((order.invoice_status, line.qty_invoiced_posted), ("no", 0.0))
        order.invoice_ids.action_post()
        self.assertEqual([line[name] for name in figures], [0.4, 0.0, 400.0, 600.0])
        self.assertEqual((line.amount_invoiced, line.amount_to_invoice, order.amount_to_invoice), (400.0, 600.0, 600.0))
        self.assertEqual(line.qty_invoiced_posted, 0.4)
        second.action_attain()
        self._drain()
        order.invoice_ids.filtered(lambda move: move.state == "draft").action_post()
        self.assertEqual([line[name] for name in figures], [1.0, 0.0, 1000.0, 0.0])
        self.assertEqual((order.invoice_status, order.amount_to_invoice), ("invoiced", 0.0))

    def test_status_can_be_searched(self):
        order, (first, _second) = self._start()
        self.customer.active = False
        first.action_attain()
        self.assertEqual(self._drain()["failed"], 1)
        found = self.env["sale.order"].search([("invoice_status", "=", "to invoice"), ("id", "=", order.id)])
        self.assertEqual(found, order)

    def test_create_invoice_wizard_bills_just_what_is_due(self):
        order, (first, second) = self._start()
        first.action_attain()
        invoice = self._wizard(order, advance_payment_method="delivered")
        self.assertRecordValues(invoice, [{"amount_untaxed": 400.0, "state": "draft"}])
        self.assertEqual(first.state, "drafted")
        self.assertEqual(self._drain()["invoices"], 0)
        second.action_attain()
        invoice = self._wizard(order, advance_payment_method="delivered")
        self.assertEqual(invoice.amount_untaxed, 600.0)
        self.assertEqual(order.invoice_status, "invoiced")

    def test_down_payment_is_deducted_by_the_final_invoice(self):
        order, milestones = self._start()
        down = self._wizard(order, advance_payment_method="percentage", amount=20)
        self.assertEqual(down.amount_untaxed, 200.0)
        down.action_post()
        self.assertEqual(sum(milestones.mapped("amount")), 1000.0, "an advance is not part of the plan")
        self.assertFalse(order.order_line.filtered("is_downpayment").billing_schedule_id)
        milestones.action_attain()
        final = self._wizard(order, advance_payment_method="delivered", deduct_down_payments=True)
        self.assertEqual(final.amount_untaxed, 800.0)
        final.action_post()
        self.assertEqual(milestones.mapped("state"), ["invoiced", "invoiced"])
        self.assertEqual(sum(order.invoice_ids.mapped("amount_untaxed")), 1000.0)
        self.assertEqual(order.invoice_status, "invoiced")
        self.assertEqual(self._drain()["invoices"], 0)

    def test_fixed_down_payment_comes_off_the_next_invoice(self):
        order, (first, second) = self._start()
        self._wizard(order, advance_payment_method="fixed", fixed_amount=150.0).action_post()
        first.action_attain()
        self._drain()
        self.assertEqual(first.invoice_ids.amount_untaxed, 250.0)
        second.action_attain()
        final = self._wizard(order, advance_payment_method="delivered", deduct_down_payments=True)
        self.assertEqual(final.amount_untaxed, 600.0)

    def test_order_without_a_schedule_is_untouched(self):
        lines = (1000.0, {"price_unit": -50.0}, {"price_unit": 10.0, "product_uom_qty": 3, "discount": 5.0})
        plain, planned = self._make_order(*lines), self._make_order(*lines)
        plain.action_confirm()
        for order in (plain, planned):
            self.assertFalse(order.billing_schedule_ids)
        planned.action_confirm()
        self._drain()
        self.assertFalse(plain.invoice_ids)
        before = [[line[name] for name in self.FIGURES] for line in plain.order_line]
        self._wizard(plain, advance_payment_method="delivered").action_post()
        self._without_addon("_compute_qty_to_invoice", "_compute_untaxed_amount_to_invoice", "_prepare_qty_invoiced")
        self.env.add_to_compute(planned.order_line._fields["qty_to_invoice"], planned.order_line)
        self.assertEqual([[line[name] for name in self.FIGURES] for line in planned.order_line], before)
        self._wizard(planned, advance_payment_method="delivered").action_post()
        for name in self.FIGURES:
            self.assertEqual(plain.order_line.mapped(name), planned.order_line.mapped(name), name)
        self.assertEqual(plain.invoice_ids.amount_total, planned.invoice_ids.amount_total)

    def _without_addon(self, *methods):
        """Let order lines compute as Odoo does without this addon."""
        lines = type(self.env["sale.order.line"])
        for method in methods:
            odoo = next(
                vars(base)[method]
                for base in lines.__mro__
                if method in vars(base) and "milestone_billing" not in base.__module__
            )
            self.patch(lines, method, odoo)

    def test_credit_limit_counts_what_is_not_invoiced(self):
        self.company.account_use_credit_limit = True
        self.customer.credit_limit = 5000.0
        order, (first, _second) = self._start()
        self.env.flush_all()
        self.customer.invalidate_recordset(["credit_to_invoice"])
        self.assertEqual(self.customer.credit_to_invoice, 1000.0)
        first.action_attain()
        self._drain()
        self.assertEqual(self.customer.credit_to_invoice, 600.0)
        self.assertEqual(self.customer.credit, 400.0)
        self.assertEqual(order.amount_to_invoice, 600.0)

    # === WHAT AN INVOICE IS MADE OF === #

    def test_analytic_distribution_is_that_of_the_native_invoice(self):
        plan = self.env["account.analytic.plan"].create({"name": "Departments"})
        account = self.env["account.analytic.account"].create({"name": "Works", "plan_id": plan.id})
        distribution = {str(account.id): 100.0}
        scheduled, (first, _second) = self._start(price={"price_unit": 1000.0, "analytic_distribution": distribution})
        first.action_attain()
        self._drain()
        native = self._make_order({"price_unit": 1000.0, "analytic_distribution": distribution})
        native.action_confirm()
        invoice = native._create_invoices()
        expected = native.order_line.analytic_distribution
        self.assertEqual(invoice.invoice_line_ids.analytic_distribution, expected)
        made = scheduled.invoice_ids.invoice_line_ids.analytic_distribution
        self.assertEqual(made, scheduled.order_line.analytic_distribution)
        self.assertEqual(len(made), len(expected))
        entries = scheduled.invoice_ids.invoice_line_ids.analytic_line_ids
        self.assertEqual(sum(entries.mapped("amount")), 400.0)

    def test_fiscal_position_maps_the_account(self):
        other = self.company_data["default_account_revenue"].copy({"code": "400777", "name": "Export"})
        position = self.env["account.fiscal.position"].create(
            {
                "name": "Export",
                "account_ids": [
                    Command.create(
                        {
                            "account_src_id": self.company_data["default_account_revenue"].id,
                            "account_dest_id": other.id,
                        }
                    )
                ],
            }
        )
        order, (first, _second) = self._start(fiscal_position_id=position.id)
        first.action_attain()
        self._drain()
        self.assertEqual(order.invoice_ids.fiscal_position_id, position)
        self.assertEqual(order.invoice_ids.invoice_line_ids.account_id, other)

    def test_payment_terms_of_milestone_schedule_and_order(self):
        ordered, planned, own = self.env["account.payment.term"].create(
            [
                {"name": name, "line_ids": [Command.create({"value": "percent", "value_amount": 100, "nb_days": days})]}
                for name, days in (("10 days", 10), ("20 days", 20), ("30 days", 30))
            ]
        )
        order, (first, second) = self._start(payment_term_id=ordered.id)
        first.action_attain()
        self._drain()
        self.assertEqual(first.invoice_ids.invoice_payment_term_id, ordered)
        second.schedule_id.payment_term_id = planned
        second._attain(50.0, fields.Date.today(), "manual")
        self._drain()
        second.payment_term_id = own
        second.action_attain()
        self._drain()
        terms = second.invoice_ids.sorted("id").invoice_payment_term_id
        self.assertEqual(terms, planned | own)
        self.assertEqual((second.invoice_ids.sorted("id")[-1].invoice_date_due - fields.Date.today()).days, 30)

    def test_journal_salesperson_reference_and_addresses_are_the_orders(self):
        journal = self.company_data["default_journal_sale"].copy({"name": "Projects", "code": "PRJ"})
        billing = self.env["res.partner"].create(
            {"name": "Accounts payable", "parent_id": self.customer.id, "type": "invoice"}
        )
        order, (first, _second) = self._start(journal_id=journal.id, client_order_ref="PO-77")
        first.action_attain()
        self._drain()
        self.assertRecordValues(
            order.invoice_ids,
            [
                {
                    "journal_id": journal.id,
                    "partner_id": billing.id,
                    "ref": "PO-77",
                    "invoice_origin": order.name,
                    "invoice_user_id": order.user_id.id,
                    "team_id": order.team_id.id,
                    "partner_shipping_id": order.partner_shipping_id.id,
                }
            ],
        )

    def test_text_of_the_invoice_line(self):
        order, (first, second) = self._start()
        first.description = "{order}: {milestone}, {percent} % of {line} on {date}"
        (first | second).action_attain()
        self._drain()
        text = first.invoice_ids.invoice_line_ids.name
        self.assertIn(f"{order.name}: Milestone 1, 40 % of Line 1 on ", text)
        self.assertEqual(second.invoice_ids.invoice_line_ids.name, "Line 1\nMilestone 2 (60 %)")

    def test_locked_order_is_billed_to_the_end(self):
        order, milestones = self._start()
        order.action_lock()
        milestones.action_attain()
        self._drain()
        self.assertEqual(milestones.mapped("state"), ["invoiced", "invoiced"])
        self.assertEqual(order.invoice_status, "invoiced")

    def test_payment_shows_on_the_milestone(self):
        _order, (first, _second) = self._start()
        first.action_attain()
        self._drain()
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=first.invoice_ids.ids
        ).create({})._create_payments()
        self.assertEqual(first.state, "paid")
        self.assertEqual(first.schedule_id.state, "running")

    def test_a_line_on_an_invoice_of_a_milestone_is_refused_in_words_when_deleted(self):
        order = self._make_order(1000.0, 500.0)
        self._make_schedule(order, 50, {"amount_type": "balance", "due_on": "manual"})
        order.action_confirm()
        order.billing_milestone_ids[0].action_attain()
        self._drain()
        first = order.order_line[0]
        with self.assertRaisesRegex(UserError, "remove one of its lines|stays on record"):
            first.unlink()
        order._action_cancel()
        order.action_draft()
        with self.assertRaisesRegex(UserError, "stays on record. Set its quantity to 0"):
            first.unlink()
        self.assertTrue(first.exists())
