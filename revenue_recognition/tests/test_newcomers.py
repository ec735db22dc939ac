from freezegun import freeze_time

from odoo import fields
from odoo.tests import Form, tagged

from .close_common import CloseCommon


@tagged("post_install", "-at_install")
class TestNewcomers(CloseCommon):
    """What somebody sees who has never closed a month."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.support = cls._make_product("Support", "subscription")
        cls._make_ssp(cls.support, 1200)

    def _begin(self, day):
        dates = {"revenue_start": day, "revenue_end": fields.Date.add(fields.Date.to_date(day), years=1)}
        return self._confirm(self._make_order((self.support, 1200, dates)), day)

    def test_first_close_is_of_the_first_month_with_a_contract(self):
        """Not of one before it, which would be doubted at once."""
        with freeze_time("2026-05-28 12:00:00"):
            closes = self.env["revenue.close"].with_company(self.company)
            self._begin("2026-05-20")
            self.assertEqual(str(closes.default_get(["date"])["date"]), "2026-05-31")
            [status] = closes.with_user(self.preparer).get_dashboard()["companies"]
            self.assertEqual((status["close"]["next"], status["close"]["days"]), ("2026-05-31", -3))
            close = closes.with_user(self.preparer).create({"date": "2026-05-31"})
            self.assertFalse([text for text in close.sudo()._period_warnings() if "No contract" in text])
            close.sudo().action_cancel()
            self._begin("2026-03-10")
            self.assertEqual(str(closes.default_get(["date"])["date"]), "2026-03-31")

    def test_who_could_approve_is_told_before_computing(self):
        """A controller who computes has to leave the approval to another one."""
        self._begin("2026-01-01")
        close = self.env["revenue.close"].with_user(self.preparer).create({"date": "2026-01-31"})
        self.assertNotIn("cannot approve", close.next_step)
        self.assertIn("Whoever computes it cannot approve it", close.with_user(self.approver).next_step)

    def test_first_steps_say_whose_they_are_and_why_nothing_comes(self):
        company = self.env["res.company"].sudo().create({"name": "Begins"})
        self.preparer.sudo().company_ids |= company
        self.env["product.template"].search([]).sudo().revenue_policy_id = False
        self.env["product.category"].search([]).sudo().revenue_policy_id = False

        def notes(company=company):
            closes = self.env["revenue.close"].with_user(self.preparer).with_context(allowed_company_ids=company.ids)
            [found] = closes.get_dashboard()["companies"]
            return {step["name"]: step["note"] for step in found["setup"]["steps"]}

        self.assertIn("A revenue controller does this", notes()["accounts"])
        self.assertIn("no product follows a policy", notes()["contracts"])
        self.support.sudo().revenue_policy_id = self._policy("subscription")
        self.assertEqual(notes(self.company)["contracts"], "")

    def test_waiting_change_is_to_do(self):
        """It is counted on its contract, and the button leads to it."""
        contract = self._begin("2026-01-01")
        contract.order_ids.order_line.price_unit = 1500
        change = contract.modification_ids
        self.assertEqual((change.state, contract.todo_ids), ("proposed", self.env["revenue.exception"]))
        contract.invalidate_recordset(["todo_count"])
        self.assertEqual(contract.todo_count, 1)
        action = contract.action_view_exceptions()
        self.assertEqual(self.env[action["res_model"]].search(action["domain"]), change)

    def test_change_of_a_locked_month_says_where_it_is_booked(self):
        contract = self._begin("2026-01-01")
        self._close("2026-01-31", lock=True)
        contract.order_ids.order_line.price_unit = 1500
        change = contract.modification_ids
        with Form(change) as form:
            form.date = "2026-01-15"
        change._check_open_period()
        self.assertIn("booked in February 2026", change.note)

    def test_list_shows_the_price_of_today(self):
        """As the form does, after a change was applied."""
        contract = self._begin("2026-01-01")
        contract.order_ids.order_line.price_unit = 1500
        contract.modification_ids.action_apply()
        contract.invalidate_recordset()
        self.assertEqual((contract.fixed, contract.now_transaction_price), (1200, 1500))
        arch = self.env["revenue.contract"].get_view(view_type="list")["arch"]
        self.assertIn('name="now_transaction_price" string="Price"', arch)

    def test_waterfall_opens_with_the_rows_that_were_chosen(self):
        report = self.env["revenue.waterfall"].with_user(self.approver).create({"group_by": "contract"})
        context = report.action_show()["context"]
        self.assertEqual(context["pivot_row_groupby"], ["contract_id"])
