from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import SubscriptionCommon


@tagged("post_install", "-at_install")
class TestDashboard(SubscriptionCommon):
    """The figures of the dashboard are those of the lists behind them; what fails is asked of a person once."""

    def _tiles(self):
        self.env.flush_all()
        self.env.invalidate_all()
        found = self.env["subscription.charge"].get_dashboard()["tiles"]
        return {
            name: (tile["count"], tile["amounts"][0]["amount"] if tile["amounts"] else 0.0, tile["rate"])
            for name, tile in found.items()
        }

    def test_tiles_and_chart(self):
        self._on("2026-01-01")
        self._subscribe(30.0, product_uom_qty=10.0)
        leaving = self._charge(self._subscribe(100.0))
        self._on("2026-03-05")
        self._clock()
        self._subscribe(50.0)
        leaving.cancel("2026-03-01")
        self._clock()
        tiles = self._tiles()
        self.assertEqual(tiles["mrr"], (2, 350.0, False))
        self.assertEqual(tiles["arr"], (0, 4200.0, False))
        self.assertEqual(tiles["net_new"], (0, -50.0, False))
        self.assertEqual(tiles["churn"], (0, -100.0, 25.0), "of the 400.00 at the end of February")
        self.assertEqual(tiles["due_soon"], (1, 300.0, False), "the other on 5 April, in 31 days")
        chart = self.env["subscription.charge"].get_dashboard()["chart"]
        self.assertEqual((chart["months"][0], chart["months"][-1]), ("2025-04-01", "2026-03-01"))
        self.assertEqual(chart["mrr"][-4:], [0.0, 400.0, 400.0, 350.0])
        self.assertEqual((chart["series"]["new"][-3:], chart["series"]["churn"][-1]), ([400.0, 0.0, 50.0], -100.0))

    def test_the_filters_say_the_same(self):
        self._on("2026-01-01")
        charges = self._charge(self._subscribe(30.0)) | self._charge(self._subscribe(30.0, self.quarterly))
        ending = self._charge(self._subscribe(30.0))
        ending.cancel("2026-02-15")
        Charge = self.env["subscription.charge"]
        domains = Charge._dashboard_domains(self.today)
        own = [("id", "in", (charges | ending).ids)]
        self.assertEqual(Charge.search([*own, *domains["due_soon"]]), charges[:1] | ending)
        self.assertEqual(Charge.search([*own, *domains["ending"]]), ending)
        self.assertEqual(Charge.search([*own, *domains["mrr"]]), (charges | ending).sorted("id", reverse=True))

    def test_what_fails_is_seen_and_asked_once_and_closed_once_billed(self):
        self._on("2026-01-01")
        order = self._subscribe(30.0)
        charge = self._charge(order)
        prepare, reason = type(order)._prepare_invoice, "The tax office says no"

        def refuse(order):
            raise UserError(reason)

        with patch.object(type(order), "_prepare_invoice", refuse):
            self._clock()
            self.assertEqual((charge.is_kept_back, charge.kept_back_reason), (True, "The tax office says no"))
            self.assertTrue(charge.kept_back_remedy)
            activity = order.activity_ids
            self.assertEqual(activity.user_id, order.user_id)
            self.assertIn("The tax office says no", activity.summary)
            self._on("2026-01-02")
            self._clock()
        self.assertEqual(order.activity_ids, activity, "asked once")
        self.assertEqual(self._tiles()["kept_back"][0], 1)
        self.assertIn(charge, charge.search([("is_kept_back", "=", True)]))
        self.assertNotIn(charge, charge.search([("is_kept_back", "=", False)]))
        self.assertEqual(type(order)._prepare_invoice, prepare)
        self._bill("2026-01-03")
        self.assertFalse(order.activity_ids)
        charge.invalidate_recordset()
        self.assertFalse(charge.is_kept_back)

    def test_create_invoice_closes_it_too(self):
        self._on("2026-01-01")
        order = self._subscribe(30.0)
        order.sudo()._subscription_ask_to_mend({"name": "unexpected", "error": "<b>bold</b>"})
        self.assertIn("<b>bold</b>", order.activity_ids.summary)
        order._create_invoices()
        self.assertFalse(order.activity_ids)

    def test_who_sees_the_dashboard(self):
        for login in ("base.group_user", "base.group_portal"):
            user = new_test_user(self.env, login, login)
            with self.assertRaises(AccessError):
                self.env["subscription.charge"].with_user(user).get_dashboard()
