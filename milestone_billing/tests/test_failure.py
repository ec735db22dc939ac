from datetime import timedelta
from unittest.mock import patch

from psycopg2.errors import UniqueViolation

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import BillingCommon


@tagged("post_install", "-at_install")
class TestFailure(BillingCommon):
    """What cannot be billed says why and what to do, asks a person, keeps nobody else waiting, and can be retried."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = fields.Date.today()

    def _start(self, *milestones, **order_values):
        order = self._make_order(1000.0, **order_values)
        schedule = self._make_schedule(order, *(milestones or (100,)))
        order.action_confirm()
        return schedule.milestone_ids

    def assertFailedAlone(self, broken, reason):
        """Attain ``broken`` beside a sound milestone: it fails with ``reason``, the other is billed."""
        sound = self._start()
        (broken | sound).action_attain()
        counts = self._drain()
        self.assertEqual((counts["failed"], counts["billed"]), (1, 1))
        self.assertEqual(sound.state, "invoiced")
        self.assertEqual(broken.state, "failed")
        self.assertIn(reason, broken.block_reason)
        row = broken.attainment_ids
        self.assertTrue(row.remedy)
        self.assertEqual(row.attempts, 1)
        self.assertFalse(broken.invoice_ids)
        activity = broken.order_id.activity_ids
        self.assertEqual(len(activity), 1)
        self.assertIn(broken.name, activity.summary)
        self.assertEqual(self._drain()["invoices"], 0, "what failed waits for a person")

    def assertRetried(self, broken):
        broken.action_retry()
        self.assertEqual(self._drain()["billed"], 1)
        self.assertEqual(broken.state, "invoiced")
        self.assertFalse(broken.block_reason)

    def test_archived_customer(self):
        stranger = self.env["res.partner"].create({"name": "Gone Ltd"})
        broken = self._start(partner_id=stranger.id)
        stranger.active = False
        self.assertFailedAlone(broken, "archived")
        stranger.active = True
        self.assertRetried(broken)

    def test_a_key_that_is_there_twice(self):
        # A test has one transaction: what a batch did is undone by its savepoints.
        self.patch(type(self.env["billing.queue"]), "_rollback", lambda queue, error: queue.env.invalidate_all())
        order_class, broken = type(self.env["sale.order"]), self._start()
        make = order_class._create_account_invoices

        def refuse(orders, vals_list, final):
            if any(broken.order_id.name == values["invoice_origin"] for values in vals_list):
                raise UniqueViolation("the key is there twice")
            return make(orders, vals_list, final)

        with patch.object(order_class, "_create_account_invoices", refuse), mute_logger("odoo.addons"):
            self.assertFailedAlone(broken, "the key is there twice")
        self.assertRetried(broken)

    def test_archived_income_account(self):
        account = self.company_data["default_account_revenue"].copy({"code": "499999", "name": "Old"})
        product = self._make_service("Old service", "no", property_account_income_id=account.id)
        order = self._make_order(1000.0, product=product)
        broken = self._make_schedule(order, 100).milestone_ids
        order.action_confirm()
        account.active = False
        self.assertFailedAlone(broken, "income account")
        account.active = True
        self.assertRetried(broken)

    def test_missing_income_account(self):
        product = self._make_service("No account", "no", property_account_income_id=False)
        product.categ_id = self.env["product.category"].create(
            {"name": "No account", "property_account_income_categ_id": False}
        )
        self.company.income_account_id = False
        order = self._make_order(1000.0, product=product, journal_id=self._journal_without_account().id)
        broken = self._make_schedule(order, 100).milestone_ids
        order.action_confirm()
        self.assertFailedAlone(broken, "income account")
        product.property_account_income_id = self.company_data["default_account_revenue"]
        self.assertRetried(broken)

    def _journal_without_account(self):
        return self.env["account.journal"].create(
            {"name": "Bare", "code": "BARE", "type": "sale", "default_account_id": False}
        )

    def test_locked_until_today(self):
        journal = self.company_data["default_journal_sale"]
        broken = self._start()
        self.company.fiscalyear_lock_date = self.today
        broken.action_attain()
        self.assertEqual(self._drain()["failed"], 1)
        self.assertIn("locked until", broken.block_reason)
        self.assertFalse(broken.invoice_ids)
        self.company.fiscalyear_lock_date = self.today - timedelta(days=1)
        self.assertRetried(broken)
        self.assertEqual(broken.invoice_ids.journal_id, journal)

    def test_no_sales_journal(self):
        broken = self._start()
        journals = self.env["account.journal"].search([("type", "=", "sale"), ("company_id", "=", self.company.id)])
        journals.active = False
        broken.action_attain()
        self.assertEqual(self._drain()["failed"], 1)
        self.assertIn("no sales journal", broken.block_reason)
        journals.active = True
        self.assertRetried(broken)

    def test_archived_journal_of_the_order(self):
        journal = self.company_data["default_journal_sale"].copy({"name": "Old journal", "code": "OLD"})
        broken = self._start(journal_id=journal.id)
        journal.active = False
        self.assertFailedAlone(broken, "journal")
        journal.active = True
        self.assertRetried(broken)

    def test_one_of_an_orders_grouped_milestones_fails_alone(self):
        account = self.company_data["default_account_revenue"].copy({"code": "499998", "name": "Old"})
        product = self._make_service("Old service", "no", property_account_income_id=account.id)
        order = self._make_order({"price_unit": 100.0, "product_id": product.id}, 200.0)
        first, second = order.order_line
        schedule = self._make_schedule(
            order,
            {"line_ids": [(6, 0, first.ids)], "percent": 100, "due_on": "manual"},
            {"line_ids": [(6, 0, second.ids)], "percent": 100, "due_on": "manual"},
            grouping="order",
        )
        order.action_confirm()
        account.active = False
        schedule.milestone_ids.action_attain()
        counts = self._drain()
        self.assertEqual((counts["failed"], counts["billed"]), (1, 1))
        self.assertEqual(schedule.milestone_ids.mapped("state"), ["failed", "invoiced"])

    def test_failure_is_asked_about_once(self):
        stranger = self.env["res.partner"].create({"name": "Gone Ltd"})
        broken = self._start(partner_id=stranger.id)
        stranger.active = False
        broken.action_attain()
        for _attempt in range(3):
            self._drain()
            broken.action_retry()
        self.assertEqual(len(broken.order_id.activity_ids), 1)
        self.assertEqual(broken.attainment_ids.attempts, 3)

    def test_activity_goes_to_the_responsible_of_the_company(self):
        keeper = self.env["res.users"].create({"name": "Keeper", "login": "keeper-of-bills"})
        self.company.billing_manager_id = keeper
        stranger = self.env["res.partner"].create({"name": "Gone Ltd"})
        broken = self._start(partner_id=stranger.id)
        stranger.active = False
        broken.action_attain()
        self._drain()
        self.assertEqual(broken.order_id.activity_ids.user_id, keeper)

    def test_error_of_another_addon_is_no_obstacle_for_the_others(self):
        broken, sound = self._start(), self._start()
        (broken | sound).action_attain()
        target = broken.order_id

        def refuse(order, *args, **kwargs):
            if order == target:
                raise ValueError("Some addon stumbled")
            return original(order, *args, **kwargs)

        original = type(target)._prepare_invoice
        self.patch(type(target), "_prepare_invoice", refuse)
        with self.assertLogs("odoo.addons.milestone_billing.models.billing_attainment_billing", "WARNING"):
            counts = self._drain()
        self.assertEqual((counts["failed"], counts["billed"]), (1, 1))
        self.assertIn("Some addon stumbled", broken.block_reason)
