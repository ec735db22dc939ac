from odoo import fields, models
from odoo.tools import email_normalize, format_date

from ..engine.days import business_day_after


class BillingAcceptance(models.Model):
    """Sending a request: who is asked, until when, and what keeps it from being sent."""

    _inherit = "billing.acceptance"

    def _prepare(self):
        """Propose what a new request shows: the tasks of the milestone, and who accepts."""
        for acceptance in self:
            milestone = acceptance.milestone_id
            last = (milestone.acceptance_ids - acceptance).sorted("round")[-1:]
            done = milestone.task_ids.filtered(lambda task: not task.has_template_ancestor)
            acceptance.write(
                {
                    "task_ids": [(6, 0, done.ids)],
                    "message": last.message,
                    "approver_ids": [
                        (0, 0, {"partner_id": partner.id, "sequence": (index + 1) * 10})
                        for index, partner in enumerate(milestone._acceptance_contacts())
                    ],
                }
            )

    def _send_refusal(self):
        """Return why this request cannot be sent, with the remedy, or False."""
        self.ensure_one()
        if self.state != "draft":
            return self.env._("%s was sent already.", self.display_name)
        if self.order_id.state != "sale":
            return self.env._("Order %s is not confirmed.", self.order_id.name)
        if self.percent_asked <= self.milestone_id.attained_percent:
            return self.env._("%s is accepted already: there is nothing to ask for.", self.milestone_id.name)
        if not self.approver_ids:
            return self.env._("%s: nobody is asked. Choose who accepts for the customer.", self.display_name)
        without = self.approver_ids.partner_id.filtered(lambda partner: not email_normalize(partner.email or ""))
        if without:
            return self.env._(
                "%(contact)s has no email address, to which the link could go. Enter one, or choose another contact.",
                contact=without[0].display_name,
            )
        ours = self.approver_ids.partner_id.filtered(lambda partner: any(not user.share for user in partner.user_ids))
        if ours:
            return self.env._("%s is one of us, and cannot accept for the customer.", ours[0].display_name)
        company = self.order_id.partner_id.commercial_partner_id
        foreign = self.approver_ids.partner_id.filtered(lambda partner: partner.commercial_partner_id != company)
        foreign = foreign - self.order_id.partner_invoice_id - self.milestone_id.acceptance_contact_ids.partner_id
        foreign = foreign - company.billing_acceptance_contact_ids.partner_id
        if foreign:
            return self.env._(
                "%(contact)s is no contact of %(customer)s. Choose one, or enter him at the milestone or the customer.",
                contact=foreign[0].display_name,
                customer=company.name,
            )
        return False

    def _send(self, user):
        """Send this request: fix what it asks and how long each has to answer, and ask the first contact.

        :param user: who sends it (``res.users``)
        """
        self.ensure_one()
        self.percent_before = self.milestone_id.attained_percent
        self.write(
            {
                **self._freeze(),
                "answer_days": self._answer_days(),
                "reminder_days": self.milestone_id.acceptance_reminder_days,
                "state": "open",
                "to_send": False,
                "user_id": user.id,
                "sent_on": fields.Datetime.now(),
            }
        )
        self.milestone_id._stop_asking_for_acceptance()
        self._whose_turn()._ask()
        self._log_sent()

    def _fix_unsent(self, user):
        """Fix what this request asks without sending it: it was answered on paper already."""
        self.ensure_one()
        self.percent_before = self.milestone_id.attained_percent
        now = fields.Datetime.now()
        self.write({**self._freeze(), "state": "open", "to_send": False, "user_id": user.id, "sent_on": now})

    def _answer_days(self):
        """Return how many business days each of the contacts has to answer; 0 where silence says nothing."""
        milestone = self.milestone_id
        if not milestone.acceptance_days_agreed and milestone._acceptance_customer().billing_acceptance_never:
            return 0
        return milestone.acceptance_days

    def _terms(self, today):
        """Return until when an answer is awaited of a contact who is asked today: values of the approver."""
        number = self.answer_days
        until = number and business_day_after(today, number, self._is_business_day)
        if not until:
            return {"answer_until": False, "deemed_on": False, "remind_on": False}
        before = self.reminder_days
        remind = before and business_day_after(until, -before, self._is_business_day)
        return {
            "answer_until": until,
            "deemed_on": fields.Date.add(until, days=1),
            "remind_on": remind if remind and remind > today else False,
        }

    def _is_business_day(self, day):
        """Return whether ``day`` is one, by the customer's calendar, else the company's, else Monday to Friday."""
        self.ensure_one()
        company = self.company_id
        customer = self.order_id.partner_id.commercial_partner_id.with_company(company)
        calendar = customer.billing_acceptance_calendar_id or company.resource_calendar_id
        if not calendar:
            return day.weekday() < 5
        return calendar._acceptance_works_on(day, None if customer.billing_acceptance_calendar_id else company)

    # === HISTORY === #

    def _log_sent(self):
        order = self.order_id._billing_for_history()
        contact = self._whose_turn().partner_id.display_name
        rows = [
            order.env._("Asked: %s", contact),
            order.env._("Fingerprint: %s", self.fingerprint),
        ]
        if self.answer_until:
            rows.insert(
                1,
                order.env._(
                    "Answer until %(until)s; deemed accepted on %(deemed)s",
                    until=format_date(order.env, self.answer_until),
                    deemed=format_date(order.env, self.deemed_on),
                ),
            )
        order._billing_log(order.env._("The customer was asked to accept %s.", self._in_lang(order).name), rows)

    def _log_withdrawn(self):
        order = self.order_id._billing_for_history()
        if order:
            said = self._in_lang(order)
            order._billing_log(
                order.env._(
                    "The request to accept %(name)s was withdrawn: %(why)s", name=said.name, why=said._why_text()
                )
            )

    def _in_lang(self, other):
        return self.with_context(lang=other.env.lang)

    def _why_text(self):
        """Return why this request was withdrawn, in the language of the environment."""
        self.ensure_one()
        labels = dict(self._fields["withdrawn_because"]._description_selection(self.env))
        return labels.get(self.withdrawn_because, "")
