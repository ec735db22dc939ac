from functools import partial

from odoo import api, fields, models
from odoo.addons.billing_base.wizards.billing_forecast import ACCOUNTANTS, SELLERS
from odoo.tools import SQL

from ..engine.advances import comes_off

BILLING = "milestone_billing.group_billing_user"


class BillingForecast(models.TransientModel):
    """A forecast with milestones: by project, for project managers too, each of the plans that he may see."""

    _inherit = "billing.forecast"

    @api.model
    def _forecast_groups(self):
        return (*super()._forecast_groups(), BILLING)

    @api.model
    def _groupings(self):
        return [*super()._groupings(), "project"]

    @api.model
    def _readable_orders(self, domain=None):
        # OVERRIDE: project managers may read every order, but plans of their projects alone.
        found = super()._readable_orders(domain)
        if found is None or self._reads_orders():
            return found
        plans = self.env["billing.schedule"].search([("order_id", "in", list(found))])
        return set(plans.sudo().order_id.ids)

    @api.model
    def _reads_orders(self):
        """Return whether the user may read orders as who sells or audits does, and not for his projects' sake."""
        return self.env.su or any(self.env.user.has_group(group) for group in (*SELLERS, *ACCOUNTANTS))

    @api.model
    def _projects(self, orders):
        self.env["sale.order"].flush_model(["project_id"])
        self.env["sale.order.line"].flush_model(["project_id", "order_id"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT orders.id, COALESCE(orders.project_id, line.project_id)
                  FROM sale_order orders
                  LEFT JOIN LATERAL (
                       SELECT MIN(one.project_id) AS project_id FROM sale_order_line one WHERE one.order_id = orders.id
                       ) line ON TRUE
                 WHERE orders.id = ANY(%s)
                """,
                list(orders),
            )
        )
        return {**super()._projects(orders), **{order: project for order, project in rows if project}}

    @api.model
    def _coming_off(self, orders):
        # OVERRIDE: the schedule of an order says which invoices its down payments come off, by the same arithmetic.
        found = super()._coming_off(orders)
        for schedule in self.env["billing.schedule"].sudo().search([("order_id", "in", orders)])[::-1]:
            found[schedule.order_id.id] = partial(comes_off, when=schedule.advance_policy)
        return found

    @api.model
    def _grouping_names(self, by, ids):
        if by != "project":
            return super()._grouping_names(by, ids)
        projects = self.env["project.project"].sudo().with_context(active_test=False).browse(ids)
        return {project.id: project.name or "" for project in projects}


class BillingForecastLine(models.TransientModel):
    _inherit = "billing.forecast.line"

    project_id = fields.Many2one("project.project", help="The project of the milestone, or of the order.")

    @api.model
    def _values(self, flow, unit):
        return dict(super()._values(flow, unit), project_id=flow.plan.expected.project or None)
