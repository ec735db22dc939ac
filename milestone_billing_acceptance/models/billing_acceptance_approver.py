import logging
import secrets

from psycopg2 import OperationalError

from odoo import SUPERUSER_ID, api, fields, models
from odoo.addons.record_protection.models.append_only import changed, make_trigger
from odoo.tools import SQL, email_normalize

_logger = logging.getLogger(__name__)


class BillingAcceptanceApprover(models.Model):
    """Whom one request asks, in which order; each has a link of his own."""

    _name = "billing.acceptance.approver"
    _description = "Approver of an Acceptance"
    _order = "sequence, id"
    _rec_name = "partner_id"

    acceptance_id = fields.Many2one("billing.acceptance", required=True, index=True, ondelete="restrict")
    company_id = fields.Many2one(related="acceptance_id.company_id", store=True, index=True, precompute=True)
    sequence = fields.Integer(default=10)
    partner_id = fields.Many2one(
        "res.partner",
        "Contact",
        required=True,
        index=True,
        ondelete="restrict",
        help="Gets a mail with a link of his own once it is his turn, and signs.",
    )
    email = fields.Char(related="partner_id.email", help="Where the mail goes.")
    access_token = fields.Char(readonly=True, copy=False, groups="base.group_system")
    sent_on = fields.Datetime("Asked On", readonly=True, copy=False, help="When he got the mail.")
    mail_id = fields.Many2one(
        "mail.mail", readonly=True, copy=False, index="btree_not_null", ondelete="set null", groups="base.group_system"
    )
    mail_failed_on = fields.Datetime(
        readonly=True,
        copy=False,
        help="When it was found that the mail with his link did not go out.",
    )
    answer_until = fields.Date(readonly=True, copy=False, help="The last business day for his answer.")
    deemed_on = fields.Date(
        "Deemed Accepted On",
        readonly=True,
        copy=False,
        help="The day after the last one for his answer: his silence is acceptance then.",
    )
    remind_on = fields.Date("Reminder On", readonly=True, copy=False, help="The day on which he is reminded.")
    reminded_on = fields.Datetime(readonly=True, copy=False, help="When he was reminded.")
    answer_ids = fields.One2many("billing.acceptance.answer", "approver_id", "Answers", readonly=True, copy=False)

    _token_unique = models.UniqueIndex("(access_token) WHERE access_token IS NOT NULL", "A link is of one approver.")

    #: What people answered is recorded by answering.
    _kept_fields = frozenset({"answer_ids"})

    def init(self):
        """Have the database keep until when somebody may answer, once he was asked."""
        table = SQL.identifier(self._table)
        when = SQL(
            "BEFORE UPDATE ON %s FOR EACH ROW WHEN (OLD.answer_until IS NOT NULL AND %s)",
            table,
            changed(("answer_until", "deemed_on")),
        )
        make_trigger(self.env.cr, self._table, "terms", when, "record_refuse_change")
        return super().init()

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        approvers = super().create(vals_list)
        approvers.acceptance_id._check_draft()
        return approvers

    def write(self, vals):
        if vals.keys() & {"acceptance_id", "partner_id", "sequence"}:
            self.acceptance_id._check_draft()
        result = super().write(vals)
        if "acceptance_id" in vals:
            self.acceptance_id._check_draft()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_asked(self):
        # Who accepts is part of what was asked: one who has not had his turn yet would not be asked any more.
        self.acceptance_id._check_draft()

    # === PRIVATE BUSINESS === #

    def _ask(self):
        """Give this approver a link of his own, his own time to answer, and send him the mail: it is his turn."""
        self.ensure_one()
        acceptance = self.sudo().acceptance_id
        self.sudo().write(
            {
                "access_token": secrets.token_urlsafe(32),
                "sent_on": fields.Datetime.now(),
                **acceptance._terms(acceptance.company_id._billing_today()),
            }
        )
        if not email_normalize(self.partner_id.email or ""):
            self._note_failed_mail()
            return
        self._mail("asked")

    def _note_failed_mail(self):
        """Keep that the mail with the link did not go out, and tell the project manager: silence means nothing now."""
        for approver in self.sudo():
            approver.mail_failed_on = fields.Datetime.now()
            acceptance = approver.acceptance_id
            acceptance.milestone_id._request_acceptance_work("unreached", acceptance)

    def _is_unreached(self):
        """Return whether the mail with the link did not leave: it failed once, or waits still in Odoo's mail queue."""
        self.ensure_one()
        approver = self.sudo()
        return bool(approver.mail_failed_on) or approver.mail_id.state in ("outgoing", "exception", "cancel")

    def _url(self, part=""):
        """Return the link of this approver, with his token; ``part`` comes after the page's own path."""
        self.ensure_one()
        approver = self.sudo()
        base = approver.acceptance_id.company_id.get_base_url()
        return f"{base}/my/acceptances/{approver.id}{part}?access_token={approver.access_token}"

    def _mail(self, kind, attachments=None):
        """Send these approvers the mail of this kind, each in his language, by Odoo's mail queue.

        :param str kind: ``asked``, ``reminded``, ``withdrawn`` or ``answered``
        :param attachments: files that go with it (``ir.attachment``)
        """
        template = self.env.ref(f"milestone_billing_acceptance.mail_template_{kind}", raise_if_not_found=False)
        if not template or self._is_flagged("acceptance_silent"):
            return
        values = {"attachment_ids": [(6, 0, attachments.ids)]} if attachments else {}
        for approver in self.sudo():
            if kind == "asked" and not approver.acceptance_id.answers:
                approver._send_mail(template, kind, values)
                continue
            # What was answered or withdrawn stays so, whatever is wrong with a mail about it.
            try:
                with self.env.cr.savepoint():
                    approver._send_mail(template, kind, values)
            except OperationalError:
                raise
            except Exception:
                _logger.warning("The mail %s to approver %s could not be written", kind, approver.id, exc_info=True)
        self.env["billing.attainment"]._send_mails_now()

    def _send_mail(self, template, kind, values):
        """Write the mail so that nobody inside can read the link: of no record, its text for the way out alone."""
        values = {
            **values,
            "model": False,
            "res_id": False,
            "author_id": self.acceptance_id.company_id.partner_id.id,
            # What became of the mail that asks has to be known on the day on which silence is acceptance.
            "auto_delete": kind != "asked",
        }
        made = (
            template.with_user(SUPERUSER_ID)
            ._without_defaults()
            .send_mail(self.id, email_values=values, email_layout_xmlid="mail.mail_notification_light")
        )
        mail = self.env["mail.mail"].sudo().browse(made)
        mail.mail_message_id.with_user(SUPERUSER_ID).body = False
        if kind == "asked":
            self.mail_id = mail
