from odoo import fields, models

from .rights import COST_GROUPS, HOURS_GROUPS

#: What a milestone takes by its template: internal, so nobody who plans it for a customer has to see it.
STARTS = ("template_hours", "template_cost_percent")


class BillingScheduleTemplateMilestone(models.Model):
    """What a milestone of a template takes: the budget that its projects start from."""

    _inherit = "billing.schedule.template.milestone"

    template_hours = fields.Float(
        "Budgeted Hours",
        groups=HOURS_GROUPS,
        help="Hours that the milestone takes; left empty, those of the order lines it bills.",
    )
    template_cost_percent = fields.Float(
        "Budgeted Cost %",
        groups=COST_GROUPS,
        help="Cost as percent of what the milestone bills; left empty, that of the order lines.",
    )

    _budget_not_negative = models.Constraint(
        "CHECK(template_hours >= 0 AND template_cost_percent >= 0)", "Hours and cost of a budget are not below zero."
    )

    def _instantiate(self, schedule):
        # OVERRIDE: salesmen apply templates, and see nothing of what the work takes and costs.
        milestones = super()._instantiate(schedule)
        if self._starts_budgets():
            for line, milestone in zip(self._prepare_milestones(schedule), milestones, strict=True):
                milestone.sudo().write(line._start())
        return milestones

    def _starts_budgets(self):
        """Return whether one of these lines says what its milestone takes."""
        return any(line[name] for line in self.sudo() for name in STARTS)

    def _start(self):
        """Return what this line says that its milestone takes (with all rights): values of ``billing.milestone``."""
        self.ensure_one()
        return {name: self.sudo()[name] for name in STARTS}


class BillingSchedule(models.Model):
    _inherit = "billing.schedule"

    def _is_as_chosen(self, template, rule):
        # OVERRIDE: nor what the template says of the budget has changed.
        if not super()._is_as_chosen(template, rule):
            return False
        milestones = self.sudo().milestone_ids.sorted(lambda milestone: (milestone.sequence, milestone.id))
        lines = template.milestone_ids._prepare_milestones(self)
        return [line._start() for line in lines] == [milestone._start() for milestone in milestones]


class BillingMilestone(models.Model):
    _inherit = "billing.milestone"

    template_hours = fields.Float(
        "Hours to Start From",
        copy=False,
        groups=HOURS_GROUPS,
        help="Hours that the project's budget starts from, where not those of order lines.",
    )
    template_cost_percent = fields.Float(
        "Cost % to Start From",
        copy=False,
        groups=COST_GROUPS,
        help="Percent of what it bills that the budget of the project starts from as its cost.",
    )

    _budget_not_negative = models.Constraint(
        "CHECK(template_hours >= 0 AND template_cost_percent >= 0)", "Hours and cost of a budget are not below zero."
    )

    def copy(self, default=None):
        # OVERRIDE: a copy takes as much, also for whoever copies and does not see it.
        copies = super().copy(default)
        for milestone, copied in zip(self, copies, strict=True):
            start = {name: value for name, value in milestone._start().items() if value and name not in (default or {})}
            if start:
                copied.sudo().write(start)
        return copies

    def _start(self):
        """Return what the template said that this milestone takes (with all rights)."""
        self.ensure_one()
        return {name: self.sudo()[name] for name in STARTS}
