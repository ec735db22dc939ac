from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import BillingBaseCommon


@tagged("post_install", "-at_install")
class TestHoldsRights(BillingBaseCommon):
    """Who sells or bills puts holds, and releases his own; managers all of them; nobody else has any."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = cls._make_user("seller", "sales_team.group_sale_salesman")
        cls.other_seller = cls._make_user("other_seller", "sales_team.group_sale_salesman")
        cls.lead = cls._make_user("lead", "sales_team.group_sale_salesman_all_leads")
        cls.clerk = cls._make_user("clerk", "account.group_account_invoice")
        cls.auditor = cls._make_user("auditor", "account.group_account_readonly")
        cls.sales_manager = cls._make_user("sales_manager", "sales_team.group_sale_manager")
        cls.accountant = cls._make_user("accountant", "account.group_account_manager")
        cls.employee = cls._make_user("employee", "base.group_user")
        cls.portal = cls._make_user("portal", "base.group_portal", partner_id=cls.customer.id)
        cls.order = cls._make_order(10.0, user_id=cls.seller.id)
        cls.foreign = cls._make_order(20.0, user_id=cls.other_seller.id, partner_id=cls.customer.copy().id)

    @classmethod
    def _make_user(cls, login, group, **values):
        values = {"company_id": cls.company.id, "company_ids": cls.company.ids, **values}
        return new_test_user(cls.env, login, group if "portal" in group else f"base.group_user,{group}", **values)

    def _put(self, user, **values):
        return self.env["billing.hold"].with_user(user).create({"reason": "Dispute", **values})

    def _assert_refused(self, act, *arguments, **values):
        with self.assertRaises(AccessError):
            act(*arguments, **values)
            self.env.flush_all()
        self.env.invalidate_all()

    def test_who_puts_holds_on_what(self):
        customer = {"partner_id": self.customer.id}
        foreign = {"partner_id": self.foreign.partner_id.id}
        for user in (self.seller, self.lead, self.clerk, self.sales_manager, self.accountant):
            with self.subTest(user.login):
                for target in ({"order_id": self.order.id}, customer):
                    self.assertEqual(self._put(user, **target).sudo().user_id, user)
        for target in ({"order_id": self.foreign.id}, foreign):
            self._assert_refused(self._put, self.seller, **target)
            self._put(self.lead, **target)
            for user in (self.auditor, self.employee, self.portal):
                self._assert_refused(self._put, user, **target)

    def test_each_releases_and_changes_his_own(self):
        for mine, theirs in ((self.seller, self.clerk), (self.clerk, self.seller), (self.lead, self.seller)):
            with self.subTest(mine.login):
                hold = self._put(theirs, order_id=self.order.id).with_user(mine)
                self.assertFalse(hold.may_release)
                self._assert_refused(hold.action_release)
                for values in ({"date_to": self.today}, {"reason": "x"}, {"date_from": "2999-01-01"}):
                    self._assert_refused(hold.write, values)
                own = self._put(mine, order_id=self.order.id)
                self.assertTrue(own.may_release)
                own.date_to = self.today
                own.action_release()
                self.assertFalse(own.may_release)

    def test_managers_release_all(self):
        for manager in (self.sales_manager, self.accountant):
            hold = self._put(self.clerk, order_id=self.foreign.id).with_user(manager)
            self.assertTrue(hold.may_release)
            hold.date_to = self.today
            hold.action_release()

    def test_nobody_releases_for_lack_of_rights_by_a_command_of_order_or_customer(self):
        on_order, on_customer = (
            self._put(self.clerk, order_id=self.order.id),
            self._put(self.clerk, partner_id=self.customer.id),
        )
        self.seller.group_ids |= self.env.ref("base.group_partner_manager")
        for record, hold in ((self.order, on_order), (self.customer, on_customer)):
            for command in (
                Command.update(hold.id, {"date_to": self.today}),
                Command.delete(hold.id),
                Command.unlink(hold.id),
                Command.clear(),
                Command.set([]),
                Command.create({"reason": "x", "user_id": self.clerk.id}),
            ):
                with self.subTest(record=record, command=command):
                    self._assert_refused(record.with_user(self.seller).write, {"billing_hold_ids": [command]})
            self.assertTrue(hold.exists().is_active)

    def test_in_ones_own_name_and_nothing_else(self):
        for name, value in {
            "user_id": self.clerk.id,
            "released_by_id": self.clerk.id,
            "released_on": "2026-01-01 00:00:00",
            "is_active": False,
            "company_id": False,
        }.items():
            with self.subTest(name):
                self._assert_refused(self._put, self.seller, order_id=self.order.id, **{name: value})
                holds = self.env["billing.hold"].with_user(self.seller).with_context(**{f"default_{name}": value})
                self._assert_refused(holds.create, {"reason": "x", "order_id": self.order.id})
        hold = self._put(self.seller, order_id=self.order.id)
        for values in ({"user_id": self.clerk.id}, {"order_id": self.foreign.id}, {"partner_id": self.customer.id}):
            self._assert_refused(hold.write, values)
        self._assert_refused(hold.unlink)

    def test_who_reads_them(self):
        mine = self._put(self.clerk, order_id=self.order.id)
        theirs = self._put(self.clerk, order_id=self.foreign.id)
        own = self._put(self.lead, partner_id=self.foreign.partner_id.id)
        every = mine | theirs | own
        for user in (self.lead, self.clerk, self.auditor, self.sales_manager):
            self.assertEqual(every.with_user(user).search([("id", "in", every.ids)]), every, user.login)
        self.assertEqual(every.with_user(self.seller).search([("id", "in", every.ids)]), mine)
        self.env.flush_all()
        for user in (self.employee, self.portal):
            self._assert_refused(every.with_user(user).search, [])
            self._assert_refused(every.with_user(user).read, ["reason"])
        self._assert_refused(self.order.with_user(self.portal).read, ["billing_hold_ids"])
        self._assert_refused(self.customer.with_user(self.employee).read, ["billing_hold_ids"])

    def test_a_customer_knows_nothing_of_holds(self):
        for record in (self.order, self.customer):
            self.assertNotIn("billing_hold_ids", record.with_user(self.portal).fields_get())
            self.assertIn("billing_hold_ids", record.with_user(self.clerk).fields_get())

    def test_each_company_has_its_own(self):
        other = self.setup_other_company()["company"]
        hold = self._put(self.clerk, order_id=self.order.id)
        stranger = self._make_user(
            "stranger", "account.group_account_manager", company_id=other.id, company_ids=other.ids
        )
        self._assert_refused(hold.with_user(stranger).read, ["reason"])
        self._assert_refused(hold.with_user(stranger).action_release)
        self._assert_refused(self._put, stranger, order_id=self.order.id)

    def test_a_hold_on_a_customer_of_one_company_is_of_that_company(self):
        other = self.setup_other_company()["company"]
        stranger = self._make_user(
            "stranger", "account.group_account_manager", company_id=other.id, company_ids=other.ids
        )
        everywhere = self._put(self.clerk, partner_id=self.customer.id)
        self.assertFalse(everywhere.company_id)
        self.assertEqual(everywhere.with_user(stranger).reason, "Dispute")
        self.customer.company_id = self.company
        self.assertEqual(everywhere.company_id, self.company)
        self.env.flush_all()
        self._assert_refused(everywhere.with_user(stranger).read, ["reason"])
        self.assertFalse(everywhere.with_user(stranger).search([("id", "=", everywhere.id)]))
        self.assertEqual(everywhere.with_user(self.clerk).reason, "Dispute")
