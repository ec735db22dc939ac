from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import BillingCommon

QUEUE = "odoo.addons.milestone_billing.models.billing_attainment_notify"


@tagged("post_install", "-at_install")
class TestNotify(BillingCommon):
    """Who gets which mail, in which language; customers get none unless the schedule says so."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("fr_FR")
        cls.boss = new_test_user(
            cls.env,
            "telling_boss",
            "milestone_billing.group_billing_manager",
            email="boss@x.example",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )
        cls.company.billing_manager_id = cls.boss
        cls.order = cls._make_order(1000.0)
        cls.schedule = cls._make_schedule(cls.order, 40, 60)
        cls.order.action_confirm()
        cls.first, cls.second = cls.schedule.milestone_ids

    def _messages(self, record):
        return self.env["mail.message"].search([("model", "=", record._name), ("res_id", "=", record.id)])

    def _to_customer(self):
        return self._messages(self.order).filtered(lambda message: self.customer in message.notified_partner_ids)

    def test_customer_is_told_nothing_by_default(self):
        self.assertFalse(self.schedule.notify_customer)
        self.order.message_subscribe(self.customer.ids)
        self.first.action_attain()
        self._drain()
        self.assertEqual(self.first.state, "invoiced")
        self.assertFalse(self._to_customer())

    def test_customer_is_told_in_his_language_where_the_schedule_says_so(self):
        self.customer.lang = "fr_FR"
        template = self.env.ref("milestone_billing.mail_template_accepted")
        template.with_context(lang="fr_FR").body_html = "<p>Terminé : <t t-out='object.milestone_id.name'/></p>"
        self.schedule.notify_customer = True
        self.first.action_attain()
        self._drain()
        [message] = self._to_customer()
        self.assertIn("Terminé", message.body)
        self.assertEqual(message.subtype_id, self.env.ref("mail.mt_comment"), "he sees it on the portal too")

    def test_taking_back_is_not_told_to_the_customer(self):
        self.schedule.notify_customer = True
        self.first.action_attain()
        self.first.action_undo()
        self._drain()
        self.assertEqual(len(self._to_customer()), 1)

    def test_template_says_whether_customers_are_told(self):
        template = self.env["billing.schedule.template"].create(
            {"name": "Told", "notify_customer": True, "milestone_ids": [Command.create({"name": "A", "percent": 100})]}
        )
        schedule = self.env["billing.schedule"].create(
            {"order_id": self._make_order(10.0).id, "template_id": template.id}
        )
        self.assertTrue(schedule.notify_customer)

    def test_who_can_lift_it_is_told_once_with_reason_and_remedy(self):
        holder = new_test_user(
            self.env,
            "telling_holder",
            "milestone_billing.group_billing_manager",
            email="holder@x.example",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        self.env["billing.hold"].with_user(holder).create({"order_id": self.order.id, "reason": "Disputed scope"})
        (self.first | self.second).action_attain()
        self._drain()
        messages = self._messages(self.first).filtered("partner_ids") | self._messages(self.second).filtered(
            "partner_ids"
        )
        self.assertEqual(len(messages), 1, "one mail for both, as the reason is the same")
        self.assertEqual(messages.partner_ids, (self.boss | holder).partner_id)
        for words in ("Disputed scope", "What lifts it", self.first.name, self.second.name):
            self.assertIn(words, messages.body)
        self._drain()
        self.assertEqual(len(self._messages(self.first).filtered("partner_ids")), 1)

    def test_mail_to_the_responsible_leads_to_the_milestone(self):
        self.customer.active = False
        self.first.action_attain()
        self._drain()
        [message] = self._messages(self.first).filtered("partner_ids")
        self.assertEqual(message.partner_ids, self.boss.partner_id)
        mail = self.env["mail.mail"].sudo().search([("mail_message_id", "=", message.id)])
        self.assertIn("is archived", mail.body_html)
        self.assertIn(f"res_id={self.first.id}", mail.body_html)

    def test_contacts_are_told_in_their_own_language(self):
        template = self.env.ref("milestone_billing.mail_template_attained")
        template.with_context(lang="fr_FR").body_html = "<p>Atteint</p>"
        english, french = self.env["res.partner"].create(
            [
                {"name": "Jane", "email": "jane@x.example"},
                {"name": "Jeanne", "email": "jeanne@x.example", "lang": "fr_FR"},
            ]
        )
        self.schedule.notify_partner_ids = english | french
        self.first.action_attain()
        self._drain()
        for partner, word in ((english, "is attained"), (french, "Atteint")):
            bodies = self.env["mail.message"].search([("partner_ids", "in", partner.ids)]).mapped("body")
            self.assertTrue(any(word in body for body in bodies), partner.name)

    def test_mails_leave_within_seconds(self):
        queue = self.env.ref("mail.ir_cron_mail_scheduler_action")
        self.env["ir.cron.trigger"].search([("cron_id", "=", queue.id)]).unlink()
        self.schedule.notify_partner_ids = self.boss.partner_id
        self.first.action_attain()
        self.env.flush_all()
        # A scheduled action leaves its mails to the queue.
        self.attainments.with_context(mail_notify_force_send=False).run_pending()
        self.assertTrue(self.env["ir.cron.trigger"].search([("cron_id", "=", queue.id)]))

    @mute_logger(QUEUE)
    def test_broken_template_holds_nothing_up(self):
        self.env.ref("milestone_billing.mail_template_blocked").body_html = "<p t-out='object.nothing_like_it'/>"
        self.env["billing.hold"].create({"order_id": self.order.id, "reason": "Disputed scope"})
        self.first.action_attain()
        self._drain()
        self.assertEqual(self.first.state, "blocked")
        self.assertFalse(self.first.attainment_ids.to_tell)
