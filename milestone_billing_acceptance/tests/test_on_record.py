from psycopg2 import IntegrityError

from odoo.addons.milestone_billing.tests.common import tagged
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tools import mute_logger

from .common import AcceptanceCommon


@tagged("post_install", "-at_install")
class TestOnRecord(AcceptanceCommon):
    """Links are the customer's alone, and what he was shown or answered stays."""

    def _user(self, login, *groups):
        return self.env["res.users"].create(
            {
                "name": login,
                "login": login,
                "email": f"{login}@company.example",
                "company_id": self.company.id,
                "company_ids": [Command.set(self.company.ids)],
                "group_ids": [Command.set([self.env.ref(group).id for group in groups])],
            }
        )

    def test_nobody_inside_reads_the_link(self):
        milestone = self._start()
        acceptance = milestone.with_user(self.manager)._ask_for_acceptance()
        acceptance.action_send()
        approver = acceptance.sudo().approver_ids
        mail = approver.mail_id
        self.assertIn(approver.access_token, mail.body_html)
        self.assertNotIn(approver.access_token, mail.mail_message_id.body or "")
        self.assertFalse(mail.model or mail.res_id)
        readers = (
            self.manager,
            self._user("reader", "project.group_project_user"),
            self._user("auditor", "account.group_account_readonly"),
        )
        for user in readers:
            self.assertFalse(mail.mail_message_id.with_user(user).has_access("read"), user.name)
            self.assertFalse(mail.with_user(user).has_access("read"), user.name)

    def test_who_accepts_is_decided_by_who_may_change_the_plan(self):
        milestone = self._start()
        milestone.order_id.user_id = self.env.user
        seller = self._user("seller", "sales_team.group_sale_salesman")
        contacts = self.env["billing.acceptance.contact"].with_user(seller)
        with self.assertRaisesRegex(AccessError, "top-secret"):
            contacts.create({"milestone_id": milestone.id, "partner_id": self.anna.id})
        own = self.env["billing.acceptance.contact"].create({"milestone_id": milestone.id, "partner_id": self.anna.id})
        with self.assertRaisesRegex(AccessError, "top-secret"):
            own.with_user(seller).partner_id = self.bert
        with self.assertRaisesRegex(AccessError, "top-secret"):
            own.with_user(seller).unlink()

    def test_a_seller_names_who_accepts_on_his_own_orders_and_copies_them(self):
        milestone = self._start()
        seller = self._user("seller", "sales_team.group_sale_salesman")
        milestone.order_id.user_id = seller
        contact = self.env["billing.acceptance.contact"].with_user(seller)
        contact = contact.create({"milestone_id": milestone.id, "partner_id": self.anna.id})
        contact.partner_id = self.bert
        copied = milestone.order_id.with_user(seller).copy()
        self.assertEqual(copied.sudo().billing_milestone_ids.acceptance_contact_ids.partner_id, self.bert)
        with self.assertRaises(AccessError):
            contact.create({"customer_id": self.customer.id, "partner_id": self.anna.id})
        milestone.order_id.user_id = self.env.user
        with self.assertRaisesRegex(AccessError, "top-secret"):
            contact.partner_id = self.anna
        milestone.order_id.user_id = seller
        contact.unlink()
        self.assertFalse(milestone.acceptance_contact_ids)

    @mute_logger("odoo.sql_db")
    def test_files_that_were_shown_stay(self):
        milestone = self._start()
        acceptance = milestone._ask_for_acceptance()
        free = self.env["ir.attachment"].create({"name": "Plan.txt", "raw": b"one"})
        acceptance.file_ids = free
        acceptance.action_send()
        file = acceptance.file_ids
        with self.assertRaisesRegex(UserError, "on record"):
            file.unlink()
        with self.assertRaisesRegex(UserError, "on record"), self.env.cr.savepoint():
            file.raw = b"two"
        self.env.invalidate_all()
        file.raw = b"one"
        free.unlink()
        for query in (
            "DELETE FROM billing_acceptance_file_rel WHERE billing_acceptance_id = %s",
            "INSERT INTO billing_acceptance_file_rel SELECT %s, max(id) FROM ir_attachment WHERE name != 'Plan.txt'",
        ):
            with self.assertRaises(IntegrityError), self.env.cr.savepoint():
                self.env.cr.execute(query, [acceptance.id])
        self._answer(acceptance)
        with self.assertRaisesRegex(UserError, "on record"):
            acceptance.pdf_id.unlink()

    def test_the_scanned_page_stays(self):
        milestone = self._start()
        self.env["billing.acceptance.paper"].create(
            {"milestone_id": milestone.id, "signed_by": "Anna", "reason": "On site", "file": b"aGVsbG8="}
        ).action_record()
        scan = milestone.acceptance_ids.answer_ids.file_id
        self.assertEqual(scan.raw, b"hello")
        with self.assertRaisesRegex(UserError, "on record"):
            scan.unlink()

    def test_a_copied_customer_has_agreed_the_same(self):
        self.customer.write({"billing_acceptance_never": True, "billing_acceptance_days": 7})
        seller = self._user("copying", "sales_team.group_sale_salesman", "base.group_partner_manager")
        copied = self.customer.with_user(seller).copy()
        self.assertRecordValues(copied, [{"billing_acceptance_never": True, "billing_acceptance_days": 7}])
