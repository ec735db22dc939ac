from odoo import api, fields, models

from .evidence_kinds import ESTIMATES


class ProjectProject(models.Model):
    """Projects whose progress is measured by cost or hours need estimates at completion."""

    _inherit = "project.project"

    revenue_obligation_ids = fields.One2many(
        "revenue.obligation",
        "project_id",
        string="Obligations",
        readonly=True,
        groups="revenue_recognition.group_revenue_auditor",
    )
    revenue_estimates_wanted = fields.Boolean(
        compute="_compute_revenue_estimates_wanted",
        help="Whether revenue of the project depends on an estimate at completion that you may update.",
    )

    #: Which project an obligation is measured by is said on the obligation.
    _kept_fields = frozenset({"revenue_obligation_ids"})

    @api.depends_context("uid")
    def _compute_revenue_estimates_wanted(self):
        obligations = self.env["revenue.obligation"].sudo()
        groups = obligations._read_group(
            [("project_id", "in", self.ids), ("measure", "in", list(ESTIMATES)), ("contract_id.state", "=", "active")],
            ["project_id"],
        )
        wanted = {project.id for (project,) in groups}
        for project in self:
            project.revenue_estimates_wanted = project.id in wanted and project._may_estimate()

    def _may_estimate(self):
        """Return whether the user may update the estimates of a project: accountants and its managers."""
        self.ensure_one()
        user = self.env.user
        if self.env.su or user.has_group("revenue_recognition.group_revenue_accountant"):
            return True
        if not self.has_access("read"):
            return False
        return user.has_group("project.group_project_manager") or (
            self.user_id == user and user.has_group("project.group_project_user")
        )

    def action_revenue_estimates(self):
        """Update the estimates at completion of the project's obligations.

        :return: a window action
        :raises AccessError: for anybody but revenue accountants and the managers of the project
        """
        self.ensure_one()
        self.check_access("read")
        obligations = self.env["revenue.obligation"].sudo().search([("project_id", "=", self.id)])
        return self.env["revenue.estimate.wizard"]._open(obligations)
