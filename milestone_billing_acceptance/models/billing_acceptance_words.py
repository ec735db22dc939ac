import logging

from odoo import api, models
from odoo.tools import format_date

_logger = logging.getLogger(__name__)


class BillingAcceptance(models.Model):
    """A request in words, and its signed page."""

    _inherit = "billing.acceptance"

    @api.depends("state", "answer_ids", "withdrawn_because")
    @api.depends_context("lang")
    def _compute_outcome(self):
        for acceptance in self:
            acceptance.outcome = acceptance._outcome_text()

    def _outcome_text(self):
        """Return what came of this request, in the language of the environment; empty while it is open."""
        self.ensure_one()
        if self.state == "withdrawn":
            return self._why_text()
        rows = []
        for answer in self.sudo().answer_ids:
            said = answer.open_points or answer.reason
            rows.append(f"{answer.signed_by}: {said}" if said else answer.signed_by)
        return "\n".join(rows)

    def _waiting_texts(self):
        """Return (reason, remedy) of what this open request waits for, in the language of the environment."""
        self.ensure_one()
        if self.state == "draft":
            if self.to_send:
                return self.env._("The customer is asked for acceptance in a moment."), ""
            return (
                self.env._("Ready for acceptance: the customer was not asked yet."),
                self.env._("Choose deliverables and files, then press “Send” on the request for acceptance."),
            )
        contact = self._whose_turn().partner_id.display_name or ""
        if self._whose_turn().mail_failed_on:
            return (
                self.env._("The mail to %s could not be sent, so silence is no acceptance.", contact),
                self.env._("Mend the address or the mail server, withdraw the request, and ask again."),
            )
        if not self.answer_until:
            reason = self.env._("Waits for acceptance by %s.", contact)
        else:
            reason = self.env._(
                "Waits for acceptance by %(contact)s until %(until)s; deemed accepted on %(deemed)s.",
                contact=contact,
                until=format_date(self.env, self.answer_until),
                deemed=format_date(self.env, self.deemed_on),
            )
        return reason, self.env._(
            "The customer answers by his link. Withdraw the request to change it, "
            "or let a billing manager record an acceptance on paper."
        )

    def _make_pdf(self):
        """Put the signed page into the history of the order. Whatever goes wrong with it undoes no answer.

        :return: whether it is there
        """
        self.ensure_one()
        if self._is_flagged("acceptance_silent"):
            return False
        try:
            with self.env.cr.savepoint():
                self.env.flush_all()
                self._attach_pdf()
            return True
        except Exception:
            _logger.warning("The signed page of acceptance %s could not be made", self.id, exc_info=True)
            return False

    def _attach_pdf(self):
        customer = self.order_id.partner_id.lang or self.env.lang
        report = self.env["ir.actions.report"].sudo().with_context(lang=customer)
        data, kind = report._render_qweb_pdf("milestone_billing_acceptance.report_acceptance_action", self.ids)
        said = self.with_context(lang=customer)
        title = said.env._("Acceptance %(order)s %(name)s", order=self.order_id.name or "", name=self.name)
        self.pdf_id = self.env["ir.attachment"].create(
            {
                "name": f"{title.strip().replace('/', '-')}.{kind}",
                "raw": data,
                "mimetype": "application/pdf" if kind == "pdf" else "text/html",
                "res_model": "sale.order" if self.order_id else self._name,
                "res_id": self.order_id.id or self.id,
            }
        )
        order = self.order_id._billing_for_history()
        if order:
            order.message_post(
                body=order.env._("Signed page of %s", self._in_lang(order).name),
                attachment_ids=self.pdf_id.ids,
                subtype_xmlid="mail.mt_note",
                author_id=order.env.ref("base.partner_root").id,
            )

    # === FOR THE CUSTOMER === #

    def _mail_sender(self):
        """Return the address mails about this request come from: of whoever sent it, else of the company."""
        self.ensure_one()
        user = self.user_id if self.user_id and self.user_id.id != self.env.ref("base.user_root").id else None
        return (
            (user and user.email_formatted) or self.order_id.user_id.email_formatted or self.company_id.email_formatted
        )

    def _customer_title(self):
        """Return what came of this request in a few words, in the language of the environment."""
        self.ensure_one()
        texts = {
            "accepted": self.env._("Accepted: %s", self.name),
            "partial": self.env._("Accepted in part: %s", self.name),
            "rejected": self.env._("Rejected: %s", self.name),
        }
        return texts.get(self.state, self.name)

    def _customer_text(self):
        """Return what came of this request as a sentence for the customer, in the language of the environment."""
        self.ensure_one()
        last = self.sudo().answer_ids.sorted("id")[-1:]
        if last.kind == "deemed":
            return self.env._(
                "As we had no answer until %(until)s, %(name)s is deemed accepted on %(day)s.",
                until=format_date(self.env, self.answer_until),
                name=self.name,
                day=format_date(self.env, last.date),
            )
        values = {"name": self.name, "who": last.signed_by, "percent": f"{self.percent_accepted:g}"}
        if self.state == "rejected":
            return self.env._("%(who)s rejected %(name)s. We come back to you.", **values)
        if self.state == "partial":
            return self.env._("%(name)s is accepted to %(percent)s %%, signed by %(who)s.", **values)
        return self.env._("%(name)s is accepted, signed by %(who)s. Thank you.", **values)
