from odoo import fields, models

from .rights import HOURS_GROUPS

#: Percent and hours from which project managers are alerted.
THRESHOLDS = ("budget_ahead_project", "budget_ahead_milestone", "budget_unplanned_hours", "budget_unplanned_percent")
#: Customers read companies: thresholds are for who sees hours, and who sets Odoo up.
THRESHOLD_GROUPS = f"{HOURS_GROUPS},base.group_system"


class ResCompany(models.Model):
    _inherit = "res.company"

    budget_ahead_project = fields.Float(
        "Project Spends Ahead by",
        default=25.0,
        groups=THRESHOLD_GROUPS,
        help="Percent of the budget that is spent beyond what is attained of a project with several milestones: from "
        "there on its manager is alerted, and again each time as much comes on top. A project without milestones "
        "alerts once more than its budget is spent, and again each time as much comes on top. 0 for never.",
    )
    budget_ahead_milestone = fields.Float(
        "Milestone Spends Ahead by",
        default=80.0,
        groups=THRESHOLD_GROUPS,
        help="The same of a single milestone, which is often attained at once in the end, and of a project with one "
        "milestone. 0 for never.",
    )
    budget_unplanned_hours = fields.Float(
        "Unplanned Hours",
        default=8.0,
        groups=THRESHOLD_GROUPS,
        help="Hours of tasks of no milestone, order line or budget, from which the manager is alerted, and again each "
        "time as many come on top.",
    )
    budget_unplanned_percent = fields.Float(
        "Unplanned Share",
        default=10.0,
        groups=THRESHOLD_GROUPS,
        help="The same as percent of the budgeted hours of the project; the larger of both counts.",
    )

    _budget_thresholds = models.Constraint(
        "CHECK(budget_ahead_project >= 0 AND budget_ahead_milestone >= 0 AND budget_unplanned_hours >= 0"
        " AND budget_unplanned_percent >= 0)",
        "Thresholds of budget alerts are not below zero.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    budget_ahead_project = fields.Float(related="company_id.budget_ahead_project", readonly=False)
    budget_ahead_milestone = fields.Float(related="company_id.budget_ahead_milestone", readonly=False)
    budget_unplanned_hours = fields.Float(related="company_id.budget_unplanned_hours", readonly=False)
    budget_unplanned_percent = fields.Float(related="company_id.budget_unplanned_percent", readonly=False)


class ProjectProject(models.Model):
    _inherit = "project.project"

    budget_ahead_percent = fields.Float(
        "Alert When Ahead by",
        groups=HOURS_GROUPS,
        help="Percent of the budget spent beyond what is attained, from which the manager is alerted; 0 for what the "
        "company says. Not for projects without milestones.",
    )

    _budget_ahead_not_negative = models.Constraint(
        "CHECK(budget_ahead_percent >= 0)", "The threshold of an alert is not below zero."
    )
