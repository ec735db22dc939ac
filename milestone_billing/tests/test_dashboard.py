from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged
from odoo.tools.safe_eval import safe_eval

from .common import BillingCommon


@tagged("post_install", "-at_install")
class TestDashboard(BillingCommon):
    """The figures of the dashboard are those of the lists behind them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = new_test_user(
            cls.env,
            "dash_clerk",
            "milestone_billing.group_billing_user",
            company_id=cls.company.id,
            company_ids=cls.company.ids,
        )
        today = fields.Date.today()
        cls.order = cls._make_order(1000.0)
        rows = {
            "Ready": {},
            "Failed": {},
            "Held": {},
            "Late": {"planned_date": today - timedelta(days=3)},
            "Soon": {"planned_date": today + timedelta(days=10)},
            "Far": {"planned_date": today + timedelta(days=400)},
            "Undated": {},
        }
        percents = (5, 10, 15, 20, 25, 15, 10)
        cls._make_schedule(
            cls.order,
            *(
                {"name": name, "percent": percent, "due_on": "manual", **row}
                for (name, row), percent in zip(rows.items(), percents, strict=True)
            ),
        )
        cls.order.action_confirm()
        cls.ready, cls.failed, cls.held, cls.late, cls.soon, cls.far, cls.undated = cls.order.billing_milestone_ids
        cls.customer.active = False
        cls.failed.action_attain()
        cls._drain()
        cls.customer.active = True
        cls.env["billing.hold"].create({"milestone_id": cls.held.id, "reason": "Dispute"})
        cls.ready.action_attain()

    def _dashboard(self, user=None):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.env["billing.milestone"].with_user(user or self.clerk).get_dashboard()

    def test_tiles_count_and_sum(self):
        tiles = self._dashboard()["tiles"]
        amounts = {key: (tile["count"], tile["amounts"][0]["amount"]) for key, tile in tiles.items()}
        self.assertEqual(
            amounts,
            {
                "ready": (1, 50.0),
                "blocked": (1, 100.0),
                "held": (1, 150.0),
                "late": (1, 200.0),
                "upcoming": (1, 250.0),
                "undated": (1, 100.0),
            },
        )
        self.assertEqual(tiles["ready"]["amounts"][0]["currency_id"], self.company.currency_id.id)

    def test_what_is_billed_is_not_on_hold(self):
        """A hold of the order keeps back what is still to be billed; the invoice of before stands."""
        self._drain()
        self.assertEqual(self.ready.state, "invoiced")
        held = self._dashboard()["tiles"]["held"]
        self.env["billing.hold"].create({"milestone_id": self.ready.id, "reason": "Late complaint"})
        self.assertEqual(self._dashboard()["tiles"]["held"], held)

    def test_what_is_on_hold_says_how_much_of_it_is_attained(self):
        self._drain()
        other = self._make_order(1000.0)
        self._make_schedule(other, 40, 60)
        other.action_confirm()
        self.env["billing.hold"].create({"order_id": other.id, "reason": "Dispute"})
        other.billing_milestone_ids[0].action_attain()
        self._drain()
        held = self._dashboard()["tiles"]["held"]
        self.assertEqual(held["count"], 3)
        self.assertEqual([held[name][0]["amount"] for name in ("amounts", "attained")], [1150.0, 400.0])

    def test_what_has_no_planned_date_is_a_figure_too(self):
        self._drain()
        other = self._make_order(1000.0)
        self._make_schedule(other, {"name": "Some day", "due_on": "manual", "percent": 70}, 30)
        other.action_confirm()
        some_day, dated = other.billing_milestone_ids
        dated.planned_date = fields.Date.today() + timedelta(days=5)
        self.assertFalse(some_day.planned_date)
        undated = self._dashboard()["tiles"]["undated"]
        self.assertEqual((undated["count"], undated["amounts"][0]["amount"]), (2, 800.0))

    def test_other_currencies_are_converted(self):
        order = self._make_order(1000.0, pricelist_id=self._make_pricelist("EUR", rate=2.0).id)
        self._make_schedule(order, 100)
        order.action_confirm()
        order.billing_milestone_ids.action_attain()
        tile = self._dashboard()["tiles"]["ready"]
        self.assertEqual(tile["count"], 2)
        self.assertEqual(tile["amounts"], [{"currency_id": self.company.currency_id.id, "amount": 550.0}])

    def test_lists_say_what_lifts_it(self):
        dashboard = self._dashboard()
        [row] = dashboard["waiting"]
        self.assertEqual((row["id"], row["order"]), (self.failed.id, self.order.name))
        self.assertIn("Unarchive the customer", row["help"])
        self.assertEqual([row["name"] for row in dashboard["late"]], ["Late"])
        self.assertEqual([row["name"] for row in dashboard["upcoming"]], ["Soon"])

    def test_chart_sums_by_month_and_state(self):
        chart = self._dashboard()["chart"]
        self.assertEqual(len(chart["months"]), 6)
        self.assertEqual(chart["months"][0], fields.Date.to_string(fields.Date.today().replace(day=1)))
        index = chart["months"].index(fields.Date.to_string(self.soon.planned_date.replace(day=1)))
        late_too = self.late.planned_date.replace(day=1) == self.soon.planned_date.replace(day=1)
        self.assertEqual(chart["series"]["planned"][index], 450.0 if late_too else 250.0)

    def test_chart_has_each_amount_in_the_month_in_which_it_moves(self):
        """What is invoiced in the month of its invoice, whatever was planned; what waits to be billed in this one."""
        self.soon.planned_date = fields.Date.today() + timedelta(days=70)
        before = self._dashboard()["chart"]["series"]
        self.assertEqual(before["due"][0], 150.0)
        planned = sum(before["planned"])
        self.soon.action_attain()
        self._drain()
        series = self._dashboard()["chart"]["series"]
        self.assertEqual(series["invoiced"][0], 300.0, "what was ready, and what is billed long before its day")
        self.assertEqual([sum(row[1:]) for row in (series["invoiced"], series["due"], series["planned"])], [0.0] * 3)
        self.assertEqual(sum(series["planned"]), planned - 250.0)
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=self.soon.invoice_ids.ids
        ).create({})._create_payments()
        series = self._dashboard()["chart"]["series"]
        self.assertEqual((series["invoiced"][0], series["paid"][0]), (50.0, 250.0))
        self.ready.invoice_ids._reverse_moves([{"invoice_date": fields.Date.today()}], cancel=True)
        series = self._dashboard()["chart"]["series"]
        self.assertEqual((series["invoiced"][0], series["paid"][0]), (0.0, 250.0))

    def test_filters_say_the_same(self):
        """Each tile opens the list whose total it shows."""
        arch = self.env.ref("milestone_billing.billing_milestone_view_search")._get_combined_arch()
        domains = {node.get("name"): node.get("domain") for node in arch.iter("filter")}
        Milestone = self.env["billing.milestone"].with_user(self.clerk)
        expected = Milestone._dashboard_domains(fields.Date.today())
        for name in ("ready", "held", "late", "upcoming", "undated"):
            with self.subTest(filter=name):
                found = Milestone.search(safe_eval(domains[name]))
                self.assertTrue(found)
                self.assertEqual(found, Milestone.search(expected[name]))

    def test_other_companies_stay_out(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = new_test_user(
            self.env,
            "dash_stranger",
            "milestone_billing.group_billing_user",
            company_id=other.id,
            company_ids=other.ids,
        )
        tiles = self._dashboard(stranger)["tiles"]
        self.assertEqual({tile["count"] for tile in tiles.values()}, {0})

    def test_not_for_the_portal(self):
        customer = new_test_user(self.env, "dash_portal", "base.group_portal")
        with self.assertRaises(AccessError):
            self._dashboard(customer)

    def test_queries_do_not_grow(self):
        user = self.clerk
        self._dashboard(user)
        self.env.invalidate_all()
        with self.assertQueryCount(45):
            self.env["billing.milestone"].with_user(user).get_dashboard()
