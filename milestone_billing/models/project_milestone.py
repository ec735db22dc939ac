from odoo import api, fields, models


class ProjectMilestone(models.Model):
    _inherit = "project.milestone"

    billing_milestone_ids = fields.One2many(
        "billing.milestone", "project_milestone_id", "Billing Milestones", copy=False
    )

    #: People enter this link on the billing milestone.
    _kept_fields = frozenset({"billing_milestone_ids"})

    @api.depends(
        "sale_line_id",
        "billing_milestone_ids.schedule_id.milestone_ids.due_on",
        "billing_milestone_ids.schedule_id.milestone_ids.allocation_ids.amount",
    )
    def _compute_quantity_percentage(self):
        # OVERRIDE: those of a plan deliver what the plan says, of the line that they name or of the plan as a whole.
        planned = self.filtered(lambda native: native.sudo()._delivers_plan())
        for line, natives in planned.grouped("sale_line_id").items():
            weights = natives.sudo().billing_milestone_ids._delivered_weights(line.sudo())
            for native in natives:
                native.quantity_percentage = float(sum(weights[row] for row in native.sudo().billing_milestone_ids))
        return super(ProjectMilestone, self - planned)._compute_quantity_percentage()

    def _delivers_plan(self):
        """Return whether it names no line but that of a plan whose milestone it is."""
        lines = self.billing_milestone_ids.allocation_ids.filtered("amount").line_id
        return bool(self.billing_milestone_ids) and self.sale_line_id <= lines

    def _get_data(self):
        # OVERRIDE: the panel of a project shows the percentages of the plan. The stored ones are what Odoo delivers by.
        data = super()._get_data()
        planned = self.sudo().billing_milestone_ids
        if planned and "quantity_percentage" in data:
            data["quantity_percentage"] = sum(row._plan_percent() for row in planned) / 100.0
        return data

    def write(self, vals):
        changed = self.browse()
        if "is_reached" in vals and not self._is_flagged("billing_syncing"):
            changed = self.filtered(lambda milestone: milestone.is_reached != bool(vals["is_reached"]))
        result = super().write(vals)
        if vals.keys() & {"is_reached", "sale_line_id"} and not self._is_flagged("billing_syncing"):
            counted = self.sudo().billing_milestone_ids.filtered("delivers_quantities")
            counted.allocation_ids.line_id._billing_refresh_delivered()
        for milestone in changed.sudo():
            running = milestone.billing_milestone_ids.filtered(lambda row: row.order_id.state == "sale")
            if milestone.is_reached:
                open_ones = running.filtered(lambda row: not row._is_attained())
                # Odoo dates it as the day where the user is; its company may be in another zone.
                open_ones._attain_today("milestone")
            else:
                running._undo("milestone")
        return result

    def unlink(self):
        watched = self.sudo().billing_milestone_ids
        result = super().unlink()
        if watched:
            # The sweep then blocks the billing milestones that waited for them, with the reason.
            self.env["billing.attainment"]._wake()
        return result

    def copy_data(self, default=None):
        # A duplicated project delivers nothing on the original order's scheduled lines.
        vals_list = super().copy_data(default)
        for milestone, vals in zip(self, vals_list, strict=True):
            if milestone.sudo().sale_line_id.billing_schedule_id:
                vals["sale_line_id"] = False
        return vals_list
