import base64

from odoo.addons.milestone_billing.tests.common import tagged
from odoo.exceptions import AccessError, UserError

from .common import AcceptanceCommon

FILE = {"name": "scan.pdf", "content": base64.b64encode(b"signed").decode()}


@tagged("post_install", "-at_install")
class TestApi(AcceptanceCommon):
    """Other systems ask, look, and record what came on paper: by key, once."""

    def test_asked_once_by_key(self):
        milestone = self._start()
        item = {"key": "r1", "milestone": milestone.id, "message": "Done", "files": [FILE], "contacts": [self.anna.id]}
        [tried] = self.acceptances.request([item], dry_run=True)
        self.assertEqual((tried["status"], tried["acceptance_id"]), ("accepted", 0))
        self.assertFalse(milestone.acceptance_ids)
        self.assertFalse(self._mails_to(self.anna))
        [made] = self.acceptances.request([item])
        self.assertEqual(made["status"], "accepted", made)
        [again] = self.acceptances.request([item])
        self.assertEqual((again["status"], again["acceptance_id"]), ("duplicate", made["acceptance_id"]))
        self.assertEqual(len(self._mails_to(self.anna)), 1)
        [status] = self.acceptances.get_status(["r1"])
        self.assertEqual((status["state"], status["waits_for"]), ("open", "Harbour Works, Anna Berg"))
        self.assertEqual(status["amount"], 1000.0)
        [file] = milestone.acceptance_ids._content()["files"]
        self.assertEqual((file["name"], file["size"]), ("scan.pdf", 6))
        other = self._start()
        [refused] = self.acceptances.request([dict(item, milestone=other.id)])
        self.assertIn("used before", refused["reason"])

    def test_what_is_wrong_is_said_item_by_item(self):
        milestone, plain = self._start(), self._make_schedule(self._make_order(10.0), 100).milestone_ids
        items = [
            {"key": "a", "milestone": milestone.id, "percent": 120},
            {"key": "b", "milestone": plain.id},
            {"key": "c", "milestone": milestone.id, "files": [{"name": "x", "content": "?"}]},
            {"key": "d", "milestone": milestone.id, "contacts": [0]},
            {"key": "e", "milestone": milestone.id, "tasks": ["x"]},
            {"key": "f", "milestone": milestone.id, "who": 1},
            {"milestone": milestone.id},
            7,
            {"key": "g", "milestone": milestone.id, "send": False},
        ]
        results = self.acceptances.request(items)
        self.assertEqual([row["status"] for row in results], ["refused"] * 8 + ["accepted"])
        self.assertTrue(all(row["reason"] for row in results[:8]))
        self.assertEqual(milestone.acceptance_state, "draft")
        with self.assertRaises(UserError):
            self.acceptances.request("x")

    def test_one_key_does_not_take_the_request_of_another(self):
        milestone = self._start()
        items = [{"key": key, "milestone": milestone.id, "send": False} for key in ("k1", "k2")]
        first, second = self.acceptances.request(items)
        self.assertEqual((first["status"], second["status"]), ("accepted", "refused"))
        self.assertIn("k1", second["reason"])
        self.assertEqual(milestone.acceptance_ids.key, "k1")

    def test_paper_is_recorded_once_by_key(self):
        milestone = self._start()
        item = {
            "key": "p1",
            "milestone": milestone.id,
            "answer": "partial",
            "percent": 40,
            "open_points": "Keys",
            "signed_by": "Anna Berg",
            "reason": "On site",
            "date": "2026-01-15",
            "file": FILE,
        }
        for wrong in ({"file": None}, {"signed_by": ""}, {"reason": ""}, {"percent": 100}, {"date": "2999-01-01"}):
            [refused] = self.acceptances.record([dict(item, **wrong)])
            self.assertEqual(refused["status"], "refused", wrong)
        self.assertFalse(milestone.acceptance_ids)
        [recorded] = self.acceptances.record([item])
        self.assertEqual(recorded["status"], "accepted", recorded)
        self.assertEqual(self.acceptances.record([item])[0]["status"], "duplicate")
        self.assertRecordValues(milestone.attainment_ids, [{"percent": 40.0, "source": "acceptance"}])
        [status] = self.acceptances.get_status([recorded["acceptance_id"]])
        self.assertEqual((status["state"], status["accepted_on"]), ("partial", "2026-01-15"))
        self.assertEqual([row["on_paper"] for row in status["answers"]], [True])

    def test_who_may(self):
        milestone = self._start()
        self.env["billing.acceptance"].with_user(self.manager).request([{"key": "m", "milestone": milestone.id}])
        self.assertEqual(milestone.acceptance_state, "open")
        with self.assertRaises(AccessError):
            self.acceptances.with_user(self.manager).record([])
        self.manager.group_ids = self.env.ref("project.group_project_user")
        with self.assertRaises(AccessError):
            self.acceptances.with_user(self.manager).request([])
        with self.assertRaises(AccessError):
            milestone.with_user(self.manager).action_ask_acceptance()
        with self.assertRaises(AccessError):
            milestone.acceptance_ids.with_user(self.manager).action_withdraw()
        self.assertTrue(self.acceptances.with_user(self.manager).get_status(["m"])[0]["found"])
