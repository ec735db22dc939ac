from odoo import api, fields, models
from odoo.addons.record_protection.models.append_only import protect
from odoo.exceptions import UserError

from ..demo import load
from .rights import COST_GROUPS, HOURS_GROUPS, check_may_set


class ProjectBudget(models.Model):
    """One version of the budget of a project: recorded with who, when and why, and never changed.

    The version that counts is the project's ``budget_id``. Another budget is another version.
    """

    _name = "project.budget"
    _inherit = ["record.append.only"]
    _description = "Project Budget"
    _order = "project_id, number desc, id desc"

    project_id = fields.Many2one("project.project", required=True, index=True, ondelete="restrict")
    number = fields.Integer("Version", required=True, help="Versions of a project are numbered from 1.")
    reason = fields.Char(required=True, help="Why the budget was set, or changed from the version before.")
    user_id = fields.Many2one(
        "res.users", "Set By", required=True, default=lambda self: self.env.user, help="Who set this version."
    )
    create_date = fields.Datetime("Set On", readonly=True, help="When this version was set.")
    company_id = fields.Many2one("res.company", required=True, index=True, help="Its currency is the budget's.")
    currency_id = fields.Many2one(related="company_id.currency_id")
    key = fields.Char(index="btree_not_null", help="The key under which another system, or a change order, set it.")
    line_ids = fields.One2many("project.budget.line", "budget_id", "Lines")
    hours = fields.Float(compute="_compute_totals", help="Budgeted hours of all lines.")
    cost = fields.Monetary(
        compute="_compute_totals", groups=COST_GROUPS, help="Budgeted cost of all lines, in the company's currency."
    )
    is_current = fields.Boolean("Current", compute="_compute_is_current", help="This is the version that counts.")

    _number_unique = models.UniqueIndex("(project_id, number)", "Somebody changed this budget just now. Try again.")
    _key_unique = models.UniqueIndex("(project_id, key) WHERE key IS NOT NULL", "This budget was set already.")

    #: Made with the version, by ``_record``.
    _kept_fields = frozenset({"line_ids"})

    # === COMPUTE METHODS === #

    @api.depends("line_ids")
    def _compute_totals(self):
        for budget in self:
            lines = budget.sudo().line_ids
            budget.hours = sum(lines.mapped("hours"))
            budget.cost = budget.currency_id.round(sum(lines.mapped("cost")))

    @api.depends("project_id.budget_id")
    def _compute_is_current(self):
        for budget in self:
            budget.is_current = budget == budget.project_id.budget_id

    @api.depends("project_id.name", "number")
    def _compute_display_name(self):
        for budget in self:
            budget.display_name = self.env._(
                "%(project)s, version %(number)s", project=budget.project_id.name, number=budget.number
            )

    # === RECORDING === #

    @api.model
    def _record(self, project, rows, reason, key=None):
        """Record a new version of a project's budget, with all rights, and let it count from now on.

        :param project: one project, whose budget the user may set (the caller checked)
        :param list rows: values of lines, as ``project.budget.line`` has them
        :param str reason: why it is set
        :param str key: under which another system, or a change order, sets it
        :return: the version
        :raises UserError: when there is no line, or no company whose currency it is in
        """
        project = project.sudo()
        # One after the other: the second one sees the number, and the lines, of the first.
        project._budget_lock()
        if not rows:
            raise UserError(self.env._("A budget has at least one line."))
        last = self.sudo().search([("project_id", "=", project.id)], limit=1)
        budget = (
            self.sudo()
            ._without_defaults()
            .create(
                {
                    "project_id": project.id,
                    "number": last.number + 1,
                    "reason": reason,
                    "key": key,
                    "user_id": self.env.uid,
                    "company_id": (last.company_id or project._budget_company()).id,
                }
            )
        )
        lines = self.env["project.budget.line"].sudo()._without_defaults()
        lines.create([{**row, "budget_id": budget.id} for row in rows])
        project.budget_id = budget
        project._budget_changed()
        return budget

    def action_restore(self):
        """Let this version count again: as a new version with the same lines.

        :return: True
        :raises AccessError: for who may not set budgets
        :raises UserError: when it counts already
        """
        self.check_access("read")
        self.ensure_one()
        check_may_set(self.project_id)
        if self.is_current:
            raise UserError(self.env._("This version counts already."))
        rows = [line._values() for line in self.sudo().line_ids]
        self._record(self.project_id, rows, self.env._("Version %s again", self.number))
        return True

    @api.model
    def _load_demo(self):
        """Budget projects of a firm of the demo, and work on them (called by the demo data)."""
        load(self.env)


class ProjectProject(models.Model):
    _inherit = "project.project"

    budget_id = fields.Many2one(
        "project.budget",
        copy=False,
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        groups=HOURS_GROUPS,
        help="The version of the budget that counts.",
    )
    budget_version_ids = fields.One2many(
        "project.budget", "project_id", "Versions of the Budget", copy=False, groups=HOURS_GROUPS
    )

    #: Versions are recorded by ``project.budget``.
    _kept_fields = frozenset({"budget_version_ids"})

    def _budget_lock(self):
        """Wait for whoever changes the budget of this project, and have others wait until this transaction ends."""
        self.ensure_one()
        self.env.flush_all()
        self.env.cr.execute("SELECT id FROM project_project WHERE id = %s FOR NO KEY UPDATE", [self.id])
        self.invalidate_recordset()

    def _budget_company(self):
        """Return the company in whose currency the budget of this project is: its own, or of what is sold with it."""
        self.ensure_one()
        project = self.sudo()
        return project.company_id or project.sale_order_id.company_id or project._budget_seller() or self.env.company

    def _budget_seller(self):
        """Return the company of the orders of this project, else of its billing milestones (maybe none)."""
        orders = self.env["sale.order"].search([("project_id", "=", self.id)], order="id")
        order = orders.filtered(lambda order: order.state == "sale")[:1] or orders[:1]
        if not order:
            order = self.env["billing.milestone"].search([("project_id", "=", self.id)], order="id", limit=1).order_id
        return order.company_id

    def _budget_changed(self):
        """Do what follows from another budget; extended by those who look at it."""

    @api.ondelete(at_uninstall=False)
    def _unlink_except_budgeted(self):
        for project in self.sudo().filtered("budget_id"):
            raise UserError(
                self.env._(
                    "Project %s has a budget on record, which is kept. Archive the project instead.",
                    project.display_name,
                )
            )


def keep_lines(cr, table):
    """Have the database keep the lines of versions; their task or milestone may be deleted.

    :param cr: cursor
    :param str table: of the lines
    """
    protect(
        cr,
        table,
        [
            "budget_id",
            "name",
            "kind",
            "hours",
            "cost",
            "has_expected",
            "expected_hours",
            "expected_cost",
            "create_uid",
            "create_date",
        ],
    )
