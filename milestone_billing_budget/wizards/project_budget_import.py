import base64

from odoo import fields, models

from ..models.rights import check_may_set


class ProjectBudgetImport(models.TransientModel):
    """A budget that comes as a workbook."""

    _name = "project.budget.import"
    _description = "Import Budget"

    project_id = fields.Many2one("project.project", required=True, help="Whose budget it is.")
    reason = fields.Char(required=True, help="Why it is set or changed. It is kept with the version.")
    content = fields.Binary("Workbook", required=True, attachment=False, help="XLSX, in the layout of the download.")
    file_name = fields.Char()

    def action_import(self):
        """Record the lines of the workbook as the version that counts from now on.

        :return: an action that closes the dialog
        :raises AccessError: for who may not set budgets
        :raises UserError: naming the rows and columns that are wrong; then nothing is changed
        """
        self.check_access("write")
        self.ensure_one()
        check_may_set(self.project_id)
        rows = self.project_id._read_budget_workbook(base64.b64decode(self.content))
        self.project_id._check_budget_rows(rows)
        self.env["project.budget"]._record(self.project_id, rows, self.reason)
        return {"type": "ir.actions.act_window_close"}
