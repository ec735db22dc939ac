import logging
from contextlib import contextmanager

from psycopg2 import OperationalError

from odoo import models

_logger = logging.getLogger(__name__)


class BillingAttainment(models.Model):
    """Mails about what was attained, billed and blocked. One that cannot be written never holds billing up."""

    _inherit = "billing.attainment"

    def _notify(self):
        """Notify followers and the contacts of the schedule of one attainment, and the customer where he is to be.

        What was attained and its invoice are one message; the chatter has it also where nobody is notified.
        """
        self.ensure_one()
        posted, invoiced = False, self._is_last_billed()
        with self._logging_mail_errors():
            kind = "undone" if self._takes_back() else "attained"
            templates = [f"milestone_billing.mail_template_{kind}"]
            templates += ["milestone_billing.mail_template_invoiced"] if invoiced else []
            posted = self.order_id._billing_notify(templates, self)
        if invoiced and not posted:
            self.milestone_id._log_invoiced(dict.fromkeys(self.milestone_id, self.move_id))
        with self._logging_mail_errors():
            if self.schedule_id.notify_customer and self.percent:
                self.order_id._billing_notify_customer("milestone_billing.mail_template_accepted", self)

    def _takes_back(self):
        """Return whether this attainment is to a lower percentage than the one before it."""
        self.ensure_one()
        before = self.milestone_id.attainment_ids.filtered(lambda row: row.id < self.id).sorted("id")[-1:]
        return self.percent < before.percent

    def _is_last_billed(self):
        """Return whether an invoice billed this attainment, the last of those of its milestone that it billed."""
        self.ensure_one()
        together = self.milestone_id.attainment_ids.filtered(lambda row: row.move_id == self.move_id)
        charges = self.milestone_id.sudo().invoice_line_ids.filtered(lambda line: line._is_billing_charge())
        invoiced = self.state == "billed" and self.move_id and self.move_id in charges.move_id
        return bool(invoiced and self == together.sorted("id")[-1:])

    def _undone_title(self):
        """Return the first words of the mail about what was taken back, in the language of its reader."""
        self.ensure_one()
        if not self.percent:
            return self.env._("undone")
        return self.env._("taken back to %s %%", self.milestone_id._short_percent(self.percent))

    def _blocked_title(self):
        """Return the first words of the mail about an attainment that waits, in the language of its reader."""
        self.ensure_one()
        return self.env._("To credit") if self.milestone_id._waits_for_credit() else self.env._("Not billed")

    def _notify_blocked(self):
        """Notify those who can lift it of what is blocked or failed, once for an order and a reason."""
        waiting = self.filtered(lambda row: row.state in ("blocked", "failed"))
        for rows in waiting.grouped(lambda row: (row.order_id, row.reason)).values():
            with rows._logging_mail_errors():
                rows._notify_who_can_lift()

    def _notify_who_can_lift(self):
        """Notify those who can lift what blocks these attainments of one order and reason, each in his language.

        The mail leads to the first of their milestones, where the buttons are.
        """
        milestone = self[0].milestone_id
        users = milestone.schedule_id._responsible() | milestone._active_holds().user_id
        template = self.env.ref("milestone_billing.mail_template_blocked", raise_if_not_found=False)
        if not template:
            return
        template = template.with_context(billing_blocked=self.milestone_id)  # anybody: named in the mail
        for lang, people in users.filtered("active").partner_id.grouped("lang").items():
            lang = lang or self.env.lang
            titled = milestone.with_context(billing_with_order=True)  # anybody: says more in its name
            titled.message_notify(
                **self.order_id._billing_texts(template, self[0], lang),
                partner_ids=people.ids,
                email_layout_xmlid="mail.mail_notification_layout",
                email_add_signature=False,
                force_email_lang=lang,
            )

    def _send_mails_now(self):
        """Have Odoo's mail queue run now: it keeps what a scheduled action writes for its next turn, once an hour."""
        queue = self.env.ref("mail.ir_cron_mail_scheduler_action", raise_if_not_found=False)
        if queue and self.env["mail.mail"].sudo().search_count([("state", "=", "outgoing")], limit=1):
            queue.sudo()._trigger()

    @contextmanager
    def _logging_mail_errors(self):
        """Log and take back what goes wrong with a mail, except a conflict with another transaction."""
        try:
            with self.env.cr.savepoint():
                yield
        except OperationalError:
            raise
        except Exception:
            _logger.warning("Nobody could be notified of attainments %s", self.ids, exc_info=True)
