from odoo import fields, models
from odoo.fields import Domain


class ResPartner(models.Model):
    _inherit = "res.partner"

    billing_hold_ids = fields.One2many("billing.hold", "partner_id", string="Billing Holds", copy=False)

    def write(self, vals):
        result = super().write(vals)
        if "lang" in vals and self.sudo().user_ids:
            asked = Domain("billing_request", "!=", False) & Domain("user_id", "in", self.sudo().user_ids.ids)
            self.env["mail.activity"].sudo().search(asked)._billing_rewrite()
        return result

    # === MERGED CONTACTS === #

    def _billing_milestones(self):
        """Return the milestones of orders of these contacts, their companies and all of theirs (as superuser)."""
        companies = (self | self.sudo().commercial_partner_id).ids
        return self.env["billing.milestone"].sudo().search([("order_id.partner_id", "child_of", companies)])

    def _billing_follow_merge(self, before):
        """Work out anew what is held, and which plans are whose, after Odoo merged others into these contacts by SQL.

        :param dict before: ``{milestone id: whether it was held}`` before the merge, of all contacts concerned
        """
        self.env.flush_all()
        self.env.invalidate_all()
        self.env.registry.clear_cache()
        for hold in self.env["billing.hold"].sudo().search([("partner_id", "in", self.ids)]):
            # A hold is on the whole customer, which a contact belongs to.
            if hold.partner_id.commercial_partner_id != hold.partner_id:
                hold.partner_id = hold.partner_id.commercial_partner_id
        milestones = self._billing_milestones() | self.env["billing.milestone"].sudo().browse(before).exists()
        milestones.schedule_id.modified(["order_id"])
        milestones.modified(["hold_ids"])
        self.env.flush_all()
        held = milestones.filtered(lambda row: row.is_held and not before.get(row.id))
        held.allocation_ids.line_id._billing_refresh()
        milestones.filtered(lambda row: before.get(row.id) and not row.is_held)._resume()
