from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..models.project_budget_line import FIGURES, KINDS
from ..models.rights import check_may_set


class ProjectBudgetEditor(models.TransientModel):
    """The budget of a project, to be set or changed: what is applied is recorded as a new version."""

    _name = "project.budget.editor"
    _description = "Change Budget"

    project_id = fields.Many2one("project.project", required=True, help="Whose budget it is.")
    budget_id = fields.Many2one("project.budget", "Version", help="The version that counted when this was opened.")
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")
    reason = fields.Char(required=True, help="Why it is set or changed. It is kept with the version.")
    line_ids = fields.One2many("project.budget.editor.line", "editor_id", "Lines")
    hours = fields.Float(compute="_compute_totals", help="Of all lines.")
    cost = fields.Monetary(compute="_compute_totals", help="Of all lines.")

    @api.depends("project_id")
    def _compute_currency_id(self):
        for editor in self:
            budget = editor.project_id.sudo().budget_id
            company = budget.company_id or (editor.project_id and editor.project_id.sudo()._budget_company())
            editor.currency_id = company and company.currency_id

    @api.depends("line_ids.hours", "line_ids.cost")
    def _compute_totals(self):
        for editor in self:
            editor.hours = sum(editor.line_ids.mapped("hours"))
            editor.cost = sum(editor.line_ids.mapped("cost"))

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        project = self.env["project.project"].browse(values.get("project_id")).exists()
        if project:
            check_may_set(project)
            budget = project.sudo().budget_id
            values["budget_id"] = budget.id
            if "line_ids" in fields and not values.get("line_ids"):
                rows = [line._values() for line in budget.line_ids] or project._budget_proposal()
                values["line_ids"] = [Command.create(row) for row in rows]
            if "reason" in fields and not budget:
                values["reason"] = self.env._("First budget")
        return values

    def action_fill(self):
        """Fill the lines from the order lines of the project, as if there were no budget yet.

        :return: a window action that shows this dialog again
        :raises AccessError: for who may not set budgets
        """
        self.check_access("write")
        self.ensure_one()
        check_may_set(self.project_id)
        rows = [Command.create(row) for row in self.project_id._budget_proposal()]
        self.line_ids = [Command.clear(), *rows]
        return self._show()

    def action_apply(self):
        """Record these lines as the version that counts from now on.

        :return: an action that closes the dialog
        :raises AccessError: for who may not set budgets
        :raises UserError: when somebody changed the budget meanwhile, or a line is of another project
        """
        self.check_access("write")
        self.ensure_one()
        check_may_set(self.project_id)
        if self.budget_id != self.project_id.sudo().budget_id:
            raise UserError(self.env._("Somebody changed this budget meanwhile. Close this and open it again."))
        rows = [line._values() for line in self.line_ids]
        self.project_id._check_budget_rows(rows)
        self.env["project.budget"]._record(self.project_id, rows, self.reason)
        return {"type": "ir.actions.act_window_close", "infos": {"budget": "changed"}}

    def _show(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Change Budget"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }


class ProjectBudgetEditorLine(models.TransientModel):
    """One line of the budget that is edited."""

    _name = "project.budget.editor.line"
    _description = "Line of a Changed Budget"

    editor_id = fields.Many2one("project.budget.editor", required=True, ondelete="cascade")
    project_id = fields.Many2one(related="editor_id.project_id")
    currency_id = fields.Many2one(related="editor_id.currency_id")
    name = fields.Char("For", help="What the line is for, where it is no task or milestone of the project.")
    milestone_id = fields.Many2one(
        "billing.milestone",
        domain="[('project_id', '=', project_id)]",
        help="What is spent on its tasks is set against this line. Without one and a task, it is the project's.",
    )
    task_id = fields.Many2one(
        "project.task",
        domain="[('project_id', '=', project_id)]",
        help="Counts for the milestone that waits for this task, wherever it moves.",
    )
    kind = fields.Selection(KINDS, required=True, default="labour", help="What the money is spent on.")
    hours = fields.Float(digits=(16, 2), help="Budgeted hours.")
    cost = fields.Monetary(help="Budgeted cost, in the currency of the company.")
    has_expected = fields.Boolean("Expected Otherwise", help="Say what it will come to in the end: not the budget.")
    expected_hours = fields.Float(digits=(16, 2), help="Hours it will have taken in the end.")
    expected_cost = fields.Monetary(help="What it will have cost in the end.")

    @api.onchange("has_expected")
    def _onchange_has_expected(self):
        """Begin with the budget, which is then said otherwise."""
        for line in self:
            line.expected_hours = line.hours if line.has_expected else 0.0
            line.expected_cost = line.cost if line.has_expected else 0.0

    def _values(self):
        """Return the values of the line of a version."""
        self.ensure_one()
        values = {
            "name": self.name if not (self.task_id or self.milestone_id) else False,
            "milestone_id": self.milestone_id.id,
            "task_id": self.task_id.id,
            "kind": self.kind,
            **{name: self[name] for name in FIGURES},
        }
        return values if self.has_expected else {**values, "expected_hours": 0.0, "expected_cost": 0.0}
