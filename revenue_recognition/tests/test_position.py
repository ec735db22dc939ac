from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .close_common import YEAR, CloseCommon


@tagged("post_install", "-at_install")
class TestPosition(CloseCommon):
    """Where a contract stands on any day, and why."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.support = cls._make_product("Support", "subscription")
        cls.order = cls._make_order(
            (cls.support, 1200, YEAR),
            date_order="2026-01-01 12:00:00",
        )
        cls.order.action_confirm()
        cls.contract = cls.order.revenue_contract_id
        cls.contract.date = "2026-01-01"
        cls.auditor = cls._make_auditor("reader")

    def _ask(self, *items, at="2026-01-31"):
        return self.env["revenue.contract"].with_user(self.auditor).get_position(list(items), at)

    def test_position_of_any_day(self):
        """Also of a day that is closed, and of one to come."""
        self._invoice(self.order, "2026-01-05")
        self.assertFalse(self.contract.is_booked)
        self._close("2026-01-31")
        self.assertTrue(self.contract.is_booked)
        found = self._ask(self.contract.id)[0]
        self.assertEqual(
            {name: found[name] for name in ("billed", "revenue", "contract_liability", "contract_asset", "at")},
            {
                "billed": 1200.0,
                "revenue": 101.92,
                "contract_liability": 1098.08,
                "contract_asset": 0.0,
                "at": "2026-01-31",
            },
        )
        self.assertEqual(found["booked"]["revenue"], 101.92)
        self.assertEqual(found["booked"]["contract_liability"], 1098.08)
        self.assertEqual(self._ask(self.contract.id, at="2026-12-31")[0]["revenue"], 1200)
        self.assertEqual(self._ask(self.contract.id, at="2026-01-01")[0]["billed"], 0)

    def test_named_every_way(self):
        """By id, by name, by order."""
        names = [{"order": self.order.name}, {"order": self.order.id}, {"contract": self.contract.id}, self.order.name]
        found = self._ask(self.contract.id, *names)
        self.assertEqual({one["contract"] for one in found}, {self.contract.id})
        self.assertEqual(len(found), 5)

    def test_refusals_name_the_element(self):
        """Whatever another system sends."""
        for items, words in (
            ([10**9], r"contracts_or_orders\[0\]"),
            ([self.contract.id, "Nobody"], r"contracts_or_orders\[1\]"),
            ([None], r"contracts_or_orders\[0\]"),
            ([True], r"contracts_or_orders\[0\]"),
            (["\0"], r"contracts_or_orders\[0\]"),
            ([{"order": "\ud800"}], r"contracts_or_orders\[0\]"),
            ([{"contract": 1, "order": 2}], r"contracts_or_orders\[0\]"),
            ([{"partner": 1}], r"contracts_or_orders\[0\]"),
        ):
            with self.subTest(items=str(items)[:40]):
                [*others, wrong] = self.env["revenue.contract"].get_position(items, "2026-01-31")
                self.assertRegex(" ".join(wrong["problems"]), words)
                self.assertFalse(wrong["contract"])
                self.assertEqual([one["contract"] for one in others], self.contract.ids[: len(others)])
                [*_others, scenario] = self.env["revenue.contract"].get_scenario(items, "2026-01-31")
                self.assertRegex(" ".join(scenario["problems"]), words)
        for items, words in (
            ("S0001", "list"),
            ({"order": 1}, "list"),
            (list(range(1001)), "1,000"),
        ):
            with self.subTest(items=str(items)[:40]), self.assertRaisesRegex(UserError, words):
                self.env["revenue.contract"].get_position(items, "2026-01-31")
        for at in ("31.1.2026", 5, ["2026-01-31"], {}):
            with self.subTest(at=at), self.assertRaisesRegex(UserError, "ISO date"):
                self.env["revenue.contract"].get_position([], at)

    def test_before_it_begins(self):
        """There are no figures yet, and it says why."""
        found = self._ask(self.contract.id, at="2025-12-31")[0]
        self.assertEqual(found["problems"], ["The contract begins on 2026-01-01."])
        self.assertNotIn("revenue", found)

    def test_the_one_that_holds_is_meant(self):
        """Not the one of the same name that was cancelled with its order."""
        self.order._action_cancel()
        self.order.action_draft()
        self.order.action_confirm()
        again = self.order.revenue_contract_id
        self.assertNotEqual(again, self.contract)
        names = (self.order.name, {"contract": self.order.name}, {"order": self.order.name})
        self.assertEqual({one["contract"] for one in self._ask(*names)}, {again.id})
        self.assertEqual(self._ask(self.contract.id)[0]["state"], "cancelled")

    def test_only_people_of_revenue(self):
        """A salesperson is refused."""
        seller = new_test_user(self.env, "seller", groups="sales_team.group_sale_manager", company_id=self.company.id)
        with self.assertRaises(AccessError):
            self.env["revenue.contract"].with_user(seller).get_position([self.contract.id], "2026-01-31")

    def test_contract_as_a_scenario(self):
        """Simulated as it is, it stands where the contract stands; changed, it answers what if."""
        self._invoice(self.order, "2026-01-05")
        contracts = self.env["revenue.contract"].with_user(self.auditor)
        [scenario] = contracts.get_scenario([self.contract.id], "2026-01-31")
        [position] = contracts.simulate(scenario)["positions"]
        [found] = self._ask(self.contract.id)
        same = ("transaction_price", "billed", "revenue", "contract_liability", "contract_asset", "obligations")
        self.assertEqual({name: position[name] for name in same}, {name: found[name] for name in same})
        scenario["contract"]["fixed"] = 2400
        self.assertEqual(contracts.simulate(scenario)["positions"][0]["revenue"], 203.84)

    def test_draft_as_a_scenario(self):
        """What it lacks is filled in by hand."""
        bare = self._make_product("Setup", "one_time")
        self._make_ssp(self.support, 100)
        order = self._make_order((bare, 100), (self.support, 100))
        order.action_confirm()
        contracts = self.env["revenue.contract"].with_user(self.auditor)
        [scenario] = contracts.get_scenario([{"order": order.id}])
        with self.assertRaisesRegex(UserError, "ssp"):
            contracts.simulate(scenario)
        scenario["contract"]["obligations"][0]["ssp"] = 300
        allocated = contracts.simulate(scenario)["positions"][0]["obligations"]
        self.assertEqual([one["allocated"] for one in allocated.values()], [150.0, 50.0])

    def test_draft_says_what_is_missing(self):
        """Instead of figures."""
        bare = self._make_product("Setup", "one_time")
        order = self._make_order((bare, 100), (self.support, 100))
        order.action_confirm()
        found = self._ask({"order": order.id})[0]
        self.assertNotIn("revenue", found)
        self.assertIn("standalone selling price", found["problems"][0])

    def test_on_screen_from_order_project_and_customer(self):
        """One sentence, an amount for each obligation, and why."""
        self._invoice(self.order, "2026-01-05")
        project = self.env["project.project"].create({"name": "Harbour"})
        self.contract.obligation_ids.project_id = project
        for record in (self.order, project, self.customer, self.contract):
            action = (
                record.with_user(self.auditor).action_open_position()
                if record == self.contract
                else record.with_user(self.auditor).action_open_revenue_position()
            )
            position = self.env["revenue.position"].with_user(self.auditor).browse(action["res_id"])
            position.at = date(2026, 1, 31)
            position.action_work_out()
            self.assertRecordValues(
                position.line_ids,
                [
                    {"obligation_id": False, "billed": 1200.0, "revenue": 101.92, "contract_liability": 1098.08},
                    {
                        "obligation_id": self.contract.obligation_ids.id,
                        "billed": 0,
                        "revenue": 101.92,
                        "contract_liability": 0,
                    },
                ],
            )
            self.assertRegex(position.sentence, r"^Billed .*101\.92")
            self.assertIn("ASC 606-10-25-33 · IFRS 15.41", position.step_ids.mapped("paragraph"))
            self.assertIn("Fixed consideration 1,200.00", position.step_ids.mapped("text"))
            self.assertRegex(position.display_name, "^Position of ")
            self.assertFalse(position.problem)

    def test_screen_says_what_is_missing_instead_of_amounts(self):
        """Nothing stands there as if it were nothing."""
        product = self._make_product("Unpriced", "one_time")
        draft = self._confirm(self._make_order((product, 100), (self.support, 100)), "2026-01-01")
        self.assertEqual(draft.state, "draft")
        contracts = (draft + self.contract).with_user(self.auditor)
        position = (
            self.env["revenue.position"].with_user(self.auditor).browse(contracts.action_open_position()["res_id"])
        )
        self.assertIn(f"{draft.name}: Unpriced has no standalone selling price", position.problem)
        self.assertIn("1,200.00", " ".join(position.step_ids.mapped("text")))
        position = self.env["revenue.position"].browse(draft.action_open_position()["res_id"])
        self.assertFalse(position.sentence)

    def test_step_of_a_modification_gives_the_reason_it_was_treated_so(self):
        """What decided the treatment when it was applied, as the other keys say."""
        modification = self.env["revenue.modification"].create(
            {
                "contract_id": self.contract.id,
                "name": "Discount",
                "date": "2026-03-01",
                "treatment": "auto",
                "fixed_delta": -100,
            }
        )
        modification.action_apply()
        [found] = self._ask(self.contract.id, at="2026-03-31")
        [step] = [step["text"] for step in found["steps"] if step["topic"] == "modification"]
        self.assertNotIn(modification.reason, (False, "", "as asked"))
        self.assertEqual(step, f"{found['treatment']}: {modification.reason}")
