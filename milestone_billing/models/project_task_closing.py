from odoo import api, models
from odoo.addons.record_protection import reading
from odoo.addons.record_protection.refusals import read_argument

from .billing_milestone_attaining import CANCELLED, DONE


class ProjectTask(models.Model):
    """Moving a task to a closing stage (*Tasks Here Are Done*): to a project manager it is done, to Odoo it is not."""

    _inherit = "project.task"

    def write(self, vals):
        # OVERRIDE: Odoo keeps the state of a task moved to a closing stage; by setting of the company it becomes done.
        finished = self.browse()
        # What is no stage at all, Odoo refuses itself.
        if isinstance(vals.get("stage_id"), int) and reading.is_ref(vals["stage_id"]) and "state" not in vals:
            finished = self._billing_closed_by(vals["stage_id"], "always")
        result = super().write(vals)
        if finished:
            finished.write({"state": DONE})
        return result

    @api.readonly
    def get_closing_questions(self, stage_id: int) -> dict:
        """Return what to ask before these tasks move to a closing stage together, where their company asks.

        :param int stage_id: the stage (``project.task.type``) they are about to move to
        :return: ``{str(task id): question}``: whether to mark the task done, with what that bills (untaxed), in words.
            Nothing for tasks that no billing milestone waits for, that are done or cancelled, or at this stage already,
            nor where the stage does not close tasks or the company does not ask.
        :raises AccessError: for whoever may not move these tasks.
        :raises UserError: where ``stage_id`` is no id
        """
        self.check_access("write")
        stage_id = read_argument(self.env, "stage_id", reading.whole, stage_id, reading.LARGEST_ID, 1)
        tasks = self._billing_closed_by(stage_id, "ask")
        return self.env["billing.milestone"]._closing_questions(tasks)

    def _billing_closed_by(self, stage_id, policy):
        """Return the open tasks that a milestone waits for and that this stage closes, in companies of this policy.

        :param int stage_id: the stage (``project.task.type``) they move to; not each closes
        :param str policy: of ``CLOSING_POLICIES``
        """
        stage = self.env["project.task.type"].sudo().browse(stage_id).exists()
        moved = self.filtered(lambda task: task.state not in (DONE, CANCELLED) and task.stage_id != stage)
        if not stage.billing_closes or not moved:
            return self.browse()
        waiting = moved._billing_watched().filtered(
            lambda row: row._waits_for_tasks() and row.company_id.billing_closing_policy == policy
        )
        return moved.filtered(lambda task: task.id in waiting.task_ids.ids and not task.sudo().has_template_ancestor)


class BillingMilestone(models.Model):
    _inherit = "billing.milestone"

    def _waits_for_tasks(self):
        """Return whether this milestone is attained once its tasks are done."""
        self.ensure_one()
        return self.due_on == "task" and self.order_id.state == "sale" and not self._is_attained()

    @api.model
    def _closing_questions(self, tasks):
        """Return ``{str(task id): question}`` of ``tasks`` that finish together, as far as the user may see plans."""
        if not tasks or not self._may_see_plans():
            return {}
        rows = self.search([("task_ids", "in", tasks.ids), ("due_on", "=", "task")], order="order_id, sequence, id")
        waiting = rows.sudo().filtered(lambda row: row._waits_for_tasks())
        mine = {task: waiting.filtered(lambda row, task=task: task.id in row.task_ids.ids) for task in tasks}
        # With keys of text: XML-RPC knows no others.
        return {str(task.id): rows._closing_question(tasks) for task, rows in mine.items() if rows}

    def _closing_question(self, finished):
        """Return whether to mark a task of these milestones done, and what that bills once ``finished`` are done."""
        complete = self.filtered(lambda row: not row._open_tasks() - finished.sudo())
        billed = complete.filtered(lambda row: not row.is_held and not row.currency_id.is_zero(row._amount_ahead()))
        sentences = [self.env._("Mark done and bill %s?", billed._format_steps(100.0))] if billed else []
        sentences = sentences or [self.env._("Mark done?")]
        sentences += dict.fromkeys(row._describe_invoice() for row in billed)
        for row in self - billed:
            sentences.append(row._closing_rest(len(row._open_tasks() - finished.sudo())))
        return " ".join(filter(None, sentences))

    def _closing_rest(self, remaining):
        """Return when this milestone is billed, which marking a task done does not do; ``remaining`` are open then."""
        if self.currency_id.is_zero(self._amount_ahead()):
            return ""
        amount = self.currency_id.format(self._amount_ahead())
        if remaining:
            return self.env["project.task"]._describe_rest(amount, remaining)
        return self.env._("%s is billed as soon as the hold ends or is released.", amount)
