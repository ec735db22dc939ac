from odoo import fields, models
from odoo.tools import SQL

from .facts import account_owners
from .rights import COST_GROUPS, HOURS_GROUPS, check_may_see, check_may_set

ANALYTIC = "analytic.group_analytic_accounting"


class ProjectProject(models.Model):
    """The buttons of a project's budget."""

    _inherit = "project.project"

    budget_hours = fields.Float(
        related="budget_id.hours", string="Budgeted Hours", groups=HOURS_GROUPS, help="Of the version that counts."
    )
    budget_cost = fields.Monetary(
        related="budget_id.cost",
        string="Budgeted Cost",
        currency_field="budget_currency_id",
        groups=COST_GROUPS,
        help="Of the version that counts.",
    )
    budget_currency_id = fields.Many2one(
        related="budget_id.currency_id", string="Currency of the Budget", groups=HOURS_GROUPS
    )

    def action_edit_budget(self):
        """Open the budget of this project to set or change it.

        :return: a window action
        :raises AccessError: for who may not set budgets
        """
        self.ensure_one()
        check_may_set(self)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Change Budget") if self.budget_id else self.env._("Set Budget"),
            "res_model": "project.budget.editor",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_project_id": self.id},
        }

    def action_import_budget(self):
        """Open the dialog that takes the budget of this project from a workbook.

        :return: a window action
        :raises AccessError: for who may not set budgets
        """
        self.ensure_one()
        check_may_set(self)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Import Budget"),
            "res_model": "project.budget.import",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_project_id": self.id},
        }

    def action_download_budget(self):
        """Download the budget of this project as a workbook, in the layout that is imported.

        :return: an action that downloads the file
        :raises AccessError: for who may not set budgets
        """
        self.ensure_one()
        check_may_set(self)
        return {"type": "ir.actions.act_url", "url": f"/budget/{self.id}.xlsx", "target": "download"}

    def action_open_budget(self):
        """Open what is budgeted, spent and earned of this project, by milestone.

        :return: a window action
        :raises AccessError: for customers, and without access to the project
        """
        check_may_see(self)
        action = self.env["ir.actions.act_window"]._for_xml_id("milestone_billing_budget.action_project_budget_report")
        return dict(action, domain=[("project_id", "in", self.ids)], context={"search_default_by_milestone": 1})

    def action_open_cash(self):
        """Open what is spent, billed and paid of this project, by month.

        :return: a window action
        :raises AccessError: for customers, and without access to the project
        """
        check_may_see(self)
        action = self.env["ir.actions.act_window"]._for_xml_id("milestone_billing_budget.action_project_budget_cash")
        return dict(action, domain=[("project_id", "in", self.ids), ("date", "!=", False)])

    def action_open_budget_versions(self):
        """Open the versions of this project's budget.

        :return: a window action
        :raises AccessError: for customers, and without access to the project
        """
        check_may_see(self)
        action = self.env["ir.actions.act_window"]._for_xml_id("milestone_billing_budget.action_project_budget")
        return dict(action, domain=[("project_id", "in", self.ids)], context={"create": False})

    def action_set_up_costs(self):
        """Set up what this project lacks to know its cost: timesheets, and an analytic account of its own.

        :return: True
        :raises AccessError: for who may not set budgets, or not change the project
        """
        self.ensure_one()
        check_may_set(self)
        self.check_access("write")
        self.allow_timesheets = True
        if not self.account_id:
            self.sudo()._create_analytic_account()
        return True

    def _budget_missing(self):
        """Return what keeps the cost of this project from being known, as sentences."""
        self.ensure_one()
        missing = []
        if not self.allow_timesheets:
            missing.append(self.env._("Timesheets are off in this project, so no hours are counted."))
        if not self.account_id:
            missing.append(
                self.env._(
                    "The project has no analytic account, so bills, expenses and purchase orders are not counted."
                )
            )
        else:
            missing += self._budget_shared_account()
        return missing

    def _budget_shared_account(self):
        """Return where the costs of an analytic account that several projects share are counted, as sentences.

        Names of other projects are left out: not everybody may read them.
        """
        projects = self.account_id.sudo().with_context(active_test=False).project_ids._budget_followed()
        if len(projects) < 2 or self not in projects:
            return []
        query = SQL("SELECT project_id FROM (%s) owner WHERE account_id = %s", account_owners(), self.account_id.id)
        if self.env.execute_query(query) == [(self.id,)]:
            return [
                self.env._(
                    "Other projects share the analytic account of this one:"
                    " their bills, expenses and purchase orders are counted here."
                )
            ]
        return [
            self.env._(
                "The analytic account of this project is shared: bills, expenses and purchase orders"
                " are counted in another project. Give this one an account of its own."
            )
        ]
