import logging
from time import monotonic

from psycopg2 import OperationalError
from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.addons.billing_base.engine.pace import Pace
from odoo.fields import Domain

from .billing_acceptance_answering import Answer

_logger = logging.getLogger(__name__)


class BillingAcceptance(models.Model):
    """What the clock does, once however often it runs: send what is ready, remind, and take silence for acceptance."""

    _name = "billing.acceptance"
    _inherit = ["billing.acceptance", "billing.queue"]

    @api.model
    def _wake(self):
        """Have the clock look after requests right after this transaction is committed (once, however often asked)."""
        data = self.env.cr.precommit.data
        if not data.get("milestone_billing_acceptance.woken"):
            data["milestone_billing_acceptance.woken"] = True
            cron = self.env.ref("milestone_billing_acceptance.ir_cron_follow", raise_if_not_found=False)
            if cron:
                self.env.cr.precommit.add(cron.sudo()._trigger)

    @api.model
    def _cron_follow(self):
        """Do for each request what its day has come for, one after the other, each committed, bounded by time."""
        pace = Pace(end=monotonic() + self._commit())
        for act, domain in self._clock_acts():
            rows = self.sudo().search(domain, order="id")
            for row in rows:
                if not pace.size(begun := monotonic()):
                    self._commit(remaining=len(rows))
                    self.env.ref("milestone_billing_acceptance.ir_cron_follow").sudo()._trigger()
                    return
                self._do_safely(row, act)
                pace.took(1, monotonic() - begun)
                self._commit(1)

    @api.model
    def _clock_acts(self):
        """Return what the clock does, and to which requests: ``[(name of a method, domain)]``."""
        days = self.env["res.company"]._billing_days().items()
        opened = Domain("state", "=", "open")

        def come(name):
            return opened & Domain.OR(
                Domain("company_id", "in", companies.ids) & Domain(name, "<=", day) for day, companies in days
            )

        closed = Domain("state", "in", ("accepted", "partial", "rejected"))
        return [
            ("_send_by_clock", Domain("state", "=", "draft") & Domain("to_send", "=", True)),
            ("_look_after_mail", opened & Domain("approver_ids", "any", self._failed_mails())),
            ("_deem_accepted", come("deemed_on")),
            ("_remind", come("remind_on")),
            ("_make_pdf", closed & Domain("pdf_id", "=", False) & Domain("closed_on", ">=", self._days_ago(7))),
        ]

    @api.model
    def _failed_mails(self):
        """Return which approvers' mails failed, and nobody knows it yet: a domain."""
        return [("mail_failed_on", "=", False), ("mail_id.state", "in", ("exception", "cancel"))]

    def _look_after_mail(self):
        """Stop the clock, and ask the project manager, where the mail of whose turn it is failed."""
        approver = self._whose_turn()
        if self.state == "open" and approver.filtered_domain(self._failed_mails()):
            approver._note_failed_mail()

    @api.model
    def _days_ago(self, number):
        return fields.Datetime.subtract(fields.Datetime.now(), days=number)

    @api.model
    def _do_safely(self, row, act):
        """Do something with one request, or leave nothing of it; the others go on."""
        try:
            with self.env.cr.savepoint():
                row._lock()
                getattr(row, act)()
                self.env.flush_all()
        except (OperationalError, UniqueViolation) as error:
            _logger.info("Acceptance %s gives way to another transaction: %s", row.id, error)
            self._rollback(error)
        except Exception:
            _logger.warning("Acceptance %s: %s failed", row.id, act, exc_info=True)

    def _send_by_clock(self):
        """Send this request that is to be sent by itself, or ask the project manager where it cannot be."""
        if self.state != "draft" or not self.to_send:
            return
        refusal = self._send_refusal()
        if refusal:
            self.to_send = False
            self.milestone_id._request_acceptance_work("unsent", self)
        else:
            self._send(self.env.user)

    def _deem_accepted(self):
        """Take silence for acceptance, dated on the day after the last one for an answer."""
        approver = self._whose_turn()
        deemed = approver.deemed_on
        if self.state != "open" or not deemed or deemed > self.company_id._billing_today():
            return
        if approver._is_unreached():
            # He was not asked: his silence says nothing, also if the mail goes out today.
            if not approver.mail_failed_on:
                approver._note_failed_mail()
            return
        facts = {"date": deemed, "user_id": self.env.uid}
        customer = self.order_id.partner_id.commercial_partner_id.name or ""
        self._answer(self.env["billing.acceptance.approver"], Answer("deemed", name=customer or "–", facts=facts))

    def _remind(self):
        """Remind whose turn it is, once each."""
        approver = self._whose_turn()
        due = approver.remind_on and approver.remind_on <= self.company_id._billing_today()
        if self.state != "open" or not due or not self._is_still_true():
            return
        approver.remind_on = False
        if not approver.reminded_on:
            approver.reminded_on = fields.Datetime.now()
            approver._mail("reminded")
