from odoo.exceptions import AccessError
from odoo.tests import HttpCase, new_test_user, tagged

from .test_run import RunCommon


class LinesCommon(RunCommon):
    """An invoice of a milestone and of one-time work of another order."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plain = cls._make_plain(70.0)
        cls.order = cls._make_order(1000.0)
        cls._make_schedule(cls.order, {"name": "Acceptance", "due_on": "manual", "percent": 40}, 60.0)
        cls.order.action_confirm()
        cls.milestone = cls.order.billing_milestone_ids[0]
        cls.milestone.action_attain()
        cls._run("lines", customers=[cls.customer.id])
        cls.invoice = cls.order.invoice_ids
        lines = cls.invoice.invoice_line_ids.filtered(lambda line: line.display_type == "product")
        cls.line = lines.filtered("billing_milestone_id")
        cls.other = lines - cls.line

    @classmethod
    def _hire(cls, login, groups):
        companies = {"company_id": cls.company.id, "company_ids": cls.company.ids}
        return new_test_user(cls.env, login, f"base.group_user,{groups}", **companies)


class TestLines(LinesCommon):
    """From the line of an invoice to what it bills."""

    def _opened(self, line):
        action = line.action_open_billed()
        return action["res_model"], action["res_id"]

    def test_each_line_opens_what_it_bills(self):
        clerk = self._hire("clerk", "account.group_account_invoice")
        line, other = self.line.with_user(clerk), self.other.with_user(clerk)
        self.assertEqual((line | other).mapped("billing_opens"), [True, True])
        self.assertEqual(self._opened(line), ("billing.milestone", self.milestone.id))
        self.assertEqual(self._opened(other), ("sale.order", self.plain.id))

    def test_a_credit_note_opens_the_milestone_that_it_credits(self):
        self.assertEqual(self.invoice.state, "posted")
        credit = self.invoice._reverse_moves().invoice_line_ids.filtered("billing_milestone_id")
        self.assertEqual(self._opened(credit), ("billing.milestone", self.milestone.id))

    def test_who_may_not_read_the_milestone_is_refused(self):
        self.order.user_id = self.env.user
        seller = self._hire("seller", "sales_team.group_sale_salesman,account.group_account_invoice")
        other = self._hire("other", "sales_team.group_sale_salesman")
        self.assertTrue(self.line.with_user(seller).billing_opens, "who invoices reads all milestones")
        with self.assertRaises(AccessError):
            self.line.with_user(other).action_open_billed()


@tagged("post_install", "-at_install")
class TestLinesTour(LinesCommon, HttpCase):
    """In a browser, as the least privileged role that may."""

    def test_a_clerk_goes_from_a_line_to_its_milestone(self):
        self._hire("tour_clerk", "account.group_account_invoice")
        url = f"/odoo/customer-invoices/{self.invoice.id}"
        self.start_tour(url, "billing_line_opens_milestone", login="tour_clerk")
