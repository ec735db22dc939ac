from odoo import models

from ..engine.dates import shift


class BillingMilestone(models.Model):
    """What a forecast asks of milestones: what delays them, and where a shift would put them."""

    _inherit = "billing.milestone"

    def _forecast_delays(self):
        """Return how long what these milestones wait for takes after their planned dates, as far as it is known.

        A seam: an addon by which something else has to happen before a milestone is attained says so here, such as its
        acceptance by the customer. It is asked once for all milestones of a company.

        :return: ``{id: days}``, or None instead of days where nobody can say when, such as after a rejection; what
            waits for nothing else is left out
        """
        return {}

    def _days_shifted(self, number, unit, followers):
        """Return where ``_shift_dates`` with these arguments would put the plans of these milestones; nothing moves.

        :return: ``{id: date}``, of what would move alone
        """
        chosen = self | self._later_milestones() if followers else self
        chosen = chosen.filtered(
            lambda row: not row.attainment_ids and row.planned_date and row.due_on != "confirmation"
        )
        days = {}
        for milestone in chosen.filtered(lambda row: not row._moves_with(chosen)):
            days[milestone] = milestone._day_shifted(number, unit)
        waiting = (self.schedule_id.milestone_ids - self.browse(row.id for row in days)).filtered(
            lambda row: row.due_on == "offset" and row.offset_from == "milestone" and not row.due_date
        )
        # What is counted from what moves, and from that, in the order in which they hang on each other.
        while moving := waiting.filtered(lambda row: row.offset_milestone_id in days):
            for milestone in moving:
                days[milestone] = milestone._offset(days[milestone.offset_milestone_id]) or milestone.planned_date
            waiting -= moving
        return {row.id: day for row, day in days.items() if day != row.planned_date}

    def _day_shifted(self, number, unit):
        """Return where ``_shift_date`` would put the planned date of this milestone."""
        if self.due_on != "offset":
            return shift(self.planned_date, number, unit)
        values = self._offset_to(shift(self.planned_date, number, unit), number, unit)
        base = self.offset_milestone_id
        start = (
            self._confirmation_day() if self.offset_from == "confirmation" else base.attained_date or base.planned_date
        )
        if not values or not start:
            return self.planned_date
        return shift(start, values["offset_number"], values.get("offset_unit") or self.offset_unit or "days")
