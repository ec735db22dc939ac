from odoo.tests import HttpCase, new_test_user, tagged

from .test_run import RunCommon


@tagged("post_install", "-at_install")
class TestToursRun(RunCommon, HttpCase):
    """A billing day with milestones, and a rule that lifts itself, in a browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for login, groups in (
            ("tour_clerk", "account.group_account_invoice"),
            ("tour_seller", "milestone_billing.group_billing_user,sales_team.group_sale_salesman_all_leads"),
        ):
            new_test_user(
                cls.env, login, f"base.group_user,{groups}", company_id=cls.company.id, company_ids=cls.company.ids
            )
        cls.other = cls.env["res.partner"].create({"name": "Quay Works", "billing_order_number": "required"})

    @classmethod
    def _make_attained(cls, **values):
        order = cls._make_order(1000.0, **values)
        cls._make_schedule(order, {"name": "Acceptance", "due_on": "manual", "percent": 40}, 60.0)
        order.action_confirm()
        order.billing_milestone_ids[0].action_attain()
        return order

    def test_clerk_bills_a_day(self):
        self._bill_on(self.customer, self.today)
        self.customer.billing_invoices = "send"
        order, plain = self._make_attained(), self._make_plain(70.0)
        lacking = self._make_attained(partner_id=self.other.id)
        self._drain()
        self.start_tour("/odoo/billing-day", "billing_day_of_milestones", login="tour_clerk")
        invoice = order.invoice_ids
        self.assertEqual(invoice, plain.invoice_ids)
        self.assertEqual((invoice.state, invoice.amount_untaxed), ("posted", 470.0))
        self.assertTrue(invoice.sending_data)
        self.assertFalse(lacking.invoice_ids)

    def test_order_number_lifts_the_rule(self):
        order = self._make_attained(partner_id=self.other.id)
        self._drain()
        self.assertEqual(order.billing_milestone_ids[0].state, "blocked")
        self.start_tour(f"/odoo/sales/{order.id}", "billing_order_number", login="tour_seller")
        self._drain()
        self.assertEqual(order.invoice_ids.amount_untaxed, 400.0)
