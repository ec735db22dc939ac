from odoo.tests import new_test_user, tagged

from .common import BillingCommon


@tagged("post_install", "-at_install")
class TestTriggerGone(BillingCommon):
    """What a milestone waits for can be deleted in Odoo: the milestone says so, asks for a person, and goes on."""

    def _start(self, product=None, **values):
        order = self._make_order(1000.0, product=product)
        milestone = self._make_schedule(order, {"name": "Build", "due_on": "task", "percent": 100, **values})
        order.action_confirm()
        self._drain()
        return milestone.milestone_ids

    def _activities(self, milestone):
        return milestone.order_id.activity_ids.filtered(lambda row: "waits for" in (row.summary or ""))

    def _assert_gone(self, milestone, words):
        self._drain()
        self.assertRecordValues(milestone, [{"state": "blocked", "status": "blocked", "may_retry": False}])
        self.assertRegex(milestone.block_reason, words)
        self.assertIn("Attain", milestone.block_help)
        self.assertEqual(len(self._activities(milestone)), 1)
        self.assertEqual(self._activities(milestone).user_id, milestone.schedule_id._responsible())
        self.assertIn(milestone.id, [row["id"] for row in milestone.get_dashboard()["waiting"]])
        [node] = milestone._as_nodes()
        self.assertIn("attain", node["actions"])
        self.assertRegex(node["reason"], words)
        self._drain()
        self.assertEqual(len(self._activities(milestone)), 1, "said once")

    def _assert_waiting(self, milestone):
        self._drain()
        self.assertRecordValues(milestone, [{"state": "planned", "block_reason": False}])
        self.assertFalse(self._activities(milestone))

    def test_deleted_tasks(self):
        milestone = self._start()
        project = milestone.project_id
        milestone.task_ids.unlink()
        self._assert_gone(milestone, "No task is left")
        milestone.task_ids = self.env["project.task"].create({"name": "Again", "project_id": project.id})
        self._assert_waiting(milestone)
        milestone.task_ids.state = "1_done"
        self._drain()
        self.assertEqual(milestone.state, "invoiced")

    def test_cancelled_tasks(self):
        milestone = self._start()
        milestone.task_ids.state = "1_canceled"
        self._assert_gone(milestone, "cancelled.*Build")
        milestone.task_ids.state = "01_in_progress"
        self._assert_waiting(milestone)

    def test_archived_project(self):
        milestone = self._start()
        project = milestone.project_id
        project.active = False
        self._assert_gone(milestone, "archived")
        project.active = True
        self._assert_waiting(milestone)

    def test_task_that_became_a_template(self):
        milestone = self._start()
        milestone.task_ids.action_convert_to_template()
        self._assert_gone(milestone, "template")
        milestone.task_ids.action_undo_convert_to_template()
        self._assert_waiting(milestone)

    def test_done_task_that_became_a_template_attains_nothing(self):
        milestone = self._start()
        milestone.task_ids.is_template = True
        milestone.task_ids.state = "1_done"
        self._drain()
        self.assertFalse(milestone.attainment_ids)

    def test_deleted_project(self):
        milestone = self._start()
        milestone.project_id.unlink()
        self._assert_gone(milestone, "No task is left")
        milestone.action_attain()
        self._drain()
        self.assertEqual(milestone.state, "invoiced")
        self.assertFalse(self._activities(milestone))

    def test_task_taken_out_of_the_native_milestone(self):
        milestone = self._start()
        task = milestone.task_ids
        task.milestone_id = False
        self._assert_gone(milestone, "No task is left")
        task.milestone_id = milestone.project_milestone_id
        self._assert_waiting(milestone)

    def test_task_moved_to_another_project_is_still_waited_for(self):
        milestone = self._start()
        milestone.task_ids.project_id = self.env["project.project"].create({"name": "Elsewhere"})
        self._assert_waiting(milestone)
        milestone.task_ids.state = "1_done"
        self._drain()
        self.assertEqual(milestone.state, "invoiced")

    def test_deleted_native_milestone(self):
        milestone = self._start(due_on="milestone")
        project = milestone.project_id
        milestone.project_milestone_id.unlink()
        self._assert_gone(milestone, "project milestone")
        native = self.env["project.milestone"].create({"name": "New", "project_id": project.id})
        milestone.project_milestone_id = native
        self._assert_waiting(milestone)
        project.active = False
        self._assert_gone(milestone, "archived")
        project.active = True
        self._assert_waiting(milestone)
        project.is_template = True
        self._assert_gone(milestone, "template")
        project.is_template = False
        project.unlink()
        self._assert_gone(milestone, "project milestone")

    def test_task_is_enough_when_its_native_milestone_is_deleted(self):
        milestone = self._start()
        milestone.project_milestone_id.unlink()
        self._assert_waiting(milestone)
        milestone.task_ids.state = "1_done"
        self._drain()
        self.assertEqual(milestone.state, "invoiced")

    def test_order_without_a_project(self):
        milestone = self._start(product=self.plain)
        self._assert_gone(milestone, "No task")
        milestone.due_on = "manual"
        self._assert_waiting(milestone)

    def test_delivery_of_nothing(self):
        product = self._make_service("Parts", "no", invoice_policy="delivery")
        milestone = self._start(product=product, due_on="delivery")
        self._assert_waiting(milestone)
        milestone.order_id.order_line.product_uom_qty = 0.0
        self._assert_gone(milestone, "no quantity")
        milestone.order_id.order_line.product_uom_qty = 1.0
        self._assert_waiting(milestone)

    def test_what_is_attained_in_part_says_so_too(self):
        milestone = self._start()
        milestone._attain(40.0, milestone._today(), "manual")
        self._drain()
        milestone.task_ids.unlink()
        self._assert_gone(milestone, "No task is left")
        self.assertEqual(milestone.order_id.invoice_ids.mapped("amount_untaxed"), [400.0])

    def test_said_in_the_language_of_who_reads(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        milestone = self._start()
        milestone.task_ids.unlink()
        self._drain()
        self.assertTrue(milestone.with_context(lang="fr_FR").block_reason)

    def test_queue_offers_no_retry_of_what_waits_for_nothing(self):
        milestone = self._start()
        milestone.task_ids.unlink()
        self._drain()
        wizard = self.env["billing.bulk.wizard"].create({"act": "bill", "milestone_ids": milestone.ids})
        self.assertFalse(wizard.concerned_ids)

    def test_cancelled_order_waits_for_nothing_any_more(self):
        milestone = self._start()
        milestone.task_ids.unlink()
        self._drain()
        milestone.order_id._action_cancel()
        self._drain()
        self.assertEqual(milestone.state, "cancelled")
        self.assertFalse(self._activities(milestone))

    def test_project_users_delete_as_before(self):
        milestone = self._start()
        manager = new_test_user(self.env, "chief", "project.group_project_manager")
        milestone.task_ids.with_user(manager).unlink()
        self._assert_gone(milestone, "No task is left")
