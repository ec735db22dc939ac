from odoo import models


class SaleOrder(models.Model):
    """An order whose texts or customer change while its customer is asked."""

    _inherit = "sale.order"

    def write(self, vals):
        before = {order.id: order.partner_id.commercial_partner_id for order in self} if "partner_id" in vals else {}
        result = super().write(vals)
        moved = self.filtered(lambda order: before and before[order.id] != order.partner_id.commercial_partner_id)
        moved.sudo().billing_milestone_ids._drop_foreign_contacts()
        if vals.keys() & {"name", "partner_id"}:
            self.sudo().billing_milestone_ids._renew_acceptances()
        return result

    def unlink(self):
        # OVERRIDE: the database would delete the milestones past their own guards.
        self.check_access("unlink")
        self.sudo().billing_schedule_ids._unlink_asked()
        return super().unlink()


class SaleOrderLine(models.Model):
    """A line whose description the customer reads when he is asked."""

    _inherit = "sale.order.line"

    def write(self, vals):
        result = super().write(vals)
        if "name" in vals:
            self.sudo().billing_allocation_ids.milestone_id._renew_acceptances()
        return result
