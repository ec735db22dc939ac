from odoo import fields, models


class ProjectMilestone(models.Model):
    _inherit = "project.milestone"

    billing_milestone_ids = fields.One2many(
        "billing.milestone", "project_milestone_id", "Billing Milestones", copy=False
    )

    def write(self, vals):
        changed = self.browse()
        if "is_reached" in vals and not self.env.context.get("billing_syncing"):
            changed = self.filtered(lambda milestone: milestone.is_reached != bool(vals["is_reached"]))
        result = super().write(vals)
        for milestone in changed.sudo():
            running = milestone.billing_milestone_ids.filtered(lambda row: row.order_id.state == "sale")
            if milestone.is_reached:
                open_ones = running.filtered(lambda row: not row._is_attained())
                open_ones._attain(100.0, milestone.reached_date, "milestone")
            else:
                running._undo("milestone")
        return result

    def copy_data(self, default=None):
        # A duplicated project delivers nothing on the original order's scheduled lines.
        vals_list = super().copy_data(default)
        for milestone, vals in zip(self, vals_list, strict=True):
            if milestone.sudo().sale_line_id.billing_schedule_id:
                vals["sale_line_id"] = False
        return vals_list
