from odoo.tests import HttpCase, new_test_user, tagged

from .close_common import CloseCommon


@tagged("post_install", "-at_install")
class TestTours(CloseCommon, HttpCase):
    """What people click to close a month, in a browser, each in their own role."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for login, role in (("tour_accountant", "accountant"), ("tour_controller", "controller")):
            new_test_user(
                cls.env,
                login,
                f"revenue_recognition.group_revenue_{role}",
                company_id=cls.company.id,
                company_ids=cls.company.ids,
            )

    def test_two_people_close_the_month(self):
        """One prepares it, another approves, posts and locks it."""
        support = self._make_product("Support", "subscription")
        order = self._make_order((support, 1200, {"revenue_start": "2026-01-01", "revenue_end": "2026-12-31"}))
        self._confirm(order, "2026-01-01")
        self._invoice(order, "2026-01-05")
        self.start_tour(
            "/odoo/action-revenue_recognition.action_revenue_close",
            "revenue_close_prepare",
            login="tour_accountant",
            timeout=180,
        )
        close = self.env["revenue.close"].search([("company_id", "=", self.company.id)])
        self.assertEqual(close.state, "computed")
        self.start_tour(
            f"/odoo/action-revenue_recognition.action_revenue_close/{close.id}",
            "revenue_close_approve",
            login="tour_controller",
            timeout=180,
        )
        self.assertEqual(close.state, "locked")
        self.assertEqual(self._balance("revenue"), 295.89)
