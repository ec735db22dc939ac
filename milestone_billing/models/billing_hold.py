from odoo import api, fields, models


class BillingHold(models.Model):
    """A hold may be put on a milestone alone; those on orders and customers keep their milestones back too."""

    _inherit = "billing.hold"

    milestone_id = fields.Many2one("billing.milestone", index="btree_not_null", ondelete="cascade")

    _once_fields = frozenset({"partner_id", "order_id", "milestone_id"})

    _one_of_all = models.Constraint(
        "CHECK(num_nonnulls(partner_id, order_id, milestone_id) = 1)",
        "A hold is put on one customer, one order or one milestone.",
    )

    @api.depends("milestone_id.company_id")
    def _compute_company_id(self):
        # OVERRIDE: a milestone is of the company of its order.
        of_milestones = self.filtered("milestone_id")
        for hold in of_milestones:
            hold.company_id = hold.milestone_id.company_id
        return super(BillingHold, self - of_milestones)._compute_company_id()

    @api.depends("milestone_id")
    def _compute_target_name(self):
        return super()._compute_target_name()

    @api.model_create_multi
    def create(self, vals_list):
        holds = super().create(vals_list)
        holds._held_milestones().allocation_ids.line_id._billing_refresh()
        return holds

    def unlink(self):
        milestones = self._held_milestones()
        result = super().unlink()
        milestones._resume()
        return result

    def _follow_change(self, before):
        # OVERRIDE: update the milestones that these holds now block, and queue those again that they no longer block.
        after = self.filtered("is_active")
        (after - before)._held_milestones().allocation_ids.line_id._billing_refresh()
        (before - after)._held_milestones()._resume()
        return super()._follow_change(before)

    def _held_milestones(self):
        """Return the milestones that these holds concern (``billing.milestone``)."""
        milestones = self.env["billing.milestone"].sudo()
        held = milestones.search([("order_id", "in", self.order_id.ids)]) if self.order_id else milestones
        if self.partner_id:
            held |= milestones.search([("partner_id.commercial_partner_id", "in", self.partner_id.ids)])
        return held | self.sudo().milestone_id

    def _target_text(self):
        milestone = self.milestone_id
        if not milestone:
            return super()._target_text()
        return self.env._(
            "Milestone %(milestone)s of %(order)s", milestone=milestone.name, order=milestone.order_id.name
        )

    def _logged_order(self):
        return self.milestone_id.order_id or super()._logged_order()

    # === FORECAST === #

    @api.depends("milestone_id")
    def _compute_effect(self):
        return super()._compute_effect()

    def _effect_domain(self):
        # OVERRIDE: a hold on a milestone is about its order's receipts.
        order = self.milestone_id.sudo().order_id
        return [("id", "=", order.id)] if order else super()._effect_domain()

    def _effect_company(self):
        return self.milestone_id.sudo().company_id or super()._effect_company()

    def _is_about(self, row):
        if not self.milestone_id:
            return super()._is_about(row)
        return (row.model, row.record) == ("billing.milestone", self.milestone_id._origin.id or self.milestone_id.id)
