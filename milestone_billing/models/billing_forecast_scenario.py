from odoo import fields, models
from odoo.fields import Domain


class BillingForecastScenario(models.Model):
    """A scenario may be about projects, or about milestones alone."""

    _inherit = "billing.forecast.scenario"

    project_ids = fields.Many2many(
        "project.project", string="Projects", help="It is about their orders; empty for all."
    )
    milestone_ids = fields.Many2many(
        "billing.milestone", string="Milestones", help="It is about these milestones alone; empty for all that comes."
    )

    def _orders_domain(self):
        domain = super()._orders_domain()
        if self.project_ids:
            projects = ("in", self.project_ids.ids)
            theirs = Domain("project_id", *projects) | Domain("order_line.project_id", *projects)
            domain = list(
                Domain(domain or Domain.TRUE) & (theirs | Domain("billing_milestone_ids.project_id", *projects))
            )
        return domain

    def _supposed_records(self):
        if not self.milestone_ids:
            return super()._supposed_records()
        return {("billing.milestone", milestone) for milestone in self.milestone_ids.ids}
