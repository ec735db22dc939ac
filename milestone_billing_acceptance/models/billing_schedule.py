from odoo import models


class BillingSchedule(models.Model):
    """A plan that changes, or stops, while customers are asked."""

    _inherit = "billing.schedule"

    def _store_shares(self, shares, kept=None):
        # OVERRIDE: whatever changes amounts comes here; a request that says others is not true any more.
        result = super()._store_shares(shares, kept)
        if self.milestone_ids.filtered("needs_acceptance"):
            self.env.flush_all()
            self.milestone_ids._renew_acceptances()
        return result

    def _stop(self):
        # OVERRIDE: of a cancelled order nothing is accepted.
        result = super()._stop()
        for milestone in self.sudo().milestone_ids.filtered("needs_acceptance"):
            milestone._open_acceptance()._withdraw("cancelled")
            milestone.write({"acceptance_ready_percent": milestone.attained_percent, "acceptance_ready_on": False})
        return result
