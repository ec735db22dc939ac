from odoo import api, fields, models

from .billing_milestone_attaining import CANCELLED, DONE


class ProjectTask(models.Model):
    _inherit = "project.task"

    @api.readonly
    def get_billing_preview(self) -> list:
        """Return what finishing this task bills, milestone by milestone; or what became of it.

        :return: per milestone that waits for this task ``{"id", "name", "order_id", "order", "status", "label",
            "title", "text", "reason", "remedy", "invoices"}``, all but the ids in words. ``status`` is that of
            ``sale.order.get_billing_timeline``; ``invoices`` lists ``{"id", "name", "may_open"}``.
        :raises AccessError: for customers, and without access to the task or to milestones.
        """
        self.ensure_one()
        self.check_access("read")
        milestones = self.env["billing.milestone"]
        milestones._check_may_see_plans()
        watched = milestones.search([("task_ids", "in", self.ids)], order="order_id, sequence, id")
        return [dict(node, **self._describe_billing(node)) for node in watched._as_previews()]

    def _describe_billing(self, node):
        """Return the title and the text for this task of a milestone's preview ``node``."""
        milestone = self.env["billing.milestone"].sudo().browse(node["id"])
        title, text = self._describe_billed(milestone) or self._describe_ahead(milestone)
        return {"title": title, "text": text}

    def _describe_billed(self, milestone):
        """Return (title, text) once the milestone is attained or its order cancelled, or it owes a credit; else None.

        Amounts are those of the facts: what is still to be billed, what stands on invoices, what was credited.
        """
        status, attained = milestone.status, milestone._is_attained()
        if status == "cancelled":
            return self.env._("The order is cancelled: finishing this task bills nothing"), ""
        if milestone._waits_for_credit():
            return self.env._("%s is to be credited", milestone.currency_id.format(milestone._waits_for_credit())), ""
        if status == "crediting":
            drafted = milestone.currency_id.format(milestone.to_credit_amount)
            return self.env._("%s is on a draft credit note", drafted), ""
        waits = milestone.currency_id.format(milestone.waiting_amount)
        if milestone.is_held and milestone.waiting_amount:
            return self.env._("%s waits: on hold", waits), ""
        if status == "due" and milestone._is_left_to_run() and milestone._obstacle()[0]:
            return self.env._("%s waits for its billing day", waits), ""
        if status == "due" and milestone.waiting_amount:
            return self.env._("%s is being billed", waits), self.env._("Its invoice is made within seconds.")
        if status in ("blocked", "failed") and not milestone._waits_for_nothing():
            titles = {
                "blocked": self.env._("%s is not billed yet", waits),
                "failed": self.env._("%s could not be billed", waits),
            }
            return titles[status], ""
        return self._describe_invoiced(milestone) if attained else None

    def _describe_invoiced(self, milestone):
        """Return (title, text) of a milestone that is attained and billed, or None."""
        billed = milestone.currency_id.format(milestone.billed_amount)
        titles = {
            "drafted": self.env._("%s is on a draft invoice", billed),
            "invoiced": self.env._("%s is invoiced", billed),
            "paid": self.env._("%s is invoiced and paid", billed),
            "credited": self.env._(
                "%s was invoiced and credited", milestone.currency_id.format(milestone.credited_amount)
            ),
        }
        return (titles[milestone.status], "") if milestone.status in titles else None

    def _describe_ahead(self, milestone):
        """Return (title, text) while the milestone waits for its tasks."""
        amount = milestone.currency_id.format(milestone._amount_ahead())
        tasks = milestone.task_ids
        remaining = milestone._open_tasks()
        others = len(remaining - self)
        if milestone.currency_id.is_zero(milestone._amount_ahead()):
            return self.env._("Finishing this task bills nothing more"), ""
        follows = milestone._describe_invoice()
        if milestone.is_held:
            # The text of the hold, beside this one, has what becomes of it.
            follows = ""
        if self.state == CANCELLED:
            return self.env._("A cancelled task does not count as done"), self._describe_rest(amount, len(remaining))
        if self.state == DONE:
            return self._describe_rest(amount, len(remaining)), ""
        if others:
            title = self.env._(
                "%(amount)s is billed when all its tasks are done; %(remaining)s of %(total)s remain",
                amount=amount,
                remaining=len(remaining),
                total=len(tasks.filtered(lambda task: task.state != CANCELLED)),
            )
            return title, follows
        if milestone.order_id.state != "sale":
            return self.env._("Finishing this task bills %s, once the order is confirmed", amount), follows
        return self.env._("Finishing this task bills %s", amount), follows

    def _describe_rest(self, amount, remaining):
        if not remaining:
            return self.env._("%s is billed when somebody attains the milestone", amount)
        if remaining == 1:
            return self.env._("%s is billed when the one task that remains is done", amount)
        return self.env._(
            "%(amount)s is billed when the %(count)s tasks that remain are done", amount=amount, count=remaining
        )

    def action_view_billing_invoices(self):
        """Open the invoices of the milestones that wait for this task.

        :return: a window action
        :raises AccessError: for customers, and without access to the task, to milestones or to invoices.
        """
        self.ensure_one()
        self.check_access("read")
        milestones = self.env["billing.milestone"]
        milestones._check_may_see_plans()
        return milestones.search([("task_ids", "in", self.ids)]).action_view_invoices()


class BillingMilestone(models.Model):
    _inherit = "billing.milestone"

    def _as_previews(self):
        """Return these milestones as the previews on their tasks, without the words for the task itself."""
        rights = self._timeline_rights()
        moves = self.sudo().invoice_line_ids.move_id.sudo(self.env.su)
        readable = moves._filtered_access("read") if rights["books"] else moves.browse()
        previews = []
        for milestone in self.sudo().filtered(lambda row: row.due_on == "task"):
            reason, remedy = milestone._obstacle()
            previews.append(
                {
                    "id": milestone.id,
                    "name": milestone.name,
                    "order_id": milestone.order_id.id,
                    "order": milestone.order_id.name,
                    "status": milestone.status,
                    "label": milestone._status_label(),
                    "planned_date": fields.Date.to_string(milestone.planned_date) or "",
                    "reason": reason,
                    "remedy": remedy,
                    "invoices": [
                        milestone._invoice_node(move, readable)
                        for move in milestone.invoice_line_ids.move_id.sorted("id")
                    ],
                }
            )
        return previews
