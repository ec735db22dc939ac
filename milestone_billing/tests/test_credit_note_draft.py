from odoo.tests import new_test_user, tagged

from .common import BillingCommon


@tagged("post_install", "-at_install")
class TestCreditNoteDraft(BillingCommon):
    """A credit note credits nothing until it is posted: it reads as a draft, stays in sight, and is asked for."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._make_order({"price_unit": 1000.0})
        cls.milestone, cls.other = cls._make_schedule(cls.order, 60, 40).milestone_ids
        cls.order.action_confirm()
        cls.milestone.action_attain()
        cls._drain()

    def _undo_and_credit(self):
        self.milestone.action_undo()
        self._drain()
        self.milestone.action_credit()
        self._drain()
        return self.order.invoice_ids.filtered(lambda move: move.move_type == "out_refund")

    def _reverse(self, amount):
        """Credit the invoice Odoo's way, and leave the credit note in draft."""
        invoice = self.milestone.invoice_ids
        wizard = self.env["account.move.reversal"].with_context(active_model="account.move", active_ids=invoice.ids)
        action = wizard.create({"journal_id": invoice.journal_id.id}).refund_moves()
        refund = self.env["account.move"].browse(action["res_id"])
        refund.invoice_line_ids.price_unit = amount
        return refund

    def _in_queue(self):
        domains = self.env["billing.milestone"]._dashboard_domains(self.env.company._billing_today())
        return self.env["billing.milestone"].search([("id", "=", self.milestone.id), *domains["blocked"]])

    def _node(self):
        nodes = self.order.get_billing_timeline()["milestones"]
        return next(node for node in nodes if node["id"] == self.milestone.id)

    def test_draft_reads_as_such_and_stays_to_be_credited(self):
        self._undo_and_credit()
        self.assertRecordValues(
            self.milestone, [{"state": "credited", "status": "crediting", "to_credit_amount": 600.0}]
        )
        self.assertEqual(self.milestone._status_label(), "Draft Credit Note")
        self.assertTrue(self._in_queue())
        self.assertIn("600.00", self.milestone.block_help)
        self.assertIn("still a draft", self._node()["reason"])
        self.assertIn("Draft credit note", [invoice["name"] for invoice in self._node()["invoices"]])

    def test_posting_it_is_asked_for_until_it_is_posted(self):
        refund = self._undo_and_credit()
        self.assertEqual(self.order.activity_ids.mapped("billing_request"), ["post"])
        self.assertEqual(self.order.activity_ids.summary, f"{self.milestone.name}: Post the credit note")
        refund.action_post()
        self._drain()
        self.assertFalse(self.order.activity_ids)
        self.assertFalse(self._in_queue())
        self.assertRecordValues(self.milestone, [{"state": "credited", "status": "credited", "to_credit_amount": 0.0}])

    def test_deleted_or_cancelled_is_to_be_credited_again(self):
        for end in ("unlink", "button_cancel"):
            with self.subTest(end=end):
                getattr(self._undo_and_credit().filtered(lambda move: move.state == "draft"), end)()
                self._drain()
                self.assertEqual(self.order.activity_ids.mapped("billing_request"), ["credit"])
                self.assertRecordValues(self.milestone, [{"status": "blocked", "to_credit_amount": 600.0}])
                self.milestone.action_attain()
                self._drain()

    def test_posted_and_set_to_draft_again(self):
        refund = self._undo_and_credit()
        refund.action_post()
        refund.button_draft()
        self.assertEqual(self.milestone.status, "crediting")
        self.assertEqual(self.order.activity_ids.mapped("billing_request"), ["post"])

    def test_drafted_by_odoos_own_button_in_part(self):
        refund = self._reverse(100.0)
        self._drain()
        self.assertRecordValues(
            self.milestone, [{"state": "invoiced", "status": "crediting", "to_credit_amount": 100.0}]
        )
        self.assertEqual(self.order.activity_ids.mapped("billing_request"), ["post"])
        refund.action_post()
        self._drain()
        self.assertRecordValues(self.milestone, [{"status": "invoiced", "to_credit_amount": 0.0}])
        self.assertFalse(self.order.activity_ids)

    def test_too_little_drafted_asks_for_the_rest_too(self):
        self.milestone.action_undo()
        self._reverse(100.0)
        self._drain()
        self.assertEqual(self.milestone.status, "blocked")
        self.assertEqual(self.milestone.to_credit_amount, 600.0)
        self.assertEqual(set(self.order.activity_ids.mapped("billing_request")), {"credit", "post"})

    def test_who_may_not_post_is_told_whom_to_ask(self):
        manager = new_test_user(self.env, "runs_projects", "project.group_project_user,base.group_user")
        self._undo_and_credit()
        remedies = [self.milestone.with_user(user)._obstacle()[1] for user in (self.env.user, manager)]
        self.assertNotIn("ask one of them", remedies[0])
        self.assertIn("ask one of them", remedies[1])

    def test_page_of_the_task_says_draft(self):
        self._undo_and_credit()
        title, _text = self.env["project.task"]._describe_billed(self.milestone)
        self.assertIn("600.00 is on a draft credit note", title)
