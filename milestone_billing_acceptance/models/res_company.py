from datetime import datetime, time

from pytz import timezone

from odoo import api, fields, models
from odoo.exceptions import ValidationError

#: The longest time, in business days, after which silence is acceptance: about two years.
LONGEST_DAYS = 500
SENDING = [
    ("auto", "By itself, at once"),
    ("manual", "By the project manager"),
]


class ResCompany(models.Model):
    """What holds for acceptance where neither the milestone nor the customer says otherwise."""

    _inherit = "res.company"

    billing_acceptance_days = fields.Integer(
        "Deemed Accepted After",
        help="Business days after which a milestone counts as accepted where the customer says nothing. Zero: never.",
    )
    billing_acceptance_reminder_days = fields.Integer(
        "Remind Before",
        default=2,
        help="So many business days before a milestone is deemed accepted, the customer is reminded. Zero: not at all.",
    )
    billing_acceptance_sending = fields.Selection(
        SENDING,
        "Asking for Acceptance",
        default="manual",
        required=True,
        help="Who sends the request once a milestone is ready: the work done, or its day come.",
    )
    billing_acceptance_on_invoice = fields.Boolean(
        "Signed Page with the Invoice", help="The mail with an invoice has the signed acceptance of what it bills."
    )

    @api.constrains("billing_acceptance_days", "billing_acceptance_reminder_days")
    def _check_acceptance_days(self):
        for company in self:
            for days in (company.billing_acceptance_days, company.billing_acceptance_reminder_days):
                if not 0 <= days <= LONGEST_DAYS:
                    raise ValidationError(
                        self.env._(
                            "Days of acceptance are from 0 to %(most)s, not %(days)s.", most=LONGEST_DAYS, days=days
                        )
                    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    billing_acceptance_days = fields.Integer(related="company_id.billing_acceptance_days", readonly=False)
    billing_acceptance_reminder_days = fields.Integer(
        related="company_id.billing_acceptance_reminder_days", readonly=False
    )
    billing_acceptance_sending = fields.Selection(related="company_id.billing_acceptance_sending", readonly=False)
    billing_acceptance_on_invoice = fields.Boolean(related="company_id.billing_acceptance_on_invoice", readonly=False)


class ResourceCalendar(models.Model):
    _inherit = "resource.calendar"

    def _acceptance_works_on(self, day, company=None):
        """Return whether ``day`` is a business day of this calendar: hours of work, and no public holiday all day.

        :param date day: in the calendar's own time zone
        :param company: whose public holidays count (``res.company``); none for those of this calendar alone
        """
        self.ensure_one()
        if self.flexible_hours and day.weekday() > 4:
            return False
        zone = timezone(self.tz or "UTC")
        start, end = (zone.localize(datetime.combine(day, moment)) for moment in (time.min, time.max))
        leaves = [("time_type", "=", "leave")]
        if company:
            leaves += [("company_id", "in", [False, company.id])]
        else:
            leaves += [("calendar_id", "=", self.id)]
        return bool(self.sudo()._work_intervals_batch(start, end, domain=leaves)[False])
