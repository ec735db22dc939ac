from odoo import api, fields, models
from odoo.tools import ormcache


class ResCompany(models.Model):
    """The rules of billing where neither the order nor the customer has others; and the days of the company."""

    _name = "res.company"
    _inherit = ["res.company", "billing.rules"]

    billing_looked_on = fields.Date(
        "Looked for Billing Days Until", readonly=True, help="The last day whose automatic billing was begun."
    )

    def _rules_domain(self):
        return [("company_id", "in", self.ids)]

    # === DAYS === #

    def write(self, vals):
        if vals.keys() & {"partner_id", "resource_calendar_id"}:
            self.env.registry.clear_cache()
        return super().write(vals)

    @ormcache("self.id")
    def _billing_zone(self):
        """Return the time zone of this company's days, a name: its address', its calendar's, its creator's, or UTC."""
        self.ensure_one()
        company = self.sudo()
        return company.partner_id.tz or company.resource_calendar_id.tz or company.create_uid.tz or "UTC"

    def _billing_day(self, moment):
        """Return the day of ``moment`` (a datetime in UTC) in this company, whoever asks."""
        return fields.Datetime.context_timestamp(self.with_context(tz=self._billing_zone()), moment).date()

    @api.model
    def _billing_days(self):
        """Return which day it is in every company: ``{date: companies}``, at most three at any moment."""
        companies = self.sudo().search([("active", "in", (True, False))])
        return companies.grouped(lambda company: company._billing_today())

    def _billing_today(self):
        """Return which day it is in this company, whoever asks: the scheduled user lives in another zone."""
        return self._billing_day(fields.Datetime.now())


class ResourceCalendar(models.Model):
    _inherit = "resource.calendar"

    def write(self, vals):
        if "tz" in vals:
            # The zone of a company may be that of its calendar.
            self.env.registry.clear_cache()
        return super().write(vals)
