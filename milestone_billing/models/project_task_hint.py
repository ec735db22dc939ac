from odoo import api, fields, models

from .billing_milestone_attaining import CANCELLED, DONE


class ProjectTask(models.Model):
    _inherit = "project.task"

    # What else it follows from is left out on purpose: cards are read anew, and marking a task done must not search for
    # the cards of others.
    billing_hint = fields.Char(
        "Bills",
        compute="_compute_billing_hint",
        groups="milestone_billing.group_billing_user,project.group_project_user",
        help="What finishing the task bills, or how many tasks it waits for besides.",
    )

    @api.depends("state")
    @api.depends_context("uid", "lang", "allowed_company_ids")
    def _compute_billing_hint(self):
        open_tasks = self.filtered(lambda task: task.state not in (DONE, CANCELLED))
        hints = self.env["billing.milestone"]._task_hints(open_tasks.ids)
        for task in self:
            task.billing_hint = hints.get(task._origin.id, False)


class BillingMilestone(models.Model):
    _inherit = "billing.milestone"

    @api.model
    def _task_hints(self, task_ids):
        """Return what finishing each of these open tasks bills: ``{task id: text}``, without those that bill nothing.

        Only of milestones that the user may read, as on the form of a task; in as many queries for one as for many.
        """
        if not task_ids or not self._may_see_plans():
            return {}
        ahead = self.search([("task_ids", "in", task_ids), ("due_on", "=", "task")], order="order_id, sequence, id")
        ahead = ahead.sudo().filtered(
            lambda row: (
                row.order_id.state == "sale"
                and not row._is_attained()
                and not row.currency_id.is_zero(row._amount_ahead())
            )
        )
        alone, shared = {}, {}
        for milestone in ahead:
            remaining = milestone._open_tasks()
            hints = shared if len(remaining) > 1 else alone
            for task in remaining:
                hints[task.id] = hints.get(task.id, self.browse()) | milestone
        return {
            task: " · ".join(self._hint_words(alone.get(task, ()), shared.get(task, ())))
            for task in {*alone, *shared}.intersection(task_ids)
        }

    @api.model
    def _hint_words(self, alone, shared):
        """Return what a card says of the milestones that wait for its task alone, and of those for others too."""
        words = []
        for milestone in alone:
            amount = milestone.currency_id.format(milestone._amount_ahead())
            held = milestone.status == "held"
            words.append(self.env._("Bills %s, on hold", amount) if held else self.env._("Bills %s", amount))
        for milestone in shared:
            counted = milestone.task_ids.filtered(lambda task: task.state != CANCELLED)
            words.append(
                self.env._(
                    "%(remaining)s of %(total)s tasks left to bill %(amount)s",
                    remaining=len(milestone._open_tasks()),
                    total=len(counted),
                    amount=milestone.currency_id.format(milestone._amount_ahead()),
                )
            )
        return words
