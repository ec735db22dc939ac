from odoo.tests import TransactionCase, new_test_user, tagged

from ..engine.tests.published import FILES, question, read, wrong

GROUPS = ("group_revenue_accountant", "group_revenue_controller", "group_revenue_auditor")


@tagged("post_install", "-at_install")
class TestScenarios(TransactionCase):
    """Every published worked example comes out exactly, for everybody who may ask."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contracts = [
            cls.env["revenue.contract"].with_user(
                new_test_user(cls.env, group, groups=f"base.group_user,revenue_recognition.{group}")
            )
            for group in GROUPS
        ]

    def test_the_published_examples_are_there(self):
        self.assertGreaterEqual(len(FILES), 30)

    def test_every_published_figure(self):
        for path in FILES:
            scenario = read(path)
            for contracts in self.contracts:
                with self.subTest(path.stem, user=contracts.env.user.login):
                    self.assertEqual(wrong(scenario, contracts.simulate(question(scenario))), [])
