from odoo import fields, models
from odoo.addons.milestone_billing.wizards.billing_settings import of_company

from ..models.res_company import THRESHOLDS


class BillingSettings(models.TransientModel):
    """When project managers are alerted, as billing managers set it."""

    _inherit = "billing.settings"

    budget_ahead_project = fields.Float(
        "Project Spends Ahead by",
        default=of_company("budget_ahead_project"),
        help="Percent of the budget spent beyond what is attained, from which the manager is alerted. 0 for never.",
    )
    budget_ahead_milestone = fields.Float(
        "Milestone Spends Ahead by",
        default=of_company("budget_ahead_milestone"),
        help="The same of a single milestone, which is often attained at once in the end. 0 for never.",
    )
    budget_unplanned_hours = fields.Float(
        "Unplanned Hours",
        default=of_company("budget_unplanned_hours"),
        help="Hours of tasks of no milestone, order line or budget, from which the manager is alerted.",
    )
    budget_unplanned_percent = fields.Float(
        "Unplanned Share",
        default=of_company("budget_unplanned_percent"),
        help="The same as percent of the budgeted hours; the larger of both counts.",
    )

    def execute(self):
        # OVERRIDE: who may set up billing is checked there first.
        result = super().execute()
        self.company_id.sudo().write({name: self[name] for name in THRESHOLDS})
        return result
