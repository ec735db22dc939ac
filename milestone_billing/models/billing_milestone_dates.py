from contextlib import suppress

from odoo import api, models
from odoo.addons.billing_base.models.days import impossible, is_possible
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date

from ..engine.dates import shift
from .days import LONGEST_OFFSET


class BillingMilestone(models.Model):
    """When milestones are expected and due. A project runs late: dates move with what depends on them, amounts stay."""

    _inherit = "billing.milestone"

    @api.depends(
        "due_on",
        "date",
        "due_date",
        "offset_number",
        "offset_unit",
        "offset_from",
        "offset_milestone_id.planned_date",
        "offset_milestone_id.attained_date",
        "offset_milestone_id.attained_percent",
        "project_milestone_id.deadline",
        "order_id.date_order",
        "order_id.state",
    )
    def _compute_planned_date(self):
        for milestone in self:
            milestone.planned_date = milestone._forecast_date() or milestone.planned_date

    @api.depends(
        "due_on",
        "date",
        "offset_number",
        "offset_unit",
        "offset_from",
        "offset_milestone_id.attained_date",
        "offset_milestone_id.attained_percent",
        "order_id.date_order",
        "order_id.state",
    )
    def _compute_due_date(self):
        for milestone in self:
            base = milestone.offset_milestone_id
            if milestone.due_on == "date":
                milestone.due_date = milestone.date
            elif milestone.due_on != "offset" or milestone.order_id.state != "sale":
                milestone.due_date = False
            elif milestone.offset_from == "confirmation":
                milestone.due_date = milestone._offset(milestone._confirmation_day())
            else:
                done = base and base._is_attained()
                milestone.due_date = milestone._offset(base.attained_date) if done else False

    @api.constrains("date", "planned_date", "offset_number")
    def _check_days(self):
        for milestone in self:
            for day in (milestone.date, milestone.planned_date):
                if not is_possible(day):
                    raise ValidationError(impossible(day, self.env))
            if abs(milestone.offset_number) > LONGEST_OFFSET:
                raise ValidationError(
                    self.env._(
                        "%(milestone)s: “Time After” is at most %(number)s.",
                        milestone=milestone.name,
                        number=LONGEST_OFFSET,
                    )
                )

    # === OVERRUNS === #

    def _shift_dates(self, number, unit, followers):
        """Move the dates of these milestones that are not attained, and say so on their orders.

        A milestone counted from another one that moves, moves with it and is not moved twice.

        :param int number: by how many units; below zero, earlier
        :param str unit: ``days``, ``business_days`` or ``months``
        :param bool followers: move also what the same schedule plans later
        :return: the milestones whose date changed (``billing.milestone``)
        :raises AccessError: without the right to change them.
        """
        self.check_access("write")
        chosen = self | self._later_milestones() if followers else self
        chosen = chosen.filtered(lambda milestone: not milestone.attainment_ids and milestone.planned_date)
        plan = self.schedule_id.milestone_ids
        before = {milestone: milestone.planned_date for milestone in plan}
        for milestone in chosen.filtered(lambda milestone: not milestone._moves_with(chosen)):
            milestone._shift_date(number, unit)
        moved = plan.filtered(lambda milestone: milestone.planned_date != before[milestone])
        moved._log_shift(before)
        return moved

    def _later_milestones(self):
        """Return what the schedules of these milestones plan on the day of theirs or later."""
        later = self.browse()
        for milestone in self.filtered("planned_date"):
            day = milestone.planned_date
            later |= milestone.schedule_id.milestone_ids.filtered(
                lambda other, day=day: other.planned_date and other.planned_date >= day
            )
        return later - self

    def _moves_with(self, others):
        """Return whether this milestone is counted, directly or not, from one of ``others``."""
        self.ensure_one()
        base = (
            self.offset_milestone_id if self.due_on == "offset" and self.offset_from == "milestone" else self.browse()
        )
        return bool(base) and (base in others or base._moves_with(others))

    def _shift_date(self, number, unit):
        """Move the date, offset or planned date that says when this milestone is due."""
        self.ensure_one()
        try:
            day = shift(self.planned_date, number, unit)
        except OverflowError as error:
            raise UserError(
                self.env._("Milestone %s cannot move that far: give a smaller number.", self.name)
            ) from error
        if not is_possible(day):
            raise UserError(impossible(day, self.env))
        if self.due_on == "date":
            self.date = day
        elif self.due_on == "offset":
            self.write(self._offset_to(day, number, unit))
        elif self.due_on != "confirmation":
            self.planned_date = day
            # The project milestone's deadline moves along, also where the user may not write in its project.
            if self.sudo().project_milestone_id.deadline:
                self.sudo().project_milestone_id.deadline = day

    def _offset_to(self, day, number, unit):
        """Return the values that bring a milestone counted from something to ``day``: in its unit, else in days."""
        self.ensure_one()
        if unit == self.offset_unit:
            return {"offset_number": self.offset_number + number}
        base = self.offset_milestone_id
        start = (
            self._confirmation_day() if self.offset_from == "confirmation" else base.attained_date or base.planned_date
        )
        return {"offset_number": (day - start).days, "offset_unit": "days"} if start else {}

    def _log_shift(self, before):
        """Say on each order which dates moved; ``before`` is ``{milestone: date}``."""
        for order, milestones in self._for_history():
            rows = [
                order.env._(
                    "%(milestone)s: %(before)s → %(after)s",
                    milestone=milestone.name,
                    before=format_date(order.env, before[milestone]),
                    after=format_date(order.env, milestone.planned_date),
                )
                for milestone in milestones
            ]
            order._billing_log(order.env._("Billing dates moved; amounts stay."), rows)

    # === DAYS === #

    def _confirmation_day(self):
        """Return the day the order was confirmed, in the company's time zone, or None before."""
        self.ensure_one()
        order = self.order_id
        if order.state != "sale" or not order.date_order:
            return None
        return order.company_id._billing_day(order.date_order)

    def _not_before_order(self, day):
        """Return ``day``, or the day the order was confirmed when that is later."""
        self.ensure_one()
        return max(day, self._confirmation_day() or day)

    def _offset(self, day):
        """Return ``day`` moved by the offset of this milestone, or False without a day."""
        self.ensure_one()
        # A deadline may be any day that Odoo can store; a day outside our limits gives no forecast.
        with suppress(OverflowError):
            return day and shift(day, self.offset_number, self.offset_unit or "days")
        return False

    def _forecast_date(self):
        """Return when the milestone is expected as far as its definition tells, or None."""
        self.ensure_one()
        base = self.offset_milestone_id
        if self.due_on == "confirmation":
            return self._confirmation_day()
        if self.due_on == "milestone" or self.due_on == "task":
            return self.project_milestone_id.deadline
        if self.due_on == "offset" and not self.due_date and self.offset_from == "milestone":
            # The day on which a part was attained does not tell when the whole will be.
            return self._offset(base.attained_date if base._is_attained() else base.planned_date)
        return self.due_date or self.date
