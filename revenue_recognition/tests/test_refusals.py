from odoo.exceptions import UserError
from odoo.tests import TransactionCase, new_test_user, tagged

from ..engine.tests.refusals import REFUSALS, SCENARIO, with_value


@tagged("post_install", "-at_install")
class TestRefusals(TransactionCase):
    """Whatever the engine refuses reaches people as a user error with the engine's words, and those alone."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        groups = "base.group_user,revenue_recognition.group_revenue_auditor"
        cls.contracts = cls.env["revenue.contract"].with_user(new_test_user(cls.env, "asks", groups=groups))

    def test_the_scenario_is_well_formed(self):
        self.assertEqual(len(self.contracts.simulate(SCENARIO)["positions"]), len(SCENARIO["expect"]))

    def test_every_refusal_is_a_user_error_that_names_the_place(self):
        for wrong in REFUSALS:
            with self.subTest(wrong.place, word=wrong.word):
                with self.assertRaises(UserError) as refusal:
                    self.contracts.simulate(with_value(wrong.path, wrong.value))
                place, _colon, reason = str(refusal.exception).partition(": ")
                self.assertEqual(place, wrong.place)
                self.assertIn(wrong.word, reason)
                self.assertNotIn("\n", reason)
