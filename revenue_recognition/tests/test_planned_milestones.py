from odoo.fields import Date
from odoo.tests import tagged

from .close_common import CloseCommon


@tagged("post_install", "-at_install")
class TestPlannedMilestones(CloseCommon):
    """Milestones with a deadline in their project are forecast in its month; the others have none, and it is said."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.works = cls._make_product("Works", "milestones", service_tracking="project_only")
        cls._make_ssp(cls.works, 1000)
        cls.order = cls._make_order((cls.works, 1000), date_order="2026-01-01 12:00:00")
        cls.contract = cls._confirm(cls.order, "2026-01-01")
        cls.line = cls.order.order_line
        cls.today = cls.company._revenue_today()
        cls.later = Date.end_of(Date.add(cls.today, months=2), "month")

    def _milestone(self, name, share, deadline=False):
        values = {"project_id": self.order.project_ids.id, "sale_line_id": self.line.id, "deadline": deadline}
        milestone = self.env["project.milestone"].create({**values, "name": name, "quantity_percentage": share})
        self.contract.action_review()
        return milestone

    def _forecast(self, group_by=None):
        """Return the forecast by month, and what has none."""
        first, last = Date.start_of(self.today, "month"), Date.add(self.today, months=12)
        found = self.env["revenue.contract"].get_waterfall(
            [("id", "=", self.contract.id)], str(first), str(last), group_by
        )
        [row] = found["rows"]
        return {month: amount for month, amount in row["forecast"].items() if amount}, row["unscheduled"]

    def test_the_month_of_the_deadline(self):
        """A deadline that has passed is due now; a milestone without one has no month."""
        self._milestone("Plan", 0.2, Date.subtract(self.today, days=40))
        self._milestone("Build", 0.5, self.later)
        self._milestone("Handover", 0.3)
        expected = {f"{self.today:%Y-%m}": 200, f"{self.later:%Y-%m}": 500}, 300
        for group_by in (None, "contract", "customer", "product", "obligation"):
            with self.subTest(group_by=group_by):
                self.assertEqual(self._forecast(group_by), expected)

    def test_what_a_close_booked_is_left_aside(self):
        """What is reached since then comes with the next close."""
        plan = self._milestone("Plan", 0.2, "2026-01-15")
        build = self._milestone("Build", 0.5, self.later)
        plan.is_reached = True
        plan.reached_date = "2026-01-15"
        self._close("2026-01-31")
        self._milestone("Handover", 0.3, self.later)
        self.assertEqual(self._forecast(), ({f"{self.later:%Y-%m}": 800}, 0))
        build.is_reached = True
        self.assertEqual(self._forecast(), ({f"{self.today:%Y-%m}": 500, f"{self.later:%Y-%m}": 300}, 0))

    def test_timeline_of_the_contract(self):
        self._milestone("Build", 0.7, self.later)
        self._milestone("Handover", 0.3)
        found = self.contract.get_timeline()
        self.assertEqual(found["waiting"], 300)
        forecast = {point["date"]: point["forecast"] for point in found["points"]}
        self.assertEqual(forecast[str(self.later)], 700)

    def test_dashboard(self):
        self._milestone("Build", 1, self.later)
        found = self.env["revenue.close"].get_forecast(self.company.id)
        self.assertEqual(found["unscheduled"], 0)
        self.assertIn(1000, found["forecast"])
