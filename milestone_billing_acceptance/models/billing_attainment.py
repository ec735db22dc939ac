from odoo import api, models


class BillingAttainment(models.Model):
    """A milestone that needs acceptance is attained by the customer alone: whatever else says so makes it ready."""

    _inherit = "billing.attainment"

    @api.model
    def _record(self, vals_list):
        # OVERRIDE: all ways to attain come here, and so none of them goes round the customer.
        milestones = self.env["billing.milestone"].sudo().browse(vals["milestone_id"] for vals in vals_list)
        needing = milestones.filtered(lambda milestone: milestone._requires_acceptance())
        if not needing:
            return super()._record(vals_list)
        ready, through, lowered = [], [], needing.browse()
        for vals, milestone in zip(vals_list, milestones, strict=True):
            kept_back = milestone in needing and vals["source"] != "acceptance"
            if kept_back and vals["percent"] > milestone.attained_percent:
                ready.append((milestone, vals))
            elif not (kept_back and vals["source"] == "delivery"):
                # What the customer accepted is not taken back by a return of goods: a person does that.
                through.append(vals)
                lowered |= milestone.filtered(
                    lambda row, to=vals["percent"]: row in needing and to < row.attained_percent
                )
        rows = super()._record(through)
        for milestone in lowered:
            milestone._follow_acceptance_undone()
        for milestone, vals in ready:
            milestone._become_ready(vals["percent"], vals["date"], self._further_facts(vals))
        return rows
