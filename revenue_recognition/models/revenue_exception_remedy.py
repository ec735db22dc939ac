"""Worklist: from what is missing to where it is entered, in one click."""

from odoo import api, fields, models

ACCOUNTANT = "revenue_recognition.group_revenue_accountant"
CONTROLLER = "revenue_recognition.group_revenue_controller"
#: Of each kind of exception: how it is put right.
REMEDIES = {
    "ssp": "price",
    "estimate": "estimate",
    "overrun": "estimate",
    "milestones": "milestones",
    "weights": "milestones",
    "shared_milestones": "milestones",
    "shared": "cost",
    "shared_hours": "cost",
    "rate": "rates",
    "accounts": "accounts",
    "proposed": "answer",
    "late": "evidence",
    "project": "project",
    "billed_above": "invoices",
}
#: Those that are about one obligation.
OF_OBLIGATION = ("price", "estimate", "milestones", "cost", "project")


class RevenueException(models.Model):
    """What puts an exception right, for whom it is allowed."""

    _inherit = "revenue.exception"

    remedy = fields.Selection(
        [
            ("price", "Enter Selling Price"),
            ("estimate", "Enter Estimate"),
            ("milestones", "See Milestones"),
            ("cost", "See Cost"),
            ("rates", "Enter Rate"),
            ("accounts", "Set Up Accounts"),
            ("answer", "Compare and Answer"),
            ("evidence", "See Evidence"),
            ("project", "Read from New Project"),
            ("invoices", "See Invoices"),
            ("open", "Open"),
        ],
        compute="_compute_remedy",
        help="What puts it right; the button leads there.",
    )

    @api.depends("kind", "obligation_id")
    @api.depends_context("uid")
    def _compute_remedy(self):
        accountant = self.env.user.has_group(ACCOUNTANT)
        may = {
            "price": accountant,
            "estimate": accountant,
            "milestones": self.env["project.milestone"].has_access("read"),
            # Odoo lets nobody else write the cost of others.
            "cost": self.env.user.has_group("hr_timesheet.group_hr_timesheet_approver"),
            "rates": self.env["res.currency.rate"].has_access("write"),
            "accounts": self.env.user.has_group(CONTROLLER),
            "answer": True,
            "evidence": True,
            "project": accountant,
            "invoices": self.env["account.move"].has_access("read"),
        }
        for exception in self:
            remedy = REMEDIES.get(exception.kind, "open")
            needs = exception.obligation_id if remedy in OF_OBLIGATION else exception.contract_id
            exception.remedy = remedy if may.get(remedy) and needs else "open"

    def action_remedy(self):
        """Open where the exception is put right, or the contract where it is not the user's to do."""
        self.ensure_one()
        self.check_access("read")
        if self.remedy == "open":
            return self.action_open()
        return getattr(self, f"_remedy_{self.remedy}")()

    # === REMEDIES === #

    def _remedy_price(self):
        obligation = self.obligation_id
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Standalone Selling Price"),
            "res_model": "revenue.ssp",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_product_id": obligation.product_id.id,
                "default_currency_id": obligation.currency_id.id,
                "default_company_id": obligation.company_id.id,
                "default_date_from": fields.Date.to_string(obligation.contract_id.date),
            },
        }

    def _remedy_estimate(self):
        return self.env["revenue.estimate.wizard"]._open(self.obligation_id.sudo())

    def _remedy_milestones(self):
        one = self.obligation_id.sudo()
        projects = one.project_id | one.sale_line_ids.project_id | one.sale_line_ids.order_id.project_ids
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Milestones"),
            "res_model": "project.milestone",
            "views": [(False, "list"), (False, "form")],
            "domain": [
                "|",
                ("sale_line_id", "in", one.sale_line_ids.ids),
                "&",
                ("project_id", "in", projects.ids),
                ("sale_line_id", "=", False),
            ],
            "context": {"default_project_id": projects[:1].id, "default_sale_line_id": one.sale_line_ids[:1].id},
        }

    def _remedy_cost(self):
        """Open the cost or hours of a shared project that name no order line, to give each its line."""
        one = self.obligation_id.sudo()
        sharing = self.env["revenue.obligation"].sudo()
        if one.measure == "hours":
            domain = [("project_id", "=", one.project_id.id)]
            name = self.env._("Hours Without Order Line")
            return self._open_unclear(name, domain, sharing.search([("measure", "=", "hours"), *domain]))
        account = one.project_id.account_id
        sharing = sharing.search([("measure", "=", "cost_to_cost"), ("project_id.account_id", "in", account.ids)])
        domain = [("account_id", "in", account.ids), ("category", "!=", "invoice")]
        name = self.env._("Cost Without Order Line")
        return self._open_unclear(name, domain, sharing)

    def _open_unclear(self, name, domain, sharing):
        """Open analytic lines that name no order line, and may be given one of those of some obligations."""
        view = self.env.ref("revenue_recognition.view_account_analytic_line_cost_list")
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": "account.analytic.line",
            "views": [(view.id, "list")],
            "domain": [*domain, ("so_line", "=", False)],
            "context": {"revenue_lines": sharing.sale_line_ids.ids},
        }

    def _remedy_rates(self):
        return self.contract_id.currency_id._get_records_action()

    def _remedy_accounts(self):
        return self.env["ir.actions.act_window"]._for_xml_id("revenue_recognition.action_revenue_accounts")

    def _remedy_project(self):
        self.obligation_id.action_follow_project()
        return self.action_open()

    def _remedy_answer(self):
        proposed = self.contract_id.modification_ids.filtered(lambda modification: modification.state == "proposed")
        return proposed._get_records_action(name=self.env._("Modifications"))

    def _remedy_invoices(self):
        return self.contract_id.action_view_invoices()

    def _remedy_evidence(self):
        return self.contract_id.action_view_evidence()
