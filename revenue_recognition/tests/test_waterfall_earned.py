from odoo.fields import Date
from odoo.tests import tagged

from .close_common import CloseCommon


@tagged("post_install", "-at_install")
class TestWaterfallEarned(CloseCommon):
    """What is earned and not posted yet is in the month in which the next close books it, as its preview says."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = cls.company._revenue_today()
        cls.month = Date.start_of(cls.today, "month")
        cls.closed = Date.subtract(cls.month, days=1)
        cls.begun = Date.start_of(cls.closed, "month")

    def _sell(self, policy, price=1000, quantity=1, **values):
        product = self._make_product("Works", policy, **values)
        self._make_ssp(product, price)
        self.order = self._make_order(
            (product, price, {"product_uom_qty": quantity}), date_order=f"{self.begun} 12:00:00"
        )
        contract = self._confirm(self.order, self.begun)
        contract.action_review()
        return contract

    def _milestone(self, name, share, day=False):
        milestone = self.env["project.milestone"].create(
            {
                "name": name,
                "project_id": self.order.project_ids.id,
                "sale_line_id": self.order.order_line.id,
                "quantity_percentage": share,
            }
        )
        if day:
            self._reach(milestone, day)
        self.order.revenue_contract_id.action_review()
        return milestone

    def _reach(self, milestone, day):
        milestone.is_reached = True
        milestone.reached_date = day

    def _record(self, contract, day, kind, **values):
        fact = {"key": f"{kind} {day}", "contract": contract.id, "obligation": contract.obligation_ids.key}
        [result] = self.env["revenue.evidence"].record([{**fact, "date": str(day), "kind": kind, **values}])
        self.assertFalse(result.get("message"))

    def _forecast(self, contract, group_by=None):
        found = self.env["revenue.contract"].get_waterfall(
            [("id", "=", contract.id)], str(self.begun), str(Date.add(self.month, months=6)), group_by
        )
        [row] = found["rows"]
        return {month: amount for month, amount in row["forecast"].items() if amount}, row["unscheduled"]

    def _previewed(self):
        """Return the revenue that a close of the running month would book."""
        close = self.env["revenue.close"].with_user(self.preparer).create({"date": Date.end_of(self.today, "month")})
        close.action_compute()
        revenue = sum(close.sudo().entry_ids.filtered(lambda one: one.kind == "revenue").mapped("amount"))
        close.action_cancel()
        return revenue

    def _assert_this_month(self, contract, amount, rest):
        for group_by in (None, "contract", "customer", "product", "obligation"):
            with self.subTest(group_by=group_by):
                self.assertEqual(self._forecast(contract, group_by), ({f"{self.month:%Y-%m}": amount}, rest))
        self.assertEqual(self._previewed(), amount)

    def test_milestone_of_a_closed_month_that_is_marked_afterwards(self):
        """The next close catches it up; nothing of it waits."""
        contract = self._sell("milestones", service_tracking="project_only")
        self._milestone("Plan", 0.2, self.begun)
        build = self._milestone("Build", 0.5)
        self._milestone("Handover", 0.3)
        self._close(self.closed)
        self._reach(build, self.closed)
        self._assert_this_month(contract, 500, 300)

    def test_milestone_before_the_first_close(self):
        contract = self._sell("milestones", service_tracking="project_only")
        self._milestone("Plan", 0.25, self.today)
        self._milestone("Handover", 0.75)
        self._assert_this_month(contract, 250, 750)
        found = self.env["revenue.close"].get_forecast(self.company.id)
        self.assertEqual((found["forecast"][3], found["unscheduled"]), (250, 750))

    def test_milestone_that_is_taken_back(self):
        """The next close takes its revenue back: it waits again."""
        contract = self._sell("milestones", service_tracking="project_only")
        plan = self._milestone("Plan", 1, self.begun)
        self._close(self.closed)
        plan.is_reached = False
        self._assert_this_month(contract, -1000, 1000)

    def test_observed_progress(self):
        policy = self._make_policy("Observed", method="over_time", measure="observed", trigger="confirmation")
        contract = self._sell(policy)
        self._record(contract, self.begun, "progress", value=0.25)
        self._close(self.closed)
        self._record(contract, self.today, "progress", value=0.4)
        self._assert_this_month(contract, 150, 600)

    def test_hours_worked(self):
        hour = self.env.ref("uom.product_uom_hour").id
        contract = self._sell("hours", 100, 10, service_tracking="task_in_project", uom_id=hour)
        self._close(self.closed)
        employee = (
            self.env["hr.employee"].sudo().create({"name": "Ada", "company_id": self.company.id, "hourly_cost": 1})
        )
        self.env["account.analytic.line"].sudo().create(
            {
                "name": "Work",
                "date": self.today,
                "unit_amount": 3,
                "project_id": self.order.project_ids.id,
                "employee_id": employee.id,
            }
        )
        self._assert_this_month(contract, 300, 700)

    def test_acceptance(self):
        contract = self._sell(self._make_policy("Accepted", method="point_in_time", trigger="acceptance"))
        self._close(self.closed)
        self._record(contract, self.today, "satisfy")
        self._assert_this_month(contract, 1000, 0)

    def test_as_invoiced(self):
        """Nothing remains of it, but what is invoiced is earned."""
        contract = self._sell("time_material")
        self._close(self.closed)
        self.order.order_line.qty_delivered = 1
        self._invoice(self.order, str(self.today))
        self._assert_this_month(contract, 1000, 0)

    def test_contract_that_a_close_leaves_out(self):
        """Nothing is booked of it; it waits."""
        policy = self._make_policy("Observed", method="over_time", measure="observed", trigger="confirmation")
        contract = self._sell(policy)
        self._record(contract, self.begun, "progress", value=0.25)
        self.assertEqual(self._forecast(contract), ({f"{self.begun:%Y-%m}": 250}, 750))
        contract.obligation_ids.sudo().write({"measure": "hours", "quantity": 0})
        self.assertEqual(self._forecast(contract), ({}, 1000))
