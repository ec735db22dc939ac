from odoo import fields, models


class SubscriptionUsageBatch(models.Model):
    """Usage that was stored together. Its number grows in the order of commits: all up to one are a cut."""

    _name = "subscription.usage.batch"
    _description = "Batch of Usage"
    _inherit = ["record.append.only"]
    _order = "id desc"
    _rec_name = "id"

    company_id = fields.Many2one("res.company", required=True, index=True)
    source = fields.Char(required=True, help="How it came: a call, a stream or a file, and who sent it.")
    file_name = fields.Char("File", help="The name of the file, where it was one.")
    user_id = fields.Many2one("res.users", "By", required=True)
    received = fields.Datetime(required=True, help="When it was stored.")
    recorded = fields.Integer(help="So many records were new.")
    repeated = fields.Integer(help="So many records were there before, with the same content: they count once.")
    refused = fields.Integer(help="So many records were refused.")
    set_aside = fields.Integer(help="So many records are kept aside, until their meter is known.")
