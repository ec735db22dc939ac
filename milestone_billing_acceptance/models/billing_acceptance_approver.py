import logging
import secrets

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.exceptions import UserError

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
    reminded_on = fields.Datetime(readonly=True, copy=False, help="When he was reminded.")
    answer_ids = fields.One2many("billing.acceptance.answer", "approver_id", "Answers", readonly=True, copy=False)

    _token_unique = models.UniqueIndex("(access_token) WHERE access_token IS NOT NULL", "A link is of one approver.")

    #: What people answered is recorded by answering.
    _kept_fields = frozenset({"answer_ids"})

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
        if self.filtered("sent_on"):
            raise UserError(self.env._("Who was asked stays on record. Withdraw the request instead."))

    # === PRIVATE BUSINESS === #

    def _ask(self):
        """Give this approver a link of his own, and send him the mail: it is his turn."""
        self.ensure_one()
        self.sudo().write({"access_token": secrets.token_urlsafe(32), "sent_on": fields.Datetime.now()})
        self._mail("asked")

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
                approver._send_mail(template, values)
                continue
            # What was answered or withdrawn stays so, whatever is wrong with a mail about it.
            try:
                with self.env.cr.savepoint():
                    approver._send_mail(template, values)
            except OperationalError:
                raise
            except Exception:
                _logger.warning("The mail %s to approver %s could not be written", kind, approver.id, exc_info=True)
        self.env["billing.attainment"]._send_mails_now()

    def _send_mail(self, template, values):
        template.sudo()._without_defaults().send_mail(
            self.id, email_values=dict(values), email_layout_xmlid="mail.mail_notification_light"
        )
