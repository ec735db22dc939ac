import logging
from contextlib import contextmanager

from psycopg2 import OperationalError

from odoo import models

_logger = logging.getLogger(__name__)


class BillingAttainment(models.Model):
    """Who is told of what was attained, billed and blocked. A mail that cannot be written never holds billing up."""

    _inherit = "billing.attainment"

    def _tell(self):
        """Tell of one attainment: followers and the contacts of its schedule, and the customer where he is to be."""
        self.ensure_one()
        with self._telling():
            self.order_id._billing_tell("milestone_billing.mail_template_attained", self)
            if self.state == "billed" and self.move_id:
                self.order_id._billing_tell("milestone_billing.mail_template_invoiced", self)
            if self.schedule_id.notify_customer and self.percent:
                self.order_id._billing_tell_customer("milestone_billing.mail_template_accepted", self)

    def _tell_blocked(self):
        """Tell those who can lift it what is blocked or failed, once for an order and a reason."""
        waiting = self.filtered(lambda row: row.state in ("blocked", "failed"))
        for rows in waiting.grouped(lambda row: (row.order_id, row.reason)).values():
            with rows._telling():
                rows._tell_lifters()

    def _tell_lifters(self):
        """Tell those who can lift what blocks these attainments of one order and reason, each in his language.

        The mail leads to the first of their milestones, where the buttons are.
        """
        milestone = self[0].milestone_id
        users = milestone.schedule_id._responsible() | milestone._active_holds().user_id
        template = self.env.ref("milestone_billing.mail_template_blocked", raise_if_not_found=False)
        if not template:
            return
        template = template.with_context(billing_blocked=self.milestone_id)
        for lang, people in users.filtered("active").partner_id.grouped("lang").items():
            lang = lang or self.env.lang
            milestone.with_context(billing_with_order=True).message_notify(
                **self.order_id._billing_texts(template, self[0], lang),
                partner_ids=people.ids,
                email_layout_xmlid="mail.mail_notification_layout",
                email_add_signature=False,
                force_email_lang=lang,
            )

    def _send_told(self):
        """Have Odoo's mail queue run now: it keeps what a scheduled action writes for its next turn, once an hour."""
        queue = self.env.ref("mail.ir_cron_mail_scheduler_action", raise_if_not_found=False)
        if queue and self.env["mail.mail"].sudo().search_count([("state", "=", "outgoing")], limit=1):
            queue.sudo()._trigger()

    @contextmanager
    def _telling(self):
        """Log and take back what goes wrong with a mail, except a conflict with another transaction."""
        try:
            with self.env.cr.savepoint():
                yield
        except OperationalError:
            raise
        except Exception:
            _logger.warning("Attainments %s could not be told", self.ids, exc_info=True)
