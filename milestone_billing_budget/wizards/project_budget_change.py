from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..engine.spread import exact


class ProjectBudgetChange(models.TransientModel):
    """Unplanned work that is proposed to the customer as a change order."""

    _name = "project.budget.change"
    _description = "Propose Change Order"

    project_id = fields.Many2one("project.project", required=True, help="Whose unplanned work it is.")
    order_id = fields.Many2one("sale.order", "Added To", compute="_compute_order_id", help="The quotation it goes on.")
    line_ids = fields.One2many("project.budget.change.line", "change_id", "Tasks")
    hours = fields.Float(compute="_compute_hours", help="Hours of the tasks that are proposed.")

    @api.depends("project_id")
    def _compute_order_id(self):
        for change in self:
            change.order_id = change.project_id._budget_open_proposal()

    @api.depends("line_ids.hours", "line_ids.is_proposed")
    def _compute_hours(self):
        for change in self:
            change.hours = sum(change.line_ids.filtered("is_proposed").mapped("hours"))

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        project = self.env["project.project"].browse(values.get("project_id")).exists()
        if project and "line_ids" in fields and not values.get("line_ids"):
            project._check_may_propose()
            rows = [
                {"task_id": task.id, "hours": float(hours), "is_proposed": hours > 0}
                for task, hours in project._budget_unproposed().items()
            ]
            values["line_ids"] = [Command.create(row) for row in rows]
        return values

    def action_propose(self):
        """Make the quotation of these tasks, or add them to the one that is being prepared.

        :return: a window action on it, for who may read it; else a message with its number
        :raises AccessError: for anybody but billing users
        :raises UserError: where a task was planned meanwhile, or has no hours
        """
        self.check_access("write")
        self.ensure_one()
        lines = self.line_ids.filtered("is_proposed")
        lines.task_id.check_access("read")
        if self.line_ids and not lines:
            raise UserError(self.env._("Choose at least one task to propose."))
        order = self.project_id._propose_change({line.task_id: exact(line.hours) for line in lines})
        if order.with_env(self.env).has_access("read"):
            return {
                "type": "ir.actions.act_window",
                "res_model": "sale.order",
                "res_id": order.id,
                "views": [(False, "form")],
            }
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("Change order %s is proposed.", order.name),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }


class ProjectBudgetChangeLine(models.TransientModel):
    """A task that may be proposed."""

    _name = "project.budget.change.line"
    _description = "Task of a Proposed Change Order"

    change_id = fields.Many2one("project.budget.change", required=True, ondelete="cascade")
    project_id = fields.Many2one(related="change_id.project_id")
    task_id = fields.Many2one(
        "project.task",
        required=True,
        domain="[('project_id', '=', project_id), ('is_unplanned', '=', True)]",
        help="Nobody planned it: it is of no milestone, no order line and no budget.",
    )
    hours = fields.Float(digits=(16, 2), help="Hours to sell: those allocated or spent, unless you know better.")
    is_proposed = fields.Boolean("Propose", default=True, help="Goes on the quotation.")
