from odoo import api, fields, models
from odoo.tools import SQL

from ..ingest.reading import read_events
from .own_transaction import own_transaction, tried_again
from .subscription_usage_stream import CHUNK

REASONS = [
    ("meter", "Unknown meter"),
    ("conflict", "Refused"),
    ("unreadable", "Unreadable"),
]
#: So many are recorded at once; more of them in the background.
MOST_AT_ONCE = 1_000
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
    content_text = fields.Text("Sent", compute="_compute_content_text", help="What was sent.")
    before_text = fields.Text(
        "Recorded Before", compute="_compute_content_text", help="What was recorded before under its key."
    )
    is_due = fields.Boolean(
        "Recorded Soon", readonly=True, help="Whether it is about to be tried again, with many others."
    )
    digest = fields.Char(required=True, readonly=True, help="Tells whether the same was kept aside before.")

    _digest_unique = models.UniqueIndex(
        "(company_id, digest) WHERE state = 'open'", "The same is kept aside only once."
    )

    _due_index = models.Index("(id) WHERE is_due")

    # === ACTIONS === #

    def action_retry(self):
        """Record these now, if what was missing is there.

        :return: True
        :raises AccessError: for who may not record usage, or not read them
        """
        self._check_may_decide()
        self.sudo()._retry_all([("id", "in", self.ids), ("state", "=", "open")])
        return True

    def action_dismiss(self):
        """Leave these out for good.

        :return: True
        :raises AccessError: for who may not record usage, or not read them
        """
        self._check_may_decide()
        self.sudo().filtered(lambda row: row.state == "open").state = "dismissed"
        return True

    def _check_may_decide(self):
        self.check_access("read")
        self.env["subscription.usage"]._check_may_record()

    @api.model
    def _retry_all(self, domain):
        """Record what can be recorded of some: at once where they are few, else soon, part by part.

        :param domain: which ones
        """
        few = self.search(domain, limit=MOST_AT_ONCE + 1)
        if len(few) <= MOST_AT_ONCE:
            few._retry()
            return
        wanted = self._search(domain).subselect()
        self.env.cr.execute(SQL("UPDATE subscription_usage_aside SET is_due = TRUE WHERE id IN %s", wanted))
        self.invalidate_model(["is_due"])
        self.env.ref("subscription_billing.ir_cron_retry_usage").sudo()._trigger()

    @api.model
    def _cron_retry(self):
        """Record what waited for something that is there now, part by part (woken by ``_retry_all``)."""
        due = self.sudo().search_count([("is_due", "=", True)])
        self.env["ir.cron"]._commit_progress(remaining=due)
        while number := tried_again(self._retry_part):
            if not self.env["ir.cron"]._commit_progress(number):
                return

    @api.model
    def _retry_part(self):
        """Record a part of what is due in a transaction of its own; return how many were tried."""
        with own_transaction(self.sudo()) as asides:
            rows = asides.search([("is_due", "=", True)], order="id", limit=CHUNK)
            rows.is_due = False
            rows._retry()
            return len(rows)

    def _retry(self):
        """Record what can be recorded now, company by company; the rest waits with its problem."""
        waiting = self.filtered(lambda row: row.state == "open" and isinstance(row.content, dict))
        for company, rows in waiting.grouped("company_id").items():
            usage = self.env["subscription.usage"].with_company(company)
            events = read_events(((row.id, row.content) for row in rows), usage._limits())
            taken = usage._take(events, "aside")
            recorded = rows.filtered(lambda row, taken=taken: row.id not in taken.waiting)
            recorded.state = "resolved"
            for row in rows - recorded:
                row.write(taken.waiting[row.id])

    @api.depends("content")
    def _compute_content_text(self):
        for row in self:
            row.content_text = written(row.content)
            row.before_text = written(row.before)


def written(content):
    """Return what was sent as a text that people read."""
    if not isinstance(content, dict):
        return content or ""
    return "\n".join(f"{name}: {value}" for name, value in content.items())
