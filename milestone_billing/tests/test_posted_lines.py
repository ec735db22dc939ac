from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import BillingCommon


@tagged("post_install", "-at_install")
class TestPostedLines(BillingCommon):
    """What is posted of a plan stays what the ledger says: a milestone is never billed twice by an edit of it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.biller = new_test_user(cls.env, "biller", "account.group_account_invoice", company_id=cls.company.id)
        cls.salesman = new_test_user(
            cls.env, "seller", "sales_team.group_sale_salesman_all_leads", company_id=cls.company.id
        )
        cls.order = cls._make_order(1000.0)
        cls.schedule = cls._make_schedule(cls.order, 50, {"amount_type": "balance", "due_on": "manual"})
        cls.schedule.invoice_policy = "post"
        cls.order.action_confirm()
        cls.milestone = cls.schedule.milestone_ids[0]
        cls._attain(40)
        cls.line = cls.order.invoice_ids.invoice_line_ids
        cls.tax = cls._make_tax(21)

    @classmethod
    def _attain(cls, percent):
        cls.env["billing.milestone"].attain([{"key": f"e{percent}", "milestone": cls.milestone.id, "percent": percent}])
        cls._drain()

    def _changes(self):
        return {
            "price_unit": 0.0,
            "quantity": 0.0,
            "discount": 100.0,
            "product_id": self.plain.id,
            "product_uom_id": self.env.ref("uom.product_uom_dozen").id,
            "sale_line_ids": [Command.clear()],
            "display_type": "line_note",
            "amount_currency": 0.0,
            "balance": 0.0,
            "credit": 0.0,
            "price_subtotal": 0.0,
            "parent_state": "draft",
            "tax_ids": [Command.set(self.tax.ids)],
            "move_id": self.line.move_id.copy().id,
        }

    def test_a_milestone_is_not_billed_twice_by_the_price_of_a_posted_line(self):
        self.assertEqual((self.line.parent_state, self.line.price_subtotal), ("posted", 200.0))
        with self.assertRaisesRegex(UserError, "is posted: Unit Price stays.*Reset to Draft.*Credit Note"):
            self.line.with_user(self.biller).write({"price_unit": 0.0})
        self._attain(100)
        self.assertEqual(sum(self.order.invoice_ids.mapped("amount_untaxed")), 500.0)

    def test_nothing_that_counts_is_changed_whichever_way(self):
        loose = {"skip_readonly_check": True, "check_move_validity": False, "skip_invoice_line_sync": True}
        before = self.line.read([*self._changes()])
        for name, value in self._changes().items():
            for context in ({}, loose):
                line = self.line.with_user(self.biller).with_context(**context)
                with self.subTest(field=name, context=context), self.assertRaises(UserError):
                    line.write({name: value})
                with self.subTest(over="invoice", field=name), self.assertRaises(UserError):
                    line.move_id.write({"invoice_line_ids": [Command.update(line.id, {name: value})]})
        self.assertEqual(self.line.read([*self._changes()]), before)

    def test_the_invoice_stays_one_in_its_currency(self):
        move = self.line.move_id.with_user(self.biller).with_context(skip_readonly_check=True)
        for name, value in {
            "move_type": "out_refund",
            "currency_id": self.setup_other_currency("GBP").id,
            "invoice_date": "2020-01-01",
        }.items():
            with self.subTest(name), self.assertRaisesRegex(UserError, "Credit Note"):
                move.write({name: value})

    def test_a_posted_line_neither_leaves_its_order_nor_joins_one(self):
        order_line = self.order.order_line.with_user(self.salesman)
        other = self._make_order(700.0).order_line
        for commands in ([Command.clear()], [Command.unlink(self.line.id)], [Command.set([])]):
            with self.subTest(commands), self.assertRaisesRegex(UserError, "Credit Note"):
                order_line.write({"invoice_lines": commands})
        with self.assertRaisesRegex(UserError, "Credit Note"):
            other.write({"invoice_lines": [Command.link(self.line.id)]})
        order = self._make_order(300.0)
        order.action_confirm()
        invoice = order._create_invoices()
        invoice.action_post()
        with self.assertRaisesRegex(UserError, "Credit Note"), self.env.cr.savepoint():
            order_line.write({"invoice_lines": [Command.link(invoice.invoice_line_ids.id)]})
        self.env.invalidate_all()
        with self.assertRaisesRegex(UserError, "Credit Note"), self.env.cr.savepoint():
            invoice.invoice_line_ids.with_user(self.biller).write({"sale_line_ids": [Command.link(order_line.id)]})
        self.env.invalidate_all()
        self.assertEqual(self.order.order_line.invoice_lines, self.line)

    def test_invoiced_outside_the_plan_it_stays_as_well(self):
        values = self.order._prepare_invoice()
        row = self.order.order_line._prepare_invoice_line(quantity=1.0, price_unit=300.0)
        move = self.env["account.move"].create({**values, "invoice_line_ids": [Command.create(row)]})
        move.action_post()
        with self.assertRaisesRegex(UserError, "Credit Note"):
            move.invoice_line_ids.with_user(self.biller).write({"price_unit": 0.0})

    def test_a_draft_is_edited_and_so_is_one_that_was_reset(self):
        move = self.line.move_id.with_user(self.biller)
        move.button_draft()
        self.line.with_user(self.biller).write({"price_unit": 150.0})
        move.action_post()
        self.assertEqual((self.milestone.billed_amount, -self.line.balance), (150.0, 150.0))

    def test_odoo_goes_on_with_it(self):
        """What does not change may be written; text, account and analytic are who keeps the books' own affair."""
        line = self.line.with_user(self.biller)
        line.write({"price_unit": line.price_unit, "quantity": line.quantity, "name": "Seen", "tax_ids": []})
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=line.move_id.ids
        ).create({})._create_payments()
        self.assertIn(line.move_id.payment_state, ("paid", "in_payment"))
        plain = self._make_order(100.0)
        plain.action_confirm()
        invoice = plain._create_invoices()
        invoice.action_post()
        invoice.invoice_line_ids.write({"price_unit": 1.0})
