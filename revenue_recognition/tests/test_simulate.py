import json
import xmlrpc.client

from odoo.exceptions import AccessError, UserError
from odoo.tests import TransactionCase, new_test_user, tagged

from ..engine.tests.published import FILES, question, read


def licence(price=1000, currency="USD", **values):
    """Return a licence sold on 2 January and delivered on the last of the month."""
    obligation = {"key": "LICENCE", "name": "Licence", "price": price, "recognition": {"method": "point_in_time"}}
    return {
        "currency": currency,
        "contract": {"date": "2026-01-02", "obligations": [obligation]},
        "events": [{"date": "2026-01-31", "type": "satisfy", "obligation": "LICENCE"}],
        "at": ["2026-01-30", "2026-01-31"],
        **values,
    }


@tagged("post_install", "-at_install")
class TestSimulate(TransactionCase):
    """Who may ask what a contract would do, and how the answer travels."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accountant = cls._user("accountant", "revenue_recognition.group_revenue_accountant")

    @classmethod
    def _user(cls, login, *groups):
        user = new_test_user(cls.env, login, groups=",".join(groups))
        return cls.env["revenue.contract"].with_user(user)

    def _revenue(self, contracts, scenario):
        return [position["revenue"] for position in contracts.simulate(scenario)["positions"]]

    def test_each_revenue_group_may_ask(self):
        for name in ("accountant", "controller", "auditor"):
            contracts = self._user(f"asking_{name}", "base.group_user", f"revenue_recognition.group_revenue_{name}")
            self.assertEqual(self._revenue(contracts, licence()), [0.0, 1000.0])

    def test_nobody_else_may(self):
        for groups in (
            ("base.group_user",),
            ("base.group_user", "sales_team.group_sale_manager"),
            ("base.group_user", "account.group_account_invoice"),
            ("base.group_portal",),
            ("base.group_public",),
        ):
            contracts = self._user("-".join(groups), *groups)
            with self.assertRaises(AccessError):
                contracts.simulate(licence())

    def test_rights_come_before_anything_else(self):
        with self.assertRaises(AccessError):
            self._user("plain", "base.group_user").simulate("not a scenario")

    def test_accounting_managers_are_controllers_and_auditors_change_nothing(self):
        manager = new_test_user(self.env, "chief", groups="base.group_user,account.group_account_manager")
        self.assertTrue(manager.has_group("revenue_recognition.group_revenue_controller"))
        auditors = self._user("auditor", "base.group_user", "revenue_recognition.group_revenue_auditor")
        self.assertFalse(auditors.has_access("create"))
        self.assertTrue(auditors.has_access("read"))

    def test_decimals_are_those_of_the_currency(self):
        self.env.ref("base.KWD").active = False
        third = {"key": "T", "name": "Third", "ssp": 1, "recognition": {"method": "point_in_time"}}
        for code, shares in {"JPY": [4.0, 3.0, 3.0], "USD": [3.34, 3.33, 3.33], "KWD": [3.334, 3.333, 3.333]}.items():
            obligations = [dict(third, key=key) for key in "ABC"]
            contract = {"date": "2026-01-01", "fixed": 10, "obligations": obligations}
            scenario = {"currency": code, "contract": contract, "events": [], "at": ["2026-01-01"]}
            position = self.accountant.simulate(scenario)["positions"][0]
            self.assertEqual([one["allocated"] for one in position["obligations"].values()], shares)

    def test_an_unknown_currency_and_too_many_decimals_are_refused(self):
        with self.assertRaisesRegex(UserError, '^currency: no currency "QQQ"$'):
            self.accountant.simulate(licence(currency="QQQ"))
        with self.assertRaisesRegex(UserError, r"^contract\.obligations\[0\]\.price: 0\.5 has more than 0 decimals$"):
            self.accountant.simulate(licence(0.5, "JPY"))

    def test_what_is_no_scenario_is_refused_in_words(self):
        for value in (None, 5, "text", [], [1], {1: 2}, {}, {"currency": None}, {"currency": "USD", "contract": []}):
            with self.assertRaises(UserError):
                self.accountant.simulate(value)

    def test_the_answer_travels(self):
        for path in FILES:
            answer = self.accountant.simulate(question(read(path)))
            text = xmlrpc.client.dumps((answer,), allow_none=False, methodresponse=True)
            self.assertEqual(xmlrpc.client.loads(text)[0][0], answer)
            self.assertEqual(json.loads(json.dumps(answer, allow_nan=False)), answer)

    def test_nothing_is_written(self):
        self.env.flush_all()
        with self.assertNoWrites():
            self.accountant.simulate(licence())

    def assertNoWrites(self):
        """Run a block in a transaction that the database itself keeps from writing."""
        self.env.cr.execute("SAVEPOINT reading; SET LOCAL transaction_read_only = on")
        self.addCleanup(self.env.cr.execute, "ROLLBACK TO SAVEPOINT reading")
        return self.subTest("read only")
