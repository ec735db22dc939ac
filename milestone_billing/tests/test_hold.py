from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import BillingCommon


@tagged("post_install", "-at_install")
class TestHold(BillingCommon):
    """A hold keeps invoices back, in sight, for as long as somebody says; then billing goes on by itself."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = fields.Date.today()

    def _start(self, *percents, **values):
        order = self._make_order(1000.0)
        schedule = self._make_schedule(order, *(percents or (100,)), **values)
        order.action_confirm()
        return schedule.milestone_ids

    def _hold(self, **values):
        return self.env["billing.hold"].create({"reason": "Dispute", **values})

    def test_hold_says_what_it_is_on(self):
        [milestone] = self._start()
        order = milestone.order_id
        targets = {
            f"Customer {self.customer.name}": {"partner_id": self.customer.id},
            f"Order {order.name}": {"order_id": order.id},
            f"Milestone {milestone.name} of {order.name}": {"milestone_id": milestone.id},
        }
        for name, values in targets.items():
            self.assertEqual(self._hold(**values).target_name, name)

    def test_hold_on_customer_order_or_milestone_blocks_and_release_resumes(self):
        for target in ("partner_id", "order_id", "milestone_id"):
            with self.subTest(target=target):
                milestone = self._start()
                records = {"partner_id": self.customer, "order_id": milestone.order_id, "milestone_id": milestone}
                hold = self._hold(**{target: records[target].id})
                self.assertTrue(milestone.is_held)
                milestone.action_attain()
                self.assertEqual(self._drain()["blocked"], 1)
                self.assertEqual(milestone.state, "blocked")
                self.assertIn("Dispute", milestone.block_reason)
                self.assertIn(self.env.user.name, milestone.block_reason)
                self.assertTrue(milestone.attainment_ids.remedy)
                self.assertEqual(self._drain()["invoices"], 0)
                hold.action_release()
                self.assertRecordValues(hold, [{"released_by_id": self.env.uid, "is_active": False}])
                self.assertEqual(self._drain()["billed"], 1)
                self.assertEqual(milestone.state, "invoiced")

    def test_held_milestone_waits_while_its_neighbours_are_billed(self):
        first, second = self._start(50, 50)
        self._hold(milestone_id=first.id)
        (first | second).action_attain()
        counts = self._drain()
        self.assertEqual((counts["blocked"], counts["billed"]), (1, 1))
        self.assertEqual((first.state, second.state), ("blocked", "invoiced"))

    def test_native_button_respects_a_hold(self):
        milestone = self._start()
        self._hold(order_id=milestone.order_id.id)
        milestone.action_attain()
        self.assertEqual(milestone.order_id.order_line.qty_to_invoice, 0.0)
        with self.assertRaises(UserError):
            milestone.order_id._create_invoices()

    def test_future_hold_starts_on_its_day_and_ends_on_its_last(self):
        milestone = self._start()
        hold = self._hold(
            order_id=milestone.order_id.id,
            date_from=self.today + timedelta(days=2),
            date_to=self.today + timedelta(days=4),
        )
        self.assertFalse(milestone.is_held)
        with freeze_time(self.today + timedelta(days=2)):
            self.attainments._sweep()
            self.assertTrue(hold.is_active)
            milestone.action_attain()
            self._drain()
            self.assertEqual(milestone.state, "blocked")
        with freeze_time(self.today + timedelta(days=4)):
            self.assertEqual(self._drain()["invoices"], 0, "the last day still counts")
        with freeze_time(self.today + timedelta(days=5)):
            self.assertEqual(self._drain()["billed"], 1)
            self.assertEqual(milestone.state, "invoiced")

    def test_two_holds_must_both_end(self):
        milestone = self._start()
        first = self._hold(order_id=milestone.order_id.id)
        second = self._hold(partner_id=self.customer.id, reason="Bankrupt")
        milestone.action_attain()
        self._drain()
        self.assertIn("Bankrupt", milestone.block_reason)
        first.action_release()
        self._drain()
        self.assertEqual(milestone.state, "blocked")
        self.assertNotIn("Dispute", milestone.block_reason)
        second.action_release()
        self._drain()
        self.assertEqual(milestone.state, "invoiced")

    def test_hold_on_a_contact_holds_the_whole_customer(self):
        contact = self.env["res.partner"].create({"name": "Site office", "parent_id": self.customer.id})
        hold = self._hold(partner_id=contact.id)
        self.assertEqual(hold.partner_id, self.customer)
        order = self._make_order(100.0, partner_id=contact.id)
        milestone = self._make_schedule(order, 100).milestone_ids
        self.assertTrue(milestone.is_held)

    def test_hold_keeps_an_undo_working(self):
        milestone = self._start(invoice_policy="draft")
        hold = self._hold(order_id=milestone.order_id.id)
        milestone.action_attain()
        self._drain()
        milestone.action_undo()
        self._drain()
        hold.action_release()
        self.assertEqual(self._drain()["invoices"], 0)
        self.assertEqual(milestone.state, "planned")

    def test_hold_is_told_on_the_order_and_ended_only_once(self):
        milestone = self._start()
        hold = self._hold(milestone_id=milestone.id)
        hold.action_release()
        bodies = " ".join(milestone.order_id.message_ids.mapped("body"))
        self.assertIn("Billing hold put", bodies)
        self.assertIn("Billing hold released", bodies)
        with self.assertRaisesRegex(UserError, "released already"):
            hold.action_release()

    def test_only_billing_managers_hold(self):
        milestone = self._start()
        user = new_test_user(self.env, "billing-user", groups="base.group_user,milestone_billing.group_billing_user")
        with self.assertRaises(AccessError):
            self.env["billing.hold"].with_user(user).create({"reason": "Mine", "milestone_id": milestone.id})
        hold = self._hold(milestone_id=milestone.id)
        with self.assertRaises(AccessError):
            hold.with_user(user).action_release()

    def test_a_reason_has_an_end(self):
        manager = new_test_user(self.env, "manager", groups="base.group_user,milestone_billing.group_billing_manager")
        holds = self.env["billing.hold"].with_user(manager)
        with self.assertRaisesRegex(UserError, "Reason: A text of at most 2,000 characters"):
            holds.create({"reason": "x" * 10_001, "milestone_id": self._start().id})
