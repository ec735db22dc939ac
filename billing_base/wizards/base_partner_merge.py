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
        # OVERRIDE: how merged contacts are billed was merged by SQL, in each company. Odoo would enter it once more, as
        # the user, who need not be allowed to.
        return super()._update_values(src_partners, dst_partner._flagged("contacts_merged"))
