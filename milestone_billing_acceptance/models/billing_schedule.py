from odoo import models
from odoo.addons.milestone_billing.models.deferred import plan_deferred


class BillingSchedule(models.Model):
    """A plan that changes, or stops, while customers are asked."""

    _inherit = "billing.schedule"

    def unlink(self):
        # OVERRIDE: the database would delete the milestones past their own guards.
        self.check_access("unlink")
        self._unlink_asked()
        return super().unlink()

    def _unlink_asked(self):
        """Delete the milestones of those schedules whose customers were asked: withdrawn, or refused once answered."""
        asked = self.sudo().filtered(
            lambda row: row.milestone_ids.acceptance_ids and not row.milestone_ids.attainment_ids
        )
        plan_deferred(asked.milestone_ids).unlink()

    def _copy_plan(self, copied):
        # OVERRIDE: who accepts for one customer does not accept for another.
        result = super()._copy_plan(copied)
        if copied.order_id.partner_id.commercial_partner_id != self.order_id.partner_id.commercial_partner_id:
            copied.milestone_ids._drop_foreign_contacts()
        return result

    def _add_template_milestones(self):
        # OVERRIDE: days of a template are nothing that was agreed with this customer.
        return super(BillingSchedule, self._flagged("acceptance_of_template"))._add_template_milestones()

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
            milestone._note_ready(milestone.attained_percent, False)
        return result
