"""What makes a budget worth another look: work, bills, attainments, invoices, orders."""

from odoo import api, models


class AccountAnalyticLine(models.Model):
    _inherit = "account.analytic.line"

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._budget_projects()._budget_look_later()
        return lines

    def write(self, vals):
        before = self._budget_projects()
        result = super().write(vals)
        (before | self._budget_projects())._budget_look_later()
        return result

    def unlink(self):
        projects = self._budget_projects()
        result = super().unlink()
        projects._budget_look_later()
        return result

    def _budget_projects(self):
        """Return the projects that these items are of: by timesheet, or by analytic account (with all rights)."""
        lines = self.sudo()
        booked = lines.filtered(lambda line: not line.project_id).account_id
        return lines.project_id | (booked.project_ids if booked else lines.project_id.browse())


class BillingAttainment(models.Model):
    _inherit = "billing.attainment"

    @api.model
    def _record(self, vals_list):
        rows = super()._record(vals_list)
        milestones = rows.milestone_id
        (milestones.project_id | milestones.order_id.project_id)._budget_look_later()
        return rows


class AccountMove(models.Model):
    _inherit = "account.move"

    def _post(self, soft=True):
        posted = super()._post(soft)
        posted._budget_billed()._budget_look_later()
        return posted

    def button_draft(self):
        projects = self._budget_billed()
        result = super().button_draft()
        projects._budget_look_later()
        return result

    def _budget_billed(self):
        """Return the projects of the milestones that these invoices bill (with all rights)."""
        return self.sudo().line_ids.billing_milestone_id.project_id
