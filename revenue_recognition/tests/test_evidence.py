import datetime
import json
import xmlrpc.client
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user
from odoo.tools import mute_logger

from .evidence_common import EvidenceCommon


class TestRecord(EvidenceCommon):
    """What other systems report is recorded once, and refused precisely."""

    def test_each_kind(self):
        items = [
            self._item("1", "WORKS", "progress", 0.25),
            self._item("2", "CALLS", "usage", 19.99),
            self._item("3", "PIPES", "units", 4),
            self._item("4", "PIPES", "units", -1.5),
            self._item("5", "DESIGN", "satisfy", None),
            self._item("6", "SUPPORT", "start", False),
            self._item("7", "BRIDGE", "estimate_cost", 800),
            self._item("8", "ADVICE", "estimate_hours", 120.5),
            self._item("9", "PIPES", "estimate_unit_price", 90),
            self._item("10", "PIPES", "estimate_returns", 0.03, source="Shop", note="3 of 100 come back"),
        ]
        results = self.evidence.record(items)
        self.assertEqual([result["status"] for result in results], ["recorded"] * 10)
        rows = self.evidence.browse([result["id"] for result in results])
        self.assertRecordValues(
            rows,
            [
                {
                    "key": item["key"],
                    "obligation_id": self._obligation(item["obligation"]).id,
                    "contract_id": self.contract.id,
                    "company_id": self.company.id,
                    "date": datetime.date(2026, 1, 31),
                    "kind": item["kind"],
                    "value": {"5": 1.0, "6": 0.0}.get(item["key"], item["value"]),
                    "source": item.get("source", "api"),
                    "note": item.get("note", False),
                    "late": False,
                    "user_id": self.accountant.id,
                }
                for item in items
            ],
        )

    def test_repeated_it_is_a_duplicate(self):
        first = self._record_one()
        again = self._record_one()
        self.assertEqual(again, {"key": "E1", "status": "duplicate", "id": first["id"]})
        twice = self.evidence.record([self._item("E2"), self._item("E2")])
        self.assertEqual([result["status"] for result in twice], ["recorded", "duplicate"])

    def test_a_key_means_one_fact(self):
        self._record_one(note="Survey")
        for change in (
            {"value": 0.3},
            {"date": "2026-01-30"},
            {"note": "Other survey"},
            {"source": "Surveyor"},
            {"obligation": "DESIGN", "kind": "satisfy"},
        ):
            result = self._record_one(**{"note": "Survey", **change})
            self.assertRefused(result, next(iter(change)), f"different: .*{next(iter(change))}")

    def test_what_another_transaction_recorded_meanwhile_is_a_duplicate(self):
        self._record_one("1")
        with (
            patch.object(type(self.evidence), "_known_facts", lambda self, reader: {}),
            mute_logger("odoo.sql_db"),
        ):
            results = self.evidence.record([self._item("0"), self._item("1"), self._item("2")])
        self.assertEqual([result["status"] for result in results], ["recorded", "duplicate", "recorded"])
        self.assertEqual(sorted(self.contract.evidence_ids.mapped("key")), ["0", "1", "2"])

    def test_a_dry_run_is_asked_for_or_not(self):
        """A text is neither: what is taken for recorded would be lost."""
        for dry_run in ("false", 0, None):
            with self.subTest(dry_run), self.assertRaisesRegex(UserError, "dry_run: true or false"):
                self.evidence.record([self._item()], dry_run=dry_run)

    def test_cancelled_contracts_take_no_facts(self):
        """Nothing of them counts any more; one of the same name that holds is meant."""
        self.contract.sudo().state = "cancelled"
        for ref in ("C1", self.contract.id):
            self.assertRefused(self._record_one(contract=ref), "contract", "is cancelled")
        again = self._make_contract("C1")
        self._make_obligation(again, "WORKS", measure="manual")
        self.assertEqual(self._record_one()["status"], "recorded")
        self.assertTrue(again.evidence_ids)

    def test_a_dry_run_records_nothing(self):
        items = [self._item("1"), self._item("1"), self._item("2", value=7)]
        results = self.evidence.record(items, dry_run=True)
        self.assertEqual([result["status"] for result in results], ["recorded", "duplicate", "refused"])
        self.assertFalse(self.contract.evidence_ids)
        self.assertNotIn("id", results[0])

    def test_one_refused_stops_no_other(self):
        results = self.evidence.record(
            [self._item("1", value=2), "junk", self._item("2"), self._item("3", date="soon")]
        )
        self.assertEqual([result["status"] for result in results], ["refused", "refused", "recorded", "refused"])
        self.assertEqual(
            [result.get("path") for result in results], ["items[0].value", "items[1]", None, "items[3].date"]
        )

    def test_values_that_cannot_be(self):
        for obligation, kind, value, words in (
            ("WORKS", "progress", 1.01, "not between 0 and 1"),
            ("WORKS", "progress", -0.01, "not between 0 and 1"),
            ("WORKS", "progress", None, "A value is needed"),
            ("WORKS", "progress", float("nan"), "not a number"),
            ("WORKS", "progress", float("inf"), "not a number"),
            ("WORKS", "progress", "0.5", "not a number"),
            ("WORKS", "progress", True, "not a number"),
            ("CALLS", "usage", 1.234, "more than 2 decimals"),
            ("CALLS", "usage", 10**400, "too large"),
            ("PIPES", "units", 0, "No units"),
            ("PIPES", "units", 11, "11 of 10 would be delivered"),
            ("PIPES", "units", -1, "-1 would be delivered"),
            ("DESIGN", "satisfy", 0, "must be above 0"),
            ("DESIGN", "satisfy", 1.5, "at most 1"),
            ("SUPPORT", "start", 5, "has no value"),
            ("BRIDGE", "estimate_cost", 0, "not above 0"),
            ("ADVICE", "estimate_hours", -1, "not above 0"),
            ("PIPES", "estimate_unit_price", -1, "below 0"),
            ("PIPES", "estimate_returns", 3, "not between 0 and 1"),
        ):
            with self.subTest(kind=kind, value=value):
                self.assertRefused(self._record_one("E", obligation, kind, value), "value", words)

    def test_texts_have_an_end(self):
        for name, most in (("source", "2,000"), ("note", "20,000")):
            with self.subTest(name=name):
                self.assertRefused(self._record_one(**{name: "x" * 20_001}), name, f"at most {most} characters")

    def test_kinds_fit_the_measure(self):
        for obligation, kind in (
            ("WORKS", "units"),
            ("CALLS", "satisfy"),
            ("ADVICE", "estimate_cost"),
            ("PIPES", "x"),
        ):
            self.assertRefused(self._record_one("E", obligation, kind, 1), "kind", "says nothing about|No kind")

    def test_what_adds_up_stays_within_the_whole_on_every_day(self):
        for key, value, date, status in (
            ("1", 6, "2026-02-10", "recorded"),
            ("2", -1, "2026-02-09", "refused"),
            ("3", 5, "2026-02-20", "refused"),
            ("4", 5, "2026-02-01", "refused"),
            ("5", 4, "2026-02-01", "recorded"),
            ("6", -3, "2026-02-10", "recorded"),
            ("7", -5, "2026-02-01", "refused"),
            ("8", 3, "2026-02-05", "refused"),
            ("9", 3, "2026-02-11", "recorded"),
        ):
            with self.subTest(key=key):
                self.assertEqual(self._record_one(key, "PIPES", "units", value, date=date)["status"], status)

    def test_accepted_in_parts(self):
        results = self.evidence.record([self._item(str(n), "DESIGN", "satisfy", 0.1) for n in range(11)])
        self.assertEqual([result["status"] for result in results], ["recorded"] * 10 + ["refused"])

    def test_more_may_be_delivered_once_a_modification_applies(self):
        modification = (
            self.env["revenue.modification"]
            .sudo()
            .create({"contract_id": self.contract.id, "name": "More", "date": "2026-02-01"})
        )
        self.env["revenue.modification.line"].create(
            {
                "modification_id": modification.id,
                "obligation_id": self._obligation("PIPES").id,
                "action": "change",
                "terms": {"quantity": 12},
            }
        )
        self.assertEqual(self._record_one("1", "PIPES", "units", 12, date="2026-02-02")["status"], "refused")
        modification.state = "applied"
        self.assertEqual(self._record_one("2", "PIPES", "units", 12, date="2026-01-31")["status"], "refused")
        self.assertEqual(self._record_one("3", "PIPES", "units", 12, date="2026-02-02")["status"], "recorded")

    def test_dates(self):
        tomorrow = fields.Date.to_string(fields.Date.today() + datetime.timedelta(days=2))
        for date, words in ((tomorrow, "in the future"), ("2025-12-31", "before 01/01/2026"), ("1.2.2026", "ISO date")):
            self.assertRefused(self._record_one(date=date), "date", words)

    def test_late_evidence_is_recorded_and_says_so(self):
        self.company.sudo().revenue_lock_date = "2026-01-31"
        self.assertTrue(self._record_one("1")["late"])
        self.assertFalse(self._record_one("2", date="2026-02-01")["late"])
        self.assertEqual(self.contract.evidence_ids.filtered("late").mapped("key"), ["1"])

    def test_the_obligation_is_found(self):
        product = self._make_product("Survey", None)
        order = self._make_order((product, 100.0), (product, 50.0))
        order.sudo().revenue_contract_id = self.contract
        self._obligation("WORKS").sale_line_ids = order.order_line[0]
        base = {"date": "2026-01-31", "kind": "progress", "value": 0.1}
        for number, ref in enumerate(
            (
                {"contract": self.contract.id},
                {"order": order.id},
                {"order": order.name, "obligation": order.order_line[0].id},
                {"order": order.name, "obligation": "WORKS"},
            )
        ):
            [result] = self.evidence.record([{**base, **ref, "key": str(number)}])
            self.assertEqual(result["status"], "recorded", result)
            self.assertEqual(self.evidence.browse(result["id"]).obligation_id.key, "WORKS")
        for ref, at, words in (
            ({}, "contract", "Either a contract or an order"),
            ({"contract": "C1", "order": order.id}, "contract", "Either"),
            ({"contract": "C2"}, "contract", "No contract"),
            ({"order": "S999"}, "order", "No order"),
            ({"order": order.id, "obligation": order.order_line[1].id}, "obligation", "has no obligation"),
            ({"contract": "C1", "obligation": "NONE"}, "obligation", 'has no obligation "NONE"; it has WORKS'),
        ):
            [result] = self.evidence.record([{**base, **ref, "key": "X"}])
            self.assertRefused(result, at, words)

    def test_ambiguous_names(self):
        self._make_contract("C1")
        self.assertRefused(self._record_one(), "contract", "2 are named")
        self._make_obligation(self.contract, "MORE", measure="manual")
        item = self._item(contract=self.contract.id)
        del item["obligation"]
        self.assertRefused(self.evidence.record([item])[0], "obligation", "Several are meant")

    def test_junk_is_refused_precisely_and_never_breaks(self):
        junk = [None, True, 5, -1, 2**70, 1.5, float("nan"), "", "x\x00y", "\ud800", "x" * 5000, b"x"]
        junk += [[], {}, [[1]], {"a": {}}, (), xmlrpc.client.DateTime()]
        junk += [datetime.date(2026, 1, 1), datetime.datetime(2026, 1, 1)]
        items, names = [], []
        for name in (*self._item(source="a", note="b"), "colour", "order"):
            for value in junk:
                items.append({**self._item("K"), name: value})
                names.append((name, value))
        items += junk
        items += [{1: 2}, {**self._item(), "\ud800": 1}, {**self._item(), (1, 2): 1}]
        results = self.evidence.record(items, dry_run=True)
        for (name, value), result in zip(names, results, strict=False):
            if result["status"] == "refused":
                self.assertRegex(result["path"], r"^items\[\d+\]\.", (name, value))
                self.assertIn(name, (result["path"].split(".")[1], "order"), (name, value, result))
        self.assertEqual({result["status"] for result in results[len(names) :]}, {"refused"})
        json.dumps(results, allow_nan=False).encode()
        xmlrpc.client.dumps((results,), methodresponse=True).encode()

    def test_what_is_no_list(self):
        for value in (None, {}, "items", 5):
            with self.assertRaisesRegex(UserError, "a list of at most 100,000"):
                self.evidence.record(value)

    def test_ten_thousand_at_once(self):
        items = [self._item(str(n), "CALLS", "usage", n / 100, date=f"2026-0{n % 6 + 1}-01") for n in range(10_000)]
        self.env.flush_all()
        self.env.invalidate_all()
        self.evidence.record(items[:1], dry_run=True)
        count = self.cr.sql_log_count
        results = self.evidence.record(items)
        self.assertEqual({result["status"] for result in results}, {"recorded"})
        self.assertLess(self.cr.sql_log_count - count, 200)
        self.assertEqual({result["status"] for result in self.evidence.record(items)}, {"duplicate"})

    # === RIGHTS === #

    def test_who_may(self):
        for number, (groups, may) in enumerate(
            (
                ("revenue_recognition.group_revenue_accountant", True),
                ("revenue_recognition.group_revenue_controller", True),
                ("revenue_recognition.group_revenue_auditor", False),
                ("project.group_project_manager", False),
                ("account.group_account_invoice", False),
                ("base.group_portal", False),
            )
        ):
            groups = groups if "portal" in groups else f"base.group_user,{groups}"
            user = new_test_user(self.env, f"user{number}", groups=groups)
            records = self.env["revenue.evidence"].with_user(user)
            if may:
                self.assertEqual(records.record([self._item(str(number))])[0]["status"], "recorded")
            else:
                for items in ([self._item()], "junk"):
                    with self.assertRaises(AccessError):
                        records.record(items)

    def test_other_companies_are_out_of_reach(self):
        other = self.setup_other_company()["company"]
        contract = self._make_contract("C9", company_id=other.id)
        works = self._make_obligation(contract, "WORKS", measure="manual")
        self.assertRefused(self._record_one(contract="C9"), "contract", "No contract")
        self.assertRefused(self._record_one(contract=contract.id), "contract", "No contract")
        with self.assertRaises(AccessError):
            self.evidence.create(
                {"key": "E", "obligation_id": works.id, "date": "2026-01-31", "kind": "progress", "value": 0.5}
            )
        self._record_one("SAME")
        both = self.evidence.with_user(self.env.user)
        [result] = both.record([self._item("SAME", contract="C9")])
        self.assertEqual(result["status"], "recorded")


