from odoo import fields, models


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

    def _rules_domain(self):
        return [("partner_invoice_id.commercial_partner_id", "in", self.ids)]

    def write(self, vals):
        if "tz" in vals:
            # The zone of a company is that of its address, or of the user who made it.
            self.env.registry.clear_cache()
        return super().write(vals)
