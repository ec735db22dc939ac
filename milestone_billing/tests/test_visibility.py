from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import BillingCommon


@tagged("post_install", "-at_install")
class TestVisibility(BillingCommon):
    """Nobody reads, or does, more of billing than of the orders and projects behind it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller, cls.colleague = (
            cls._user(name, "sales_team.group_sale_salesman") for name in ("seller", "colleague")
        )
        cls.worker = cls._user("worker", "project.group_project_user")
        cls.member = cls._user("member", "project.group_project_user")
        cls.nobody = cls._user("nobody", "base.group_user")
        cls.portal = new_test_user(cls.env, "portal", "base.group_portal", partner_id=cls.customer.id)
        cls.other_customer = cls.env["res.partner"].create({"name": "Quarry", "is_company": True})
        cls.order = cls._make_order(1000.0, user_id=cls.seller.id)
        cls.plan = cls._make_schedule(
            cls.order, {"percent": 40, "due_on": "date", "date": "2040-01-01"}, {"percent": 60, "due_on": "task"}
        )
        cls.order.action_confirm()
        cls.dated, cls.tasked = cls.plan.milestone_ids
        cls.foreign_order = cls._make_order(
            500.0, product=cls.plain, user_id=cls.colleague.id, partner_id=cls.other_customer.id
        )
        cls.foreign = cls._make_schedule(cls.foreign_order, 100)
        cls.foreign_order.action_confirm()

    @classmethod
    def _user(cls, login, groups):
        return new_test_user(cls.env, login, groups, company_id=cls.company.id)

    def _hold(self, **target):
        return self.env["billing.hold"].create({"reason": "Disputed", **target})

    def assertSees(self, user, records, seen):
        """Expect that of ``records`` the user finds, and reads, ``seen`` alone."""
        records, seen = (some.with_context(**user.env.context) for some in (records, seen))
        model = records.with_user(user).browse()
        self.assertEqual(model.search([("id", "in", records.ids)]).ids, model.browse(seen.ids).sorted().ids)
        for record in records:
            self.assertEqual(record.with_user(user).has_access("read"), record in seen, record.display_name)

    # === SALESPEOPLE === #

    def test_salespeople_read_the_holds_of_their_orders(self):
        contact = self.env["res.partner"].create({"name": "Harbour Yard", "parent_id": self.customer.id})
        self._make_order(10.0, user_id=self.colleague.id, partner_id=contact.id)
        mine = self._hold(order_id=self.order.id) | self._hold(milestone_id=self.dated.id)
        theirs = self._hold(order_id=self.foreign_order.id) | self._hold(partner_id=self.other_customer.id)
        shared = self._hold(partner_id=self.customer.id)
        everything = mine | theirs | shared
        self.assertSees(self.seller, everything, mine | shared)
        self.assertSees(self.colleague, everything, theirs | shared)
        self.assertSees(self._user("leader", "sales_team.group_sale_salesman_all_leads"), everything, everything)
        self.assertSees(self._user("biller", "milestone_billing.group_billing_manager"), everything, everything)
        self.assertFalse(everything.with_user(self.nobody).has_access("read"))

    def test_holds_on_customers_of_another_company_alone_are_read_there(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        shipyard = self.env["res.partner"].create({"name": "Shipyard", "is_company": True})
        self.env["sale.order"].create({"partner_id": shipyard.id, "company_id": other.id, "user_id": False})
        hold = self._hold(partner_id=shipyard.id)
        for user in (self.seller, self.worker):
            self.assertSees(user, hold, hold.browse())
            user.company_ids |= other
            self.assertSees(user.with_context(allowed_company_ids=[self.company.id, other.id]), hold, hold)

    # === PROJECT USERS === #

    def test_project_users_read_plans_of_projects_they_may_see(self):
        project = self.tasked.project_id
        project.privacy_visibility = "followers"
        project.message_unsubscribe(self.worker.partner_id.ids)
        project.message_subscribe(self.member.partner_id.ids)
        self.tasked.with_user(self.env.user).action_attain()
        holds = self._hold(order_id=self.order.id) | self._hold(milestone_id=self.dated.id)
        for records in (
            self.plan,
            self.dated | self.tasked,
            self.plan.milestone_ids.allocation_ids,
            self.tasked.attainment_ids,
            holds,
        ):
            self.assertSees(self.worker, records, records.browse())
            self.assertSees(self.member, records, records)
            self.assertSees(self._user(f"m{records._table}", "project.group_project_manager"), records, records)
        project.privacy_visibility = "employees"
        self.assertSees(self.worker, self.plan, self.plan)

    def test_project_users_read_plans_without_a_project(self):
        self.assertSees(self.worker, self.foreign | self.plan, self.foreign | self.plan)

    # === CUSTOMERS === #

    def test_customers_do_not_read_what_keeps_a_milestone_back(self):
        self._hold(order_id=self.order.id)
        self.dated.action_attain()
        self._drain()
        self.assertEqual(self.dated.state, "blocked")
        milestone = self.dated.with_user(self.portal)
        [status] = milestone.get_status(self.dated.ids)
        self.assertEqual((status["state"], status["block_reason"], status["invoices"]), ("due", "", []))
        self.assertEqual(milestone.read(["name", "amount"])[0]["amount"], 400.0)
        for name in ("is_held", "status", "state", "block_reason", "hold_ids"):
            with self.subTest(name), self.assertRaises(AccessError):
                milestone.read([name])
            self.assertNotIn(name, milestone.fields_get())
        for name in ("is_held", "status", "state"):
            with self.subTest(name), self.assertRaises(AccessError):
                milestone.search([(name, "!=", False)])

    # === DIALOGS === #

    def test_dialogs_belong_to_whoever_opened_them(self):
        manager = self._user("biller", "milestone_billing.group_billing_manager")
        self.tasked.action_attain()
        for name, values, button in (
            ("billing.attain.wizard", {"date": "2026-01-05"}, "action_attain"),
            ("billing.bulk.wizard", {"act": "hold", "reason": "Wait"}, "action_apply"),
            ("billing.shift.wizard", {}, "action_shift"),
        ):
            dialog = self.env[name].with_user(manager).create({"milestone_ids": self.dated.ids, **values})
            other = self._user(f"u{dialog._table}", "milestone_billing.group_billing_manager")
            self.assertFalse(dialog.with_user(other).search([("id", "=", dialog.id)]))
            for user in (other, self.worker):
                foreign = dialog.with_user(user)
                for act in (
                    lambda one=foreign: one.read(["milestone_ids"]),
                    getattr(foreign, button),
                    foreign.unlink,
                    lambda one=foreign: one.write({"milestone_ids": self.tasked.ids}),
                ):
                    with self.subTest(name, user=user.login), self.assertRaises(AccessError):
                        act()
        self.assertFalse(self.dated.attainment_ids)

    # === BUTTONS === #

    def test_no_button_answers_who_may_not_read_its_records(self):
        self.dated.action_attain()
        self._drain()
        hold = self._hold(order_id=self.order.id)
        invoice, project = self.dated.invoice_ids, self.tasked.project_id
        for records in (self.plan, self.dated, self.dated.attainment_ids, hold, self.order, invoice, project):
            names = self._own_buttons(records)
            self.assertTrue(names)
            for name in names:
                with self.subTest(model=records._name, act=name), self.assertRaises(AccessError):
                    getattr(records.with_user(self.nobody), name)()

    def _own_buttons(self, records):
        """The public methods of ours that act on, or tell of, records; without those that are asked of the model."""
        found = set()
        for parent in type(records).__mro__:
            if parent.__module__.startswith(("odoo.addons.milestone_billing", "odoo.addons.billing_base")):
                found |= {name for name in vars(parent) if name.startswith(("action_", "get_"))}
        return sorted(found - {"get_status", "get_dashboard"})
