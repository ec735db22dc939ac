from datetime import timedelta

from lxml import etree

from odoo import fields
from odoo.tests import new_test_user, tagged

from .common import BillingCommon

QUEUE = "milestone_billing.action_billing_milestone_queue"


@tagged("post_install", "-at_install")
class TestQueueTotals(BillingCommon):
    """One figure has one total: on the tile, in the list and in each other view of the queue."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = new_test_user(
            cls.env,
            "totals_clerk",
            "milestone_billing.group_billing_user",
            company_id=cls.company.id,
            company_ids=cls.company.ids,
        )
        cls.order = cls._make_order(46000.0)
        cls._make_schedule(
            cls.order,
            *(
                {"name": name, "amount_type": "fixed", "amount_fixed": amount, "due_on": "manual"}
                for name, amount in (("Waiting", 16000.0), ("Credited", 30000.0))
            ),
        )
        cls.order.action_confirm()
        cls.waiting, cls.credited = cls.order.billing_milestone_ids
        cls.credited.action_attain()
        cls._drain()
        cls.credited.action_undo()
        cls._drain()
        cls.waiting.action_attain()
        cls.env.flush_all()
        cls.env.invalidate_all()

    def _tiles(self):
        self.env.flush_all()
        self.env.invalidate_all()
        tiles = self.env["billing.milestone"].with_user(self.clerk).get_dashboard()["tiles"]
        return {
            key: (tile["count"], *([row["amount"] for row in tile[name]] for name in ("amounts", "credits")))
            for key, tile in tiles.items()
        }

    def _measures(self):
        """Return what each view of the queue sums first: ``{view: field}``."""
        action = self.env.ref(QUEUE)
        model = self.env["billing.milestone"].with_user(self.clerk)
        views = model.get_views([(view, mode) for view, mode in action.views])["views"]
        trees = {mode: etree.fromstring(views[mode]["arch"]) for mode in ("list", "kanban", "pivot", "graph")}
        return {
            "list": trees["list"].xpath("//field[@sum][not(@optional='hide')]/@name")[0],
            "kanban": trees["kanban"].xpath("//progressbar/@sum_field")[0],
            "pivot": trees["pivot"].xpath("//field[@type='measure']/@name")[0],
            "graph": trees["graph"].xpath("//field[@type='measure']/@name")[0],
        }

    def test_what_waits_and_what_is_to_be_credited_are_two_figures(self):
        self.assertRecordValues(
            self.waiting | self.credited,
            [
                {"waiting_amount": 16000.0, "to_credit_amount": 0.0, "open_amount": 16000.0},
                {"waiting_amount": 0.0, "to_credit_amount": 30000.0, "open_amount": 0.0},
            ],
        )

    def test_the_same_total_in_every_view_of_the_queue(self):
        domain = [("state", "in", ("due", "blocked", "failed")), ("order_id", "=", self.order.id)]
        model = self.env["billing.milestone"].with_user(self.clerk)
        totals = {view: model._read_group(domain, [], [f"{name}:sum"])[0][0] for view, name in self._measures().items()}
        self.assertEqual(totals, dict.fromkeys(("list", "kanban", "pivot", "graph"), 16000.0))
        tiles = self._tiles()
        self.assertEqual(tiles["ready"], (1, [16000.0], []))
        self.assertEqual(tiles["blocked"], (1, [0.0], [30000.0]), "beside each other, never one less the other")

    def test_a_held_milestone_is_on_one_tile(self):
        """Attained and kept back by a hold, it is on hold: not blocked besides."""
        before = self._tiles()
        self.env["billing.hold"].create({"milestone_id": self.waiting.id, "reason": "Dispute"})
        self._drain()
        self.assertRecordValues(self.waiting, [{"state": "blocked", "status": "held"}])
        tiles = self._tiles()
        self.assertEqual((tiles["held"], tiles["ready"]), ((1, [16000.0], []), (0, [], [])))
        self.assertEqual(tiles["blocked"], before["blocked"])

    def test_what_failed_before_it_was_held_is_on_one_tile(self):
        self.customer.active = False
        self._drain()
        self.assertEqual(self.waiting.state, "failed")
        self.env["billing.hold"].create({"milestone_id": self.waiting.id, "reason": "Dispute"})
        tiles = self._tiles()
        self.assertEqual((tiles["blocked"][0], tiles["held"][0]), (2, 0))

    def test_each_tile_is_the_total_of_a_column_of_its_list(self):
        """The three tiles of what is to come: what is left to bill, also of what is attained in part."""
        yesterday = fields.Date.today() - timedelta(days=1)
        order = self._make_order(1000.0)
        late = self._make_schedule(order, {"percent": 100, "due_on": "manual", "planned_date": yesterday})
        order.action_confirm()
        late.milestone_ids._attain(40.0, fields.Date.today(), "manual")
        self._drain()
        self.assertEqual(self._tiles()["late"], (1, [600.0], []))
        self.assertEqual(late.milestone_ids.open_amount, 600.0)
        arch = self.env.ref("milestone_billing.billing_milestone_view_list")._get_combined_arch()
        self.assertIn("open_amount", arch.xpath("//field[@sum][not(@optional='hide')]/@name"))

    def test_the_calendar_of_the_queue_shows_what_waits(self):
        """Nobody planned a day: it waits since it was attained, or taken back."""
        action = self.env.ref(QUEUE)
        [view] = [view for view, mode in action.views if mode == "calendar"]
        tree = etree.fromstring(self.env["billing.milestone"].get_view(view, "calendar")["arch"])
        start = tree.get("date_start")
        self.assertFalse(self.waiting.planned_date)
        self.assertEqual((self.waiting | self.credited).mapped(start), [fields.Date.today()] * 2)

    def test_what_waits_for_nothing_is_in_the_calendar_too(self):
        order = self._make_order(1000.0)
        milestone = self._make_schedule(order, {"percent": 100, "due_on": "task"}).milestone_ids
        order.action_confirm()
        milestone.task_ids.unlink()
        self._drain()
        self.assertEqual(milestone.state, "blocked")
        self.assertEqual(milestone.waits_since, order.date_order.date())
