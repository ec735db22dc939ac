from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .close_common import CloseCommon


@tagged("post_install", "-at_install")
class TestCloseTies(CloseCommon):
    """Only what is promised stands on contract liability; a period is not locked while the books differ unexplained."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.support = cls._make_product("Support", "subscription")
        cls.bare = cls.env["account.tax"].create(
            {
                "name": "Levy of 10 %",
                "amount": 10,
                "type_tax_use": "sale",
                "invoice_repartition_line_ids": [
                    Command.create({"repartition_type": "base"}),
                    Command.create({"repartition_type": "tax", "account_id": False}),
                ],
                "refund_repartition_line_ids": [
                    Command.create({"repartition_type": "base"}),
                    Command.create({"repartition_type": "tax", "account_id": False}),
                ],
            }
        )

    def _order(self, tax):
        order = self._make_order(
            (
                self.support,
                1200,
                {
                    "revenue_start": "2026-01-01",
                    "revenue_end": "2026-12-31",
                    "tax_ids": [Command.set(tax.ids)],
                },
            ),
            date_order="2026-01-01 12:00:00",
        )
        order.action_confirm()
        order.revenue_contract_id.date = "2026-01-01"
        return order

    def _stranger(self, amount=10):
        entry = self.env["account.move"].create(
            {
                "date": "2026-01-20",
                "line_ids": [
                    Command.create({"account_id": self.accounts["contract_liability"].id, "credit": amount}),
                    Command.create({"account_id": self.accounts["revenue"].id, "debit": amount}),
                ],
            }
        )
        entry.action_post()
        return entry

    # === TAX === #

    def test_tax_without_an_account_stays_on_income(self):
        """Where it would go without a contract; invoice, credit note and close tie."""
        order = self._order(self.bare)
        invoice = self._invoice(order, "2026-01-05")
        tax = invoice.line_ids.filtered(lambda line: line.display_type == "tax")
        self.assertEqual((tax.account_id, tax.balance), (self.accounts["revenue"], -120.0))
        self.assertEqual(self._balance("contract_liability"), 1200)
        close = self._close("2026-01-31", lock=True)
        self.assertEqual((close.state, close.difference), ("locked", 0))
        invoice._reverse_moves([{"invoice_date": "2026-02-10", "date": "2026-02-10"}]).action_post()
        self.assertEqual(self._balance("contract_liability", "2026-02-10"), -101.92)
        self.assertEqual(self._close("2026-02-28").difference, 0)
        self.assertEqual(self._balance("revenue"), 193.97)

    def test_tax_of_a_down_payment(self):
        """It has no product: the tax goes to the revenue of the contract, and comes back from there."""
        order = self._order(self.bare)
        wizard = self.env["sale.advance.payment.inv"].with_context(active_ids=order.ids, active_model="sale.order")
        wizard.create({"advance_payment_method": "percentage", "amount": 50}).create_invoices()
        order.invoice_ids.invoice_date = "2026-01-05"
        order.invoice_ids.action_post()
        self.assertEqual(self._balance("contract_liability"), 600)
        last = order._create_invoices(final=True)
        last.invoice_date = "2026-01-20"
        last.action_post()
        self.assertEqual(self._balance("contract_liability"), 1200)
        self.assertEqual(self._close("2026-01-31", lock=True).difference, 0)

    def test_tax_with_an_account_keeps_it(self):
        """Also in part: what has an account goes there, what has none to income."""
        account = self.company_data["default_account_tax_sale"]
        half = self.bare.copy({"name": "Half"})
        rows = [
            Command.clear(),
            Command.create({"repartition_type": "base"}),
            Command.create({"repartition_type": "tax", "factor_percent": 50, "account_id": False}),
            Command.create({"repartition_type": "tax", "factor_percent": 50, "account_id": account.id}),
        ]
        half.write({"invoice_repartition_line_ids": rows, "refund_repartition_line_ids": rows})
        invoice = self._invoice(self._order(half), "2026-01-05")
        tax = invoice.line_ids.filtered(lambda line: line.display_type == "tax")
        self.assertEqual(
            {line.account_id: line.balance for line in tax}, {account: -60.0, self.accounts["revenue"]: -60.0}
        )
        self.assertEqual(self._close("2026-01-31").difference, 0)

    def test_tax_that_stands_on_contract_liability_is_named(self):
        """Of an invoice of an earlier version: with its cause, and what puts it right."""
        invoice = self._invoice(self._order(self.bare), "2026-01-05")
        tax = invoice.line_ids.filtered(lambda line: line.display_type == "tax")
        tax.account_id = self.accounts["contract_liability"]
        close = self._close("2026-01-31")
        with self.assertRaisesRegex(UserError, r"(?s)120\.00 on .*tax without an account of its own.*journal entry"):
            close.with_user(self.approver).action_lock()

    # === LOCKING === #

    def test_a_difference_keeps_a_period_open(self):
        """Named, with its account; locked once it is put right."""
        close = self._close("2026-01-31")
        entry = self._stranger()
        controller = close.with_user(self.approver)
        with self.assertRaisesRegex(UserError, r"(?s)not locked while.*10\.00 on .*belong to no invoice"):
            controller.action_lock()
        current = next(step for step in controller.steps if step["state"] == "current")
        self.assertTrue(current["missing"][0]["blocking"])
        entry.button_draft()
        entry.button_cancel()
        controller.invalidate_recordset()
        controller.action_lock()
        self.assertEqual(close.state, "locked")

    def test_a_difference_with_a_reason(self):
        """On screen by the accountant, over the API beside the step; the reason stays on the close."""
        close = self._close("2026-01-31")
        self._stranger()
        with self.assertRaises(AccessError):
            close.with_user(self.env.ref("base.public_user")).action_explain_difference("Opening balance")
        with self.assertRaisesRegex(UserError, "Say why"):
            close.with_user(self.preparer).action_explain_difference(" ")
        wizards = self.env["revenue.difference.note.wizard"].with_user(self.preparer)
        wizards.create({"close_id": close.id, "note": "Opening balance"}).action_explain()
        close.with_user(self.approver).action_lock()
        self.assertRecordValues(close, [{"state": "locked", "difference_note": "Opening balance"}])
        self._close("2026-02-28")
        run = self.env["revenue.close"].with_user(self.approver).run
        with self.assertRaisesRegex(UserError, "Explain Difference"):
            run(self.company.id, "2026-02-28", "lock")
        self.assertEqual(run(self.company.id, "2026-02-28", "lock", "Opening balance")["state"], "locked")

    def test_invoices_that_came_later_do_not_keep_it_open(self):
        """The next close counts them, as the step says."""
        close = self._close("2026-01-31")
        self._invoice(self._order(self.env["account.tax"]), "2026-01-20")
        controller = close.with_user(self.approver)
        controller.invalidate_recordset()
        current = next(step for step in controller.steps if step["state"] == "current")
        self.assertIn("The next close counts them", current["missing"][0]["text"])
        self.assertFalse(current["missing"][0]["blocking"])
        controller.action_lock()
        self.assertEqual(close.state, "locked")
        self.assertEqual(self._close("2026-02-28").difference, 0)

    def test_invoice_in_another_currency(self):
        """No close counts it: it is told apart, and nothing is locked over it."""
        order = self._order(self.env["account.tax"])
        order.revenue_contract_id.sudo().state = "active"
        invoice = self._invoice(order, "2026-01-10")
        foreign = (
            self.env["res.currency"]
            .with_context(active_test=False)
            .search([("id", "!=", self.company.currency_id.id)], limit=1)
        )
        foreign.active = True
        order.revenue_contract_id.sudo().currency_id = foreign
        found = self.env["revenue.close"]._differences(self.company, invoice.date)
        self.assertEqual([(one["cause"], one["amount"]) for one in found], [("currency", 1200.0)])
        self.assertIn("another currency", self.env["revenue.close"]._difference_texts(self.company, found)[0])

    def test_open_day_of_invoices_knows_the_revenue_lock(self):
        """Whoever looks for a day for an invoice passes the locked month; what a person dates there is refused."""
        order = self._order(self.env["account.tax"])
        self.company.sudo().revenue_lock_date = "2026-01-31"
        journal = self.company_data["default_journal_sale"]
        day, locked = fields.Date.to_date("2026-01-20"), fields.Date.to_date("2026-01-31")
        found = self.company._get_violated_lock_dates(day, True, journal)
        self.assertEqual(found, [(locked, "revenue_lock_date")])
        self.assertFalse(self.company._get_violated_lock_dates(fields.Date.to_date("2026-02-01"), True, journal))
        with self.assertRaisesRegex(UserError, "Give it a later invoice date"):
            self._invoice(order, "2026-01-20")
