from odoo import models
from odoo.fields import Command


class BillingSchedule(models.Model):
    """On confirmation: the plan becomes the project's milestones, and what is due already is attained."""

    _inherit = "billing.schedule"

    def _start(self):
        """Start schedules whose order was just confirmed (called after Odoo made its projects and tasks)."""
        for schedule in self:
            schedule._cover_lines()
            schedule._plan()
            if schedule.amount_difference:
                schedule._tell_difference()
        self.milestone_ids._reset_cancelled()
        self.milestone_ids._activate()

    def _copy_to(self, order):
        """Copy these schedules to ``order``, a fresh copy of theirs: the same plan, nothing attained."""
        for schedule in self:
            old, new = (
                orders.order_line.sorted(lambda line: (line.sequence, line.id)) for orders in (schedule.order_id, order)
            )
            old = old.filtered(lambda line: line._is_schedulable())
            lines = dict(zip(old.ids, new.filtered(lambda line: line._is_schedulable()).ids, strict=False))
            copied = schedule.with_context(billing_plan_deferred=True).copy(
                {"order_id": order.id, "external_key": False, "milestone_ids": False}
            )
            if not schedule.cover_all:
                covered = [lines[line] for line in schedule.line_ids.ids if line in lines]
                self.env["sale.order.line"].browse(covered).with_context(billing_plan_deferred=True).write(
                    {"billing_schedule_id": copied.id}
                )
            schedule._copy_milestones(copied, lines)
            copied._cover_lines()
            copied._plan()

    def _copy_milestones(self, copied, lines):
        """Copy the milestones of this schedule to ``copied``; ``lines`` maps old order lines to new (ids)."""
        made = {}
        for milestone in self.milestone_ids.filtered(lambda milestone: not milestone.is_change_order).sorted(
            "sequence"
        ):
            values = {"schedule_id": copied.id, "offset_milestone_id": False, "planned_date": False}
            values["line_ids"] = [Command.set([lines[line] for line in milestone.line_ids.ids if line in lines])]
            if milestone.offset_milestone_id:
                values.update(offset_from="confirmation")
            made[milestone] = milestone.with_context(billing_plan_deferred=True).copy(values)
        for milestone, new in made.items():
            if milestone.offset_milestone_id in made:
                new.with_context(billing_plan_deferred=True).write(
                    {"offset_from": "milestone", "offset_milestone_id": made[milestone.offset_milestone_id].id}
                )

    def _tell_difference(self):
        self.ensure_one()
        self.order_id._billing_log(
            self.env._(
                "The plan %(name)s does not total its lines: %(amount)s is not planned.",
                name=self.name,
                amount=self.currency_id.format(self.amount_difference),
            )
        )

    def _stop(self):
        """Take what waits for billing out of the queue: the order was cancelled."""
        pending = self.milestone_ids.attainment_ids.filtered(
            lambda attainment: attainment.state in ("pending", "blocked", "failed")
        )
        pending._set_state("cancelled", lambda rows: (rows.env._("The order was cancelled."), False))
