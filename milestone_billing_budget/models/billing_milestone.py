from collections import defaultdict

from odoo import api, fields, models

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
        help="By the versions of the budgets that count: of all its projects, or of its own where they are in several "
        "currencies.",
    )
    spent_cost = fields.Monetary(
        compute="_compute_budget_figures",
        compute_sudo=True,
        groups=COST_GROUPS,
        currency_field="budget_currency_id",
        help="What the work on its tasks cost so far: in all its projects, or in its own where their budgets are in "
        "several currencies.",
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

    @api.depends("due_amount", "project_id.budget_id", "order_id.project_id.budget_id", "task_ids.project_id.budget_id")
    def _compute_budget_figures(self):
        projects = self.project_id | self.order_id.project_id | self.order_id.order_line.project_id
        projects |= self.task_ids.project_id
        standings = defaultdict(dict)
        for (project, milestone), standing in projects._budget_standings().items():
            if milestone:
                standings[milestone][project] = standing
        currencies = {project.id: project._budget_owner().currency_id for project in projects}
        for row in self:
            found = standings[row.id]
            currency, counted = row._budget_counted(found, currencies)
            row.budget_currency_id = currency
            row.budget_hours = float(sum(standing.hours.budget for standing in found.values()))
            row.spent_hours = float(sum(standing.hours.spent for standing in found.values()))
            row.budget_cost = float(sum(standing.cost.budget for standing in counted))
            row.spent_cost = float(sum(standing.cost.spent for standing in counted))
            row.earned_amount = float(sum(standing.money["earned_amount"] for standing in counted))
            row.budget_margin = float(sum(standing.margin for standing in counted))

    def _budget_counted(self, standings, currencies):
        """Return the currency of the amounts that are shown of this milestone, and the standings that they are of.

        Those of all its projects; of its own alone, where their budgets are in several currencies.

        :param dict standings: by project id
        :param dict currencies: of the budgets, by project id
        """
        own = self.project_id.id
        found = {currencies[project] for project in standings}
        if len(found) == 1:
            return found.pop(), standings.values()
        if own not in standings:
            own = min(standings, default=own)
        currency = currencies.get(own) or self.company_id.currency_id
        return currency, [standing for project, standing in standings.items() if currencies[project] == currency]
