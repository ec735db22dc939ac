from odoo.fields import Command
from odoo.tests import tagged

from .common import BillingCommon


@tagged("post_install", "-at_install")
class TestTaskCopies(BillingCommon):
    """A copy of a task is no condition of the milestone that waits for the original, until somebody makes it one."""

    def _start(self, **values):
        order = self._make_order(1000.0)
        milestone = self._make_schedule(order, {"name": "Build", "due_on": "task", "percent": 100, **values})
        order.action_confirm()
        milestone = milestone.milestone_ids
        milestone.project_milestone_id.project_id.allow_recurring_tasks = True
        return milestone, milestone.task_ids

    def _assert_billed(self, milestone):
        self._drain()
        self.assertEqual(milestone.attained_percent, 100.0)
        self.assertEqual(milestone.order_id.invoice_ids.mapped("amount_untaxed"), [1000.0])

    def test_recurring_task_is_billed_once_when_it_is_done(self):
        milestone, task = self._start()
        task.child_ids = [Command.create({"name": "Part", "project_id": task.project_id.id})]
        task.write({"recurring_task": True, "repeat_interval": 1, "repeat_unit": "month", "repeat_type": "forever"})
        task.state = "1_done"
        following = task.recurrence_id.task_ids - task
        self.assertEqual(len(following), 1)
        self.assertEqual(milestone.task_ids, task)
        self._assert_billed(milestone)
        following.state = "1_done"
        following.state = "01_in_progress"
        self._assert_billed(milestone)
        self.assertEqual(milestone.task_ids, task)

    def test_duplicated_task_neither_holds_back_nor_undoes(self):
        milestone, task = self._start()
        more = task.copy()
        self.assertEqual(more.milestone_id, milestone.project_milestone_id, "as Odoo copies it")
        task.state = "1_done"
        late = task.copy()
        self._assert_billed(milestone)
        (more | late).state = "1_done"
        (more | late).state = "01_in_progress"
        self._assert_billed(milestone)

    def test_copy_counts_once_somebody_puts_it_there(self):
        milestone, task = self._start()
        more = task.copy()
        more.milestone_id = False
        more.milestone_id = milestone.project_milestone_id
        self.assertEqual(milestone.task_ids, task | more)
        also = task.copy({"milestone_id": milestone.project_milestone_id.id})
        milestone.task_ids |= also
        task.state = more.state = "1_done"
        self.assertFalse(milestone.attainment_ids)
        also.state = "1_done"
        self.assertEqual(milestone.attained_percent, 100.0)

    def test_task_made_by_a_person_in_the_native_milestone_counts(self):
        milestone, task = self._start()
        copied = task.copy()
        values = {"name": "More", "project_id": task.project_id.id, "milestone_id": milestone.project_milestone_id.id}
        more = copied.create(values)
        self.assertEqual(milestone.task_ids, task | more)

    def test_sub_tasks_hold_nothing_back_unless_chosen(self):
        milestone, task = self._start()
        native = milestone.project_milestone_id
        values = {"project_id": task.project_id.id, "parent_id": task.id}
        first, second, third = self.env["project.task"].create(
            [
                {"name": "By the form", "milestone_id": native.id, **values},
                {"name": "By itself", **values},
                {"name": "Chosen", **values},
            ]
        )
        task.milestone_id = False
        task.milestone_id = native
        self.assertEqual(first.milestone_id, native, "Odoo takes it along")
        self.assertEqual(milestone.task_ids, task)
        milestone.task_ids |= third
        task.state = "1_done"
        self.assertFalse(milestone.attainment_ids)
        third.state = "1_done"
        self._assert_billed(milestone)
        self.assertEqual((first | second).mapped("state"), ["01_in_progress"] * 2)

    def test_chosen_sub_task_moves_along_with_its_parent(self):
        milestone, task = self._start()
        project = task.project_id
        child = task.create({"name": "Part", "project_id": project.id, "parent_id": task.id})
        child.milestone_id = milestone.project_milestone_id
        milestone.task_ids |= child
        order = milestone.order_id
        second = milestone.create({"schedule_id": milestone.schedule_id.id, "name": "Later", "due_on": "task"})
        self.assertTrue(second.project_milestone_id)
        task.milestone_id = second.project_milestone_id
        self.assertLessEqual(task | child, second.task_ids)
        self.assertFalse(milestone.task_ids)
        self.assertEqual(order.state, "sale")

    def test_templates_and_copies_of_projects_leave_the_original_alone(self):
        milestone, task = self._start()
        template = task.copy()
        template.is_template = True
        made = self.env["project.task"].browse(template.action_create_from_template())
        self.assertEqual(milestone.task_ids, task)
        copied = task.project_id.copy()
        as_template = task.project_id.action_create_template_from_project()["params"]["project_id"]
        copies = copied.task_ids | self.env["project.project"].browse(as_template).task_ids
        self.assertFalse(copies.billing_milestone_ids)
        self.assertFalse(copied.milestone_ids.billing_milestone_ids)
        task.state = "1_done"
        self._assert_billed(milestone)
        made.state = "1_canceled"
        self._assert_billed(milestone)

    def test_deleting_what_is_done_takes_nothing_back(self):
        milestone, task = self._start()
        task.state = "1_done"
        self._drain()
        task.unlink()
        self._assert_billed(milestone)
        self.assertEqual(milestone.state, "invoiced")
