from psycopg2 import IntegrityError

from odoo.addons.milestone_billing.tests.common import tagged
from odoo.exceptions import AccessError, UserError
from odoo.tools import mute_logger

from ..models.billing_acceptance_answering import Answer
from .common import AcceptanceCommon


@tagged("post_install", "-at_install")
class TestAnswering(AcceptanceCommon):
    """What the customer answers attains, bills, or stops."""

    def test_accepted_is_attained_and_billed(self):
        milestone = self._start()
        acceptance = self._ask(milestone)
        self.assertEqual(self._answer(acceptance), "")
        self.assertRecordValues(
            milestone.attainment_ids,
            [{"percent": 100.0, "source": "acceptance", "date": self.company._billing_today()}],
        )
        self.assertRecordValues(acceptance, [{"state": "accepted", "percent_accepted": 100.0}])
        self.assertRecordValues(
            acceptance.answer_ids,
            [
                {
                    "kind": "accepted",
                    "signed_by": "Harbour Works",
                    "address": "192.0.2.7",
                    "fingerprint": acceptance.fingerprint,
                }
            ],
        )
        self.assertTrue(milestone.project_milestone_id.is_reached)
        self._drain()
        self.assertEqual(milestone.order_id.invoice_ids.amount_untaxed, 1000.0)
        self.assertIn("Signed page", str(milestone.order_id.message_ids.mapped("body")))
        self.assertEqual(milestone.order_id.message_ids.attachment_ids, acceptance.pdf_id)

    def test_answered_once(self):
        milestone = self._start()
        acceptance = self._ask(milestone)
        approver = acceptance._whose_turn()
        self.assertFalse(self._answer(acceptance, approver=approver))
        self.assertIn("meanwhile", self._answer(acceptance, approver=approver))
        self.assertEqual(len(acceptance.answer_ids), 1)
        self.assertEqual(len(milestone.attainment_ids), 1)

    @mute_logger("odoo.sql_db")
    def test_the_database_keeps_one_answer_and_no_other(self):
        acceptance = self._ask(self._start())
        self._answer(acceptance)
        answer = acceptance.answer_ids
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self.env.cr.execute("UPDATE billing_acceptance_answer SET signed_by = 'X' WHERE id = %s", [answer.id])
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self.env.cr.execute("DELETE FROM billing_acceptance_answer WHERE id = %s", [answer.id])
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            answer.sudo().copy()
            self.env.flush_all()

    def test_a_percentage_is_accepted_and_the_rest_is_asked_again(self):
        milestone = self._start()
        acceptance = self._ask(milestone)
        self.assertIn("open", self._answer(acceptance, "partial", percent=60.0))
        self.assertFalse(self._answer(acceptance, "partial", percent=60.0, open_points="The manual"))
        self.assertEqual(milestone.attained_percent, 60)
        self._drain()
        self.assertEqual(milestone.order_id.invoice_ids.amount_untaxed, 600.0)
        [activity] = milestone.order_id.activity_ids.filtered(lambda row: row.billing_request == "acceptance")
        self.assertIn("The manual", activity.note)
        again = self._ask(milestone)
        self.assertRecordValues(again, [{"round": 2, "percent_before": 60.0, "amount": 400.0}])
        self.assertFalse(milestone.order_id.activity_ids.filtered(lambda row: row.billing_request == "acceptance"))
        self.assertIn("above", self._answer(again, "partial", percent=50.0, open_points="x"))
        self.assertFalse(self._answer(again))
        self._drain()
        self.assertEqual(sum(milestone.order_id.invoice_ids.mapped("amount_untaxed")), 1000.0)

    def test_lines_are_accepted(self):
        milestone = self._start(100.0, 200.0, 700.0, product=self.plain)
        lines = milestone.order_id.order_line
        acceptance = self._ask(milestone)
        self.assertIn("whole", self._answer(acceptance, "partial", lines=lines.ids, open_points="x"))
        self.assertIn("list", self._answer(acceptance, "partial", lines=[0], open_points="x"))
        self.assertFalse(self._answer(acceptance, "partial", lines=lines[:2].ids, open_points="The third"))
        self.assertEqual(milestone.attained_percent, 30)
        again = self._ask(milestone)
        # One line is left: a part of it would be a percentage.
        self.assertFalse(again._acceptable_lines())
        self._answer(again)
        self.assertEqual(milestone.attained_percent, 100)

    def test_thirds_are_exact(self):
        milestone = self._start(100.0, 100.0, 100.0, product=self.plain)
        acceptance = self._ask(milestone)
        self._answer(acceptance, "partial", lines=milestone.order_id.order_line[:1].ids, open_points="Others")
        self.assertEqual(milestone.due_amount, 100.0)
        again = self._ask(milestone)
        self.assertEqual(len(again._acceptable_lines()), 2)
        self._answer(again, "partial", lines=milestone.order_id.order_line[1:2].ids, open_points="Others")
        self.assertEqual(milestone.due_amount, 200.0)

    def test_a_rejection_stops_and_asks_the_project_manager(self):
        milestone = self._start(due_on="task", acceptance_days=5)
        milestone.project_id.user_id = self.manager
        milestone.task_ids.state = "1_done"
        acceptance = self._ask(milestone)
        self.assertIn("why", self._answer(acceptance, "rejected"))
        self.assertFalse(self._answer(acceptance, "rejected", reason="The crane is <b>missing</b>"))
        self.assertEqual(acceptance.state, "rejected")
        self.assertFalse(milestone.attainment_ids)
        [activity] = milestone.order_id.activity_ids.filtered(lambda row: row.billing_request == "acceptance")
        self.assertEqual(activity.user_id, self.manager)
        self.assertIn("&lt;b&gt;missing", activity.note)
        self._follow()
        self._drain()
        self.assertEqual(len(milestone.acceptance_ids), 1)
        self._answer(self._ask(milestone))
        self.assertEqual(milestone.attained_percent, 100)

    def test_several_accept_in_order(self):
        milestone = self._start()
        acceptance = self._ask(milestone, self.anna, self.bert)
        anna, bert = acceptance.approver_ids
        self.assertEqual(len(self._mails_to(self.anna)), 1)
        self.assertFalse(self._mails_to(self.bert))
        self.assertIn("turn", self._answer(acceptance, approver=bert))
        self.assertFalse(self._answer(acceptance, "partial", approver=anna, percent=80.0, open_points="Keys"))
        self.assertEqual(acceptance.state, "open")
        self.assertFalse(milestone.attainment_ids)
        self.assertEqual(len(self._mails_to(self.bert)), 1)
        self.assertFalse(self._answer(acceptance, approver=bert))
        self.assertEqual(milestone.attained_percent, 80)
        self.assertEqual(acceptance.state, "partial")

    def test_several_accept_the_same_lines(self):
        milestone = self._start(100.0, 200.0, 700.0, product=self.plain)
        first, second, third = milestone.order_id.order_line
        acceptance = self._ask(milestone, self.anna, self.bert)
        self.assertFalse(self._answer(acceptance, "partial", lines=[first.id, second.id], open_points="The third"))
        # Together they accepted neither the third line nor a percentage of all.
        self.assertIn("list", self._answer(acceptance, "partial", lines=[third.id], open_points="x"))
        self.assertIn("before you", self._answer(acceptance, "partial", percent=20.0, open_points="x"))
        self.assertFalse(self._answer(acceptance, "partial", lines=[second.id], open_points="The first"))
        self.assertEqual(milestone.attained_percent, 20)
        again = self._ask(milestone)
        self.assertEqual({row["id"] for row in again._acceptable_lines()}, {first.id, third.id})

    def test_a_task_taken_up_again_withdraws_the_second_round(self):
        milestone = self._start(due_on="task")
        milestone.task_ids.state = "1_done"
        self._answer(self._ask(milestone), "partial", percent=40.0, open_points="Keys")
        again = self._ask(milestone)
        milestone.task_ids.state = "01_in_progress"
        self.assertEqual(again.state, "withdrawn")
        self.assertRecordValues(milestone, [{"attained_percent": 40.0, "acceptance_ready_percent": 40.0}])

    def test_one_of_several_rejects(self):
        milestone = self._start()
        acceptance = self._ask(milestone, self.anna, self.bert)
        self._answer(acceptance)
        self._answer(acceptance, "rejected", reason="No")
        self.assertEqual(acceptance.state, "rejected")
        self.assertFalse(milestone.attainment_ids)

    def test_name_and_drawing_are_needed(self):
        acceptance = self._ask(self._start())
        approver = acceptance._whose_turn()
        for answer in (
            Answer("accepted", name=" ", signature="x"),
            Answer("accepted", name="Anna"),
            Answer("accepted", name="Anna", signature="no base64!"),
            Answer("accepted", name="Anna", signature="aGVsbG8="),
        ):
            self.assertTrue(acceptance.sudo()._answer(approver, answer))
        self.assertFalse(acceptance.answer_ids)

    def test_undone_and_asked_again(self):
        milestone = self._start()
        self._answer(self._ask(milestone))
        milestone.action_undo()
        self.assertFalse(milestone.attained_percent)
        self.assertFalse(milestone.project_milestone_id.is_reached)
        again = self._ask(milestone)
        self.assertRecordValues(again, [{"round": 2, "percent_before": 0.0}])
        self._answer(again)
        self.assertEqual(milestone.attained_percent, 100)

    def test_a_reopened_task_does_not_take_back_what_was_accepted(self):
        milestone = self._start(due_on="task")
        milestone.task_ids.state = "1_done"
        self._answer(self._ask(milestone))
        milestone.task_ids.state = "01_in_progress"
        milestone.project_milestone_id.is_reached = False
        self.assertEqual(milestone.attained_percent, 100)
        self.assertTrue(milestone.project_milestone_id.is_reached)

    def test_on_paper(self):
        milestone = self._start()
        values = {
            "milestone_id": milestone.id,
            "signed_by": "Anna Berg",
            "reason": "Signed on site",
            "date": "2026-01-15",
            "file": b"aGVsbG8=",
            "file_name": "scan.pdf",
        }
        wizard = self.env["billing.acceptance.paper"].create(values)
        with self.assertRaises(AccessError):
            self.env["billing.acceptance"].with_user(self.manager).record([])
        wizard.action_record()
        self.assertEqual(str(milestone.attained_date), "2026-01-15")
        answer = milestone.acceptance_ids.answer_ids
        self.assertRecordValues(answer, [{"on_paper": True, "reason": "Signed on site", "file_name": "scan.pdf"}])
        self.assertEqual(answer.file_checksum, "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824")
        self.assertFalse(self._mails_to(self.customer))
        with self.assertRaises(UserError):
            wizard.action_record()
        # What is noted inside is not for the page that the customer gets.
        page = self.env["ir.actions.report"]._render_qweb_html(
            "milestone_billing_acceptance.report_acceptance_action", milestone.acceptance_ids.ids
        )[0]
        self.assertIn("Anna Berg", str(page))
        self.assertNotIn("Signed on site", str(page))

    def test_on_paper_while_the_request_is_not_true_any_more(self):
        milestone = self._start()
        asked = self._ask(milestone)
        self.env.cr.execute("UPDATE sale_order_line SET name = 'Else' WHERE order_id = %s", [milestone.order_id.id])
        self.env.invalidate_all()
        wizard = self.env["billing.acceptance.paper"].create(
            {"milestone_id": milestone.id, "signed_by": "Anna", "reason": "On site", "file": b"aGVsbG8="}
        )
        wizard.action_record()
        self.assertEqual(asked.state, "withdrawn")
        self.assertEqual(milestone.attained_percent, 100)
