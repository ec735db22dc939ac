from odoo import api, fields, models

from .project_budget import keep_lines
from .rights import COST_GROUPS

KINDS = [("labour", "Labour"), ("purchase", "Purchases"), ("other", "Other")]
#: What a line says, as the editor, the workbook and other systems give it.
FIGURES = ("hours", "cost", "has_expected", "expected_hours", "expected_cost")


class ProjectBudgetLine(models.Model):
    """Hours and cost of one kind that a version budgets: of a milestone, a task, or of the project as such."""

    _name = "project.budget.line"
    _inherit = ["record.append.only"]
    _description = "Project Budget Line"
    _order = "budget_id desc, id"

    budget_id = fields.Many2one("project.budget", required=True, index=True, ondelete="restrict")
    project_id = fields.Many2one(related="budget_id.project_id", store=True, index=True, precompute=True)
    company_id = fields.Many2one(related="budget_id.company_id", store=True, index=True, precompute=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    name = fields.Char("For", required=True, help="The milestone or task as it was called, or the project.")
    milestone_id = fields.Many2one(
        "billing.milestone",
        index="btree_not_null",
        ondelete="set null",
        help="What is spent on its tasks is set against this line.",
    )
    task_id = fields.Many2one(
        "project.task",
        index="btree_not_null",
        ondelete="set null",
        help="Counts for the milestone that waits for this task, wherever it moves.",
    )
    kind = fields.Selection(KINDS, required=True, default="labour", help="What the money is spent on.")
    hours = fields.Float(digits=(16, 2), help="Budgeted hours.")
    cost = fields.Monetary(groups=COST_GROUPS, help="Budgeted cost, in the currency of the company.")
    has_expected = fields.Boolean("Expected Otherwise", help="What it will come to in the end is not the budget.")
    expected_hours = fields.Float(
        digits=(16, 2), help="Hours it will have taken in the end, where that is not the budget."
    )
    expected_cost = fields.Monetary(
        groups=COST_GROUPS, help="What it will have cost in the end, where that is not the budget."
    )

    _not_negative = models.Constraint(
        "CHECK(hours >= 0 AND cost >= 0 AND expected_hours >= 0 AND expected_cost >= 0)",
        "Hours and cost of a budget are not below zero.",
    )

    def init(self):
        """Make the triggers anew: a deleted task or milestone leaves the line, which then counts for the project."""
        result = super().init()
        keep_lines(self.env.cr, self._table)
        return result

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            vals["name"] = vals.get("name") or self._name_of(vals)
        return super().create(vals_list)

    @api.model
    def _name_of(self, vals):
        """Return what a line of these values is for, as it is called now."""
        if vals.get("task_id"):
            return self.env["project.task"].sudo().browse(vals["task_id"]).display_name
        if vals.get("milestone_id"):
            return self.env["billing.milestone"].sudo().browse(vals["milestone_id"]).name
        return self.env["project.budget"].sudo().browse(vals["budget_id"]).project_id.name

    def _values(self):
        """Return the values of this line, for a line of another version."""
        self.ensure_one()
        line = self.sudo()
        return {
            "name": line.name,
            "milestone_id": line.milestone_id.id,
            "task_id": line.task_id.id,
            "kind": line.kind,
            **{name: line[name] for name in FIGURES},
        }
