from odoo import fields, models

KINDS = [
    ("accepted", "Accepted"),
    ("partial", "Accepted in part"),
    ("rejected", "Rejected"),
    ("deemed", "Deemed accepted"),
]


class BillingAcceptanceAnswer(models.Model):
    """What was answered, by whom and to which text: a fact, never changed."""

    _name = "billing.acceptance.answer"
    _description = "Answer to an Acceptance"
    _inherit = ["record.append.only"]
    _order = "id"
    _rec_name = "signed_by"

    acceptance_id = fields.Many2one("billing.acceptance", required=True, index=True, ondelete="restrict", readonly=True)
    company_id = fields.Many2one(related="acceptance_id.company_id", store=True, index=True, precompute=True)
    approver_id = fields.Many2one(
        "billing.acceptance.approver",
        "Contact",
        index="btree_not_null",
        ondelete="restrict",
        readonly=True,
        help="Whose link was used. Empty where nobody answered in time, or where it was given on paper.",
    )
    kind = fields.Selection(KINDS, "Answer", required=True, readonly=True, help="What the customer said.")
    on_paper = fields.Boolean(readonly=True, help="Given on paper, and recorded by a billing manager.")
    percent = fields.Float(
        "Accepted (cumulative %)", digits=(16, 6), readonly=True, help="To how much of the milestone, in all."
    )
    line_ids = fields.Json(
        "Lines Accepted", readonly=True, export_string_translation=False, help="Ids of the order lines accepted."
    )
    open_points = fields.Text("Still Open", readonly=True, help="What the customer still expects.")
    reason = fields.Text(readonly=True, help="Why it was rejected, or how it was given on paper.")
    signed_by = fields.Char(required=True, readonly=True, help="The name as it was signed.")
    signature = fields.Binary(attachment=False, readonly=True, help="The signature as it was drawn.")
    moment = fields.Datetime(
        "Answered At", required=True, readonly=True, default=fields.Datetime.now, help="When it reached us."
    )
    date = fields.Date(
        "Day", required=True, readonly=True, help="The day from which it holds, in the time zone of the company."
    )
    address = fields.Char("IP Address", readonly=True, help="Where the answer came from.")
    user_agent = fields.Char("Browser", readonly=True, help="With what it was given.")
    user_id = fields.Many2one(
        "res.users", "Logged In As", readonly=True, ondelete="restrict", help="Who was logged in, or recorded it."
    )
    fingerprint = fields.Char(required=True, readonly=True, help="SHA-256 of the text that was answered.")
    file_name = fields.Char(readonly=True, help="Name of the scanned page.")
    file_id = fields.Many2one(
        "ir.attachment",
        "Scanned Page",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="What was signed on paper.",
    )
    file_checksum = fields.Char(readonly=True, help="SHA-256 of the scanned page.")
    key = fields.Char(readonly=True, help="Unique: what another system recorded is recorded once.")

    _approver_unique = models.UniqueIndex(
        "(acceptance_id, COALESCE(approver_id, 0))", "This was answered already: each contact answers once."
    )
    _key_unique = models.UniqueIndex("(company_id, key) WHERE key IS NOT NULL", "This answer was recorded already.")
    _percent_range = models.Constraint("CHECK(percent >= 0 AND percent <= 100)", "A percentage lies between 0 and 100.")
