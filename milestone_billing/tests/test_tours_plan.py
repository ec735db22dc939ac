from odoo.tests import HttpCase, new_test_user, tagged

from .common import BillingCommon


@tagged("post_install", "-at_install")
class TestPlanTours(BillingCommon, HttpCase):
    """Planning by hand, in the browser, as a salesperson."""

    def test_plan_is_made_in_the_list(self):
        seller = new_test_user(
            self.env,
            "plan_seller",
            "base.group_user,sales_team.group_sale_salesman",
            company_id=self.company.id,
            company_ids=self.company.ids,
        )
        self.env["billing.schedule.rule"].search([]).active = False
        order = self._make_order(1000.0, user_id=seller.id)
        self.start_tour(f"/odoo/sales/{order.id}", "billing_plan_by_hand", login="plan_seller")
        self.assertRecordValues(
            order.billing_milestone_ids,
            [
                {"name": "Deposit", "due_on": "date", "amount_type": "fixed", "amount": 200.0},
                {"name": "Design", "due_on": "offset", "amount_type": "percent", "amount": 950.0},
                {"name": "Rest", "due_on": "manual", "amount_type": "balance", "amount": -150.0},
            ],
        )
        self.assertEqual(order.billing_milestone_ids[1].offset_number, 30)
        self.assertTrue(order.billing_plan_fault)
