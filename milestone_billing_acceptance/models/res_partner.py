from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .res_company import LONGEST_DAYS


class ResPartner(models.Model):
    """What a customer agreed about acceptance: who accepts, and when silence is acceptance."""

    _inherit = "res.partner"

    billing_acceptance_days = fields.Integer(
        "Deemed Accepted After (Business Days)",
        company_dependent=True,
        groups="base.group_user",
        help="What this customer's contracts say. Zero: what the company's settings say.",
    )
    billing_acceptance_never = fields.Boolean(
        "Never Deemed Accepted",
        company_dependent=True,
        groups="base.group_user",
        help="Silence of this customer is never acceptance, whatever the company's settings say.",
    )
    billing_acceptance_calendar_id = fields.Many2one(
        "resource.calendar",
        "Business Days",
        company_dependent=True,
        groups="base.group_user",
        help="Whose working days and public holidays count until a milestone is deemed accepted. "
        "Left empty, those of the company.",
    )
    billing_acceptance_contact_ids = fields.One2many(
        "billing.acceptance.contact",
        "customer_id",
        "Who Accepts",
        groups="base.group_user",
        help="Contacts who accept milestones, one after the other. Left empty, the contact of the order.",
    )

    @api.constrains("billing_acceptance_days")
    def _check_acceptance_days(self):
        for partner in self:
            if not 0 <= partner.billing_acceptance_days <= LONGEST_DAYS:
                raise ValidationError(
                    self.env._(
                        "Days of acceptance are from 0 to %(most)s, not %(days)s.",
                        most=LONGEST_DAYS,
                        days=partner.billing_acceptance_days,
                    )
                )
