from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .close_common import CloseCommon


@tagged("post_install", "-at_install")
class TestDashboard(CloseCommon):
    """What a controller sees first."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.support = cls._make_product("Support", "subscription")
        dates = {"revenue_start": "2026-01-01", "revenue_end": "2026-12-31"}
        cls.order = cls._make_order((cls.support, 1200, dates))
        cls.contract = cls._confirm(cls.order, "2026-01-01")
        cls._invoice(cls.order, "2026-01-05")
        cls._confirm(cls._make_order((cls.support, 600, dates)), "2026-01-01")
        cls.auditor = new_test_user(
            cls.env,
            "dashboard_reader",
            groups="revenue_recognition.group_revenue_auditor",
            company_id=cls.company.id,
            company_ids=cls.company.ids,
        )
        cls.closes = cls.env["revenue.close"].with_user(cls.auditor)

    def _status(self):
        found = self.closes.get_dashboard()["companies"]
        self.assertEqual([one["id"] for one in found], self.company.ids)
        return found[0]

    def test_before_the_first_close(self):
        """The first month of a contract is to be closed; nothing is booked."""
        status = self._status()
        today = fields.Date.context_today(self.closes)
        first = fields.Date.to_date("2026-01-31")
        self.assertEqual(
            status["close"],
            {"closed": False, "next": str(first), "days": (today - first).days, "open": False},
        )
        self.assertFalse(any(status["balances"].values()))
        self.assertEqual(
            self.closes.get_ledger_status(self.company.id), {"date": False, "difference": 0.0, "accounts": 0}
        )

    def test_balances_are_those_of_the_ledger(self):
        """As posted closes left them, account by account."""
        self._close("2026-01-31", lock=True)
        status = self._status()
        self.assertEqual(status["balances"]["contract_liability"], self._balance("contract_liability"))
        self.assertEqual(status["balances"]["contract_asset"], -self._balance("contract_asset"))
        self.assertGreater(status["balances"]["contract_asset"], 0)
        self.assertEqual((status["close"]["closed"], status["close"]["next"]), ("2026-01-31", "2026-02-28"))
        self.assertEqual(self.closes.get_ledger_status(self.company.id)["difference"], 0)

    def test_ledger_that_differs_is_told(self):
        """By how much, on how many accounts."""
        self._close("2026-01-31")
        other = self.company_data["default_account_assets"]
        lines = [(self.accounts["contract_liability"], 0, 70), (other, 70, 0)]
        move = self.env["account.move"].create(
            {
                "date": "2026-01-20",
                "line_ids": [
                    fields.Command.create({"account_id": account.id, "debit": debit, "credit": credit})
                    for account, debit, credit in lines
                ],
            }
        )
        move.action_post()
        self.assertEqual(
            self.closes.get_ledger_status(self.company.id),
            {"date": "2026-01-31", "difference": 70.0, "accounts": 1},
        )

    def test_close_at_work_and_what_waits(self):
        """With the numbers of exceptions and modifications."""
        close = self.closes.with_user(self.preparer).create({"date": "2026-02-28"})
        licence = self._make_product("Licence", "one_time")
        self._confirm(self._make_order((licence, 10), (self.support, 10)), "2026-02-10")
        self.order.order_line.price_unit = 900
        status = self._status()
        self.assertEqual((status["close"]["open"]["id"], status["close"]["open"]["state"]), (close.id, "New"))
        self.assertEqual(status["close"]["next"], "2026-02-28")
        self.assertGreater(status["exceptions"]["blocking"], 0)
        self.assertEqual((status["exceptions"]["proposed"], status["exceptions"]["drafts"]), (1, 1))

    def test_forecast_goes_on_for_a_year(self):
        """With the last three months; all of it is what is allocated."""
        found = self.closes.get_forecast(self.company.id)
        self.assertEqual(len(found["months"]), 15)
        self.assertEqual(len(found["recognised"]), len(found["forecast"]))
        self.assertEqual(found["months"][3], str(fields.Date.start_of(fields.Date.context_today(self.closes), "month")))

    def test_first_steps(self):
        """In order, with buttons for who may do them, until something is closed; nothing is overdue before."""
        company = self.env["res.company"].sudo().create({"name": "Begins"})
        self.auditor.sudo().company_ids |= company
        new = self.closes.with_company(company).with_context(allowed_company_ids=company.ids)
        setup = new.get_dashboard()["companies"][0]["setup"]
        self.assertFalse(setup["begun"])
        steps = {step["name"]: (step["done"], step["action"]) for step in setup["steps"]}
        self.assertEqual(list(steps), ["accounts", "policies", "prices", "contracts", "close"])
        self.assertEqual((steps["accounts"], steps["close"]), ((False, False), (False, False)))
        mine = self.closes.with_user(self.approver).get_dashboard()["companies"][0]["setup"]
        self.assertTrue(mine["begun"])
        self.assertEqual(
            {step["name"]: step["done"] for step in mine["steps"]},
            {"accounts": True, "policies": True, "prices": mine["steps"][2]["done"], "contracts": True, "close": False},
        )
        self.assertTrue(all(self.env.ref(step["action"]) for step in mine["steps"]))
        self._close("2026-01-31")
        closed = self.closes.with_user(self.approver).get_dashboard()["companies"][0]["setup"]
        self.assertEqual(closed, {"begun": True, "steps": []})

    def test_people_of_revenue_begin_on_the_dashboard(self):
        """Unless they chose another page."""
        dashboard = self.env.ref("revenue_recognition.action_revenue_dashboard")
        self.assertEqual(self.auditor.action_id.id, dashboard.id)
        seller = new_test_user(self.env, "dashboard_seller", groups="sales_team.group_sale_manager")
        self.assertFalse(seller.action_id)
        seller.action_id = self.env.ref("sale.action_orders").id
        seller.group_ids |= self.env.ref("revenue_recognition.group_revenue_accountant")
        self.assertEqual(seller.action_id.id, self.env.ref("sale.action_orders").id)

    def test_few_queries(self):
        """However many contracts there are."""
        self.closes.get_dashboard()
        self.env.invalidate_all()
        with self.assertQueryCount(40):
            self.closes.get_dashboard()

    def test_for_people_of_revenue_only(self):
        """And for the companies chosen."""
        salesman = new_test_user(self.env, "dashboard_sales", groups="sales_team.group_sale_manager")
        for ask in (
            lambda closes: closes.get_dashboard(),
            lambda closes: closes.get_forecast(self.company.id),
            lambda closes: closes.get_ledger_status(self.company.id),
        ):
            with self.assertRaises(AccessError):
                ask(self.closes.with_user(salesman))
        other = self.env["res.company"].sudo().create({"name": "Elsewhere"})
        with self.assertRaises(UserError):
            self.closes.get_forecast(other.id)
        with self.assertRaises(UserError):
            self.closes.get_ledger_status(other.id)
