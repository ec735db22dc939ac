from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged

from .common import BillingCommon


@tagged("post_install", "-at_install")
class TestSettings(BillingCommon):
    """A billing manager, who cannot open Odoo's Settings, sets billing up in the companies he works in."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls._make_user("settings_manager", "milestone_billing.group_billing_manager")
        cls.settings = cls.env["billing.settings"].with_user(cls.manager)

    @classmethod
    def _make_user(cls, login, groups):
        return new_test_user(
            cls.env, login, f"base.group_user,{groups}", company_id=cls.company.id, company_ids=cls.company.ids
        )

    def test_has_every_setting_of_odoos_page(self):
        arch = self.env.ref("milestone_billing.billing_settings_view_form")._get_combined_arch()
        native = self.env["res.config.settings"]._fields.values()
        # Addons on top of this one show theirs on both pages too.
        ours = {field.name for field in native if (field._module or "").startswith("milestone_billing")}
        self.assertEqual(set(arch.xpath("//setting//field/@name")), ours)

    def test_manager_sets_up_his_company(self):
        self.assertFalse(self.manager.has_group("base.group_system"))
        with Form(self.settings) as form:
            self.assertEqual(form.billing_invoice_policy, self.company.billing_invoice_policy)
            form.billing_invoice_policy = "draft"
            form.billing_grouping = "customer"
            form.billing_manager_id = self.manager
            form.billing_notify_partner_ids.add(self.customer)
        action = form.record.execute()
        self.assertEqual(action["tag"], "reload")
        self.assertRecordValues(
            self.company,
            [
                {
                    "billing_invoice_policy": "draft",
                    "billing_grouping": "customer",
                    "billing_manager_id": self.manager.id,
                    "billing_notify_partner_ids": self.customer.ids,
                }
            ],
        )
        schedule = self._make_schedule(self._make_order(100.0), 100)
        self.assertEqual((schedule.invoice_policy, schedule.grouping), ("draft", "customer"))
        with Form(self.settings) as form:
            form.billing_manager_id = self.env["res.users"]
            form.billing_notify_partner_ids.clear()
        form.record.execute()
        self.assertFalse(self.company.billing_manager_id or self.company.billing_notify_partner_ids)

    def test_nobody_else(self):
        for groups in ("milestone_billing.group_billing_user", "sales_team.group_sale_manager"):
            user = self._make_user(f"settings_{groups[-4:]}", groups)
            with self.subTest(groups), self.assertRaises(AccessError):
                self.env["billing.settings"].with_user(user).create({})

    def test_no_other_company(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        settings = self.settings.create({"billing_invoice_policy": "draft"})
        with self.assertRaises(AccessError):
            settings.company_id = other
            settings.execute()
        self.assertNotEqual(other.billing_invoice_policy, "draft")

    def test_the_one_responsible_works_in_the_company(self):
        stranger = new_test_user(
            self.env, "settings_stranger", company_id=self.env["res.company"].create({"name": "Elsewhere"}).id
        )
        portal = new_test_user(self.env, "settings_portal", "base.group_portal")
        for person in (stranger, portal):
            settings = self.settings.create({"billing_manager_id": person.id})
            with self.subTest(person.login), self.assertRaises(UserError):
                settings.execute()

    def test_contacts_of_another_company_are_not_written(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        secret = self.env["res.partner"].create({"name": "Secret", "company_id": other.id})
        with self.assertRaises(AccessError):
            self.settings.create({"billing_notify_partner_ids": [Command.set(secret.ids)]}).execute()

    def test_the_menu_is_the_managers(self):
        menus = self.env["ir.ui.menu"].with_user(self.manager)
        self.assertIn(self.env.ref("milestone_billing.menu_settings").id, menus._visible_menu_ids())
        action = self.env.ref("milestone_billing.action_billing_settings")
        self.assertEqual(action.res_model, "billing.settings")
