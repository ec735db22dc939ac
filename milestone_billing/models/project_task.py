from odoo import api, fields, models


class ProjectTask(models.Model):
    _inherit = "project.task"

    billing_milestone_ids = fields.Many2many(
        "billing.milestone",
        "billing_milestone_task_rel",
        "task_id",
        "milestone_id",
        "Billing Milestones",
        copy=False,
        groups="milestone_billing.group_billing_user,project.group_project_user",
        help="The milestones of billing schedules that wait for this task.",
    )

    #: People enter this link on the billing milestone.
    _kept_fields = frozenset({"billing_milestone_ids"})

    @api.model_create_multi
    def create(self, vals_list):
        tasks = super().create(vals_list)
        if not self._is_flagged("billing_syncing") and not self._is_flagged("billing_copying"):
            # A sub-task is a part of the task that its milestone waits for: it is waited for only if a person adds it.
            apart = tasks.filtered(lambda task: task.milestone_id != task.sudo().parent_id.milestone_id)
            apart.filtered("milestone_id")._billing_follow_milestone(self.env["project.milestone"])
        return tasks

    def copy(self, default=None):
        # OVERRIDE: Odoo copies the native milestone too; a copy is no condition of what waits for the original.
        if "milestone_id" in (default or {}):
            return super().copy(default)
        copies = super(ProjectTask, self._flagged("billing_copying")).copy(default)
        return self.browse(copies.ids)

    def write(self, vals):
        watched = complete = self.env["billing.milestone"]
        before = self.env["project.milestone"]
        if vals.keys() & {"state", "active", "milestone_id"}:
            watched = self._billing_watched()
            complete = watched._filter_complete()
            before = self.sudo().milestone_id
        moved = "milestone_id" in vals and not self._is_flagged("billing_syncing")
        # Odoo writes the milestone on sub-tasks as well: only the tasks that the user moved himself are added.
        result = super(ProjectTask, self._flagged(billing_moving=tuple(self.ids)) if moved else self).write(vals)
        if moved:
            self._billing_follow_milestone(before)
            watched |= self.sudo().billing_milestone_ids
        if watched:
            watched._follow_tasks(complete)
        if vals.keys() & {"is_template", "parent_id"} and self.sudo().billing_milestone_ids:
            self.env["billing.attainment"]._wake()
        return result

    def unlink(self):
        watched = self.sudo().billing_milestone_ids
        result = super().unlink()
        if watched:
            # Deleting a done task does not undo what it attained.
            watched._follow_tasks(watched.browse())
        return result

    def _billing_watched(self):
        """Return the milestones that wait for these tasks (as superuser), read by the query that finds them."""
        milestones = self.env["billing.milestone"].sudo().with_context(active_test=False)
        return milestones.search_fetch([("task_ids", "in", self.ids)]).with_env(self.sudo().env)

    def _billing_follow_milestone(self, before):
        """Keep the tasks of a billing milestone those of its native one, as the project manager moves them.

        :param before: the native milestones these tasks had (``project.milestone``)
        """
        moving = self._flag_value("billing_moving") or ()
        for task in self.sudo().filtered(lambda task: not task.has_template_ancestor):
            left = before.billing_milestone_ids - task.milestone_id.billing_milestone_ids
            joined = task.milestone_id.billing_milestone_ids.filtered(lambda milestone: milestone.due_on == "task")
            taken_along = task.parent_id.id in moving and task.id not in moving
            if taken_along and not left & task.billing_milestone_ids:
                joined = joined.browse()
            if left & task.billing_milestone_ids or joined - task.billing_milestone_ids:
                task.billing_milestone_ids = (task.billing_milestone_ids - left) | joined
