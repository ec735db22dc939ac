from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import TransactionCase, new_test_user

from ..models import base
from ..reading import LONGEST_NAME


class TestTextLimits(TransactionCase):
    """A text has an end, whichever way it is entered; played on Odoo's own banks."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        user = new_test_user(cls.env, "manager", "base.group_user,base.group_partner_manager,base.group_system")
        cls.enterClassContext(patch.object(base, "is_protected", lambda module: module == "base"))
        cls.env.registry.clear_cache()
        cls.addClassCleanup(cls.env.registry.clear_cache)
        cls.banks = cls.env["res.bank"].with_user(user)

    def assertTooLong(self, act, *arguments):
        with self.assertRaisesRegex(UserError, "City: A text of at most 2,000 characters"):
            act(*arguments)

    def test_every_way_has_the_limit(self):
        bank = self.banks.create({"name": "Bank", "city": "x" * LONGEST_NAME})
        self.assertTooLong(bank.write, {"city": "x" * (LONGEST_NAME + 1)})
        self.assertTooLong(self.banks.create, {"name": "B", "city": "x" * 10_001})
        [message] = self.banks.load(["name", "city"], [["B", "x" * 10_001]])["messages"]
        self.assertIn("at most 2,000 characters", message["message"])

    def test_other_addons_texts_have_none(self):
        partner = self.env["res.partner"].create({"name": "P"})
        with patch.object(base, "is_protected", lambda module: False):
            self.env.registry.clear_cache()
            partner.with_user(self.banks.env.uid).write({"city": "x" * 10_001})
        self.env.registry.clear_cache()
        self.assertEqual(len(partner.city), 10_001)
