from contextlib import contextmanager

from freezegun import freeze_time

from odoo.addons.milestone_billing.tests.common import BillingCommon
from odoo.fields import Command

from ..models.billing_acceptance_answering import Answer

#: A drawing: one pixel, as a PNG.
DRAWING = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


class AcceptanceCommon(BillingCommon):
    """An order whose milestones need the acceptance of its customer, and shortcuts to ask and answer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.anna = cls.env["res.partner"].create(
            {"name": "Anna Berg", "email": "anna@harbour.example", "parent_id": cls.customer.id}
        )
        cls.bert = cls.env["res.partner"].create(
            {"name": "Bert Lund", "email": "bert@harbour.example", "parent_id": cls.customer.id}
        )
        cls.manager = cls.env["res.users"].create(
            {
                "name": "Petra Manager",
                "login": "petra",
                "email": "petra@company.example",
                "company_id": cls.company.id,
                "company_ids": [Command.set(cls.company.ids)],
                "group_ids": [Command.set(cls.env.ref("milestone_billing.group_billing_user").ids)],
            }
        )
        cls.acceptances = cls.env["billing.acceptance"]

    @classmethod
    def _start(cls, *prices, product=None, due_on="manual", **terms):
        """Return the only milestone of a confirmed order, which needs acceptance; ``prices`` of its lines."""
        order = cls._make_order(*(prices or (1000.0,)), product=product)
        cls._make_schedule(
            order, {"name": "Design", "percent": 100.0, "due_on": due_on, "needs_acceptance": True, **terms}
        )
        order.action_confirm()
        return order.billing_schedule_ids.milestone_ids

    @classmethod
    def _ask(cls, milestone, *contacts):
        """Ask for acceptance of ``milestone`` and return the request."""
        acceptance = milestone._ask_for_acceptance()
        if contacts:
            acceptance.approver_ids.unlink()
            acceptance.approver_ids = [
                Command.create({"partner_id": contact.id, "sequence": number})
                for number, contact in enumerate(contacts)
            ]
        acceptance.action_send()
        return acceptance

    @classmethod
    def _answer(cls, acceptance, kind="accepted", approver=None, **values):
        """Answer as the contact whose turn it is; return why it is not recorded, or an empty text."""
        approver = approver or acceptance._whose_turn()
        values.setdefault("name", approver.partner_id.name)
        facts = {"address": "192.0.2.7", "user_agent": "Tests"}
        return acceptance.sudo()._answer(approver, Answer(kind, signature=DRAWING, facts=facts, **values))

    @classmethod
    def _follow(cls):
        """Let Odoo's mail queue and then the clock do what they do."""
        cls.env["mail.mail"].sudo().search([("state", "=", "outgoing")]).state = "sent"
        cls.acceptances._cron_follow()
        cls.env.invalidate_all()

    def _mails_to(self, partner):
        return self.env["mail.mail"].sudo().search([("recipient_ids", "in", partner.ids)]) | self.env[
            "mail.mail"
        ].sudo().search([("email_to", "ilike", partner.email)])

    @contextmanager
    def _at(self, moment):
        """Have it be ``moment``, a text in UTC."""
        with freeze_time(moment):
            yield
