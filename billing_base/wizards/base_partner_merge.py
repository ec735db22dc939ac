from odoo import models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _merge(self, partner_ids, dst_partner=None, extra_checks=True):
        # OVERRIDE: Odoo moves what refers to merged contacts by SQL, and nothing that follows from it is worked out.
        partners = self.env["res.partner"].browse(partner_ids).exists()
        result = super()._merge(partner_ids, dst_partner, extra_checks)
        partners.exists()._billing_follow_merge()
        return result

    def _update_values(self, src_partners, dst_partner):
        # OVERRIDE: what Odoo takes over from merged contacts includes how they are billed, which the user need not be
        # allowed to enter, and what nobody enters.
        (src_partners | dst_partner).check_access("write")
        return super()._update_values(src_partners.sudo(), dst_partner.sudo())
