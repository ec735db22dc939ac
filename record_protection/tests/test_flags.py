import json
import pickle
from xmlrpc.client import dumps, loads

from odoo.tests import TransactionCase, new_test_user
from odoo.tools.json import json_default

from ..flags import Flag


class TestFlags(TransactionCase):
    """What the program tells its own methods by the context, nobody tells them from outside."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = new_test_user(cls.env, "caller", "base.group_user")
        cls.banks = cls.env["res.bank"].with_user(cls.user)

    def test_what_the_program_says_is_heard(self):
        flagged = self.banks._flagged("bank_syncing", bank_moving=(1, 2))
        for banks in (flagged, flagged.sudo(), flagged.with_context(lang="en_US"), flagged.browse(1)):
            self.assertTrue(banks._is_flagged("bank_syncing"))
            self.assertEqual(banks._flag_value("bank_moving"), (1, 2))
            self.assertFalse(banks._is_flagged("bank_other"))
        self.assertFalse(self.banks._is_flagged("bank_syncing"))
        self.assertIsNone(self.banks._flag_value("bank_moving"))

    def test_what_a_caller_sends_is_not(self):
        context = dict(self.banks._flagged("flag").env.context)
        answered = json.loads(json.dumps(context, default=json_default))
        shown = [answered["flag"], str(Flag()), {"value": True}, [True]]
        for sent in (True, 1, "flag", *shown):
            [[over_xmlrpc], _method] = loads(dumps((sent,)))
            for value in (sent, over_xmlrpc, json.loads(json.dumps(sent))):
                banks = self.banks.with_context(flag=value)
                self.assertFalse(banks._is_flagged("flag"), value)
                self.assertIsNone(banks._flag_value("flag"), value)

    def test_a_flag_is_a_value_as_others(self):
        first, second = self.banks._flagged("flag"), self.banks._flagged("flag")
        self.assertIs(first.env, second.env, "an environment of its own each would share no cache")
        self.assertEqual(hash(first.env.context), hash(second.env.context))
        self.assertEqual(pickle.loads(pickle.dumps(Flag((1,)))), Flag((1,)))
        self.assertNotEqual(Flag(), True)
