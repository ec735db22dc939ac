from odoo import http
from odoo.http import content_disposition, request

TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class BudgetWorkbooks(http.Controller):
    """Budgets to download."""

    @http.route("/budget/<int:project_id>.xlsx", type="http", auth="user", methods=["GET"])
    def workbook(self, project_id):
        """Return the budget of a project as XLSX, in the layout that is imported.

        :raises NotFound: where the project is not there, or not the user's to read
        :raises AccessError: for who may not set budgets
        """
        project = request.env["project.project"].search([("id", "=", project_id)])
        if not project:
            raise request.not_found()
        content = project._budget_workbook()
        name = f"{project.name}.xlsx"
        headers = [
            ("Content-Type", TYPE),
            ("Content-Length", len(content)),
            ("Content-Disposition", content_disposition(name)),
        ]
        return request.make_response(content, headers)
