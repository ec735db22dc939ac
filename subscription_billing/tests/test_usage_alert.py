from unittest.mock import patch

from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..models import subscription_charge_usage
from .test_usage_billing import UsageCommon


@tagged("post_install", "-at_install")
class TestUsageAlert(UsageCommon):
    """Whoever watches usage is told when it comes to what was named, once in a period."""

    def _watched(self, settings=(), **alert):
        self._on("2026-01-01")
        book = self._make_price(self._make_meter("power"), price=1, settings=settings)
        self.order = self._sell_usage(book=book, subject="power")
        self.charge = self._charge(self.order)
        self.power = book.meter_id
        self._on("2026-01-20")
        return self.env["subscription.usage.alert"].create({"charge_id": self.charge.id, **alert})

    def _used(self, *rows):
        self._use(*rows, subject="power", meter=self.power)
        self._look()

    def _look(self, left=60):
        """Do what the scheduled action does, which has so many seconds left after each subscription."""
        with patch.object(type(self.env["ir.cron"]), "_commit_progress", return_value=left):
            self.env["subscription.usage.alert"]._cron_check()
        self.env.invalidate_all()

    def _triggers(self):
        """Return how often the scheduled action is going to run once this transaction is committed."""
        self.env.cr.precommit.run()
        cron = self.env.ref("subscription_billing.ir_cron_check_usage_alerts")
        return self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)])

    def _told(self, alert):
        return [(str(row.day), row.text) for row in alert.sent_ids.sorted("id")]

    def test_included_units_that_are_nearly_used_up_are_told_once(self):
        alert = self._watched({"free": 100}, kind="included", percent=80)
        self._used(("2026-01-05", 79))
        self.assertFalse(alert.sent_ids)
        self._used(("2026-01-06", 1))
        [(day, text)] = self._told(alert)
        self.assertEqual((day, text.partition("Line 1: ")[2]), ("2026-01-01", "80 % of 100 GB included are used."))
        self.assertEqual(self.order.activity_ids.mapped("summary"), [text])
        self._used(("2026-01-07", 50))
        self.assertEqual(len(alert.sent_ids), 1)
        self._on("2026-02-20")
        self._used(("2026-02-05", 90))
        self.assertEqual([day for day, _text in self._told(alert)], ["2026-01-01", "2026-02-01"])

    def test_a_budget_and_a_commitment_are_watched(self):
        alert = self._watched({"commitment": 200}, kind="commitment", percent=50)
        budget = alert.copy({"kind": "budget", "budget": 80, "percent": 100, "charge_id": self.charge.id})
        self._used(("2026-01-05", 90))
        self.assertEqual((len(alert.sent_ids), len(budget.sent_ids)), (0, 1))
        self._used(("2026-01-05", 10))
        self.assertEqual((len(alert.sent_ids), len(budget.sent_ids)), (1, 1))

    def test_a_jump_is_told_once_a_day(self):
        alert = self._watched(kind="jump", factor=3)
        self._used(*((f"2026-01-{day}", 10) for day in range(13, 20)), ("2026-01-20", 30))
        self.assertFalse(alert.sent_ids)
        self._used(("2026-01-20", 1))
        self._used(("2026-01-20", 1))
        [(day, text)] = self._told(alert)
        self.assertEqual(
            (day, text.partition("Line 1: ")[2]), ("2026-01-20", "31 GB today, 10 GB a day in the week before.")
        )

    def test_usage_that_is_sent_late_is_looked_at_on_its_day_and_in_its_period(self):
        jump = self._watched(kind="jump", factor=3)
        budget = jump.copy({"kind": "budget", "budget": 100, "percent": 80, "charge_id": self.charge.id})
        self._used(*((f"2026-01-{day}", 2) for day in range(20, 28)))
        self._on("2026-02-03")
        self._look()
        self.assertFalse((jump | budget).sent_ids)
        self._used(("2026-01-30", 50))
        self._used(("2026-01-31", 20))
        [(day, text)] = self._told(jump)
        self.assertEqual(
            (day, text.partition("Line 1: ")[2]),
            ("2026-01-30", "50 GB on 01/30/2026, 1.429 GB a day in the week before."),
        )
        [(day, text)] = self._told(budget)
        self.assertEqual(day, "2026-01-01")
        self.assertRegex(text, "86 % of the budget of .*100.00.* are used. .*01/01/2026.*01/31/2026")

    def test_a_period_is_rated_once_however_many_of_its_days_got_usage(self):
        budget = self._watched(kind="budget", budget=100, percent=80)
        budget.copy({"budget": 200, "charge_id": self.charge.id})
        self._look()
        self._on("2026-02-03")
        rows = [(f"2026-01-{day}", 10) for day in range(20, 30)]
        self._use(*rows, ("2026-02-02", 10), subject="power", meter=self.power)
        with patch.object(subscription_charge_usage, "bills", wraps=subscription_charge_usage.bills) as rated:
            self._look()
        self.assertEqual([day for day, _text in self._told(budget)], ["2026-01-01"])
        self.assertEqual(rated.call_count, 2)

    def test_the_day_looks_too_and_the_customer_is_told_where_wanted(self):
        alert = self._watched(kind="budget", budget=10, percent=100, tell_customer=True)
        alert.active = False
        self._used(("2026-01-05", 20))
        self.assertFalse(alert.sent_ids)
        alert.active = True
        self._clock()
        self.assertFalse(alert.sent_ids)
        self._look()
        self.assertEqual(len(alert.sent_ids), 1)
        message = self.order.message_ids.filtered(lambda row: self.customer in row.partner_ids)
        self.assertIn("the budget of", message.body)

    def test_what_was_told_is_there_once_and_kept(self):
        alert = self._watched(kind="budget", budget=10, percent=100)
        self._used(("2026-01-05", 20))
        values = {"alert_id": alert.id, "charge_id": self.charge.id, "kind": "budget", "day": "2026-01-01"}
        with self.assertRaises(UniqueViolation), self.env.cr.savepoint(), mute_logger("odoo.sql_db"):
            alert.sent_ids.sudo().create([{**values, "text": "Again"}])
        seller = new_test_user(self.env, "alert_seller", "sales_team.group_sale_salesman")
        with self.assertRaises(AccessError):
            alert.with_user(seller).percent = 5
        self.order.user_id = self.env.user
        with self.assertRaises(AccessError):
            alert.with_user(seller).read(["percent"])

    def test_who_sends_usage_does_not_wait_for_alerts(self):
        alert = self._watched(kind="budget", budget=10, percent=100)
        self._look()
        self.env["ir.cron.trigger"].search([]).unlink()
        self._use(("2026-01-05", 5), subject="unwatched", meter=self.power)
        self.assertEqual(self._triggers(), 0)
        with patch.object(type(self.charge), "_used_in_part", side_effect=AssertionError("rated")) as rated:
            for _batch in range(2):
                self._use(("2026-01-05", 20), subject="power", meter=self.power)
                self.assertEqual(self._triggers(), 1)
            self._on("2026-01-21")
            self._clock()
        # What alerts fail of is logged alone.
        rated.assert_not_called()
        self.assertFalse(alert.sent_ids)
        self._look()
        self.assertEqual(len(alert.sent_ids), 1)

    def test_alerts_are_looked_at_where_something_came_or_once_a_day(self):
        alert = self._watched(kind="budget", budget=100, percent=100)
        looked = []
        with patch.object(type(alert), "_check_usage_of", lambda alerts, charge: looked.append(charge)):
            for what, times in (
                (lambda: None, 1),
                (lambda: None, 0),
                (lambda: self._use(("2026-01-05", 20), subject="power", meter=self.power), 1),
                (lambda: alert.write({"budget": 10}), 1),
                (lambda: self._on("2026-01-21"), 1),
                (lambda: None, 0),
            ):
                looked.clear()
                what()
                self._look()
                self.assertEqual(len(looked), times)

    def test_alerts_are_looked_at_for_as_long_as_there_is_time_whatever_fails(self):
        first = self._watched(kind="budget", budget=10, percent=100)
        second = first.copy({"charge_id": self._charge(self._sell_usage(subject="second")).id})
        self._use(("2026-01-05", 90), subject="second")
        self._use(("2026-01-05", 90), subject="power", meter=self.power)
        self._look(left=0)
        self.assertEqual((len(first.sent_ids), len(second.sent_ids)), (1, 0))
        self._look(left=0)
        self.assertEqual((len(first.sent_ids), len(second.sent_ids)), (1, 1))
        self._on("2026-02-20")
        self._use(("2026-02-05", 90), subject="second")
        told = type(first)._check_usage_of

        def failing(alerts, charge):
            if charge == first.charge_id:
                raise ValueError("a price that cannot be worked out")
            told(alerts, charge)

        with (
            patch.object(type(first), "_check_usage_of", failing),
            mute_logger("odoo.addons.subscription_billing.models.subscription_usage_alert"),
        ):
            self._look()
        self.assertEqual((len(first.sent_ids), len(second.sent_ids)), (1, 2))

    def test_what_is_told_is_in_the_language_of_the_salesperson(self):
        alert = self._watched(kind="budget", budget=10, percent=100)
        self.env["res.lang"]._activate_lang("fr_FR")
        self.order.user_id = new_test_user(self.env, "alert_vendeur", "sales_team.group_sale_salesman", lang="fr_FR")
        seen = []
        with patch.object(type(alert), "_check_usage_of", lambda alerts, _charge: seen.append(alerts.env.lang)):
            self._look()
        self.assertEqual(seen, ["fr_FR"])
