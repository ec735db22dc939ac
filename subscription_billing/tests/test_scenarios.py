from odoo.exceptions import UserError
from odoo.tests import TransactionCase, new_test_user, tagged

from ..engine.tests.published import FILES, question, read, wrong


@tagged("post_install", "-at_install")
class TestScenarios(TransactionCase):
    """Every published worked example comes out exactly."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        user = new_test_user(cls.env, "seller", groups="base.group_user,sales_team.group_sale_salesman")
        cls.plans = cls.env["subscription.plan"].with_user(user)

    def test_the_published_examples_are_there(self):
        self.assertGreaterEqual(len(FILES), 55)

    def test_every_published_figure(self):
        for path in FILES:
            scenario = read(path)
            with self.subTest(path.stem):
                if "expect_error" in scenario:
                    with self.assertRaises(UserError) as refusal:
                        self.plans.simulate(question(scenario))
                    self.assertTrue(str(refusal.exception).startswith(f"{scenario['expect_error']}: "))
                else:
                    self.assertEqual(wrong(scenario, self.plans.simulate(question(scenario))), [])
