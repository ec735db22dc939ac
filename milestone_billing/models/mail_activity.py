from odoo import fields, models

#: What activities of billing ask for: stored on each, so that it is closed when its cause is gone.
CREDIT, POST, MEND, SEND, DAYS, GONE = "credit", "post", "mend", "send", "days", "gone"
REQUESTS = [
    (CREDIT, "Credit"),
    (POST, "Post the credit note"),
    (MEND, "Mend"),
    (SEND, "Send"),
    (DAYS, "Choose days"),
    (GONE, "Say what it waits for"),
]


class MailActivity(models.Model):
    _inherit = "mail.activity"

    billing_request = fields.Selection(REQUESTS, readonly=True, copy=False, help="What billing asks for.")
    billing_milestone_ids = fields.Many2many(
        "billing.milestone",
        "billing_milestone_activity_rel",
        "activity_id",
        "milestone_id",
        "Milestones",
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="Those that billing asks it for: the activity goes with the last of them.",
    )
    billing_why = fields.Json(
        readonly=True,
        copy=False,
        export_string_translation=False,
        help="Why billing asks, as facts, to be told in the language of whom it asks.",
    )

    def _billing_rewrite(self):
        """Write the texts of these activities again, in the current language of the users they are assigned to."""
        for activity in self:
            request, why = activity.billing_request, activity.billing_why
            if activity.billing_milestone_ids and (why or request in (GONE, DAYS, POST)):
                activity.write(activity.billing_milestone_ids._request_values(request, activity.user_id, why))
