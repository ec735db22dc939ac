from odoo import api, fields, models

from .res_company import PARTIAL_DELIVERIES


class BillingSchedule(models.Model):
    """Whether part of a delivery is billed; and change orders of goods."""

    _inherit = "billing.schedule"

    partial_deliveries = fields.Selection(
        PARTIAL_DELIVERIES,
        required=True,
        compute="_compute_settings",
        store=True,
        readonly=False,
        precompute=True,
        help="What a milestone due by delivery bills of goods while a part of them is on backorder.",
    )

    @api.depends("template_id", "company_id")
    def _compute_settings(self):
        result = super()._compute_settings()
        for schedule in self:
            company = schedule.company_id or self.env.company
            schedule.partial_deliveries = (
                schedule.template_id.partial_deliveries
                or schedule.partial_deliveries
                or company.billing_partial_deliveries
            )
        return result

    def write(self, vals):
        result = super().write(vals)
        if "partial_deliveries" in vals:
            self.env["billing.attainment"]._wake()
        return result

    def _store_shares(self, shares, kept=None):
        # OVERRIDE: shares stand for the quantities of the lines that they were worked out from.
        milestones = self.milestone_ids.sudo()
        milestones.allocation_ids._follow_ordered()
        billed = milestones._billed_beside_goods()
        result = super()._store_shares(shares, kept)
        milestones._keep_beside_goods(billed)
        return result

    def _follow_change_order(self):
        # OVERRIDE: first of all, before anything is compared with what is due.
        self.milestone_ids.sudo().allocation_ids._follow_ordered()
        return super()._follow_change_order()

    def _kept_by_change(self, shares):
        # OVERRIDE: of goods, what is billed stays with its quantity.
        kept = super()._kept_by_change(shares)
        for row in self.milestone_ids.sudo().allocation_ids:
            key = (row.milestone_id.id, row.line_id.id)
            if key in kept and (row._follows_quantity() or row._goes_with_goods()):
                kept[key] = row._prepare_kept()
        return kept


class BillingScheduleTemplate(models.Model):
    _inherit = "billing.schedule.template"

    partial_deliveries = fields.Selection(PARTIAL_DELIVERIES, help="Left empty, as the company says.")
