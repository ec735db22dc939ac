from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user, tagged

from .common import BillingBaseCommon


class LinesCommon(BillingBaseCommon):
    """An invoice of one order, made by a run."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._make_order(10.0, user_id=cls.env.uid)
        cls._run("lines", customers=[cls.customer.id])
        cls.invoice = cls.order.invoice_ids
        cls.line = cls.invoice.invoice_line_ids

    @classmethod
    def _hire(cls, login, groups):
        companies = {"company_id": cls.company.id, "company_ids": cls.company.ids}
        return new_test_user(cls.env, login, f"base.group_user,{groups}", **companies)


@tagged("post_install", "-at_install")
class TestLines(LinesCommon):
    """From the line of an invoice to what it bills."""

    def test_a_line_opens_its_order(self):
        clerk = self._hire("clerk", "account.group_account_invoice")
        line = self.line.with_user(clerk)
        self.assertTrue(line.billing_opens)
        action = line.action_open_billed()
        self.assertEqual((action["res_model"], action["res_id"]), ("sale.order", self.order.id))

    def test_so_does_a_line_of_its_credit_note(self):
        self.invoice.action_post()
        credit = self.invoice._reverse_moves()
        self.assertEqual(credit.invoice_line_ids.action_open_billed()["res_id"], self.order.id)

    def test_what_bills_nothing_of_an_order_opens_nothing(self):
        free = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_line_ids": [
                    (0, 0, {"name": "By hand", "price_unit": 5.0}),
                    (0, 0, {"name": "Note", "display_type": "line_note"}),
                ],
            }
        )
        for line in free.invoice_line_ids:
            self.assertFalse(line.billing_opens)
            with self.assertRaisesRegex(UserError, "bills nothing of an order"):
                line.action_open_billed()

    def test_who_may_not_read_one_or_the_other_is_refused(self):
        both = self._hire("both", "account.group_account_invoice,sales_team.group_sale_salesman")
        line = self.line.with_user(both)
        self.assertFalse(line.billing_opens, "somebody else's order is not shown to a salesperson")
        for user in (both, self._hire("nobody", "base.group_user")):
            with self.assertRaises(AccessError):
                self.line.with_user(user).action_open_billed()


@tagged("post_install", "-at_install")
class TestLinesTour(LinesCommon, HttpCase):
    """In a browser, as the least privileged role that may."""

    def test_a_clerk_goes_from_a_line_to_its_order(self):
        self._hire("tour_clerk", "account.group_account_invoice")
        url = f"/odoo/customer-invoices/{self.invoice.id}"
        self.start_tour(url, "billing_line_opens_order", login="tour_clerk")
