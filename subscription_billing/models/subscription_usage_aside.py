from odoo import fields, models

REASONS = [
    ("meter", "Unknown meter"),
    ("conflict", "Refused"),
    ("unreadable", "Unreadable"),
]
STATES = [("open", "Open"), ("resolved", "Resolved"), ("dismissed", "Dismissed")]


class SubscriptionUsageAside(models.Model):
    """Usage that was not recorded as it came: it waits until somebody mends what is missing, and is never lost."""

    _name = "subscription.usage.aside"
    _description = "Usage Kept Aside"
    _order = "id desc"
    _rec_name = "key"

    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    batch_id = fields.Many2one("subscription.usage.batch", readonly=True, help="With which it came first.")
    place = fields.Integer(readonly=True, help="Its line in the file or stream, or its place in the call.")
    reason = fields.Selection(REASONS, required=True, readonly=True, help="Why it was not recorded.")
    state = fields.Selection(
        STATES, required=True, readonly=True, default="open", help="Whether it still waits, was recorded, or was left."
    )
    meter_code = fields.Char("Meter", readonly=True, help="The meter that it names.")
    subject = fields.Char(readonly=True, help="The customer, account or device that it names.")
    key = fields.Char(readonly=True, help="The sender's own key of it.")
    problem = fields.Text(readonly=True, help="What is wrong with it.")
    content = fields.Json(readonly=True, export_string_translation=False, help="What was sent.")
    before = fields.Json(readonly=True, export_string_translation=False, help="What was recorded before under its key.")
    digest = fields.Char(required=True, readonly=True, help="Tells whether the same was kept aside before.")

    _digest_unique = models.UniqueIndex(
        "(company_id, digest) WHERE state = 'open'", "The same is kept aside only once."
    )
