from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged
from odoo.tools import groupby

from ..engine.tests.published import FOLDER, differences, question, read
from .cases_documents import Documents
from .close_common import CloseCommon

#: Of a position: what the ledger shows on the accounts of these roles, and whether credits count as above zero.
ACCOUNTS = {
    "revenue": (("revenue",), 1),
    "contract_liability": (("contract_liability",), 1),
    "contract_asset": (("contract_asset",), -1),
    "refund_liability": (("refund_liability",), 1),
    "loss_provision": (("loss_provision",), 1),
    "cost_asset": (("contract_cost",), -1),
    "interest": (("interest_expense", "interest_income"), -1),
    "receivable": (("receivable",), -1),
    "cost": (("expense", "loss"), -1),
    "fx": (("gain", "exchange_loss"), 1),
}
#: Of a position: what no account shows.
ELSEWHERE = ("at", "transaction_price", "obligations", "treatment", "rpo", "bands", "company")
#: Texts: the books of a contract refer to documents, a scenario to its own keys.
WORDS = ("steps", "treatment_reason")


@tagged("post_install", "-at_install")
class CaseCommon(CloseCommon):
    """A published example lived through with documents, closed by two people, and compared with the general ledger."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids |= cls.env.ref("project.group_project_milestone")
        cls.accounts["receivable"] = cls.company_data["default_account_receivable"]
        cls.accounts["expense"] = cls.company_data["default_account_expense"]
        cls.accounts["gain"] = cls.company.income_currency_exchange_account_id
        cls.accounts["exchange_loss"] = cls.company.expense_currency_exchange_account_id
        cls.customer.property_account_receivable_id = cls.accounts["receivable"]

    def _live(self, name, values=None, apart=()):
        """Live through an example; compare the books at each of its dates.

        :param name: of the file
        :param values: of products, by obligation
        :param apart: keys of positions in which documents and the example as it is written cannot agree
        """
        scenario = read(FOLDER / f"{name}.json")
        simulated = self.env["revenue.contract"].simulate(question(scenario))["positions"]
        told = Documents(self, scenario, values)
        days = [(scenario["contract"]["date"], 0, "sign", None)]
        days += [(event["date"], 1, "event", event) for event in scenario["events"]]
        days += [(entry["at"], 2, "expect", (entry, simulated[n])) for n, entry in enumerate(scenario["expect"])]
        days.sort(key=lambda row: row[:2])
        with freeze_time(f"{scenario['contract']['date']} 12:00:00") as clock:
            for day, rows in groupby(days, key=lambda row: row[0]):
                clock.move_to(f"{day} 12:00:00")
                self._day(told, rows, apart)
        return told

    def _day(self, told, rows, apart):
        for _day, _order, kind, what in rows:
            if kind == "sign":
                told.sign()
            elif kind == "event":
                told.tell(what)
        asked = [what for _day, _order, kind, what in rows if kind == "expect"]
        if asked:
            self.assertEqual(told.contract.exception_ids.filtered("blocking").mapped("message"), [])
            close = self._close(rows[0][0])
            self.assertEqual(close.difference, 0)
        for expected, simulated in asked:
            self._check_ledger(expected)
            self._check_position(told, expected, simulated, apart)

    # === COMPARING === #

    def _check_ledger(self, expected):
        """Every amount of the source that an account shows, from posted journal items."""
        unknown = set(expected) - set(ACCOUNTS) - set(ELSEWHERE) - {"billed", "paid"}
        self.assertFalse(unknown, "What is not compared with the ledger has to be listed")
        books = expected.get("company", expected)
        named = {key: books[key] for key in (*ACCOUNTS, "billed", "paid") if key in books}
        found = {key: self._of_ledger(key, expected["at"]) for key in named}
        self.assertEqual(list(differences(named, found, expected["at"])), [])

    def _of_ledger(self, key, day):
        if key in ACCOUNTS:
            roles, sign = ACCOUNTS[key]
            return self.company.currency_id.round(sign * sum(self._balance(role, day) for role in roles))
        domain = [("parent_state", "=", "posted"), ("date", "<=", day)]
        if key == "billed":
            domain += [("revenue_contract_id", "!=", False), ("display_type", "=", "product")]
        else:
            receivable = self.accounts["receivable"]
            domain += [("account_id", "=", receivable.id), ("move_id.origin_payment_id", "!=", False)]
        return -sum(self.env["account.move.line"].search(domain).mapped("balance"))

    def _check_position(self, told, expected, simulated, apart):
        """What the contract says of itself is what the source says, and what the example says when it is simulated."""
        day = fields.Date.to_date(expected["at"])
        contract = told.contract
        [found] = contract.with_user(self.preparer).get_position([contract.id], expected["at"])
        self.assertEqual(found["problems"], [])
        bands = [fields.Date.to_date(until) for until in expected.get("bands", ())]
        found["rpo"] = contract._positions(day, bands)[contract.id]["rpo"]
        by_key = {known: key for key, known in told.keys_of_obligations().items()}
        found["obligations"] = {by_key[key]: line for key, line in found["obligations"].items()}
        named = {key: value for key, value in expected.items() if key != "bands"}
        self.assertEqual(list(differences(named, found, expected["at"])), [])
        both = {key: value for key, value in simulated.items() if key not in (*apart, *WORDS)}
        if "company" in both:
            both["company"] = {key: value for key, value in both["company"].items() if key not in apart}
        self.assertEqual(list(differences(both, found, f"simulated {expected['at']}")), [])
