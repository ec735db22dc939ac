"""Where people are when they ask what was earned: an order, a project, a customer, a contract."""

from odoo import models


class RevenueContract(models.Model):
    _inherit = "revenue.contract"

    def action_open_position(self):
        """Open the position of contracts as of today; another day is one field away."""
        self.check_access("read")
        title = self.env.context.get("revenue_title") or ", ".join(self[:3].mapped("name"))
        position = self.env["revenue.position"].create({"contract_ids": self.ids, "title": title})
        return position.action_work_out()


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def action_open_revenue_position(self):
        """Open the position of the order's contract."""
        contracts = self.revenue_contract_id
        return contracts.with_context(revenue_title=", ".join(self.mapped("name"))).action_open_position()


class ProjectProject(models.Model):
    _inherit = "project.project"

    def action_open_revenue_position(self):
        """Open the position of the contracts that the project delivers."""
        self.ensure_one()
        contracts = self.env["revenue.contract"].search([("obligation_ids.project_id", "=", self.id)])
        return contracts.with_context(revenue_title=self.name).action_open_position()


class ResPartner(models.Model):
    _inherit = "res.partner"

    def action_open_revenue_position(self):
        """Open the position of all contracts of the customer."""
        self.ensure_one()
        contracts = self.env["revenue.contract"].search(
            [("partner_id", "child_of", self.commercial_partner_id.id), ("state", "!=", "cancelled")]
        )
        return contracts.with_context(revenue_title=self.display_name).action_open_position()
