from odoo import fields, models


class BillingScheduleTemplateMilestone(models.Model):
    """What a milestone of a template takes: the budget that its projects start from."""

    _inherit = "billing.schedule.template.milestone"

    template_hours = fields.Float(
        "Budgeted Hours", help="Hours that the milestone takes; left empty, those of the order lines it bills."
    )
    template_cost_percent = fields.Float(
        "Budgeted Cost %", help="Cost as percent of what the milestone bills; left empty, that of the order lines."
    )

    _budget_not_negative = models.Constraint(
        "CHECK(template_hours >= 0 AND template_cost_percent >= 0)", "Hours and cost of a budget are not below zero."
    )

    def _prepare_milestone(self, schedule):
        values = super()._prepare_milestone(schedule)
        if values:
            values.update(template_hours=self.template_hours, template_cost_percent=self.template_cost_percent)
        return values


class BillingMilestone(models.Model):
    _inherit = "billing.milestone"

    template_hours = fields.Float(
        "Hours to Start From",
        help="Hours that the project's budget starts from, where not those of order lines.",
    )
    template_cost_percent = fields.Float(
        "Cost % to Start From", help="Percent of what it bills that the budget of the project starts from as its cost."
    )

    _budget_not_negative = models.Constraint(
        "CHECK(template_hours >= 0 AND template_cost_percent >= 0)", "Hours and cost of a budget are not below zero."
    )
