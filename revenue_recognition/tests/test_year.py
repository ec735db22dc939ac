from collections import defaultdict
from itertools import pairwise

from odoo.tests import tagged

from .close_common import CloseCommon
from .year_common import MONTH_ENDS, SKIPPED, Year

#: What the position of a contract names as the ledger does; revenue and liabilities are credits, assets are debits.
SIGNS = {"revenue": 1, "contract_liability": 1, "contract_asset": -1, "refund_liability": 1, "loss_provision": 1}
STANDING = ("posted", "locked")


@tagged("post_install", "-at_install")
class TestYear(CloseCommon):
    """A demo year, closed month by month but for one; what has to hold after every close and at the end.

    Numbers are those of the invariants of a revenue engine that this addon is held to.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.year = Year(cls)
        cls.year.live()
        cls.snapshots = cls.year.snapshots
        cls.last = cls.snapshots[-1]

    def _entries(self, *domain):
        return self.env["revenue.entry"].search([("close_id.state", "in", STANDING), *domain])

    def _round(self, amount):
        return self.company.currency_id.round(amount)

    def _in_company(self, position):
        """Return the amounts of a position in the company's currency; of a draft, what is booked."""
        return position.get("company") or (position if "revenue" in position else position["booked"])

    def _total(self, positions, key):
        return self._round(sum(self._in_company(one).get(key, 0.0) for one in positions.values()))

    # === THE STORY === #

    def test_the_year_has_everything(self):
        """All measures, kinds of entries but interest income, and both currencies have been booked."""
        self.assertEqual([one.date for one in self.snapshots], [day for day in MONTH_ENDS if day != SKIPPED])
        entries = self._entries()
        measures = self.env["revenue.obligation"]._fields["measure"].get_values(self.env)
        self.assertEqual(set(entries.obligation_id.mapped("measure")), set(measures))
        kinds = set(entries._fields["kind"].get_values(self.env)) - {"interest_income", "routing"}
        self.assertEqual(set(entries.mapped("kind")), kinds)
        self.assertEqual(set(entries.currency_id.mapped("name")), {"USD", "EUR"})
        self.assertEqual(set(self.last.close.exception_ids.filtered("blocking").contract_id.mapped("state")), {"draft"})

    # === POSITION === #

    def test_20_position_balances(self):
        """20: revenue less billing is asset less liabilities, with interest; for every contract at every date."""
        for one in self.snapshots:
            for contract, found in one.positions.items():
                if "revenue" in found:
                    net = found["contract_asset"] - found["contract_liability"] - found["refund_liability"]
                    balance = found["revenue"] - found["billed"] - found["interest"]
                    self.assertAlmostEqual(balance, net, 2, f"{one.date}: {contract}")

    def test_21_asset_or_liability(self):
        """21: no contract shows both, neither in its position nor in what is booked."""
        for one in self.snapshots:
            for found in one.positions.values():
                for books in (found["booked"], self._in_company(found)):
                    self.assertFalse(books.get("contract_asset") and books.get("contract_liability"), found["name"])
                    self.assertGreaterEqual(min(books.get(key, 0) for key in SIGNS), 0, found["name"])

    def test_22_ledger_is_the_sum_of_positions(self):
        """22, 40: after each close, also of a skipped month, every account is what the contracts add up to."""
        for one in self.snapshots:
            expected = {key: self._total(one.positions, key) for key in SIGNS}
            found = {key: self._round(sign * one.balances[key]) for key, sign in SIGNS.items()}
            self.assertEqual(found, expected, one.date)
            interest = self._round(-one.balances["interest_expense"] - one.balances["interest_income"])
            self.assertEqual(interest, self._total(one.positions, "interest"), one.date)
            self.assertEqual(self._round(-one.balances["contract_cost"]), self._total(one.positions, "cost_asset"))

    def test_what_is_booked_is_the_position(self):
        """In the contract's own currency too, contract by contract."""
        for one in self.snapshots:
            for found in one.positions.values():
                for key in ("revenue", "billed", "contract_liability", "contract_asset", "refund_liability"):
                    if key in found:
                        self.assertAlmostEqual(found["booked"][key], found[key], 2, f"{one.date} {found['name']} {key}")

    # === ENTRIES === #

    def test_35_entries_balance(self):
        """35: debits are credits in both currencies; no line of nothing."""
        moves = self.env["revenue.close"].search([]).move_ids
        self.assertGreater(len(moves), 20)
        for move in moves:
            self.assertEqual(len(move.line_ids.currency_id), 1)
            self.assertFalse(self._round(sum(move.line_ids.mapped("balance"))), move.name)
            self.assertFalse(move.currency_id.round(sum(move.line_ids.mapped("amount_currency"))), move.name)
        for line in moves.line_ids:
            self.assertTrue(line.balance or line.amount_currency, line.name)
            self.assertFalse(line.debit and line.credit, line.name)
            self.assertGreaterEqual(line.balance * line.amount_currency, 0, line.name)
        for entry in self.env["revenue.entry"].search([]):
            self.assertTrue(entry.amount or entry.company_amount)

    def test_36_again_posts_nothing(self):
        """36: the same close once more finds nothing to book."""
        self.company.sudo().revenue_lock_date = False
        again = self.env["revenue.close"].with_user(self.preparer).create({"date": self.last.date})
        again.action_compute()
        again.sudo().exception_note = "Its price is being agreed"
        again.with_user(self.approver).action_approve()
        again.with_user(self.approver).action_post()
        self.assertEqual(again.state, "posted")
        self.assertFalse(again.entry_ids)
        self.assertFalse(again.move_ids)

    def test_38_what_is_locked_stays(self):
        """38: every balance through a closed day is today what it was right after its close."""
        for one in self.snapshots:
            self.assertEqual(self.year.balances(one.date), one.balances, one.date)

    def test_38_late_facts_are_caught_up(self):
        """38: what came late is booked at once in the next close, as if it had been known."""
        for name, month in (("bundle", 3), ("survey", 9)):
            contract = self.year.contracts[name]
            before, after = self.snapshots[month - 1 - (name == "survey")], self._snapshot_after(self.year.late[name])
            self.assertLess(before.positions[contract.id]["revenue"], after.earlier[contract.id]["revenue"])
            entry = self._entries(("contract_id", "=", contract.id), ("close_id", "=", after.close.id))
            self.assertTrue(entry.filtered(lambda row: row.kind == "revenue"))
            notes = after.close.exception_ids.filtered(lambda row: row.kind == "late").contract_id
            self.assertIn(contract, notes)

    def _snapshot_after(self, late):
        """Return the first snapshot in which a fact was known."""
        fact = self.env["revenue.evidence"].search([("date", "=", late), ("contract_id", "!=", False)])
        self.assertTrue(fact.late)
        return next(one for one in self.snapshots if one.date > late and self._knew(one, fact))

    def _knew(self, snapshot, fact):
        contract = snapshot.positions[fact.contract_id.id]
        line = contract["obligations"][fact.obligation_id.key]
        return line["progress"] >= fact.value

    def test_39_subledger_is_ledger(self):
        """39: account by account, right after each close and today."""
        self.assertTrue(all(one.checked for one in self.snapshots))
        for one in self.snapshots:
            rows = self.env["revenue.close"]._compare(self.company, one.date)
            self.assertFalse([row for row in rows if row["difference"]], one.date)

    def test_39_items_trace_to_their_cause(self):
        """39: every journal item of a close is the sum of rows, each of one contract, of one obligation for revenue."""
        for posting in self.env["revenue.close"].search([]).posting_ids:
            self.assertEqual(posting.rows, len(posting.entry_ids))
            self.assertEqual(self._round(sum(posting.entry_ids.mapped("company_amount"))), posting.company_amount)
            self.assertTrue(all(posting.entry_ids.mapped(lambda row: row.contract_id)))
            if posting.kind == "revenue":
                self.assertTrue(all(posting.entry_ids.mapped(lambda row: row.obligation_id.policy_version_id)))
            if posting.kind != "billing" and (posting.amount or posting.company_amount):
                self.assertEqual(posting.line_ids.move_id.date, posting.close_id.date)

    def test_32_reopening_restored_everything(self):
        """32: the mirror of the reopened month has every line of it, reversed; the month was closed anew."""
        reopened = self.year.reopened.close
        mirror = reopened.reversal_ids

        def rows(close, sign):
            return sorted(
                (one.kind, one.contract_id.id, one.obligation_id.id, sign * one.amount, sign * one.company_amount)
                for one in close.entry_ids
            )

        self.assertEqual(rows(mirror, -1), rows(reopened, 1))
        self.assertEqual(mirror.date, reopened.date)
        anew = next(one for one in self.snapshots if one.date == reopened.date)
        self.assertGreater(anew.balances["revenue"], self.year.reopened.balances["revenue"])

    # === WHO MAY, AND WHAT NEVER POSTS === #

    def test_41_once(self):
        """41: one close at work at a time; a key of a fact is taken once."""
        self.company.sudo().revenue_lock_date = False
        closes = self.env["revenue.close"]
        closes.create({"date": "2026-01-31"})
        with self.assertRaisesRegex(Exception, "one close at work|one_open"), self.env.cr.savepoint():
            closes.create({"date": "2026-01-31"})
            self.env.flush_all()
        fact = self.env["revenue.evidence"].search([("contract_id", "=", self.year.contracts["survey"].id)])[-1]
        item = {
            "key": fact.key,
            "contract": fact.contract_id.id,
            "obligation": fact.obligation_id.key,
            "date": fact.date.isoformat(),
            "kind": fact.kind,
            "value": fact.value,
        }
        results = fact.record([item, {**item, "value": 0.9}])
        self.assertEqual([one["status"] for one in results], ["duplicate", "refused"])

    def test_42_what_never_posts(self):
        """42: drafts post nothing but what they invoice, cancelled contracts and quotations nothing at all."""
        contracts = self.year.contracts
        draft = self._entries(("contract_id", "=", contracts["draft"].id))
        self.assertEqual(set(draft.mapped("kind")), {"billing"})
        self.assertEqual(sum(draft.mapped("amount")), 500)
        self.assertEqual(contracts["cancelled"].state, "cancelled")
        self.assertFalse(self._entries(("contract_id", "=", contracts["cancelled"].id)))
        self.assertFalse(self.year.orders["quotation"].revenue_contract_id)

    def test_42_archiving_changes_nothing(self):
        """42: neither products, nor policies, nor the customer."""
        before = self.env["revenue.contract"].search([])._positions(self.last.date)
        obligations = self.env["revenue.obligation"].search([])
        obligations.product_id.product_tmpl_id.active = False
        obligations.policy_version_id.policy_id.active = False
        self.customer.sudo().active = False
        self.assertEqual(self.env["revenue.contract"].search([])._positions(self.last.date), before)

    # === THE FOUR STATEMENTS === #

    def test_47_revenue_by_any_dimension(self):
        """47: by contract, product and customer it totals what the ledger reports."""
        reported = self.last.balances["revenue"]
        rows = self._entries(("kind", "=", "revenue"))
        for dimension in ("contract_id", "product_id", "partner_id", "policy_version_id", "currency_id"):
            parts = defaultdict(float)
            for row in rows:
                self.assertEqual(len(row[dimension]), 1)
                parts[row[dimension]] += row.company_amount
            self.assertEqual(self._round(sum(parts.values())), reported, dimension)
            self.assertGreater(len(parts), 1)

    def test_48_roll_forward(self):
        """48: opening, billed, released, interest, credit to others, currency: closing; for each contract and month."""
        bills = self.env["account.move.line"].search(
            [("revenue_contract_id", "!=", False), ("parent_state", "=", "posted"), ("display_type", "=", "product")]
        )
        released = self._entries(("kind", "!=", "billing"))
        for before, after in pairwise(self.snapshots):
            for contract in self.env["revenue.contract"].search([]):
                billed = self._moved(bills, "revenue_contract_id", contract, before, after, "balance", -1)
                booked = released.filtered(lambda row, contract=contract: row.contract_id == contract)
                change = billed + sum(
                    self._moved(booked.filtered(lambda row, kind=kind: row.kind == kind), *where)
                    for kind, sign in DIRECTIONS.items()
                    for where in [("contract_id", contract, before, after, "company_amount", sign)]
                )
                opening, closing_ = (self._liability(one, contract) for one in (before, after))
                self.assertAlmostEqual(opening + change, closing_, 2, f"{after.date} {contract.name}")

    def _moved(self, rows, field, contract, before, after, amount, sign):
        """Return the sum of rows of a contract between two closes."""
        rows = rows.filtered(lambda row: row[field] == contract and before.date < row.date <= after.date)
        return sign * sum(rows.mapped(amount))

    def _liability(self, snapshot, contract):
        found = snapshot.positions.get(contract.id)
        return self._in_company(found).get("contract_liability", 0.0) if found else 0.0

    def test_49_performance_of_earlier_periods(self):
        """49: revenue for what was done before is booked only where a fact came late, or price or estimate changed."""
        late = set()
        for before, after in pairwise(self.snapshots):
            for contract, found in after.earlier.items():
                known = before.positions.get(contract)
                if known and known.get("revenue") != found.get("revenue"):
                    late.add((after.date.month, self.env["revenue.contract"].browse(contract)))
        contracts = self.year.contracts
        self.assertEqual(late, {(4, contracts["bundle"]), (11, contracts["survey"])})

    def test_49_price_of_what_is_unchanged(self):
        """49: the price of an obligation moves only with a modification or an estimate of its contract."""
        moved = defaultdict(set)
        for before, after in pairwise(self.snapshots):
            for contract, found in after.positions.items():
                known = before.positions.get(contract, {}).get("obligations", {})
                for key, line in found.get("obligations", {}).items():
                    if key in known and abs(known[key]["allocated"] - line["allocated"]) > 0.004:
                        moved[self.env["revenue.contract"].browse(contract)].add(after.date.month)
        contracts = self.year.contracts
        expected = {"bundle": {9}, "bridge": {9, 10}, "ended": {6}}
        self.assertEqual(
            {name: moved[contracts[name]] for name in expected},
            expected,
        )
        open_ended = {contracts[name] for name in ("advice", "calls", "machine")}
        self.assertEqual(set(moved) - open_ended, {contracts[name] for name in expected})

    def test_all_four_agree(self):
        """At the end of the year: subledger, contracts, movements and reports say the same of revenue and liability."""
        rows = self._entries()
        of_kind = defaultdict(float)
        for row in rows:
            of_kind[row.kind] += row.company_amount
        waterfall = self.env["revenue.contract"].get_waterfall([], "2025-01-01", "2025-12-31", "contract")
        revenue = {
            self._round(of_kind["revenue"]),
            self._round(sum(waterfall["totals"]["recognised"].values())),
            self._total(self.last.positions, "revenue"),
            self.last.balances["revenue"],
        }
        self.assertEqual(len(revenue), 1, revenue)
        movements = of_kind["billing"] + sum(sign * of_kind[kind] for kind, sign in DIRECTIONS.items())
        liability = {
            self._round(movements),
            self._total(self.last.positions, "contract_liability"),
            self.last.balances["contract_liability"],
        }
        self.assertEqual(len(liability), 1, liability)


#: In which direction the entries of each kind move contract liability.
DIRECTIONS = {
    "routing": 1,
    "revenue": -1,
    "interest": 1,
    "interest_income": -1,
    "refund": -1,
    "presentation": 1,
    "exchange": -1,
}
