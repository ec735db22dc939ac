from odoo import models


class BillingMilestone(models.Model):
    """What a forecast is told of acceptance: how long the customer has to answer, and what he rejected."""

    _inherit = "billing.milestone"

    def _forecast_delays(self):
        # OVERRIDE: nobody knows when the customer takes what he rejected. What he has is expected when his silence is
        # acceptance; where it says nothing, as planned.
        delays = super()._forecast_delays()
        domain = [("id", "in", self.ids), ("needs_acceptance", "=", True)]
        for milestone in self.sudo().search([*domain, ("acceptance_state", "=", "rejected")]):
            delays[milestone.id] = None
        for milestone in self.sudo().search([*domain, ("acceptance_state", "=", "open")]):
            days, others = milestone._days_until_deemed(), delays.get(milestone.id, 0)
            if days is not None and others is not None:
                delays[milestone.id] = max(days, others) if others else days
        return delays

    def _days_until_deemed(self):
        """Return how many days after its planned date this milestone is deemed accepted; None where it is not.

        Below zero where the customer was asked before: silence attains it then. What was asked of a part alone says
        nothing of an earlier day of the rest.
        """
        self.ensure_one()
        opened = self._open_acceptance()
        if not opened.deemed_on or not self.planned_date:
            return None
        days = (opened.deemed_on - self.planned_date).days
        return days if opened.percent_asked >= 100 else max(0, days)
