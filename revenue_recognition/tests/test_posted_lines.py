from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .close_common import CloseCommon


@tagged("post_install", "-at_install")
class TestPostedLines(CloseCommon):
    """What a posted invoice bills of a contract stays what the ledger says."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.support = cls._make_product("Support", "subscription")
        line = (cls.support, 1000, {"revenue_start": "2026-01-01", "revenue_end": "2026-03-31"})
        cls.order = cls._make_order(line, date_order="2026-01-01 12:00:00")
        cls.order.action_confirm()
        cls.invoice = cls.order._create_invoices()
        cls.invoice.action_post()
        cls.line = cls.invoice.invoice_line_ids
        cls.biller = new_test_user(cls.env, "biller", "account.group_account_invoice", company_id=cls.company.id)

    def test_nothing_that_counts_is_changed(self):
        for name, value in {
            "price_unit": 0.0,
            "quantity": 2.0,
            "discount": 50.0,
            "product_id": self._make_product("Other").id,
            "sale_line_ids": [Command.clear()],
            "amount_currency": 0.0,
        }.items():
            with self.subTest(name), self.assertRaisesRegex(UserError, "Reset to Draft.*Credit Note"):
                self.line.with_user(self.biller).write({name: value})
        with self.assertRaisesRegex(UserError, "Credit Note"):
            self.order.order_line.write({"invoice_lines": [Command.clear()]})
        with self.assertRaisesRegex(UserError, "Credit Note"):
            self.invoice.with_user(self.biller).write({"move_type": "out_refund"})
        self.assertEqual(self.line.price_subtotal, 1000.0)

    def test_a_draft_is_edited_and_so_is_one_that_was_reset(self):
        self.invoice.with_user(self.biller).button_draft()
        self.line.with_user(self.biller).write({"price_unit": 900.0})
        self.invoice.with_user(self.biller).action_post()
        self.assertEqual(self.line.balance, -900.0)
