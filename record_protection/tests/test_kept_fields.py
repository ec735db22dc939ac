from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, new_test_user

from ..models import base


class TestKeptFields(TransactionCase):
    """Of the addons that ask for it, what is read-only on screen is entered by nobody; played on Odoo's own banks."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = new_test_user(cls.env, "manager", "base.group_user,base.group_partner_manager,base.group_system")
        cls.bank = cls.env["res.bank"].create({"name": "Bank", "bic": "ABCD", "city": "Oslo"})
        # With base among the protected, the bank's read-only fields are kept.
        cls.enterClassContext(patch.object(base, "is_protected", lambda module: module == "base"))
        Bank = cls.env.registry["res.bank"]
        cls.enterClassContext(patch.object(Bank._fields["city"], "readonly", True))
        cls.enterClassContext(patch.object(Bank._fields["zip"], "readonly", True))
        cls.enterClassContext(patch.object(Bank, "_once_fields", frozenset({"zip"})))
        cls.enterClassContext(patch.object(Bank, "_kept_fields", frozenset({"bic"})))
        cls.env.registry.clear_cache()
        cls.addClassCleanup(cls.env.registry.clear_cache)

    def assertKept(self, act, *arguments):
        with self.assertRaisesRegex(AccessError, "is not entered"):
            act(*arguments)

    def test_kept_over_every_way(self):
        banks = self.env["res.bank"].with_user(self.user)
        bank = self.bank.with_user(self.user)
        for name in ("city", "bic"):
            self.assertKept(bank.write, {name: "x"})
            self.assertKept(banks.create, {"name": "B", name: "x"})
            self.assertKept(banks.with_context(**{f"default_{name}": "x"}).create, {"name": "B"})
            self.assertKept(bank.copy, {name: "x"})
            [message] = banks.load(["name", name], [["B", "x"]])["messages"]
            self.assertIn("is not entered", message["message"])

    def test_a_copy_begins_without_them(self):
        copied = self.bank.with_user(self.user).copy()
        self.assertRecordValues(copied, [{"name": "Bank", "bic": False, "city": False}])

    def test_given_once(self):
        bank = self.env["res.bank"].with_user(self.user).create({"name": "B", "zip": "1"})
        bank.write({"zip": "1", "name": "C"})
        self.assertKept(bank.write, {"zip": "2"})
        self.assertRecordValues(bank, [{"name": "C", "zip": "1"}])

    def test_written_by_the_program(self):
        self.bank.with_user(self.user).sudo().write({"city": "Bergen", "bic": "EFGH", "zip": "3"})
        self.assertRecordValues(self.bank, [{"city": "Bergen", "bic": "EFGH", "zip": "3"}])

    def test_defaults_of_the_context_do_not_reach_what_the_program_makes(self):
        banks = self.env["res.bank"].with_user(self.user).with_context(default_city="x", default_name="y")
        self.assertRecordValues(banks.sudo().create({"name": "B"}), [{"name": "B", "city": False}])
