from odoo import api, fields, models


class ResPartner(models.Model):
    """How a customer is billed, in each company: what the commercial partner says counts."""

    _name = "res.partner"
    _inherit = ["res.partner", "billing.rules"]

    billing_when = fields.Selection(company_dependent=True)
    billing_calendar_id = fields.Many2one(company_dependent=True)
    billing_one_invoice_per = fields.Selection(company_dependent=True)
    billing_order_number = fields.Selection(company_dependent=True)
    billing_file = fields.Selection(company_dependent=True)
    billing_file_kind_id = fields.Many2one(company_dependent=True)
    billing_print_text = fields.Text(company_dependent=True)
    billing_automatic = fields.Selection(company_dependent=True)
    billing_invoices = fields.Selection(company_dependent=True)

    billing_hold_ids = fields.One2many(
        "billing.hold", "partner_id", "Billing Holds", copy=False, groups="base.group_user"
    )

    def _rules_domain(self):
        return [("partner_invoice_id.commercial_partner_id", "in", self.ids)]

    def write(self, vals):
        if "tz" in vals:
            # The zone of a company is that of its address, or of the user who made it.
            self.env.registry.clear_cache()
        return super().write(vals)

    # === COPIED AND MERGED CONTACTS === #

    def copy(self, default=None):
        # OVERRIDE: how a customer is billed goes with his copy, whoever makes it; Odoo copies nothing by company.
        copies = super().copy(default)
        names = self._fields_by_company() - self._kept_field_names() - set(default or ())
        for partner, copied in zip(self, copies, strict=True):
            copied._take_over(partner, names)
        return copies

    @api.model
    def fields_get(self, allfields=None, attributes=None):
        # OVERRIDE: a merge does not enter these as the user (``billing_base.wizards.base_partner_merge``).
        found = super().fields_get(allfields, attributes)
        if self._is_flagged("contacts_merged"):
            apart = self._fields_by_company()
            return {name: described for name, described in found.items() if name not in apart}
        return found

    def _billing_follow_merge(self):
        """Bring holds in line after Odoo merged others into these contacts by SQL; what is free again goes on."""
        self.env.flush_all()
        self.env.invalidate_all()
        self.env.registry.clear_cache()
        for hold in self.env["billing.hold"].sudo().search([("partner_id", "in", self.ids)]):
            # A hold is on the whole customer, which a contact belongs to.
            if hold.partner_id.commercial_partner_id != hold.partner_id:
                hold.partner_id = hold.partner_id.commercial_partner_id
        orders = self.env["sale.order"].sudo()
        orders._billing_kept_back(orders._billing_of_customers(self.commercial_partner_id))._billing_go_on()
