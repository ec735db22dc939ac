from datetime import date, timedelta
from random import Random
from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import tagged

from ..closing import EntryWriter
from ..models import revenue_close_compute
from .close_common import CloseCommon

INCEPTION = date(2026, 1, 1)


@tagged("post_install", "-at_install")
class TestCloseMany(CloseCommon):
    """A close in bulk books of every contract what asking for its position alone says."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Several chunks, the last one not full.
        cls.env["ir.config_parameter"].set_param("revenue_recognition.chunk", "17")
        cls.draw = Random(606)
        cls.foreign = cls.env.ref("base.EUR")
        cls.foreign.active = True
        cls.env["res.currency.rate"].create(
            [
                {"name": day, "rate": rate, "currency_id": cls.foreign.id, "company_id": cls.company.id}
                for day, rate in (("2025-12-01", 0.8), ("2026-01-20", 0.9), ("2026-02-10", 0.7))
            ]
        )
        cls.contracts = cls.env["revenue.contract"].create([cls._terms(number) for number in range(60)])
        cls.env["revenue.evidence"].create([fact for one in cls.contracts.obligation_ids for fact in cls._facts(one)])
        cls._change(cls.contracts)
        cls.contracts._review()

    @classmethod
    def _terms(cls, number):
        obligations = [cls._promise(f"P{row}") for row in range(cls.draw.randrange(1, 6))]
        # One at least shares the price.
        obligations.append({**cls._promise("LAST"), "measure": "manual"})
        shared = sum(one["price"] for one in obligations if one["measure"] not in ("usage", "as_invoiced"))
        return {
            "name": f"MANY/{number}",
            "partner_id": cls.customer.id,
            "company_id": cls.company.id,
            "currency_id": (cls.foreign if number % 6 == 5 else cls.company.currency_id).id,
            "date": INCEPTION + timedelta(cls.draw.randrange(15)),
            "fixed": round(shared * cls.draw.choice((1, 1, 0.9)), 2),
            "financing_rate": cls.draw.choice((0, 0, 0, 6)),
            "liability_account_id": cls.accounts["contract_liability"].id,
            "asset_account_id": cls.accounts["contract_asset"].id,
            "refund_account_id": cls.accounts["refund_liability"].id,
            "journal_id": cls.company.revenue_journal_id.id,
            "obligation_ids": [Command.create(one) for one in obligations],
        }

    @classmethod
    def _promise(cls, key):
        measure, trigger = cls.draw.choice(
            [
                *[("straight_line", False)] * 3,
                *[("point_in_time", trigger) for trigger in ("confirmation", "date", "acceptance", "delivered")],
                *[(measure, False) for measure in ("units", "manual", "usage", "cost_to_cost", "hours", "as_invoiced")],
            ]
        )
        price = cls.draw.randrange(1000, 10**6) / 100
        start = INCEPTION + timedelta(cls.draw.randrange(90))
        return {
            "key": key,
            "name": key,
            "measure": measure,
            "trigger": trigger,
            "price": price,
            "ssp": price + cls.draw.randrange(0, 3) * 33.33,
            "ssp_kind": "amount",
            "quantity": 7,
            "date_start": start if measure == "straight_line" or trigger == "date" else False,
            "date_end": start + timedelta(cls.draw.randrange(30, 400)) if measure == "straight_line" else False,
            "monthly": cls.draw.random() < 0.5,
            "revenue_account_id": cls.accounts["revenue"].id,
        }

    @classmethod
    def _facts(cls, one):
        """Return evidence of an obligation, some of it later than the first close."""
        kinds = {"manual": "progress", "usage": "usage", "units": "units", "cost_to_cost": "estimate_cost"}
        kind = kinds.get(one.measure) or {"acceptance": "satisfy", "delivered": "units"}.get(one.trigger)
        values = {"progress": (0.25, 0.7), "units": (2, 3), "satisfy": (0.5, 0.5), "usage": (12.34, 5)}
        for number, value in enumerate(values.get(kind, (500, 600)) if kind else ()):
            day = INCEPTION + timedelta(cls.draw.randrange(20, 50) + 40 * number)
            yield {
                "company_id": cls.company.id,
                "key": f"{one.id}/{number}",
                "contract_id": one.contract_id.id,
                "obligation_id": one.id,
                "date": day,
                "kind": kind,
                "value": value,
            }

    @classmethod
    def _change(cls, contracts):
        """Estimate variable consideration, spend contract cost, and modify some contracts."""
        for number, one in enumerate(contracts):
            if number % 5 == 0:
                cls.env["revenue.price.change"].create(
                    [
                        {"contract_id": one.id, "name": "Bonus", "date": day, "amount": amount, "reason": "Estimated"}
                        for day, amount in ((one.date, 100), ("2026-03-10", 80))
                    ]
                )
            if number % 7 == 0:
                cls.env["revenue.contract.cost"].create(
                    {"contract_id": one.id, "date": one.date, "kind": "capitalise", "amount": 60, "reason": "Bonus"}
                )
            if number % 9 == 0:
                cls.env["revenue.modification"].sudo().create(
                    {
                        "contract_id": one.id,
                        "name": "More",
                        "date": "2026-03-05",
                        "state": "applied",
                        "treatment": "catch_up",
                        "fixed_delta": 50,
                    }
                )

    def test_every_contract_is_booked_as_it_stands_alone(self):
        """By obligation, by account and in both currencies; and again after a second close."""
        active = self.contracts.filtered(lambda one: one.state == "active")
        self.assertGreater(len(active), 50, self.contracts.exception_ids.mapped("message"))
        for day in ("2026-02-28", "2026-04-30"):
            close = self._close(day)
            self.assertFalse(close.exception_ids.filtered("blocking"))
            self.assertEqual(close.contract_done, len(self.contracts))
            for found in self.env["revenue.contract"].get_position(active.ids, day):
                with self.subTest(day=day, contract=found["name"]):
                    self._check_one(found)

    def test_postings_that_two_workers_made_become_one(self):
        """Workers that began at once do not see each other's postings: the close has one of each all the same."""
        close = self.env["revenue.close"].create({"company_id": self.company.id, "date": "2026-02-28"}).sudo()
        close._compute()
        alone = self._sums(close)
        with patch.object(EntryWriter, "_known", side_effect=dict):
            close._compute()
        self.assertGreater(close.entry_count, len(alone))
        self.assertEqual(self._sums(close), alone)
        self.assertEqual(sum(close.posting_ids.mapped("rows")), len(close.entry_ids))

    def test_a_scheduled_action_whose_time_is_over_begins_nothing_and_goes_on_later(self):
        close = self.env["revenue.close"].create({"company_id": self.company.id, "date": "2026-02-28"}).sudo()
        close._lock_row()
        close._start()
        cron = self.env.ref("revenue_recognition.cron_close")
        triggers = self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)])
        with patch.object(type(self.env["ir.cron"]), "_commit_progress", return_value=1) as commit:
            close._work(end=0.0)
            self.assertEqual((close.state, close.contract_done), ("computing", 0))
            self.assertEqual(commit.call_args.kwargs, {"remaining": 0}, "Odoo would go on at once otherwise")
            self.assertEqual(self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)]), triggers + 1)
            close._work()
        self.assertEqual(close.state, "computed")

    def test_scheduled_actions_end_well_before_odoo_ends_them(self):
        closes = self.env["revenue.close"]
        for limit, real, seconds in ((-1, 120, 60), (60, 120, 30), (-1, 40, 20), (0, 120, 60), (600, 120, 60)):
            limits = {"limit_time_real_cron": limit, "limit_time_real": real}
            with patch.object(revenue_close_compute, "config", limits):
                self.assertEqual(closes._work_seconds(), seconds)

    def test_contracts_that_come_while_a_close_is_computed_are_in_it(self):
        """They have an id beyond every part there was."""
        close = self.env["revenue.close"].create({"company_id": self.company.id, "date": "2026-02-28"}).sudo()
        close._lock_row()
        close._start()
        late = self.env["revenue.contract"].sudo().create(self._terms(len(self.contracts)))
        late._review()
        with patch.object(type(self.env["ir.cron"]), "_commit_progress", return_value=1):
            close._work()
        self.assertRecordValues(close, [{"state": "computed", "contract_done": len(self.contracts | late)}])
        self.assertTrue(close.entry_ids.filtered(lambda entry: entry.contract_id == late))

    def _sums(self, close):
        """Return the sums of the postings of a close by what they have in common, each in a list."""
        sums = {}
        for posting in close.posting_ids:
            accounts = (posting.debit_account_id, posting.credit_account_id)
            head = (posting.kind, *accounts, posting.currency_id, str(posting.analytic_distribution))
            sums.setdefault(head, []).append((posting.amount, posting.company_amount, posting.rows))
        self.assertEqual({len(ones) for ones in sums.values()}, {1})
        return sums

    def _check_one(self, found):
        contract = self.env["revenue.contract"].browse(found["contract"])
        revenue = contract.entry_ids.filtered(lambda entry: entry.kind == "revenue").grouped("obligation_id")
        for one in contract.obligation_ids:
            rows = revenue.get(one, self.env["revenue.entry"])
            self.assertAlmostEqual(sum(rows.mapped("amount")), found["obligations"][one.key]["recognised"])
        for name, amount in found["booked"].items():
            self.assertAlmostEqual(amount, found[name], msg=name)
        booked = sum(row.company_amount for rows in revenue.values() for row in rows)
        self.assertAlmostEqual(booked, found.get("company", found)["revenue"])
        for kind, name in (("contract_cost", "capitalised"), ("loss", "loss_provision")):
            rows = contract.entry_ids.filtered(lambda entry, kind=kind: entry.kind == kind)
            if name in found:
                self.assertAlmostEqual(sum(rows.mapped("amount")), found[name], msg=name)
