from odoo import fields, models
from odoo.tools import format_date

from .billing_milestone_attaining import CANCELLED, DONE

NAMED_TASKS = 3


class BillingMilestone(models.Model):
    """What makes a milestone due and what attaining it will do, in words, before anybody does it."""

    _inherit = "billing.milestone"

    # === WHAT MAKES IT DUE === #

    def _describe_due(self):
        """Return, in words, what makes this milestone due."""
        self.ensure_one()
        return getattr(self, f"_describe_due_{self.due_on}")()

    def _describe_due_confirmation(self):
        return self.env._("The confirmation of the order")

    def _describe_due_date(self):
        return self.env._("The %s", format_date(self.env, self.date))

    def _describe_due_offset(self):
        start = self.env._("the confirmation of the order")
        if self.offset_from == "milestone":
            start = self.offset_milestone_id.name or ""
        if not self.offset_number:
            return self.env._("The day of %s", start)
        return self._time_after(start)

    def _time_after(self, start):
        """Return the offset of this milestone from what it counts from, a text: “30 days after the order”."""
        if self.offset_number == 1:
            words = {
                "days": self.env._("1 day after %(start)s"),
                "business_days": self.env._("1 business day after %(start)s"),
                "months": self.env._("1 month after %(start)s"),
            }
        else:
            words = {
                "days": self.env._("%(number)s days after %(start)s"),
                "business_days": self.env._("%(number)s business days after %(start)s"),
                "months": self.env._("%(number)s months after %(start)s"),
            }
        return words[self.offset_unit or "days"] % {"number": self.offset_number, "start": start}

    def _describe_due_task(self):
        tasks = self.sudo().with_context(active_test=False).task_ids
        if not tasks:
            if self.task_pattern:
                return self.env._("Tasks like “%s” of the project, when they are done", self.task_pattern)
            return self.env._("A task of the project, made when the order is confirmed")
        done = len(tasks.filtered(lambda task: task.state == DONE))
        if len(tasks) == 1:
            return self.env._("Task “%s”, when it is done", tasks.name)
        if len(tasks) <= NAMED_TASKS:
            names = ", ".join(self.env._("“%s”", task.name) for task in tasks)
            return self.env._(
                "Tasks %(names)s, when all are done (%(done)s of %(total)s)", names=names, done=done, total=len(tasks)
            )
        return self.env._("%(total)s tasks, when all are done (so far %(done)s)", total=len(tasks), done=done)

    def _describe_due_milestone(self):
        native = self.sudo().project_milestone_id
        if not native:
            return self.env._("A project milestone, which is to be chosen")
        return self.env._("Project milestone “%s”, when it is reached", native.name)

    def _describe_due_delivery(self):
        return self.env._("The delivered quantity of its order lines")

    def _describe_due_manual(self):
        return self.env._("A person, or another system, who says it is attained")

    # === WHAT ATTAINING IT DOES === #

    def _describe_effect(self):
        """Return, in words, what attaining this milestone will do; empty when it is attained already."""
        self.ensure_one()
        if self._is_attained() or self.state == "cancelled":
            return ""
        amount = self.currency_id.format(self._amount_ahead())
        if self.sudo().order_id.state != "sale":
            sentence = self.env._("Attained after the order is confirmed, it bills %s, untaxed.", amount)
        elif self.currency_id.is_zero(self._amount_ahead()):
            return self.env._("Attaining it bills nothing more.")
        else:
            sentence = self.env._("Attaining it bills %s, untaxed.", amount)
        return f"{sentence} {self._describe_invoice()}"

    def _describe_invoice(self):
        """Return what becomes of the invoice, in words."""
        schedule = self.schedule_id
        customer = self.sudo().order_id.partner_invoice_id.display_name
        sentences = [
            {
                "draft": self.env._("The invoice stays in draft."),
                "post": self.env._("The invoice is posted."),
                "send": self.env._("The invoice is posted and sent to %s.", customer),
            }[schedule.invoice_policy]
        ]
        if schedule.grouping == "order":
            sentences.append(self.env._("It also bills what else of the order is due."))
        elif schedule.grouping == "customer":
            sentences.append(self.env._("It also bills what else is due of this customer."))
        return " ".join(sentences)

    def _amount_ahead(self):
        """Return what attaining this milestone in full still bills (untaxed, in the order's currency)."""
        self.ensure_one()
        return self.currency_id.round(self.amount - self.due_amount)

    # === WHAT STANDS IN ITS WAY === #

    def _status(self):
        """Return the state as people see it: one that is not billed yet and on hold is ``held``."""
        self.ensure_one()
        return "held" if self.is_held and self.state in ("planned", "due", "partial") else self.state

    def _status_label(self):
        self.ensure_one()
        status = self._status()
        if status == "held":
            return self.env._("On Hold")
        return dict(self._fields["state"]._description_selection(self.env))[status]

    def _is_late(self):
        """Return whether this milestone was expected before today and is not attained."""
        self.ensure_one()
        running = self.sudo().order_id.state == "sale" and self.state in ("planned", "partial")
        return bool(
            running
            and self.planned_date
            and self.planned_date < fields.Date.context_today(self)
            and not self._is_attained()
        )

    def _obstacle(self):
        """Return (reason, remedy) of what keeps this milestone from being billed; empty texts for nothing."""
        self.ensure_one()
        if self.state in ("blocked", "failed"):
            waiting = self.sudo()._stopped()
            return waiting.reason or "", waiting.remedy or ""
        if self.is_held and self.state in ("planned", "due", "partial"):
            return self._hold_reason()
        return "", ""

    def _open_tasks(self):
        """Return the tasks that have to be done before this milestone is attained (``project.task``, as superuser)."""
        self.ensure_one()
        return self.sudo().task_ids.filtered(lambda task: task.state not in (DONE, CANCELLED))