class TestEvidence(EvidenceCommon):
    """Facts that are recorded one by one go through the same gate."""

    def _values(self, **values):
        base = {"key": "E1", "obligation_id": self._obligation("WORKS").id, "date": "2026-01-31", "kind": "progress"}
        return {**base, "value": 0.5, **values}

    def test_contract_company_lateness_and_recorder_are_not_the_callers_to_say(self):
        other = self._make_contract("C2")
        row = self.evidence.create(
            self._values(contract_id=other.id, user_id=self.env.uid, late=True, company_id=self.env.company.id)
        )
        self.assertRecordValues(
            row, [{"contract_id": self.contract.id, "user_id": self.accountant.id, "late": False, "value": 0.5}]
        )

    def test_what_cannot_be_is_refused(self):
        for values, words in (
            ({"value": 1.5}, "Works: 1.5 is not between 0 and 1"),
            ({"kind": "units"}, "says nothing about Works"),
            ({"date": "2025-01-01"}, "before 01/01/2026"),
            ({"date": False}, "A date is needed"),
            ({"key": False}, "names the fact"),
            ({"key": "auto/1"}, "Odoo's own"),
            ({"obligation_id": False}, "belongs to an obligation"),
        ):
            with self.assertRaisesRegex(ValidationError, words):
                self.evidence.create(self._values(**values))

    def test_not_over_the_contract_either(self):
        with self.assertRaisesRegex(AccessError, "Evidence is not entered"):
            self.contract.write({"evidence_ids": [Command.create(self._values(value=2.0))]})
