import json
import math
import xmlrpc.client

from odoo.exceptions import AccessError, UserError
from odoo.tests import TransactionCase, new_test_user, tagged

from ..engine.tests.published import FILES, question, read


def seats(currency="USD", **values):
    """Return three seats from the first of January, and the run of that day."""
    charge = {"key": "SEATS", "kind": "recurring", "start": "2026-01-01", "price": 10, "quantity": 3}
    return {
        "id": "SEATS",
        "title": "Three seats",
        "source": "this test",
        "currency": currency,
        "charges": [{**charge, "every": {"count": 1, "unit": "months"}}],
        "expect": [{"run": "2026-01-01"}],
        **values,
    }


@tagged("post_install", "-at_install")
class TestSimulate(TransactionCase):
    """Who may ask what charges would bill, and how the answer travels."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = cls._user("seller", "base.group_user", "sales_team.group_sale_salesman")

    @classmethod
    def _user(cls, login, *groups):
        user = new_test_user(cls.env, login, groups=",".join(groups))
        return cls.env["subscription.plan"].with_user(user)

    def test_who_sells_or_invoices_may_ask(self):
        for group in (
            "sales_team.group_sale_salesman",
            "sales_team.group_sale_manager",
            "account.group_account_invoice",
        ):
            plans = self._user(f"asking-{group}", "base.group_user", group)
            self.assertEqual(plans.simulate(seats())["results"][0]["total"], 30.0)

    def test_nobody_else_may(self):
        for groups in (("base.group_user",), ("base.group_portal",), ("base.group_public",)):
            with self.assertRaises(AccessError):
                self._user("-".join(groups), *groups).simulate(seats())

    def test_rights_come_before_anything_else(self):
        with self.assertRaises(AccessError):
            self._user("plain", "base.group_user").simulate("not a scenario")

    def test_decimals_are_those_of_the_currency(self):
        self.env.ref("base.KWD").active = False
        for code, amount in {"JPY": 3.0, "USD": 3.33, "KWD": 3.333}.items():
            rate = {"rate": {"model": "flat", "price": 10, "per": 3}, "quantities": [1]}
            answer = self.seller.simulate(seats(code, charges=[], expect=[rate]))
            self.assertEqual(answer["results"][0]["amounts"], [amount])

    def test_an_unknown_currency_is_refused(self):
        with self.assertRaisesRegex(UserError, '^currency: no currency "QQQ"$'):
            self.seller.simulate(seats("QQQ"))

    def test_what_is_no_scenario_is_refused_in_words(self):
        for value in (None, 5, "text", [], [1], {1: 2}, {}, {"currency": None}, {"\ud800": "\0"}):
            with self.assertRaises(UserError):
                self.seller.simulate(value)

    def test_what_no_protocol_carries_is_refused_in_words_that_travel(self):
        odd = ("a\0b", "\ud800", math.nan, math.inf, 10**400, b"\xff", None, [[]], "")
        for key in ("currency", "title", "charges", "events"):
            for value in odd:
                with self.subTest(key, value=repr(value)[:20]), self.assertRaises(UserError) as refusal:
                    self.seller.simulate(seats(**{key: value}))
                text = str(refusal.exception)
                xmlrpc.client.loads(xmlrpc.client.dumps((text,)).encode())

    def test_the_answer_travels(self):
        for path in FILES:
            scenario = read(path)
            if "expect" not in scenario:
                continue
            answer = self.seller.simulate(question(scenario))
            text = xmlrpc.client.dumps((answer,), allow_none=False, methodresponse=True)
            self.assertEqual(xmlrpc.client.loads(text)[0][0], answer)
            self.assertEqual(json.loads(json.dumps(answer, allow_nan=False)), answer)

    def test_nothing_is_written(self):
        self.env.flush_all()
        self.env.cr.execute("SAVEPOINT reading; SET LOCAL transaction_read_only = on")
        self.addCleanup(self.env.cr.execute, "ROLLBACK TO SAVEPOINT reading")
        self.assertEqual(self.seller.simulate(seats())["results"][0]["total"], 30.0)
