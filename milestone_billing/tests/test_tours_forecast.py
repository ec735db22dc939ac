from datetime import timedelta

from odoo.tests import HttpCase, new_test_user, tagged

from .common import BillingCommon


@tagged("post_install", "-at_install")
class TestToursForecast(BillingCommon, HttpCase):
    """A milestone is moved in the list, and the forecast shows it, in a browser."""

    def test_forecast_after_a_shift(self):
        groups = "base.group_user,milestone_billing.group_billing_user,sales_team.group_sale_salesman_all_leads"
        company = self.company
        new_test_user(self.env, "tour_planner", groups, company_id=company.id, company_ids=company.ids)
        order, day = self._make_order(1000.0), company._billing_today() + timedelta(days=3)
        self._make_schedule(order, {"name": "Tour step", "percent": 100, "due_on": "manual", "planned_date": day})
        order.action_confirm()
        self.start_tour("/odoo/billing-milestones", "billing_forecast_after_shift", login="tour_planner")
        self.assertGreater(order.billing_milestone_ids.planned_date, day + timedelta(days=50))
