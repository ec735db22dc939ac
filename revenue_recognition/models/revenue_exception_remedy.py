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
    "rate": "rates",
    "accounts": "accounts",
    "proposed": "answer",
    "late": "evidence",
}


class RevenueException(models.Model):
    """What puts an exception right, for whom it is allowed."""

    _inherit = "revenue.exception"

    remedy = fields.Selection(
        [
            ("price", "Enter Selling Price"),
            ("estimate", "Enter Estimate"),
            ("milestones", "See Milestones"),
            ("rates", "Enter Rate"),
            ("accounts", "Set Up Accounts"),
            ("answer", "Compare and Answer"),
            ("evidence", "See Evidence"),
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
            "rates": self.env["res.currency.rate"].has_access("write"),
            "accounts": self.env.user.has_group(CONTROLLER),
            "answer": True,
            "evidence": True,
        }
        for one in self:
            remedy = REMEDIES.get(one.kind, "open")
            needs = one.obligation_id if remedy in ("price", "estimate", "milestones") else one.contract_id
            one.remedy = remedy if may.get(remedy) and needs else "open"

    def action_remedy(self):
        """Open where the exception is put right, or the contract where it is not the user's to do."""
        self.ensure_one()
        self.check_access("read")
        if self.remedy == "open":
            return self.action_open()
        return getattr(self, f"_remedy_{self.remedy}")()

    # === REMEDIES === #

    def _remedy_price(self):
        one = self.obligation_id
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Standalone Selling Price"),
            "res_model": "revenue.ssp",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_product_id": one.product_id.id,
                "default_currency_id": one.currency_id.id,
                "default_company_id": one.company_id.id,
                "default_date_from": fields.Date.to_string(one.contract_id.date),
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

    def _remedy_rates(self):
        return self.contract_id.currency_id._get_records_action()

    def _remedy_accounts(self):
        return self.env["ir.actions.act_window"]._for_xml_id("revenue_recognition.action_revenue_accounts")

    def _remedy_answer(self):
        proposed = self.contract_id.modification_ids.filtered(lambda one: one.state == "proposed")
        return proposed._get_records_action(name=self.env._("Modifications"))

    def _remedy_evidence(self):
        return self.contract_id.action_view_evidence()
