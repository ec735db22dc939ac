import random

from odoo.addons.record_protection.reading.tests.payloads import ODD, fuzz
from odoo.tests import tagged

from .common import BillingCommon


@tagged("post_install", "-at_install")
class TestFuzz(BillingCommon):
    """Whatever other systems send, billing answers, or refuses in a sentence."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._make_order(1000.0, 500.0)
        cls.schedule = cls._make_schedule(cls.order, 40, 60)
        cls.schedule.milestone_ids[0].external_key = "first"
        cls.order.action_confirm()

    def setUp(self):
        super().setUp()
        self.random = random.Random(606)

    def test_events(self):
        first, second = self.schedule.milestone_ids
        events = [
            {"key": "a", "milestone": first.id, "percent": 40, "date": "2026-01-31", "note": "Signed"},
            {"key": "b", "milestone": "first", "percent": 50.5},
            {"key": "c", "milestone": second.id},
        ]
        answers = fuzz(self, self.random, 150, self.env["billing.milestone"].attain, events, False)
        self.assertTrue(any("accepted" in [row["status"] for row in answer] for answer in answers))

    def test_statuses(self):
        keys = [*self.schedule.milestone_ids.ids, "first", "nothing"]
        self.assertTrue(fuzz(self, self.random, 80, self.env["billing.milestone"].get_status, keys))

    def test_plans(self):
        order = self._make_order(1000.0)
        dues = [
            {"on": "date", "date": "2030-05-31"},
            {"on": "offset", "number": 30, "unit": "days", "from": "m0"},
            {"on": "task", "tasks": ["Survey"], "pattern": "S*"},
            {"on": "milestone", "milestone": "Survey"},
            {"on": "manual", "planned_date": "2030-05-31"},
        ]
        for due in dues:
            milestones = [
                {"external_key": "m0", "name": "M0", "due": {"on": "manual"}, "percent": 40, "lines": ["Line 1"]},
                {"external_key": "m1", "name": "M1", "due": due, "amount": 100.0, "description": "{line}"},
            ]
            entry = {"order": order.name, "external_key": "plan", "name": "Plan", "invoice_policy": "post"}
            payload = [{**entry, "milestones": milestones}, {**entry, "order": order.id, "milestones": milestones[:1]}]
            fuzz(self, self.random, 60, self.env["billing.schedule"].import_schedules, payload, True)

    def test_limits(self):
        project = self.order.order_line.project_id[:1]
        for call in (self.order.get_billing_timeline, self.schedule.get_billing_timeline, project.get_billing_panel):
            fuzz(self, self.random, 25, call, 5)
        for value in ODD:
            fuzz(self, self.random, 1, self.order.get_billing_timeline, [value])
