from odoo import models
from odoo.fields import Domain


class ResPartner(models.Model):
    _inherit = "res.partner"

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

    def _billing_follow_merged_plans(self, before):
        """Work out anew what is held, and which plans are whose, after Odoo merged others into these contacts by SQL.

        :param dict before: ``{milestone id: whether it was held}`` before the merge, of all contacts concerned
        """
        milestones = self._billing_milestones() | self.env["billing.milestone"].sudo().browse(before).exists()
        milestones.schedule_id.modified(["order_id"])
        milestones.modified(["hold_ids"])
        self.env.flush_all()
        held = milestones.filtered(lambda row: row.is_held and not before.get(row.id))
        held.allocation_ids.line_id._billing_refresh()
        milestones.filtered(lambda row: before.get(row.id) and not row.is_held)._resume()
