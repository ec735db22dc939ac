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

    @api.model_create_multi
    def create(self, vals_list):
        tasks = super().create(vals_list)
        if not self.env.context.get("billing_syncing"):
            tasks.filtered("milestone_id")._billing_follow_milestone(self.env["project.milestone"])
        return tasks

    def write(self, vals):
        watched = complete = self.env["billing.milestone"]
        before = self.env["project.milestone"]
        if vals.keys() & {"state", "active", "milestone_id"}:
            watched = self._billing_watched()
            complete = watched._filter_complete()
            before = self.sudo().milestone_id
        moved = "milestone_id" in vals and not self.env.context.get("billing_syncing")
        result = super().write(vals)
        if moved:
            self._billing_follow_milestone(before)
            watched |= self.sudo().billing_milestone_ids
        if watched:
            watched._follow_tasks(complete)
        return result

    def unlink(self):
        watched = self.sudo().billing_milestone_ids
        complete = watched._filter_complete()
        result = super().unlink()
        if watched:
            watched._follow_tasks(complete)
        return result

    def _billing_watched(self):
        """Return the milestones that wait for these tasks (as superuser), read by the query that finds them."""
        milestones = self.env["billing.milestone"].sudo().with_context(active_test=False)
        return milestones.search_fetch([("task_ids", "in", self.ids)]).with_env(self.sudo().env)

    def _billing_follow_milestone(self, before):
        """Keep the tasks of a billing milestone those of its native one, as the project manager moves them.

        :param before: the native milestones these tasks had (``project.milestone``)
        """
        for task in self.sudo().filtered(lambda task: not task.has_template_ancestor):
            left = before.billing_milestone_ids - task.milestone_id.billing_milestone_ids
            joined = task.milestone_id.billing_milestone_ids.filtered(lambda milestone: milestone.due_on == "task")
            if left & task.billing_milestone_ids or joined - task.billing_milestone_ids:
                task.billing_milestone_ids = (task.billing_milestone_ids - left) | joined
