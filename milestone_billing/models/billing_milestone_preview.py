from odoo import models
from odoo.addons.billing_base.engine.units import from_units
from odoo.tools import format_date

from .billing_milestone_attaining import CANCELLED, DONE
from .days import NEAR_PAST

NAMED_TASKS = 3


class BillingMilestone(models.Model):
    """What makes a milestone due and what attaining it will do, in words, before anybody does it."""

    _inherit = "billing.milestone"

    # === WHAT MAKES IT DUE === #

    def _describe_due(self):
        """Return, as a text, what makes this milestone due."""
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
        """Return, as a text, what attaining this milestone will do; empty when it is attained already."""
        self.ensure_one()
        if self._is_attained() or self.state == "cancelled":
            return ""
        amount = self.currency_id.format(self._amount_ahead())
        if self.sudo().order_id.state != "sale":
            sentence = self.env._("Attained after the order is confirmed, it bills %s, untaxed.", amount)
        elif self.currency_id.is_zero(self._amount_ahead()):
            if self._waits_for_credit():
                return self.env._("Attaining it again leaves its invoice as it is: nothing is credited.")
            return self.env._("Attaining it bills nothing more.")
        elif self.is_held:
            return self.env._("Attaining it bills %s, untaxed, once the hold ends or is released.", amount)
        else:
            sentence = self.env._("Attaining it bills %s, untaxed.", amount)
        return f"{sentence} {self._describe_invoice()}"

    def _describe_attaining(self, percent):
        """Return, as a text, what attaining these milestones to ``percent`` (cumulative) will do."""
        milestones = self.sudo()
        rising = milestones.filtered(lambda row: percent > row.attained_percent)
        sentences = []
        if rising:
            sentences.append(self.env._("Bills %s, untaxed.", rising._format_steps(percent)))
            sentences += {row._describe_invoice(percent): None for row in rising if not row.is_held}
        if milestones - rising:
            taken_back = (milestones - rising)._format_steps(percent)
            sentences.append(
                self.env._(
                    "Takes %s back: off a draft invoice; of a posted one, a credit note is proposed.", taken_back
                )
            )
        if any(row.is_held for row in milestones):
            sentences.append(self.env._("It is billed as soon as the hold ends or is released."))
        return " ".join(sentences)

    def _far_day_warning(self, day):
        """Return, as a text, why attaining this milestone on ``day`` looks like a slip of the pen; else False."""
        self.ensure_one()
        ordered = self._confirmation_day()
        if not day or day >= (ordered or day) and day >= self._today() - NEAR_PAST:
            return False
        shown = format_date(self.env, day)
        if day < self._today() - NEAR_PAST:
            return self.env._("%s is more than a year ago: check the year.", shown)
        dated = self.schedule_id.invoice_date_policy == "attained"
        text = self.env._(
            "%(day)s lies before the order was confirmed, on %(ordered)s.",
            day=shown,
            ordered=format_date(self.env, ordered),
        )
        return f"{text} {self.env._('The invoice is dated so all the same.')}" if dated else text

    def _format_steps(self, percent):
        """Return by how much ``percent`` changes what is due of these milestones, currency by currency, as a text."""
        steps = {}
        for milestone in self:
            step = abs(milestone._step_to(percent))
            steps[milestone.currency_id] = steps.get(milestone.currency_id, 0.0) + step
        return " + ".join(f"\u2068{currency.format(amount)}\u2069" for currency, amount in steps.items())

    def _describe_undo(self):
        """Return, as a text, what taking the attainment of this milestone back will do; empty when there is none."""
        self.ensure_one()
        if not self.attained_percent:
            return ""
        lines = self.sudo().invoice_line_ids
        drafts = lines.filtered(lambda line: line.parent_state == "draft" and line._is_billing_charge())
        posted = lines.filtered(lambda line: line.parent_state == "posted")
        billed = sum(line._billing_order_amount(self.currency_id) * -line.move_id.direction_sign for line in posted)
        sentences = []
        if drafts:
            sentences.append(self.env._("Undoing it takes it off the draft invoice."))
        if not self._is_zero(billed):
            charges = posted.filtered(lambda line: line._is_billing_charge())
            sentences.append(
                self.env._(
                    "Undoing it proposes a credit note of %(amount)s for %(invoices)s.",
                    amount=self.currency_id.format(self.currency_id.round(billed)),
                    invoices=", ".join(charges.move_id.sorted("id").mapped("name")),
                )
            )
        return " ".join(sentences) or self.env._("Nothing of it is billed, so undoing it changes no invoice.")

    def _describe_invoice(self, percent=100.0):
        """Return what becomes of the invoice of this milestone, once attained to ``percent``."""
        order = self.sudo().order_id
        rules = order._billing_rules()[order]
        if order._billing_is_left_to_run(rules):
            sentences = [self._describe_run(rules), self._describe_policy(rules["billing_invoices"].value)]
        else:
            sentences = [self._describe_policy(self.sudo()._invoice_policy()), *self._describe_sharing()]
        advance = self._describe_advance(percent)
        return " ".join([*sentences, advance] if advance else sentences)

    def _describe_sharing(self):
        """Return what else the queue bills on the invoice of this milestone: a list of sentences."""
        sharing = self.sudo()._sharing()
        if sharing == "order":
            return [self.env._("It also bills what else of the order is due.")]
        return [self.env._("It also bills what else is due of this customer.")] if sharing == "customer" else []

    def _describe_policy(self, policy):
        """Return what becomes of an invoice by a policy of ``INVOICE_POLICIES``."""
        customer = self.sudo().order_id.partner_invoice_id.display_name
        return {
            "draft": self.env._("The invoice will stay in draft."),
            "post": self.env._("The invoice will be posted."),
            "send": self.env._("The invoice will be posted and sent to %s.", customer),
        }[policy]

    def _describe_run(self, rules):
        """Return when the invoice run bills this milestone.

        :param dict rules: of its order, as ``_billing_rules`` has them
        """
        if rules["billing_when"].value != "days":
            return self.env._("It also bills what else is due of this customer.")
        calendar = self.env["billing.calendar"].sudo().browse(rules["billing_calendar_id"].value or ())
        if not calendar.next_days:
            return self.env._("It waits until billing days are chosen.")
        return self.env._("It is made on the customer's billing day: %s.", calendar.next_days.partition(" · ")[0])

    def _amount_ahead(self):
        """Return what attaining this milestone in full still bills (untaxed, in the order's currency)."""
        self.ensure_one()
        return self._step_to(100.0)

    def _step_to(self, percent):
        """Return what attaining this milestone to ``percent`` bills beyond what is attained; below zero: takes back."""
        self.ensure_one()
        rounding = self.currency_id.rounding
        return from_units(self.allocation_ids._step_to(percent), rounding) if rounding else 0.0

    def _waits_for_credit(self):
        """Return what is billed of this milestone beyond what is attained or worth, and not credited (untaxed)."""
        self.ensure_one()
        return self.currency_id.round(sum(self._credit_owed().values()))

    # === WHERE IT STANDS === #

    def _status_label(self):
        """Return the label of this milestone's status, in the user's language."""
        self.ensure_one()
        return dict(self._fields["status"]._description_selection(self.env))[self.status]

    def _is_late(self):
        """Return whether this milestone was expected before today and is not attained."""
        self.ensure_one()
        running = self.sudo().order_id.state == "sale" and self.state in ("planned", "partial")
        return bool(running and self.planned_date and self.planned_date < self._today() and not self._is_attained())

    def _open_tasks(self):
        """Return the tasks that have to be done before this milestone is attained (``project.task``, as superuser)."""
        self.ensure_one()
        return self.sudo().task_ids.filtered(lambda task: task.state not in (DONE, CANCELLED))
