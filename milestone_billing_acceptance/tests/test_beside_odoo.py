from odoo.addons.milestone_billing.tests.common import tagged
from odoo.exceptions import UserError
from odoo.fields import Command

from ..uninstall import leave_to_people
from .common import AcceptanceCommon


@tagged("post_install", "-at_install")
class TestBesideOdoo(AcceptanceCommon):
    """What people do to orders, plans and contacts while a customer is asked."""

    def test_a_cancelled_order_asks_nothing(self):
        milestone = self._start()
        acceptance = self._ask(milestone, self.anna)
        milestone.order_id._action_cancel()
        self.assertRecordValues(acceptance, [{"state": "withdrawn", "withdrawn_because": "cancelled"}])
        self.assertEqual(len(self._mails_to(self.anna)), 2)

    def test_an_edited_price_makes_the_next_round(self):
        milestone = self._start()
        acceptance = self._ask(milestone, self.anna)
        milestone.order_id.order_line.price_unit = 1200.0
        self.assertRecordValues(acceptance, [{"state": "withdrawn", "withdrawn_because": "changed"}])
        self.assertRecordValues(
            milestone.acceptance_ids - acceptance, [{"state": "draft", "round": 2, "amount": 1200.0, "to_send": False}]
        )
        self.assertEqual((milestone.acceptance_ids - acceptance).approver_ids.partner_id, self.anna)
        self.assertIn("withdrawn", self._answer(acceptance))

    def test_a_renamed_milestone_makes_the_next_round(self):
        milestone = self._start()
        acceptance = self._ask(milestone)
        milestone.name = "Other"
        self.assertEqual(acceptance.state, "withdrawn")
        self.assertEqual(acceptance._content()["plan"]["milestone"], "Design")

    def test_a_renamed_customer_changes_nothing(self):
        acceptance = self._ask(self._start())
        self.customer.name = "Harbour Works AG"
        self.assertFalse(self._answer(acceptance))

    def test_a_deleted_milestone_withdraws(self):
        milestone = self._start()
        acceptance = self._ask(milestone)
        milestone.unlink()
        self.assertRecordValues(acceptance, [{"state": "withdrawn", "milestone_id": False, "name": "Design"}])

    def test_a_deleted_schedule_or_order_withdraws(self):
        for gone in ("billing_schedule_ids", "id"):
            milestone = self._start()
            order = milestone.order_id
            acceptance = self._ask(milestone)
            if gone == "id":
                acceptance.action_withdraw()
                acceptance = milestone._ask_for_acceptance()
                order._action_cancel()
                order.unlink()
            else:
                order[gone].unlink()
            self.assertRecordValues(acceptance, [{"state": "withdrawn", "milestone_id": False}])

    def test_what_was_rejected_does_not_go_with_schedule_or_order(self):
        milestone = self._start()
        self._answer(self._ask(milestone), "rejected", reason="No")
        with self.assertRaisesRegex(UserError, "answered"):
            milestone.schedule_id.unlink()
        milestone.order_id._action_cancel()
        with self.assertRaisesRegex(UserError, "answered"):
            milestone.order_id.unlink()

    def test_a_line_described_anew_makes_the_next_round(self):
        milestone = self._start()
        acceptance = self._ask(milestone)
        milestone.order_id.order_line.name = "Something else"
        self.assertEqual(acceptance.state, "withdrawn")
        self.assertEqual(milestone.acceptance_state, "draft")

    def test_another_customer_is_asked_himself(self):
        milestone = self._start(acceptance_contact_ids=[Command.create({"partner_id": self.anna.id})])
        acceptance = self._ask(milestone)
        other = self.env["res.partner"].create({"name": "Lighthouse", "email": "light@house.example"})
        copied = milestone.order_id.copy()
        self.assertEqual(copied.billing_milestone_ids.acceptance_contact_ids.partner_id, self.anna)
        copied.partner_id = other
        self.assertFalse(copied.billing_milestone_ids.acceptance_contact_ids)
        copied = milestone.order_id.copy({"partner_id": other.id})
        self.assertFalse(copied.billing_milestone_ids.acceptance_contact_ids)
        milestone.order_id.partner_id = other
        self.assertEqual(acceptance.state, "withdrawn")
        following = milestone._open_acceptance()
        self.assertRecordValues(following, [{"state": "draft", "partner_id": other.id}])
        self.assertEqual(following.approver_ids.partner_id, other)

    def test_without_the_addon_people_attain_what_was_not_accepted(self):
        rejected, ready = self._start(due_on="date", date="2020-01-31", product=self.plain), self._start(due_on="task")
        self._drain()
        self._answer(self._ask(rejected), "rejected", reason="No")
        ready.task_ids.state = "1_done"
        accepted = self._start(due_on="task")
        self._answer(self._ask(accepted))
        module = self.env.ref("base.module_milestone_billing_acceptance")
        warning = self.env["base.module.uninstall"].create({"module_ids": module.ids}).billing_warning
        self.assertIn(rejected.order_id.name, warning)
        self.assertNotIn(accepted.order_id.name, warning)
        leave_to_people(self.env)
        self.assertEqual([row.due_on for row in (rejected, ready, accepted)], ["manual", "manual", "task"])
        self.assertIn("by hand", str(rejected.order_id.message_ids.mapped("body")))

    def test_what_was_answered_is_not_deleted(self):
        milestone = self._start()
        self._answer(self._ask(milestone), "rejected", reason="No")
        with self.assertRaises(UserError):
            milestone.unlink()

    def test_a_copied_order_has_no_acceptances(self):
        milestone = self._start(acceptance_days=4)
        self._answer(self._ask(milestone))
        copied = milestone.order_id.copy().billing_schedule_ids.milestone_ids
        self.assertRecordValues(copied, [{"needs_acceptance": True, "acceptance_days": 4, "acceptance_ids": []}])
        self.assertFalse(copied.acceptance_ready_percent)

    def test_files_are_those_of_the_day_they_were_sent(self):
        milestone = self._start()
        acceptance = milestone._ask_for_acceptance()
        file = self.env["ir.attachment"].create({"name": "Plan.txt", "raw": b"one"})
        acceptance.file_ids = file
        acceptance.action_send()
        file.raw = b"two"
        self.assertEqual(acceptance.file_ids.raw, b"one")
        self.assertNotEqual(acceptance.file_ids, file)
        [facts] = acceptance._content()["files"]
        self.assertEqual(facts["name"], "Plan.txt")
