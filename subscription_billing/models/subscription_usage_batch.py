from odoo import api, fields, models

SOURCES = [("call", "Call"), ("stream", "Stream"), ("file", "File"), ("aside", "Kept aside before")]


class SubscriptionUsageBatch(models.Model):
    """Usage that was stored together. Its number grows in the order of commits: all up to one are a cut."""

    _name = "subscription.usage.batch"
    _description = "Batch of Usage"
    _inherit = ["record.append.only"]
    _order = "id desc"
    _rec_name = "id"

    company_id = fields.Many2one("res.company", required=True, index=True)
    source = fields.Selection(SOURCES, required=True, help="How it came.")
    stream = fields.Char("Stream or File", help="What the sender calls it.")
    lines = fields.Integer(help="Of a stream, so many lines are stored with this batch and before.")
    user_id = fields.Many2one("res.users", "By", required=True)
    received = fields.Datetime(required=True, help="When it was stored.")
    recorded = fields.Integer(help="So many records were new.")
    repeated = fields.Integer(help="So many records were there before, with the same content: they count once.")
    refused = fields.Integer(help="So many records were refused.")
    set_aside = fields.Integer(help="So many records are kept aside, until their meter is known.")

    _stream_index = models.Index("(company_id, stream) WHERE stream IS NOT NULL")

    @api.model
    def _last_known(self, company):
        """Return the number of the last batch of a company that this transaction sees, 0 without one."""
        return self.sudo().search([("company_id", "=", company.id)], limit=1).id or 0
