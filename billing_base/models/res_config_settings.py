from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    billing_when = fields.Selection(related="company_id.billing_when", readonly=False)
    billing_calendar_id = fields.Many2one(related="company_id.billing_calendar_id", readonly=False)
    billing_one_invoice_per = fields.Selection(related="company_id.billing_one_invoice_per", readonly=False)
    billing_order_number = fields.Selection(related="company_id.billing_order_number", readonly=False)
    billing_file = fields.Selection(related="company_id.billing_file", readonly=False)
    billing_file_kind_id = fields.Many2one(related="company_id.billing_file_kind_id", readonly=False)
    billing_print_text = fields.Text(related="company_id.billing_print_text", readonly=False)
    billing_automatic = fields.Selection(related="company_id.billing_automatic", readonly=False)
    billing_invoices = fields.Selection(related="company_id.billing_invoices", readonly=False)
