from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.fields import Date
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..closing.account_roles import ROLES
from ..models.revenue_exception import EXCHANGE
from .close_common import CloseCommon


@tagged("post_install", "-at_install")
class TestCloseFaults(CloseCommon):
    """What changes while a close is on its way: each refusal is named, and nothing is half done."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.support = cls._make_product("Support", "subscription")
        cls.orders = cls.env["sale.order"]
        for price in (1200, 600):
            order = cls._make_order(
                (cls.support, price, {"revenue_start": "2026-01-01", "revenue_end": "2026-12-31"}),
                date_order="2026-01-01 12:00:00",
            )
            order.action_confirm()
            order.revenue_contract_id.date = "2026-01-01"
            cls.orders |= order
        cls.env["ir.config_parameter"].set_param("revenue_recognition.postings_per_move", "1")

    def _approved(self):
        close = self.env["revenue.close"].with_user(self.preparer).create({"date": "2026-01-31"})
        close.action_compute()
        close = close.with_user(self.approver)
        close.action_approve()
        return close

    def _revenue_of_january(self):
        return 101.92 + 50.96

    def test_account_archived_before_computing(self):
        """The contracts that need it are left out by name."""
        self.accounts["contract_asset"].active = False
        close = self.env["revenue.close"].with_user(self.preparer).create({"date": "2026-01-31"})
        close.action_compute()
        self.assertEqual(set(close.exception_ids.mapped("kind")), {"account"})
        self.assertIn(self.accounts["contract_asset"].name, close.exception_ids[0].message)
        self.assertFalse(close.entry_ids)
        self.accounts["contract_asset"].active = True
        close.action_compute()
        self.assertFalse(close.exception_ids)
        self.assertEqual(len(close.entry_ids), 4)

    def _compute(self, day):
        close = self.env["revenue.close"].with_user(self.preparer).create({"date": day})
        close.action_compute()
        return close.sudo()

    def test_account_archived_once_nothing_is_booked_on_it(self):
        """What is booked there stays; only what is to be booked needs an account in use."""
        self.orders.revenue_contract_id.obligation_ids.date_end = "2026-03-31"
        self._close("2026-03-31")
        self.accounts["revenue"].active = False
        self.assertFalse(self._compute("2026-04-30").exception_ids)

    def test_income_account_missing(self):
        """Empty on the obligation, it is the product's; without any, the contract is left out by name, no other one."""
        own = self._make_product("Hosting", "subscription")
        days = {"revenue_start": "2026-01-01", "revenue_end": "2026-12-31"}
        other = self._confirm(self._make_order((own, 365, days), date_order="2026-01-01 12:00:00"), "2026-01-01")
        contracts = self.orders.revenue_contract_id
        contracts.obligation_ids.revenue_account_id = False
        close = self._compute("2026-01-31")
        self.assertFalse(close.exception_ids)
        self.assertEqual(close.entry_ids.contract_id, contracts | other)
        close.action_cancel()
        self.support.property_account_income_id = False
        self.support.categ_id.property_account_income_categ_id = False
        self.company.income_account_id = False
        close = self._compute("2026-01-31")
        found = close.exception_ids
        self.assertEqual({(one.kind, one.blocking) for one in found}, {("income", True)})
        self.assertIn("Support has no income account", found[0].message)
        self.assertEqual((found.contract_id, close.entry_ids.contract_id), (contracts, other))
        contracts.action_review()
        own = contracts.exception_ids.filtered(lambda one: not one.close_id)
        self.assertEqual(own.mapped("kind"), ["income", "income"])
        self.assertEqual(set(contracts.mapped("state")), {"active"})

    def test_every_account_has_a_name(self):
        """Whatever is missing can be told."""
        exceptions = self.env["revenue.exception"]
        for role in (*ROLES, *EXCHANGE):
            self.assertTrue(exceptions._value("roles", (role,), self.orders[0].revenue_contract_id), role)

    def test_service_dates_known_later(self):
        """Nothing booked, it begins when the order says so; booked, the change of its first day is proposed."""
        one, other = self.orders
        one.order_line.write({"revenue_start": "2026-07-01", "revenue_end": "2027-06-30"})
        obligation = one.revenue_contract_id.obligation_ids
        self.assertEqual((str(obligation.date_start), str(obligation.date_end)), ("2026-07-01", "2027-06-30"))
        self.assertFalse(one.revenue_contract_id.modification_ids)
        close = self._close("2026-06-30")
        self.assertEqual(close.entry_ids.contract_id, other.revenue_contract_id)
        other.order_line.write({"revenue_start": "2027-01-01", "revenue_end": "2027-12-31"})
        change = other.revenue_contract_id.modification_ids
        self.assertEqual(change.line_ids.terms, {"start": "2027-01-01", "end": "2027-12-31"})
        change.write({"treatment": "catch_up", "date": "2026-07-01"})
        change.action_apply()
        self._close("2026-07-31")
        self.assertEqual(self._balance("revenue"), 101.92)
        self.assertFalse(other.revenue_contract_id.sudo()._propose())

    def test_date_of_an_event_moved(self):
        """Of what is earned on a date of the order line, too: it is earned on the day it has by now."""
        policy = self._make_policy("On a Date", method="point_in_time", trigger="date")
        order = self._make_order((self._make_product("Event", policy), 500, {"revenue_start": "2026-01-20"}))
        contract = self._confirm(order, "2026-01-01")
        self._close("2026-01-31")
        order.order_line.revenue_start = "2026-06-01"
        change = contract.modification_ids
        change.date = "2026-02-01"
        change.action_apply()
        days = ("2026-01-31", "2026-02-28", "2026-06-30")
        found = [contract._position_at(Date.to_date(day))["revenue"] for day in days]
        self.assertEqual(found, [500.0, 0.0, 500.0])

    def test_company_account_changed(self):
        """What stands on the account of before moves to the new one, with the next close."""
        old = self.company.revenue_contract_cost_account_id
        contract = self.orders[0].revenue_contract_id
        values = {"contract_id": contract.id, "date": "2026-01-01", "amount": 365.0, "reason": "Commission"}
        self.env["revenue.contract.cost"].with_user(self.preparer).create(values)
        self._close("2026-01-31")
        self.company.revenue_contract_cost_account_id = old.copy({"code": "990999"})
        close = self._close("2026-02-28")
        rows = self.env["account.move.line"].search([("account_id", "=", old.id), ("parent_state", "=", "posted")])
        self.assertEqual(sum(rows.mapped("balance")), 0.0)
        rows = rows.search([("account_id", "=", self.company.revenue_contract_cost_account_id.id)])
        self.assertEqual(sum(rows.mapped("balance")), 306.0)
        self.assertEqual(close.difference, 0)
        self.assertFalse(self._compute("2026-02-28").entry_ids)

    def test_account_archived_before_posting(self):
        """Nothing is posted; used again, all is."""
        close = self._approved()
        self.accounts["contract_asset"].active = False
        with self.assertRaisesRegex(UserError, "archived"):
            close.action_post()
        self.assertEqual(close.state, "approved")
        self.assertFalse(close.sudo().move_ids)
        self.accounts["contract_asset"].active = True
        close.action_post()
        self.assertEqual(self._balance("revenue"), self._revenue_of_january())

    def test_contract_cancelled_before_posting(self):
        """The close is computed again without it."""
        close = self._approved()
        self.orders[1]._action_cancel()
        with self.assertRaisesRegex(UserError, "cancelled after"):
            close.action_post()
        close.action_back()
        close.with_user(self.preparer).action_compute()
        close.action_approve()
        close.action_post()
        self.assertEqual(self._balance("revenue"), 101.92)

    def test_lock_date_moved_while_posting(self):
        """What is posted stays, the rest waits; the lock moved back, it goes on behind it."""
        close = self._approved().sudo()
        close.write({"state": "posting", "posted_by_id": self.approver.id})
        self.assertTrue(close._post_part())
        self.company.sudo().fiscalyear_lock_date = "2026-01-31"
        with self.assertRaisesRegex(UserError, "Lock"):
            close.with_user(self.approver).action_post()
        self.assertEqual((close.state, len(close.move_ids)), ("posting", 1))
        self.company.sudo().fiscalyear_lock_date = False
        close.with_user(self.approver).action_post()
        self.assertEqual((close.state, close.difference), ("posted", 0))
        self.assertEqual(self._balance("revenue"), self._revenue_of_january())

    def test_failure_in_the_background_is_said(self):
        """A close that can't go on says why, and goes on when the reason is gone."""
        close = self._approved().sudo()
        close.write({"state": "posting", "posted_by_id": self.approver.id})
        self.accounts["contract_asset"].active = False
        with self.assertRaisesRegex(UserError, "archived"):
            close.with_user(self.approver).action_post()
        self.assertEqual(close.state, "posting")

    def test_contract_that_breaks_keeps_nobody_else_out(self):
        """A contract the engine refuses is an exception of its own."""
        broken = self.orders[1].revenue_contract_id
        self.env.flush_all()
        self.env.cr.execute("UPDATE revenue_obligation SET date_end = '2025-01-01' WHERE contract_id = %s", [broken.id])
        close = self.env["revenue.close"].with_user(self.preparer).create({"date": "2026-01-31"})
        close.action_compute()
        self.assertRecordValues(close.exception_ids, [{"kind": "span", "contract_id": broken.id, "blocking": True}])
        self.assertEqual(close.entry_ids.contract_id, self.orders[0].revenue_contract_id)

    def test_change_of_what_is_not_agreed_keeps_nobody_else_out(self):
        """A modification that changes another contract's obligation is an exception of its contract, and no more."""
        broken, sound = (order.revenue_contract_id for order in (self.orders[1], self.orders[0]))
        self.env.cr.execute(
            """
            WITH change AS (
                INSERT INTO revenue_modification (contract_id, company_id, name, date, kind, state, treatment)
                VALUES (%s, %s, 'Broken', '2026-01-15', 'modify', 'applied', 'prospective') RETURNING id
            )
            INSERT INTO revenue_modification_line (modification_id, obligation_id, action)
            SELECT id, %s, 'remove' FROM change
            """,
            [broken.id, self.company.id, sound.obligation_ids[0].id],
        )
        close = self.env["revenue.close"].with_user(self.preparer).create({"date": "2026-01-31"})
        close.action_compute()
        self.assertRecordValues(close.exception_ids, [{"kind": "refused", "contract_id": broken.id, "blocking": True}])
        self.assertIn("Contract Modification Broken: an obligation of it", close.exception_ids.message)
        self.assertEqual(close.entry_ids.contract_id, sound)

    def test_cancelled_close_leaves_nothing(self):
        """A close that is given up takes its entries with it; another one begins anew."""
        close = self._approved()
        close.with_user(self.preparer).action_cancel()
        self.assertEqual(close.state, "cancelled")
        self.assertFalse(close.sudo().posting_ids)
        self._close("2026-01-31")
        self.assertEqual(self._balance("revenue"), self._revenue_of_january())

    def test_late_evidence_is_caught_up_and_said(self):
        """A fact of a closed month counts in the open one, which names it."""
        observed = self._make_product("Works", self._make_policy("Observed", method="over_time", measure="observed"))
        order = self._make_order((observed, 1000), date_order="2026-01-01 12:00:00")
        order.action_confirm()
        order.revenue_contract_id.date = "2026-01-01"
        self._close("2026-01-31")
        self.env.cr.execute("UPDATE revenue_close SET prepared_at = prepared_at - interval '1 hour'")
        self.env["revenue.close"].invalidate_model()
        answer = self.env["revenue.evidence"].record(
            [{"key": "survey-1", "order": order.name, "date": "2026-01-20", "kind": "progress", "value": 0.3}]
        )
        self.assertEqual(answer[0]["status"], "recorded", answer)
        close = self._close("2026-02-28")
        late = close.exception_ids.filtered(lambda one: one.kind == "late")
        self.assertEqual(late.contract_id, order.revenue_contract_id)
        entry = close.entry_ids.filtered(lambda one: one.contract_id == late.contract_id and one.kind == "revenue")
        self.assertRecordValues(entry, [{"amount": 300.0, "cumulative": 300.0}])

    def test_late_documents_are_said_too(self):
        """An invoice, a milestone, a timesheet of a closed month: each names its contract."""
        project = self.env["project.project"].create({"name": "Harbour", "allow_billable": True})
        works = self._make_product("Works", "milestones")
        order = self._make_order((works, 1000), date_order="2026-01-01 12:00:00")
        order.action_confirm()
        contract = order.revenue_contract_id
        milestone = self.env["project.milestone"].create(
            {"name": "Keys", "project_id": project.id, "sale_line_id": order.order_line.id, "quantity_percentage": 1.0}
        )
        contract.date = "2026-01-01"
        contract.action_review()
        self.assertEqual(contract.state, "active")
        self._close("2026-01-31")
        self.env.cr.execute("UPDATE revenue_close SET prepared_at = prepared_at - interval '1 hour'")
        self.env["revenue.close"].invalidate_model()
        milestone.is_reached = True
        self.env.flush_all()
        self.env.cr.execute("UPDATE project_milestone SET reached_date = '2026-01-15' WHERE id = %s", [milestone.id])
        self._invoice(self.orders[0], "2026-01-20")
        close = self._close("2026-02-28")
        late = close.exception_ids.filtered(lambda one: one.kind == "late")
        self.assertEqual(late.contract_id, contract | self.orders[0].revenue_contract_id)
        self.assertFalse(any(late.mapped("blocking")))

    def test_rows_of_the_subledger_are_kept_from_everybody(self):
        """Not even the superuser writes or deletes them, nor the close."""
        close = self._close("2026-01-31")
        kept = {close.entry_ids[0]: IntegrityError, close.posting_ids[0]: IntegrityError, close: UserError}
        for record, error in kept.items():
            refused = self.assertRaises(error)
            with self.subTest(model=record._name), mute_logger("odoo.sql_db"), refused, self.cr.savepoint():
                record.sudo().unlink()
                self.env.flush_all()
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError), self.cr.savepoint():
            close.entry_ids[0].sudo().amount = 1
            self.env.flush_all()
        with self.assertRaises(AccessError):
            close.with_user(self.approver).write({"state": "draft"})
        with self.assertRaises(AccessError):
            self.env["revenue.close"].with_user(self.approver).create({"date": "2026-02-28", "state": "posted"})
