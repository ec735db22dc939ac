from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    billing_invoice_policy = fields.Selection(related="company_id.billing_invoice_policy", readonly=False)
    billing_grouping = fields.Selection(related="company_id.billing_grouping", readonly=False)
    billing_invoice_date = fields.Selection(related="company_id.billing_invoice_date", readonly=False)
    billing_change_rule = fields.Selection(related="company_id.billing_change_rule", readonly=False)
    billing_advance_policy = fields.Selection(related="company_id.billing_advance_policy", readonly=False)
    billing_closing_policy = fields.Selection(related="company_id.billing_closing_policy", readonly=False)
    billing_notify_partner_ids = fields.Many2many(related="company_id.billing_notify_partner_ids", readonly=False)
    billing_manager_id = fields.Many2one(related="company_id.billing_manager_id", readonly=False)
