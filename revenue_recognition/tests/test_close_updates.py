import json
from types import SimpleNamespace
from unittest.mock import patch

from odoo.tests import new_test_user, tagged

from ..closing import Computation
from ..models import revenue_close_updates
from .close_common import CloseCommon


@tagged("post_install", "-at_install")
class TestCloseUpdates(CloseCommon):
    """Open pages of a close hear when it is taken further: each only of what its user may read."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        support = cls._make_product("Support", "subscription")
        terms = {"revenue_start": "2026-01-01", "revenue_end": "2026-12-31"}
        for _number in range(3):
            cls._confirm(cls._make_order((support, 1200, terms)), "2026-01-01")
        cls.close = cls.env["revenue.close"].with_user(cls.preparer).create({"date": "2026-01-31"})
        cls._sent()

    @classmethod
    def _sent(cls):
        """Commit, as far as the bus sees it; return (channel, payload) of what was sent since the last time."""
        cls.env.flush_all()
        cls.env.cr.precommit.run()
        rows = cls.env["bus.bus"].sudo().search([("message", "like", "revenue_recognition/close_changed")])
        found = [(json.loads(row.channel)[1:], json.loads(row.message)["payload"]) for row in rows]
        rows.unlink()
        return found

    def test_each_step_is_each_once_with_nothing_but_the_id(self):
        told = [(["revenue.close", self.close.id, "revenue_recognition"], {"close_id": self.close.id})]
        self.close.action_compute()
        self.assertEqual(self._sent(), told)
        close = self.close.with_user(self.approver)
        for act in (close.action_approve, close.action_post, close.action_lock):
            act()
            self.assertEqual(self._sent(), told)

    def _compute_in_parts(self):
        """Compute in the background, a contract a part; return how many messages each part sent."""
        close = self.close.sudo()
        with patch.object(type(close), "_parameter", lambda _close, _name, _default: 1):
            close.action_compute()
            self._sent()
            self.assertEqual((close.state, len(close.part_ids)), ("computing", 3))
            computation, sent = Computation(close), []
            for _part in close.part_ids:
                self.assertTrue(close._work_part(computation))
                sent.append(len(self._sent()))
            return sent

    def test_parts_that_a_worker_commits_are_each_once_a_second(self):
        with patch.object(revenue_close_updates, "last_notified", {}):
            self.assertEqual(self._compute_in_parts(), [1, 0, 0])

    def test_each_part_that_takes_a_second_is_told(self):
        with patch.object(revenue_close_updates, "EVERY", 0.0):
            self.assertEqual(self._compute_in_parts(), [1, 1, 1])

    def test_what_stops_the_work_is_told(self):
        self.close.sudo().failure = "No rate"
        self.assertEqual(len(self._sent()), 1)

    def test_nothing_is_told_of_what_the_page_does_not_show(self):
        self.close.sudo().write({"reason": "A word"})
        self.assertEqual(self._sent(), [])

    def test_only_who_may_read_the_close_hears(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        auditor = "revenue_recognition.group_revenue_auditor"
        reader = new_test_user(self.env, "updates_reader", auditor, company_id=self.company.id)
        for user, heard in (
            (reader, [("revenue.close", self.close.id)]),
            (new_test_user(self.env, "updates_elsewhere", auditor, company_id=other.id, company_ids=other.ids), []),
            (new_test_user(self.env, "updates_clerk", "base.group_user", company_id=self.company.id), []),
            (new_test_user(self.env, "updates_customer", "base.group_portal", company_id=self.company.id), []),
        ):
            channels = self.env["ir.websocket"].with_user(user)._revenue_close_channels([self.close.id])
            self.assertEqual([(record._name, record.id) for record, _sub in channels], heard)

    def test_a_page_asks_by_the_name_of_the_close(self):
        asked = [f"revenue_recognition.close_{self.close.id}", "revenue_recognition.close_x", "elsewhere"]
        request = SimpleNamespace(session=SimpleNamespace(uid=self.preparer.id))
        with patch("odoo.addons.bus.models.ir_websocket.request", request):
            channels = self.env["ir.websocket"].with_user(self.preparer)._build_bus_channel_list(asked)
        tuples = [one for one in channels if isinstance(one, tuple)]
        self.assertIn((self.close, "revenue_recognition"), tuples)
        self.assertEqual([one for one in channels if isinstance(one, str) and one in asked], asked[1:])
