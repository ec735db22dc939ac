from odoo import api, fields, models

from .project_project_figures import Standing
from .rights import COST_GROUPS, HOURS_GROUPS


class BillingMilestone(models.Model):
    """What is budgeted, spent and earned of milestones."""

    _inherit = "billing.milestone"

    budget_currency_id = fields.Many2one(
        "res.currency",
        "Currency of the Budget",
        compute="_compute_budget_figures",
        compute_sudo=True,
        groups=HOURS_GROUPS,
    )
    budget_hours = fields.Float(
        "Budgeted Hours",
        compute="_compute_budget_figures",
        compute_sudo=True,
        groups=HOURS_GROUPS,
        help="Of its tasks and its own, by the version of the budget that counts.",
    )
    spent_hours = fields.Float(
        compute="_compute_budget_figures",
        compute_sudo=True,
        groups=HOURS_GROUPS,
        help="Timesheets of the tasks it waits for, and of those below them.",
    )
    budget_cost = fields.Monetary(
        "Budgeted Cost",
        compute="_compute_budget_figures",
        compute_sudo=True,
        groups=COST_GROUPS,
        currency_field="budget_currency_id",
        help="By the version of the budget that counts.",
    )
    spent_cost = fields.Monetary(
        compute="_compute_budget_figures",
        compute_sudo=True,
        groups=COST_GROUPS,
        currency_field="budget_currency_id",
        help="What the work on its tasks cost so far.",
    )
    earned_amount = fields.Monetary(
        "Earned",
        compute="_compute_budget_figures",
        compute_sudo=True,
        groups=COST_GROUPS,
        currency_field="budget_currency_id",
        help="What was attained of it, untaxed, in the currency of the budget.",
    )
    budget_margin = fields.Monetary(
        "Margin",
        compute="_compute_budget_figures",
        compute_sudo=True,
        groups=COST_GROUPS,
        currency_field="budget_currency_id",
        help="Earned less spent.",
    )

    @api.depends("due_amount", "project_id.budget_id", "order_id.project_id.budget_id")
    def _compute_budget_figures(self):
        projects = self.project_id | self.order_id.project_id | self.order_id.order_line.project_id
        standings = {
            milestone: (project, standing)
            for (project, milestone), standing in projects._budget_standings().items()
            if milestone
        }
        owners = {project.id: project for project in projects}
        for row in self:
            project, standing = standings.get(row.id, (row.project_id.id, Standing()))
            owner = owners.get(project, row.project_id)
            company = owner.budget_id.company_id or owner.company_id or row.company_id
            row.budget_currency_id = company.currency_id
            row.budget_hours, row.spent_hours = float(standing.hours.budget), float(standing.hours.spent)
            row.budget_cost, row.spent_cost = float(standing.cost.budget), float(standing.cost.spent)
            row.earned_amount = float(standing.money["earned_amount"])
            row.budget_margin = float(standing.margin)
