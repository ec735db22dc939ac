"""Contracts whose revenue is spread over months."""

from odoo.tests import tagged

from .close_common import CloseCommon


@tagged("post_install", "-at_install")
class WaterfallCommon(CloseCommon):
    """A service over the year, and a project that waits for its milestones."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.support = cls._make_priced("Support", "subscription", 1200)
        cls.setup = cls._make_priced("Setup", "one_time", 300)
        cls.monthly = cls._make_policy(
            "Monthly", method="over_time", measure="time", trigger="confirmation", proration="monthly"
        )

    def _sell(self, *lines, day="2026-01-01", **values):
        """Confirm an order as of a day; return its contract, looked through."""
        contract = self._confirm(self._make_order(*lines, date_order=f"{day} 12:00:00", **values), day)
        contract.action_review()
        self.assertEqual(contract.state, "active")
        return contract

    def _waterfall(self, domain=(), first="2026-01-01", last="2026-12-31", **values):
        return self.env["revenue.contract"].get_waterfall(list(domain), first, last, **values)

    def _whole(self, row):
        """Return all amounts of a row together."""
        names = ("before", "recognised_after", "forecast_before", "after", "unscheduled")
        months = [*row["recognised"].values(), *row["forecast"].values()]
        return round(sum(months) + sum(row[name] for name in names), 2)
