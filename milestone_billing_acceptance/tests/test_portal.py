import json

from odoo.addons.milestone_billing.tests.common import tagged
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import HttpCase

from .common import DRAWING, AcceptanceCommon


@tagged("post_install", "-at_install")
class TestPortal(HttpCase, AcceptanceCommon):
    """A link shows one request to one contact, as long as it is open, and nothing that is ours alone."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.config_parameter"].sudo().set_param("web.base.url", cls.base_url())
        cls.milestone = cls._start(due_on="task")
        cls.task = cls.milestone.task_ids
        cls.task.write({"name": "Crane drawings", "description": "Secret margin 40 %", "state": "1_done"})
        acceptance = cls.milestone._ask_for_acceptance()
        cls.shown, cls.hidden = cls.env["ir.attachment"].create(
            [
                {"name": "Drawing.txt", "raw": b"drawing", "res_model": "project.task", "res_id": cls.task.id},
                {"name": "Costs.txt", "raw": b"costs", "res_model": "project.task", "res_id": cls.task.id},
            ]
        )
        acceptance.file_ids = cls.shown
        cls.acceptance = cls._ask(cls.milestone, cls.anna)
        cls.approver = cls.acceptance.approver_ids
        cls.url = cls.approver._url()

    def _send(self, answer, url=None):
        """Answer as the page does; return what comes back."""
        path, query = (url or self.url).split("?")
        answer = {"kind": "accepted", "name": "Anna Berg", "signature": DRAWING, **answer}
        reply = self.url_open(
            f"{path}/answer?{query}",
            data=json.dumps({"jsonrpc": "2.0", "method": "call", "params": answer}),
            headers={"Content-Type": "application/json"},
        )
        self.env.invalidate_all()
        return reply.json()["result"]

    def _login(self, login, partner):
        self.env["res.users"].create(
            {
                "login": login,
                "password": login + login,
                "partner_id": partner.id,
                "group_ids": [Command.set(self.env.ref("base.group_portal").ids)],
            }
        )
        self.authenticate(login, login + login)

    def test_the_page_shows_what_the_customer_may_see(self):
        page = self.url_open(self.url)
        self.assertEqual(page.status_code, 200)
        for text in ("Crane drawings", "Drawing.txt", "Design", self.acceptance.fingerprint):
            self.assertIn(text, page.text)
        for text in ("Secret margin", "Costs.txt", "To Send"):
            self.assertNotIn(text, page.text)

    def test_files_are_handed_out_by_the_link_alone(self):
        [facts] = self.acceptance._content()["files"]
        path, query = self.url.split("?")
        reply = self.url_open(f"{path}/files/{facts['id']}?{query}")
        self.assertEqual(reply.content, b"drawing")
        self.assertIn("attachment", reply.headers["Content-Disposition"])
        for other in (
            f"{path}/files/{facts['id']}",
            f"{path}/files/{self.hidden.id}?{query}",
            f"{path}/files/{facts['id']}?access_token=x",
        ):
            self.assertEqual(self.url_open(other).status_code, 404, other)
        # A file that somebody changed since is not what was asked.
        other = self.env["ir.attachment"].create({"name": "Other.txt", "raw": b"another"})
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE ir_attachment SET (store_fname, db_datas) = (SELECT store_fname, db_datas FROM ir_attachment "
            "WHERE id = %s) WHERE id = %s",
            [other.id, self.acceptance.file_ids.id],
        )
        self.env.invalidate_all()
        self.assertEqual(self.url_open(f"{path}/files/{facts['id']}?{query}").status_code, 404)

    def test_answered_over_http(self):
        reply = self._send({})
        self.assertTrue(reply["force_refresh"], reply)
        self.assertRecordValues(
            self.acceptance.answer_ids, [{"kind": "accepted", "signed_by": "Anna Berg", "address": "127.0.0.1"}]
        )
        self.assertEqual(self.milestone.attained_percent, 100)
        self.assertEqual(self.acceptance.answer_ids.signature, DRAWING.encode())
        self.assertIn("error", self._send({}))
        self.assertEqual(len(self.acceptance.answer_ids), 1)
        page = self.url_open(self.url)
        self.assertIn("Anna Berg", page.text)
        self.assertNotIn("milestone_billing_acceptance.form", page.text)
        path, query = self.url.split("?")
        self.assertEqual(self.url_open(f"{path}/pdf?{query}").status_code, 200)

    def test_nonsense_is_refused(self):
        for answer in (
            {"kind": "deemed"},
            {"kind": None},
            {"name": ["x"]},
            {"name": ""},
            {"signature": ""},
            {"kind": "partial", "percent": "a", "open_points": "x"},
            {"kind": "partial", "percent": 100, "open_points": "x"},
            {"kind": "partial", "lines": "x", "open_points": "x"},
            {"kind": "partial", "lines": [self.hidden.id], "open_points": "x"},
            {"kind": "rejected"},
            {"name": "x" * 10_000},
            {"kind": "rejected", "reason": "x" * 1_000_000},
        ):
            self.assertIn("error", self._send(answer), str(answer)[:80])
        self.assertFalse(self.acceptance.answer_ids)

    def test_withdrawn_meanwhile(self):
        self.acceptance.action_withdraw()
        self.assertIn("withdrawn", self._send({})["error"])
        page = self.url_open(self.url)
        self.assertEqual(page.status_code, 200)
        self.assertIn("withdrawn", page.text)
        self.assertNotIn("Crane drawings", page.text)
        [facts] = self.acceptance._content()["files"]
        path, query = self.url.split("?")
        self.assertEqual(self.url_open(f"{path}/files/{facts['id']}?{query}").status_code, 404)

    def test_changed_meanwhile(self):
        # By SQL, as if the change of the order had not reached the request.
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE billing_milestone_allocation SET amount = 900 WHERE milestone_id = %s", [self.milestone.id]
        )
        self.env.invalidate_all()
        self.assertIn("withdrawn", self.url_open(self.url).text)
        self.assertIn("withdrawn", self._send({})["error"])
        self.assertEqual(self.acceptance.state, "withdrawn")
        self.assertFalse(self.milestone.attainment_ids)

    def test_without_a_link_or_with_that_of_another(self):
        path, _query = self.url.split("?")
        other = self._ask(self._start(), self.bert).approver_ids
        for url in (
            path,
            f"{path}?access_token=",
            f"{path}?access_token={other.access_token}",
            f"{path}0?access_token=x",
        ):
            self.assertEqual(self.url_open(url).status_code, 404, url)
        self.assertIn("error", self._send({}, f"{path}?access_token={other.access_token}"))
        self.assertIn("error", self._send({}, f"{path}?access_token="))
        self.assertFalse(self.acceptance.answer_ids)

    def test_a_link_passed_on_to_another_customer(self):
        stranger = self.env["res.partner"].create({"name": "Else Works", "email": "else@else.example"})
        self._login("stranger", stranger)
        self.assertEqual(self.url_open(self.url).status_code, 404)
        self.assertIn("error", self._send({}))
        self.assertNotIn("Design", self.url_open("/my/acceptances").text)

    def test_a_contact_who_is_logged_in_needs_no_link(self):
        self._login("anna", self.anna)
        self.assertIn("Design", self.url_open("/my/acceptances").text)
        path, _query = self.url.split("?")
        self.assertEqual(self.url_open(path).status_code, 200)
        self.assertTrue(self._send({}, f"{path}?x=1")["force_refresh"])

    def test_a_colleague_does_not_answer_without_the_link(self):
        self._login("bert", self.bert)
        path, _query = self.url.split("?")
        self.assertEqual(self.url_open(path).status_code, 404)
        self.assertIn("error", self._send({}, f"{path}?x=1"))

    def test_nobody_of_ours_answers(self):
        self.manager.password = "petrapetra"
        self.authenticate("petra", "petrapetra")
        self.assertIn("one of us", self.url_open(self.url).text)
        self.assertIn("error", self._send({}))
        self.assertFalse(self.acceptance.answer_ids)

    def test_the_link_is_hidden_inside(self):
        with self.assertRaises(AccessError):
            self.approver.with_user(self.manager).read(["access_token"])
