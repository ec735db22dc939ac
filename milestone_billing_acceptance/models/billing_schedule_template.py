from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .res_company import LONGEST_DAYS


class BillingScheduleTemplateMilestone(models.Model):
    """A template says which milestones need acceptance."""

    _inherit = "billing.schedule.template.milestone"

    needs_acceptance = fields.Boolean(help="The customer accepts it on the portal, signed, before it is attained.")
    acceptance_days = fields.Integer("Deemed Accepted After", help="Business days. Zero: what customer or company say.")

    @api.constrains("acceptance_days")
    def _check_acceptance_days(self):
        for milestone in self:
            if not 0 <= milestone.acceptance_days <= LONGEST_DAYS:
                raise ValidationError(
                    self.env._(
                        "%(milestone)s: days of acceptance are from 0 to %(most)s, not %(days)s.",
                        milestone=milestone.name,
                        most=LONGEST_DAYS,
                        days=milestone.acceptance_days,
                    )
                )

    def _prepare_milestone(self, schedule):
        values = super()._prepare_milestone(schedule)
        if values and self.needs_acceptance:
            values["needs_acceptance"] = True
            customer = schedule.sudo().order_id.partner_id.commercial_partner_id.with_company(
                schedule.company_id or self.env.company
            )
            agreed = customer.billing_acceptance_never or customer.billing_acceptance_days
            if self.acceptance_days and not agreed:
                values["acceptance_days"] = self.acceptance_days
        return values
