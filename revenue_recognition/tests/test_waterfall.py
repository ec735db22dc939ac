import random
from datetime import date

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .waterfall_common import WaterfallCommon


@tagged("post_install", "-at_install")
class TestWaterfall(WaterfallCommon):
    """What was recognised by month, and what time will earn."""

    def _year(self, price=1200, **values):
        return (self.support, price, {"revenue_start": "2026-01-01", "revenue_end": "2026-12-31", **values})

    def test_months_of_a_service(self):
        """Closed months are recognised, open ones forecast; together the price."""
        contract = self._sell(self._year(), (self.setup, 300))
        self._invoice(contract.order_ids, "2026-01-05")
        self._close("2026-01-31")
        found = self._waterfall([("id", "=", contract.id)])
        self.assertEqual(found["closed"], "2026-01-31")
        self.assertEqual(found["months"], [f"2026-{month:02}" for month in range(1, 13)])
        [row] = found["rows"]
        self.assertEqual((row["recognised"]["2026-01"], row["forecast"]["2026-01"]), (101.92, 0))
        self.assertEqual((row["recognised"]["2026-02"], row["forecast"]["2026-02"]), (0, 92.05))
        self.assertEqual(row["forecast"]["2026-03"], 101.92)
        self.assertEqual(row["unscheduled"], 300)
        self.assertEqual(self._whole(row), 1500)
        self.assertEqual({name: row[name] for name in found["totals"]}, found["totals"])

    def test_outside_of_the_period(self):
        """Nothing gets lost before or after it."""
        contract = self._sell(self._year())
        self._close("2026-01-31")
        self._close("2026-03-31")
        [row] = self._waterfall([("id", "=", contract.id)], "2026-03-01", "2026-06-15")["rows"]
        self.assertEqual(row["before"], 101.92)
        self.assertEqual(row["recognised"]["2026-03"], 193.97)
        self.assertEqual(list(row["forecast"]), ["2026-03", "2026-04", "2026-05", "2026-06"])
        self.assertEqual(row["forecast"]["2026-06"], 49.31)
        self.assertEqual(self._whole(row), 1200)
        [row] = self._waterfall([("id", "=", contract.id)], "2025-01-01", "2026-02-28")["rows"]
        self.assertEqual(row["recognised_after"], 193.97)
        self.assertEqual(self._whole(row), 1200)
        [row] = self._waterfall([("id", "=", contract.id)], "2026-06-01", "2026-06-30")["rows"]
        self.assertEqual(row["forecast_before"], round(1200 * 151 / 365 - 295.89, 2))
        self.assertEqual(self._whole(row), 1200)

    def test_late_contract_is_caught_up_in_the_first_open_month(self):
        """As the next close will."""
        self._sell(self._year())
        self._close("2026-02-28")
        late = self._sell(self._year(2400))
        [row] = self._waterfall([("id", "=", late.id)])["rows"]
        self.assertEqual((row["forecast"]["2026-02"], row["forecast"]["2026-03"]), (0, 591.78))
        self.assertEqual(self._whole(row), 2400)

    def test_as_of_an_earlier_day(self):
        """Later closes are still to come."""
        contract = self._sell(self._year())
        self._close("2026-01-31")
        before = self._waterfall([("id", "=", contract.id)])
        self._close("2026-02-28")
        self.assertEqual(self._waterfall([("id", "=", contract.id)], at="2026-01-31"), before)

    def test_reopened_month_is_open_again(self):
        """Its revenue is forecast."""
        contract = self._sell(self._year())
        before = self._waterfall([("id", "=", contract.id)])
        close = self._close("2026-01-31")
        close.with_user(self.approver).action_reopen("Too early")
        self.assertEqual(self._waterfall([("id", "=", contract.id)]), before)

    def test_groups(self):
        """Whatever the rows are about, they add up to the same totals."""
        other = self.env["res.partner"].create({"name": "Alder Mill"})
        first = self._sell(self._year(), (self.setup, 300))
        second = self._sell(self._year(600), partner_id=other.id)
        self._close("2026-01-31")
        found = {group: self._waterfall(group_by=group) for group in (None, "contract", "customer", "product")}
        found["obligation"] = self._waterfall(group_by="obligation")
        for group, one in found.items():
            with self.subTest(group=group):
                self._assert_near(one["totals"], found[None]["totals"])
                self.assertEqual(round(sum(self._whole(row) for row in one["rows"]), 2), 2100)
        self.assertEqual([row["name"] for row in found["customer"]["rows"]], ["Alder Mill", "Harbour Works"])
        self.assertEqual(
            {row["key"]: self._whole(row) for row in found["contract"]["rows"]}, {first.id: 1500, second.id: 600}
        )
        self.assertEqual(
            {row["key"]: self._whole(row) for row in found["product"]["rows"]},
            {self.support.id: 1800, self.setup.id: 300},
        )
        names = [row["name"] for row in found["obligation"]["rows"]]
        self.assertEqual(len(names), 3)
        self.assertTrue(all(name.startswith((first.name, second.name)) for name in names))

    def _assert_near(self, totals, expected):
        """All the same, but for a cent of a month's forecast, which is rounded by row."""
        self.assertEqual({**totals, "forecast": {}}, {**expected, "forecast": {}})
        for month, amount in expected["forecast"].items():
            self.assertAlmostEqual(totals["forecast"][month], amount, delta=0.025)

    def test_what_waits_for_a_fact_is_unscheduled_until_it_starts(self):
        """Then time earns it."""
        service = self._make_product("Care", "deferred_service")
        contract = self._sell((service, 1200, {"revenue_end": "2026-12-31"}))
        [row] = self._waterfall()["rows"]
        self.assertEqual((row["unscheduled"], self._whole(row)), (1200, 1200))
        fact = {
            "key": "go",
            "contract": contract.id,
            "obligation": contract.obligation_ids.key,
            "date": "2026-03-01",
            "kind": "start",
        }
        [result] = self.env["revenue.evidence"].record([fact])
        self.assertEqual(result.get("message"), None)
        [row] = self._waterfall()["rows"]
        self.assertEqual((row["unscheduled"], row["forecast"]["2026-02"]), (0, 0))
        self.assertEqual(row["forecast"]["2026-03"], 121.57)

    def test_time_that_an_invoice_starts_is_forecast_from_the_next_close_on(self):
        """Nobody is told of the invoice but the close."""
        policy = self._make_policy(
            "From its invoice",
            method="over_time",
            measure="time",
            trigger="invoice",
            proration="daily",
            duration_months=10,
            ssp_source="price",
        )
        contract = self._sell((self._make_product("Hosting", policy), 3060))
        self._invoice(contract.order_ids, "2026-03-01")
        self._close("2026-03-31")
        [row] = self._waterfall([("id", "=", contract.id)])["rows"]
        self.assertEqual((row["recognised"]["2026-03"], row["unscheduled"]), (310, 0))
        self.assertEqual((row["forecast"]["2026-04"], row["forecast"]["2026-12"]), (300, 310))

    def test_as_invoiced_has_no_forecast(self):
        """It earns what it brings."""
        contract = self._sell((self._make_product("Hours", "time_material"), 1000))
        [row] = self._waterfall([("id", "=", contract.id)])["rows"]
        self.assertEqual(self._whole(row), 0)

    def test_cancelled_contract_has_no_forecast(self):
        """What it recognised stays."""
        contract = self._sell(self._year())
        self._close("2026-01-31")
        contract.sudo().state = "cancelled"
        [row] = self._waterfall([("id", "=", contract.id)])["rows"]
        self.assertEqual(self._whole(row), 101.92)

    def test_changes_of_the_price_are_forecast_at_once(self):
        """Also when the month before is closed afterwards."""
        contract = self._sell(self._year())
        self.env["revenue.price.change"].create(
            {"contract_id": contract.id, "name": "Bonus", "date": "2026-02-10", "amount": 365, "reason": "Met"}
        )
        self._close("2026-01-31")
        [row] = self._waterfall([("id", "=", contract.id)])["rows"]
        self.assertEqual(self._whole(row), 1565)
        self._close("2026-02-28")
        [row] = self._waterfall([("id", "=", contract.id)])["rows"]
        self.assertEqual(row["forecast"]["2026-03"], round(1565 * 31 / 365, 2))

    # === AGAINST THE ENGINE === #

    def test_equals_the_positions_at_month_ends(self):
        """Random terms and closes: to a cent for each obligation, and the totals exactly."""
        chance = random.Random(606)
        for _round in range(4):
            contract = self._random_contract(chance)
            self._compare(contract)
        self._close("2026-02-28")
        for contract in self.env["revenue.contract"].search([("state", "=", "active")]):
            self._compare(contract)
        self._random_contract(chance)
        self._close("2026-05-31")
        for contract in self.env["revenue.contract"].search([("state", "=", "active")]):
            self._compare(contract)

    def _random_contract(self, chance):
        lines = []
        for number in range(chance.randint(1, 4)):
            product = self._make_product(f"Service {number}", chance.choice([self.monthly, "subscription"]))
            self._make_ssp(product, chance.randint(1, 90000) / 100)
            start = date(2026, 1, 1).toordinal() + chance.randint(0, 150)
            end = start + chance.randint(0, 500)
            dates = {
                "revenue_start": date.fromordinal(start).isoformat(),
                "revenue_end": date.fromordinal(end).isoformat(),
            }
            lines.append((product, chance.randint(1, 90000) / 100, dates))
        return self._sell(*lines)

    def _compare(self, contract):
        found = self._waterfall([("id", "=", contract.id)], "2026-01-01", "2027-12-31")
        [row] = found["rows"]
        self.assertEqual(self._whole(row), round(contract.fixed, 2))
        closed = found["closed"] or "2025-12-31"
        before = sum(row["recognised"].values())
        for month in found["months"]:
            if month <= closed[:7]:
                self.assertEqual(row["forecast"][month], 0)
                continue
            at = fields.Date.end_of(date.fromisoformat(f"{month}-01"), "month")
            revenue = contract._positions(at)[contract.id]["revenue"]
            difference = abs(row["forecast"][month] - (revenue - before))
            self.assertLessEqual(round(difference, 2), 0.01 * len(contract.obligation_ids), (month, contract.name))
            before = revenue

    # === CURRENCY === #

    def test_foreign_currency_at_the_latest_rate(self):
        """What remains; what is recognised has its own."""
        euro = self.env.ref("base.EUR")
        euro.active = True
        euro.rate_ids.unlink()
        for day, rate in (("2026-01-01", 1.5), ("2026-02-01", 2.0)):
            self.env["res.currency.rate"].create(
                {
                    "name": day,
                    "currency_id": euro.id,
                    "company_id": self.company.id,
                    "inverse_company_rate": rate,
                }
            )
        pricelist = self.env["product.pricelist"].create({"name": "EUR", "currency_id": euro.id})
        self._make_ssp(self.support, 1200, currency_id=euro.id)
        self._sell(self._year(365), pricelist_id=pricelist.id)
        self._close("2026-01-31")
        found = self._waterfall()
        self.assertEqual(found["currency"], self.company.currency_id.name)
        [row] = found["rows"]
        self.assertEqual((row["recognised"]["2026-01"], row["forecast"]["2026-02"]), (46.5, 56))

    # === REFUSALS === #

    def test_refusals_name_the_argument(self):
        """Never a traceback."""
        self._sell(self._year())
        domains = [
            None,
            "id",
            {"id": 1},
            [("nothing", "=", 1)],
            [("id", "~", 1)],
            [("date", "=", "tomorrow-ish")],
            [("id", "=", "x")],
            ["|"],
            [("id",)],
            [5],
            [("partner_id.nothing", "=", 1)],
            [("id", "in", 9**30)],
            [("id", "=", 9**30)],
            [("partner_id", "any", [("nothing", "=", 1)])],
            [(None, "=", 1)],
            [([], "=", 1)],
            [("name", "=", {"a": 1})],
            [("name", "ilike", "\0")],
        ]
        for domain in domains:
            with self.subTest(domain=domain):
                self._refused_or_answered(domain)
        for values, words in (
            ({"first": "1.1.2026"}, "date_from"),
            ({"first": None}, "date_from"),
            ({"last": 5}, "date_to"),
            ({"last": "2025-12-31"}, "date_to"),
            ({"last": "2126-12-31"}, "date_to"),
            ({"group_by": "moon"}, "group_by"),
            ({"group_by": ["contract"]}, "group_by"),
            ({"group_by": 5}, "group_by"),
            ({"at": "x"}, "at"),
        ):
            with self.subTest(values=values), self.assertRaisesRegex(UserError, f"^{words}:"):
                self._waterfall(**values)

    def _refused_or_answered(self, domain):
        """Odoo lets some strange leaves pass; what it refuses is refused by name."""
        try:
            found = self.env["revenue.contract"].get_waterfall(domain, "2026-01-01", "2026-12-31")
        except UserError as error:
            self.assertRegex(str(error), "^domain:")
        else:
            self.assertFalse(found["rows"][0]["key"])

    def test_rights(self):
        """Auditors read; others are refused; another company's contracts do not count."""
        self._sell(self._year())
        for group in ("accountant", "controller", "auditor"):
            user = new_test_user(self.env, group, f"revenue_recognition.group_revenue_{group}")
            user.write({"company_ids": self.company.ids, "company_id": self.company.id})
            found = self.env["revenue.contract"].with_user(user).get_waterfall([], "2026-01-01", "2026-12-31")
            self.assertEqual(self._whole(found["totals"]), 1200)
        salesman = new_test_user(self.env, "salesman", "sales_team.group_sale_manager")
        with self.assertRaises(AccessError):
            self.env["revenue.contract"].with_user(salesman).get_waterfall([], "2026-01-01", "2026-12-31")
        other = self.env["res.company"].create({"name": "Other"})
        stranger = new_test_user(self.env, "stranger", "revenue_recognition.group_revenue_auditor", company_id=other.id)
        found = self.env["revenue.contract"].with_user(stranger).get_waterfall([], "2026-01-01", "2026-12-31")
        self.assertEqual(self._whole(found["totals"]), 0)
