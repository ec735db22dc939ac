from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    revenue_journal_id = fields.Many2one(related="company_id.revenue_journal_id", readonly=False)
    revenue_policy_id = fields.Many2one(related="company_id.revenue_policy_id", readonly=False)
    revenue_granularity = fields.Selection(related="company_id.revenue_granularity", readonly=False)
    revenue_combine_days = fields.Integer(related="company_id.revenue_combine_days", readonly=False)
    revenue_reopen_by_another = fields.Boolean(related="company_id.revenue_reopen_by_another", readonly=False)
